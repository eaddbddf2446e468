"""A visitor of the page, in a real browser."""

from __future__ import annotations

import io
import re

import numpy as np
from PIL import Image

COLOURS = {1: "rgb(244, 63, 94)", 2: "rgb(34, 197, 94)"}


class Visit:
    """One browser tab on the page, with what went wrong in it, and hands to draw with."""

    def __init__(self, browser, address: str, **options):
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 840}, **options})
        self.context.set_default_timeout(90_000)  # ms: a busy machine is no fault of the page
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        inside = (address, "data:", "blob:")
        self.page.on("request", lambda r: None if r.url.startswith(inside) else self.wrong.append(f"outside: {r.url}"))
        self.page.goto(address)
        self.page.wait_for_selector(".wss[data-ready=yes]")

    def open(self, path: str) -> None:
        before = self.data("open")
        self.page.set_input_files("[data-file=picture]", path)
        self.page.wait_for_function("b => document.querySelector('.wss').dataset.open != b", arg=before)

    def data(self, name: str) -> str | None:
        return self.page.get_attribute(".wss", f"data-{name}")

    def settled(self, before: str | None) -> None:
        """Wait until a mask newer than `before` has come and nothing more is under way."""
        self.page.wait_for_function("b => (document.querySelector('.wss').dataset.shown || '') != b", arg=before or "")
        self.page.wait_for_timeout(300)

    def at(self, share_x: float, share_y: float) -> tuple[float, float]:
        """The screen place of a share of the picture's width and height, with the picture fitted."""
        box = self.page.locator(".wss-stage canvas").bounding_box()
        scale = min(box["width"] / 741, box["height"] / 500)
        left = box["x"] + (box["width"] - 741 * scale) / 2
        top = box["y"] + (box["height"] - 500 * scale) / 2
        return left + share_x * 741 * scale, top + share_y * 500 * scale

    def drag(self, *places, button: str = "left", release: bool = True) -> None:
        mouse = self.page.mouse
        mouse.move(*self.at(*places[0]))
        mouse.down(button=button)
        for place in places[1:]:
            mouse.move(*self.at(*place), steps=8)
        if release:
            mouse.up(button=button)

    def painted(self, label: int) -> int:
        """How many pixels of the stage have about the colour of the class, as a person would see it."""
        shot = np.asarray(Image.open(io.BytesIO(self.page.locator(".wss-stage").screenshot())).convert("RGB"), int)
        want = np.array([int(v) for v in re.findall(r"\d+", COLOURS[label])])
        direction = want - want.mean()
        return int(((shot - shot.mean(axis=2, keepdims=True)) @ direction > 0.25 * (direction @ direction)).sum())

    def saved(self, kind: str) -> tuple[str, bytes]:
        self.page.select_option("[data-select=export]", kind)
        with self.page.expect_download() as download:
            self.page.click("[data-do=save]")
        with open(download.value.path(), "rb") as file:
            return download.value.suggested_filename, file.read()
