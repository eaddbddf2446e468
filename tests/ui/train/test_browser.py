"""The Train tab in a real browser: pictures kept with their cues, a training, its answers, corrected, taken away."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from ui.train import presets
from wss_core.hub import load


@pytest.fixture
def photos(tmp_path) -> list[str]:
    """Red discs on green, 741 x 500, at different places."""
    made = []
    ys, xs = np.mgrid[:500, :741]
    for number, middle in enumerate((370, 300, 440, 250)):
        inside = (xs - middle) ** 2 + (ys - 250) ** 2 < 120**2
        made.append(str(tmp_path / f"disc{number}.png"))
        Image.fromarray(np.where(inside[..., None], (190, 60, 50), (60, 140, 70)).astype(np.uint8)).save(made[-1])
    return made


def cue(v, photo: str, background: bool = True) -> None:
    """Open a picture, draw on its disc and beside it."""
    v.open(photo)
    v.drag((0.42, 0.5), (0.52, 0.5))
    if background:
        v.drag((0.05, 0.1), (0.95, 0.1), button="right")


def to(v, tab: str) -> None:
    v.page.get_by_role("tab", name=tab).click()
    if tab == "Train":
        v.page.wait_for_selector(".wss-train[data-ready=yes]")


def card_texts(v, name: str) -> list[str]:
    """What is said of each picture of a part, once all have come and their cues were looked at."""
    v.page.wait_for_function("() => !document.querySelector('.wss-train').textContent.includes('Loading…')")
    v.page.wait_for_timeout(600)
    return v.page.locator(f"[data-part={name}] .wss-card p span:last-child").all_inner_texts()


def ended(v) -> str:
    v.page.wait_for_selector(".wss-train[data-state=done], .wss-train[data-state=idle]", timeout=240_000)
    return v.page.inner_text("[data-out=error]")


def test_from_cues_to_a_model_corrected_downloaded_and_pushed(visit, photos, tmp_path, hub_server):
    v = visit()
    for photo in photos[:2]:
        cue(v, photo)
        v.page.click("[data-do=keep]")
    assert v.page.inner_text("[data-out=kept]") == "2 pictures on the Train tab"
    to(v, "Train")
    v.page.set_input_files("[data-file=batch]", photos[2:])
    assert (card_texts(v, "cued"), card_texts(v, "uncued")) == (["2 cues"] * 2, ["no cue"] * 2)
    assert "2 pictures with cues: about 44 seconds" in v.page.inner_text("[data-out=label-seconds]")
    v.page.click("[data-do=train]")
    assert ended(v) == ""
    assert all("uncertain" in text for text in card_texts(v, "uncued"))
    assert "about 44 seconds of labelling" in v.page.inner_text("[data-part=summary]")

    v.page.get_by_label("Open disc3.png").click()
    v.page.wait_for_selector("[data-out=status] >> text=No cue")
    assert v.painted(1) > 2000  # what it says by itself
    assert v.page.input_value("[data-select=method]").startswith("trained:")
    before = v.data("shown")
    v.drag((0.3, 0.5), (0.4, 0.5))
    v.settled(before)
    to(v, "Train")
    assert (card_texts(v, "cued"), len(card_texts(v, "uncued"))) == (["2 cues", "2 cues", "1 cue"], 1)
    assert "3 pictures with cues: about 54 seconds" in v.page.inner_text("[data-out=label-seconds]")

    with v.page.expect_download() as download:
        v.page.click("[data-do=checkpoint]")
    zipfile.ZipFile(download.value.path()).extractall(tmp_path / "model")
    assert load(tmp_path / "model").training["images"] == 4
    with v.page.expect_download() as download:
        v.page.click("[data-do=masks]")
    with zipfile.ZipFile(download.value.path()) as masks:
        labels = np.asarray(Image.open(io.BytesIO(masks.read("disc2_mask.png"))))
    assert (labels[250, 440], labels[20, 20]) == (1, 0)
    v.page.click(".wss-train summary")
    v.page.fill(".wss-train [data-field=repo]", "ann/discs")
    v.page.click(".wss-train [data-form=push] button")
    v.page.wait_for_selector(".wss-train [data-out=pushed] a")
    assert load("ann/discs").classes == ("background", "object")


def test_what_is_missing_is_said_and_goes_when_it_is_there(visit, photos):
    v = visit(color_scheme="dark")
    to(v, "Train")
    v.page.wait_for_selector(".wss-suggestions >> text=no picture here yet")
    assert v.page.is_disabled("[data-do=train]")
    v.page.set_input_files("[data-file=batch]", photos[:1])
    v.page.wait_for_selector(".wss-suggestions >> text=No picture here has a cue yet")
    v.page.get_by_label("Open disc0.png").click()
    v.page.wait_for_selector("[data-do=keep][aria-pressed=true]")
    v.drag((0.42, 0.5), (0.52, 0.5))
    to(v, "Train")
    v.page.wait_for_selector(
        ".wss-suggestions >> text=Every cue is of object. Click a picture, and draw background too"
    )
    to(v, "Segment")
    v.drag((0.05, 0.1), (0.95, 0.1), button="right")
    v.page.click("[data-do=addClass]")
    to(v, "Train")
    v.page.wait_for_selector(".wss-suggestions >> text=One picture with cues teaches little")
    v.page.wait_for_selector(".wss-suggestions >> text=No cue shows object 2 on any picture")
    assert v.page.is_enabled("[data-do=train]")
    to(v, "Segment")
    v.page.click("[data-do=keep]")  # again: it is left out
    to(v, "Train")
    v.page.wait_for_selector(".wss-suggestions >> text=no picture here yet")


def test_cancel_keeps_pictures_and_cues(visit, photos, monkeypatch):
    monkeypatch.setitem(presets.PRESETS["network"].efforts, "quick", {"backbone": "unet", "steps": 5000, "crop": 64})
    v = visit()
    cue(v, photos[0])
    v.page.click("[data-do=keep]")
    to(v, "Train")
    card_texts(v, "cued")
    v.page.click("[data-pick=network]")
    v.page.click("[data-do=train]")
    v.page.wait_for_selector("[data-out=state] >> text=loss", timeout=240_000)
    v.page.click("[data-do=cancel]")
    assert ended(v) == ""
    assert "Nothing of this training is kept" in v.page.inner_text("[data-out=state]")
    assert v.page.is_hidden("[data-part=result]")
    assert (card_texts(v, "cued"), v.page.is_enabled("[data-do=train]")) == (["2 cues"], True)


def test_a_phone_has_room_for_it(visit, photos):
    v = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    to(v, "Train")
    v.page.set_input_files("[data-file=batch]", photos)
    assert card_texts(v, "uncued") == ["no cue"] * 4
    assert v.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    v.page.get_by_label("Remove disc1.png").tap()
    assert len(card_texts(v, "uncued")) == 3
