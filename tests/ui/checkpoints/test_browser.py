"""Checkpoints in a real browser against the real page and a Hub on this machine: named, seen, used, pushed."""

from __future__ import annotations

import json

import pytest
import skimage.data
from PIL import Image

from tests.support.scenes import Learned, learned
from wss_core import methods
from wss_core.hub import load, push
from wss_core.hub.card import About
from wss_core.methods import METHODS, create

CARD = (
    "**Discs**, [more](/logout).\n\n![x](http://evil.example/x.png)<img src=http://evil.example/y.png onerror=alert(1)>"
)


@pytest.fixture(autouse=True)
def _known(app_state, monkeypatch, tmp_path):
    monkeypatch.setattr(methods, "METHODS", (*METHODS, Learned))
    monkeypatch.chdir(tmp_path)
    app_state.segment.checkpoints.cache.clear()
    app_state.segment.checkpoints.newest.clear()


@pytest.fixture
def photo(tmp_path) -> str:
    path = tmp_path / "motorcycle.png"
    Image.fromarray(skimage.data.stereo_motorcycle()[0]).save(path)
    return str(path)


def ask(v, name: str) -> str:
    """Name a checkpoint with the keyboard alone, and give what the page says of it."""
    if v.page.locator("[data-more=hub]").get_attribute("open") is None:
        v.page.focus("[data-more=hub] summary")
        v.page.keyboard.press("Enter")
    v.page.fill("[data-field=checkpoint]", name)
    v.page.keyboard.press("Enter")
    v.page.wait_for_function("() => !/^(Fetching|$)/.test(document.querySelector('[data-out=loading]').textContent)")
    return v.page.inner_text("[data-out=loading]")


def names(v) -> list[str]:
    boxes = v.page.locator(".wss-class input[type=text]")
    return [boxes.nth(i).input_value() for i in range(boxes.count())]


def test_one_that_learned_is_named_seen_used_and_corrected(visit, photo, hub_server):
    first = push(learned(), "ann/discs", about=About(text=CARD)).sha
    push(create("grabcut"), "ann/discs")
    hub_server.asked.clear()
    v = visit()
    v.open(photo)
    assert hub_server.asked == []  # nobody is asked before a person wants to know
    v.page.keyboard.press("p")
    v.page.mouse.click(*v.at(0.5, 0.5))
    v.settled("")
    assert f"Loaded ann/discs @ {first[:7]}" in ask(v, f"ann/discs@{first}")
    v.page.wait_for_selector("[data-out=status] >> text=No cue")  # a mask all the same
    assert (v.data("cues"), names(v)) == ("0", ["background", "disc"])
    assert "Removed 1 cue of classes that the checkpoint does not have" in v.page.inner_text(".wss-toast")
    v.page.click("[data-do=closeToast]")
    assert v.painted(1) > 1000
    facts = v.page.inner_text(".wss-summary")
    assert first in facts
    assert "about 22 seconds of labelling" in facts
    v.page.wait_for_selector("#card strong >> text=Discs")
    assert v.page.locator("#card img, #card a[href*=logout], #card [onerror]").count() == 0
    v.page.wait_for_selector(".wss-newest button >> text=ann/discs")

    before = v.data("shown")
    v.page.keyboard.press("b")
    v.drag((0.2, 0.2), (0.5, 0.2))
    v.settled(before)
    form = json.loads(v.saved("cues")[1])
    assert (form["classes"], [s["label"] for s in form["strokes"]]) == (["background", "disc"], [1])
    v.page.click("[data-do=addClass]")
    assert "Choose another method" in v.page.inner_text(".wss-toast")
    assert names(v) == ["background", "disc"]

    for _ in range(2):
        v.page.click("[data-do=undo]")
    assert names(v) == ["background", "object"]  # the classes of before, with which it cannot be used
    assert v.page.input_value("[data-select=method]") == "auto"
    assert v.page.locator("#card").is_hidden()
    v.page.select_option("[data-select=method]", f"ann/discs@{first}")
    assert names(v) == ["background", "disc"]


def test_what_cannot_be_loaded_leaves_the_page_working(visit, photo, hub_server):
    push(learned(), "bob/secret", private=True, token="hf_bob")
    hub_server.put("eve/one", {"config.json": b'{"format": 2, "method": "os.system", "settings": {}, "training": {}}'})
    v = visit()
    v.open(photo)
    for name, words in {
        "ann/nothing": "there is no ann/nothing",
        "bob/secret": "there is no bob/secret",
        "eve/one": "names the method 'os.system'",
        "/etc/passwd": "no name on the Hub",
    }.items():
        assert words in ask(v, name)
        v.page.evaluate("document.querySelector('[data-out=loading]').textContent = ''")
    assert v.page.locator("[data-select=method] option").count() == 1 + len(methods.instant())
    v.drag((0.4, 0.45), (0.6, 0.45))
    v.settled("")
    assert v.page.locator(".wss-toast").is_hidden()


def test_push_from_the_page(visit, hub_server):
    v = visit(color_scheme="dark")
    v.page.click("[data-more=push] summary")
    v.page.fill("[data-field=repo]", "ann/mine")
    v.page.check("[data-field=private]")
    v.page.click("[data-form=push] button")
    v.page.wait_for_selector("[data-out=pushed] a")
    sha = hub_server.repos["models", "ann/mine"].at("main").oid
    link = v.page.locator("[data-out=pushed] a")
    assert link.get_attribute("href") == f"{hub_server.url}/ann/mine/commit/{sha}"
    assert sha[:7] in link.inner_text()
    assert load("ann/mine") == create("propagate", classes=("background", "object"))
    v.page.fill("[data-field=repo]", "bob/theirs")
    v.page.click("[data-form=push] button")
    v.page.wait_for_selector("[data-out=pushed] >> text=you may not do this to bob/theirs")


def test_a_phone_has_room_for_it(visit, photo, hub_server):
    push(create("propagate", features="colour", spread="live"), "ann/interactive")
    v = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    v.open(photo)
    v.page.tap("[data-more=hub] summary")
    v.page.tap(".wss-newest button")
    v.page.wait_for_selector(".wss-summary:not([hidden])")
    assert names(v) == ["background", "object"]
    v.page.tap("[data-more=push] summary")
    assert v.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
