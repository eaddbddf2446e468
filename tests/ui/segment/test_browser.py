"""The page in a real browser: what a person does with the mouse, the keys and a finger."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import pytest
import skimage.data
from PIL import Image


@pytest.fixture(scope="module")
def photo(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("photos") / "motorcycle.png"
    Image.fromarray(skimage.data.stereo_motorcycle()[0]).save(path)
    return str(path)


@pytest.fixture
def small(tmp_path) -> str:
    path = tmp_path / "small.png"
    Image.new("RGB", (120, 100), "teal").save(path)
    return str(path)


def test_draw_two_classes_undo_rename_export(visit, photo):
    v = visit()
    v.open(photo)
    clean = v.painted(2)
    v.drag((0.35, 0.45), (0.5, 0.4), (0.68, 0.45), release=False)
    v.settled("")  # a mask is there while the button is still held
    v.page.mouse.up()
    assert v.data("cues") == "1"
    before = v.data("shown")
    v.drag((0.1, 0.95), (0.9, 0.97), button="right")
    v.settled(before)
    v.page.click("[data-do=addClass]")
    before = v.data("shown")
    v.drag((0.78, 0.1), (0.95, 0.1))
    v.settled(before)
    assert v.data("cues") == "3"
    assert v.painted(2) > clean + 500

    before = v.data("shown")
    v.page.keyboard.press("Control+z")
    v.settled(before)
    assert v.data("cues") == "2"
    assert v.painted(2) < clean + 100
    before = v.data("shown")
    v.page.keyboard.press("Control+Shift+z")
    v.settled(before)

    name = v.page.locator(".wss-class input[type=text]").nth(1)
    name.fill("<b>motor & bike</b>")
    name.press("Enter")
    assert v.page.locator(".wss-class b").count() == 0

    file, data = v.saved("cues")
    form = json.loads(data)
    assert file == "motorcycle_cues.json"
    assert form["classes"] == ["background", "<b>motor & bike</b>", "object 2"]
    assert [stroke["label"] for stroke in form["strokes"]] == [1, 0, 2]
    _, data = v.saved("mask")
    labels = np.asarray(Image.open(io.BytesIO(data)))
    assert labels.shape == (500, 741)
    assert set(np.unique(labels)) == {0, 1, 2}
    x, y = map(int, form["strokes"][0]["path"][3])
    assert labels[y, x] == 1


def test_a_preview_is_painted_before_any_answer_comes(visit, photo):
    v = visit()
    v.open(photo)
    v.page.route("**/component_server/**", lambda route: None)  # the server never answers again
    v.drag((0.35, 0.45), (0.5, 0.4), (0.68, 0.45))
    v.page.wait_for_timeout(200)
    with_preview = v.painted(1)
    v.page.keyboard.press("m")
    v.page.wait_for_timeout(200)
    assert v.data("shown") is None
    assert with_preview > v.painted(1) + 300


def test_tabs_and_cues_files_keep_what_was_drawn(visit, photo, tmp_path):
    v = visit()
    v.open(photo)
    v.drag((0.4, 0.45), (0.6, 0.45))
    v.settled("")
    v.page.get_by_role("tab", name="About").click()
    v.page.wait_for_timeout(200)
    v.page.get_by_role("tab", name="Segment").click()
    assert v.data("cues") == "1"
    path = tmp_path / "cues.json"
    path.write_bytes(v.saved("cues")[1])
    v.page.click("[data-do=clear]")
    assert v.data("cues") == "0"
    v.page.set_input_files("[data-file=cues]", str(path))
    v.page.wait_for_selector(".wss[data-cues='1']")
    assert v.saved("cues")[1] == path.read_bytes()


def test_every_tool_makes_its_cue(visit, photo):
    v = visit()
    v.open(photo)
    v.page.click("[data-do=addClass]")
    v.page.keyboard.press("1")
    v.page.keyboard.press("p")
    v.page.mouse.click(*v.at(0.5, 0.5))
    v.page.keyboard.press("r")
    v.drag((0.1, 0.2), (0.95, 0.95))
    v.page.keyboard.press("f")
    v.drag((0.2, 0.6), (0.3, 0.6), (0.3, 0.7), (0.2, 0.7), (0.2, 0.62))
    v.page.keyboard.press("2")
    for place in ((0.8, 0.1), (0.9, 0.1), (0.9, 0.2)):
        v.page.mouse.click(*v.at(*place))
    v.page.keyboard.press("Enter")
    v.page.keyboard.press("b")
    v.page.keyboard.press("i")
    v.drag((0.02, 0.1), (0.02, 0.9))
    v.page.locator(".wss-class input[type=checkbox]").first.check()
    v.settled("")
    form = json.loads(v.saved("cues")[1])
    assert form["tags"] == ["object"]
    assert len(form["points"]) == 1
    assert form["boxes"][0] == pytest.approx([74, 100, 704, 475, 1], abs=3)
    assert [(s["label"], s["width"] > 0) for s in form["strokes"]] == [(1, False), (2, False), (255, True)]
    assert len(form["strokes"][1]["path"]) == 3
    labels = np.asarray(Image.open(io.BytesIO(v.saved("mask")[1])))
    assert labels[250, 15] == 255

    v.page.keyboard.press("e")
    v.page.mouse.click(*v.at(0.5, 0.5))
    v.drag((0.0, 0.5), (0.04, 0.5))  # across the ignore stroke: two pieces stay
    form = json.loads(v.saved("cues")[1])
    assert form["points"] == []
    assert len(form["strokes"]) == 4
    v.page.keyboard.press("Control+z")
    assert len(json.loads(v.saved("cues")[1])["strokes"]) == 3
    v.page.keyboard.press("Delete")
    assert v.data("cues") != "5"


def test_a_class_is_removed_with_its_cues_and_comes_back(visit, photo):
    v = visit()
    v.open(photo)
    v.page.click("[data-do=addClass]")
    v.page.click("[data-do=addClass]")
    v.page.keyboard.press("2")
    v.drag((0.4, 0.4), (0.5, 0.4))
    v.page.keyboard.press("3")
    v.drag((0.4, 0.7), (0.5, 0.7))
    v.page.get_by_label("Remove object 2").click()
    form = json.loads(v.saved("cues")[1])
    assert form["classes"] == ["background", "object", "object 3"]
    assert [s["label"] for s in form["strokes"]] == [2]
    v.page.click("[data-do=undo]")
    assert [s["label"] for s in json.loads(v.saved("cues")[1])["strokes"]] == [2, 3]


def strokes(visit) -> list[dict]:
    return json.loads(visit.saved("cues")[1])["strokes"]


def chosen(visit) -> str:
    return visit.page.locator(".wss-class.on input[type=text]").input_value()


def test_the_class_shown_is_the_class_drawn(visit, photo):
    v = visit()
    v.open(photo)
    for _ in range(3):
        v.page.click("[data-do=addClass]")
    assert chosen(v) == "object 4"
    v.page.keyboard.press("3")
    v.page.get_by_label("Remove object", exact=True).click()
    assert chosen(v) == "object 3"
    v.drag((0.4, 0.4), (0.5, 0.4))
    form = json.loads(v.saved("cues")[1])
    assert form["classes"][form["strokes"][0]["label"]] == "object 3"


def test_undo_takes_the_last_corner_of_a_polygon_first(visit, photo):
    v = visit()
    v.open(photo)
    v.page.click("[data-do=addClass]")
    v.page.keyboard.press("f")
    for place in ((0.3, 0.3), (0.5, 0.3), (0.5, 0.5), (0.9, 0.9)):
        v.page.mouse.click(*v.at(*place))
    v.page.keyboard.press("Control+z")
    v.page.keyboard.press("Enter")
    (outline,) = strokes(v)
    assert (outline["label"], len(outline["path"])) == (2, 3)
    v.page.keyboard.press("Control+z")
    v.page.mouse.click(*v.at(0.3, 0.3))
    v.page.get_by_label("Remove object 2").click()
    v.page.keyboard.press("Enter")
    assert v.data("cues") == "0"


def test_another_picture_takes_nothing_half_drawn_along(visit, photo, small):
    v = visit()
    v.open(photo)
    v.page.keyboard.press("f")
    for place in ((0.6, 0.6), (0.8, 0.6), (0.8, 0.8)):
        v.page.mouse.click(*v.at(*place))
    v.open(small)
    v.page.keyboard.press("Enter")
    assert v.data("cues") == "0"
    v.open(photo)
    v.page.keyboard.press("b")
    v.drag((0.6, 0.6), (0.8, 0.8), release=False)
    v.open(small)
    v.page.mouse.up()
    assert v.data("cues") == "0"


def test_the_old_picture_coming_back_late_does_not_replace_the_new_one(app_state, visit, photo, small):
    v = visit()
    v.open(photo)
    v.drag((0.4, 0.45), (0.6, 0.45))
    v.settled("")
    held = []

    def hold(route):
        if not held and "open_image" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    v.page.route("**/component_server/**", hold)
    app_state.segment.sessions.clear()
    v.drag((0.1, 0.95), (0.9, 0.97), button="right")
    v.page.wait_for_timeout(500)
    v.open(small)
    held[0].continue_()
    v.page.wait_for_timeout(700)
    v.page.keyboard.press("p")
    v.page.mouse.click(*v.at(0.5, 0.5))
    name, data = v.saved("mask")
    assert name == "small_mask.png"
    assert Image.open(io.BytesIO(data)).size == (120, 100)


def test_a_fast_eraser_leaves_no_gaps(visit, photo):
    v = visit()
    v.open(photo)
    for x in (0.3, 0.4, 0.5, 0.6, 0.7):
        v.drag((x, 0.3), (x, 0.7))
    v.page.keyboard.press("e")
    v.page.mouse.move(*v.at(0.2, 0.5))
    v.page.mouse.down()
    v.page.mouse.move(*v.at(0.8, 0.5))  # one event for the whole way
    v.page.mouse.up()
    assert len(strokes(v)) == 10


def test_cues_without_classes_get_as_many_as_they_need(visit, photo, tmp_path):
    path = tmp_path / "cues.json"
    path.write_text('{"points": [[10, 10, 255], [200, 200, 7]], "tags": ["zebra"]}')
    v = visit()
    v.open(photo)
    v.page.set_input_files("[data-file=cues]", str(path))
    v.page.wait_for_selector(".wss[data-cues='2']")
    form = json.loads(v.saved("cues")[1])
    assert len(form["classes"]) == 9
    assert form["tags"] == ["zebra"]
    assert sorted(p[2] for p in form["points"]) == [7, 255]


def test_the_keyboard_opens_the_list_of_cues_and_keeps_its_place(visit, photo):
    v = visit()
    v.open(photo)
    v.page.focus(".wss-list summary")
    v.page.keyboard.press("Enter")
    assert v.page.locator(".wss-list").get_attribute("open") is not None
    v.page.focus(".wss-class input[type=checkbox]")
    v.page.keyboard.press("Space")
    assert v.page.evaluate("document.activeElement.getAttribute('aria-label')") == "object is in the picture"


def test_a_box_too_small_says_so_and_leaves_no_error(visit, photo):
    v = visit(viewport={"width": 1500, "height": 700})  # with a margin beside the picture
    v.open(photo)
    v.page.keyboard.press("r")
    v.drag((-0.03, 0.2), (-0.01, 0.6))
    assert v.data("cues") == "0"
    v.page.wait_for_timeout(300)
    assert v.page.locator(".wss-toast").is_hidden()
    assert "too small" in v.page.inner_text("[data-out=status]")


def test_zoom_and_pan_do_not_move_the_cues(visit, photo):
    v = visit()
    v.open(photo)
    v.page.mouse.move(*v.at(0.5, 0.5))
    v.page.keyboard.down("Control")
    v.page.mouse.wheel(0, -300)
    v.page.keyboard.up("Control")
    assert v.page.inner_text("[data-out=zoom]") != "100%"
    v.page.keyboard.press("p")
    v.page.mouse.click(*v.at(0.5, 0.5))  # the wheel zooms about the pointer: this place stays
    point = json.loads(v.saved("cues")[1])["points"][0]
    assert point[:2] == pytest.approx([370, 249.5], abs=1.5)
    v.page.mouse.move(*v.at(0.5, 0.5))
    v.page.keyboard.down("Space")
    v.drag((0.5, 0.5), (0.6, 0.6))
    v.page.keyboard.up("Space")
    assert v.data("cues") == "1"
    brush = v.page.input_value("[data-range=brush]")
    v.page.keyboard.press("b")
    v.page.mouse.wheel(0, -100)
    v.page.keyboard.press("]")
    assert int(v.page.input_value("[data-range=brush]")) > int(brush)


def test_live_off_waits_for_update_once(visit, photo):
    v = visit()
    v.open(photo)
    v.page.keyboard.press("l")
    v.drag((0.4, 0.45), (0.6, 0.45))
    v.page.wait_for_timeout(500)
    assert v.data("shown") is None
    v.page.click("[data-do=once]")
    v.settled("")


def test_a_picture_put_away_by_the_server_comes_back_with_the_cues(app_state, visit, photo):
    v = visit()
    v.open(photo)
    v.drag((0.4, 0.45), (0.6, 0.45))
    v.settled("")
    app_state.segment.sessions.clear()
    before = v.data("shown")
    v.drag((0.1, 0.95), (0.9, 0.97), button="right")
    v.settled(before)
    assert v.data("cues") == "2"
    assert v.page.locator(".wss-toast").is_hidden()


def test_a_bad_file_leaves_picture_and_cues(visit, photo, tmp_path):
    v = visit()
    v.open(photo)
    v.drag((0.4, 0.45), (0.6, 0.45))
    v.settled("")
    broken = tmp_path / "broken.png"
    with open(photo, "rb") as whole:
        broken.write_bytes(whole.read(2000))
    v.page.set_input_files("[data-file=picture]", str(broken))
    v.page.wait_for_selector(".wss-toast:not([hidden])")
    assert "damaged or cut short" in v.page.inner_text(".wss-toast")
    assert v.data("cues") == "1"
    v.page.set_input_files("[data-file=cues]", str(broken))
    v.page.wait_for_function("() => document.querySelector('.wss-toast').textContent.includes('JSON')")
    assert v.data("cues") == "1"


def test_uncertainty_and_mask_keys_change_what_is_seen(visit):
    v = visit()
    v.page.click(".wss-drop [data-example=rocket]")
    v.settled("")
    masked = v.page.locator(".wss-stage").screenshot()
    v.page.keyboard.press("m")
    v.page.wait_for_timeout(200)
    bare = v.page.locator(".wss-stage").screenshot()
    assert bare != masked
    before = v.data("shown")
    v.page.keyboard.press("u")
    v.settled(before)
    assert v.page.locator(".wss-stage").screenshot() not in (bare, masked)
    v.page.keyboard.press("?")
    assert v.page.locator(".wss-help").is_visible()


def test_a_phone_draws_with_a_finger_and_zooms_with_two(visit, photo):
    v = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2)
    v.open(photo)
    assert v.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stage = v.page.locator(".wss-stage canvas").bounding_box()
    assert stage["y"] + stage["height"] < 844  # picture and tools are on the first screen
    touch = v.context.new_cdp_session(v.page)

    def fingers(kind, *places):
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", v.at(0.35, 0.45))
    for i in range(1, 9):
        fingers("touchMove", v.at(0.35 + 0.04 * i, 0.45))
    fingers("touchEnd")
    v.settled("")
    assert v.data("cues") == "1"
    assert v.page.evaluate("scrollY") == 0
    v.page.click(".wss-chips button >> nth=0")
    v.page.locator(".wss-stage").scroll_into_view_if_needed()
    fingers("touchStart", v.at(0.1, 0.9))
    for i in range(1, 9):
        fingers("touchMove", v.at(0.1 + 0.05 * i, 0.9))
    fingers("touchEnd")
    assert v.data("cues") == "2"
    assert [s["label"] for s in json.loads(v.saved("cues")[1])["strokes"]] == [1, 0]
    v.page.evaluate("scrollTo(0, 0)")
    zoom = v.page.inner_text("[data-out=zoom]")
    fingers("touchStart", v.at(0.4, 0.5))
    fingers("touchStart", v.at(0.4, 0.5), v.at(0.6, 0.5))
    for i in range(6):
        fingers("touchMove", v.at(0.4 - 0.05 * i, 0.5), v.at(0.6 + 0.05 * i, 0.5))
    fingers("touchEnd")
    assert v.page.inner_text("[data-out=zoom]") != zoom
    assert v.data("cues") == "2"


def test_dark_mode_has_dark_paper(visit):
    v = visit(color_scheme="dark")
    colour = v.page.evaluate("getComputedStyle(document.querySelector('.wss-drop')).backgroundColor")
    assert max(int(value) for value in re.findall(r"\d+", colour)[:3]) < 80
