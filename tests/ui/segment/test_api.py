"""The canvas's server functions, called as the browser calls them, but without one."""

from __future__ import annotations

import base64
import io
import json
import threading
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from tests.support.page_calls import encode_image
from ui.checkpoints.resolve import ResolvedModel
from ui.segment import api, gallery, predict
from ui.segment.session import Session
from ui.segment.state import SegmentState
from ui.server import endpoint, limits
from ui.server.label_runs import decode_labels
from ui.server.lru import LruCache
from ui.server.slots import slot
from wss_core.segmenter import Segmenter


@pytest.fixture
def state() -> SegmentState:
    return SegmentState()


@pytest.fixture
def halves() -> np.ndarray:
    """Left half red, right half blue, 60 x 80."""
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[:, :40], picture[:, 40:] = (200, 30, 30), (30, 30, 200)
    return picture


@pytest.fixture
def key(state, halves) -> str:
    return api.open_image(state, {"data": encode_image(halves), "name": "halves.png"})["key"]


CUES = json.dumps({"classes": ["background", "red"], "points": [[10, 30, 1], [70, 30, 0]]})


def request_mask(state, key, seq=1, cues=CUES, **more) -> dict:
    return api.segment(state, {"key": key, "seq": seq, "cues": cues, "method": "auto", **more})


def test_open_and_segment(state, key):
    answer = request_mask(state, key, uncertainty=True)
    labels = decode_labels(base64.b64decode(answer["runs"]), (answer["height"], answer["width"]))
    assert labels.shape == (60, 80)
    assert labels[:, :36].mean() > 0.95
    assert labels[:, 44:].mean() < 0.05
    steps = decode_labels(base64.b64decode(answer["uncertainty"]), labels.shape)
    assert steps.max() <= 15
    assert answer["method"] == "propagate"


def test_a_large_picture_is_worked_on_small_but_told_and_saved_large(state):
    picture = np.zeros((600, 2000, 3), np.uint8)
    picture[:, 1000:] = 255
    answer = api.open_image(state, {"data": encode_image(picture), "name": "wide.png"})
    assert (answer["width"], answer["height"]) == (2000, 600)
    cues = json.dumps({"points": [[1900, 300, 1], [100, 300, 0]]})
    mask = request_mask(state, answer["key"], cues=cues)
    assert mask["width"] == limits.WORKING_SIDE
    saved = api.export_result(state, {"key": answer["key"], "cues": cues, "method": "auto", "kind": "mask"})
    labels = np.asarray(Image.open(io.BytesIO(base64.b64decode(saved["data"]))))
    assert labels.shape == (600, 2000)
    assert labels[300, 1900] == 1
    assert labels[300, 100] == 0
    kept = api.export_result(state, {"key": answer["key"], "cues": cues, "method": "auto", "kind": "cues"})
    assert json.loads(base64.b64decode(kept["data"]))["points"] == [[1900, 300, 1], [100, 300, 0]]


def test_newest_wins_and_older_requests_are_stale(state, key):
    assert "runs" in request_mask(state, key, seq=5)
    assert request_mask(state, key, seq=4) == {"stale": True}
    for seq in (None, True, 5.0, 10**30, "6"):
        assert request_mask(state, key, seq=seq) == {"stale": True}
    assert "runs" in request_mask(state, key, seq=6)


@pytest.mark.parametrize("key_sent", ["no such key", None, 7, ["x"], {}])
def test_an_expired_session_says_gone(state, key_sent):
    assert request_mask(state, key_sent) == {"gone": True}
    assert api.export_result(state, {"key": key_sent, "kind": "mask"}) == {"gone": True}


def test_no_cues_only_prepares(state, key):
    assert request_mask(state, key, cues="{}")["empty"]


@pytest.mark.parametrize(
    ("cues", "words"),
    [
        ('{"points": [[500, 3, 1]]}', "outside the 80 x 60 picture"),
        ('{"points": [[NaN, 3, 1]]}', "NaN"),
        ("{", "not JSON"),
        (None, "must be a JSON object"),
        ('{"classes": ["a", "b"], "points": [[1, 1, 2]]}', "there are 2 classes"),
        ('{"tags": ["cat"]}', "Draw at least one"),
        (" " * (limits.CUES_BYTES + 1), "Use fewer"),
    ],
)
def test_bad_cues_get_a_sentence(state, key, cues, words):
    assert words in request_mask(state, key, cues=cues)["error"]


def test_an_unknown_method_gets_a_sentence(state, key):
    assert "Choose one of" in request_mask(state, key, method="magic")["error"]


def test_grabcut_is_bounded_in_classes(state, key):
    spots = [[5 * i, 10, i] for i in range(14)]
    assert "Choose propagate" in request_mask(state, key, cues=json.dumps({"points": spots}), method="grabcut")["error"]
    assert "runs" in request_mask(state, key, seq=2, cues=json.dumps({"points": spots[:4]}), method="grabcut")
    with pytest.raises(ValueError, match="takes at most 2 classes here"):  # as a checkpoint may have it
        predict.check_class_count(predict.create("grabcut", side=512, iterations=10), 3)
    predict.check_class_count(predict.create("grabcut", side=512, iterations=10), 2)


def test_what_was_not_foreseen_is_answered_too(state, key, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("secret path /tmp/x")

    monkeypatch.setattr(api, "segment_image", broken)
    assert request_mask(state, key) == {"error": endpoint.FAILED}
    assert "secret path" in caplog.text


@pytest.mark.parametrize("payload", [None, 3, [], "x"])
def test_a_payload_that_is_no_object(state, payload):
    assert "expected an object" in api.segment(state, payload)["error"]


def test_bad_pictures_get_a_sentence(state):
    assert "not a picture" in api.open_image(state, {"data": base64.b64encode(b"hello").decode()})["error"]
    assert "did not arrive whole" in api.open_image(state, {"data": "%%%"})["error"]
    assert "over 10 MB" in api.open_image(state, {"data": "A" * (limits.UPLOAD_BYTES * 2)})["error"]
    assert "over 10 MB" in api.open_image(state, {})["error"]


def test_more_pixels_than_allowed_are_refused(state, monkeypatch, halves):
    monkeypatch.setattr(limits, "IMAGE_PIXELS", 1000)
    assert "Make it smaller" in api.open_image(state, {"data": encode_image(halves)})["error"]


def test_an_animation_opens_with_a_note(state):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    answer = api.open_image(state, {"data": base64.b64encode(buffer.getvalue()).decode(), "name": "a.gif"})
    assert "first frame" in answer["note"]


def test_the_most_classes_in_one_go(state, key):
    spots = [[x, y, 14 * (y // 3) + x // 5] for y in range(1, 55, 3) for x in range(4, 72, 5)]
    spots = [spot for spot in spots if spot[2] < 254]
    form = {"classes": [f"class {i}" for i in range(254)], "points": spots}
    answer = request_mask(state, key, cues=json.dumps(form))
    labels = decode_labels(base64.b64decode(answer["runs"]), (answer["height"], answer["width"]))
    scale = answer["width"] / 80
    assert len(spots) > 240
    assert scale == 1
    assert all(labels[y, x] == label for x, y, label in spots)


def test_so_many_classes_are_solved_on_a_smaller_copy(state, monkeypatch):
    monkeypatch.setattr(limits, "SOLVE_VALUES", 3 * 512 * 512)
    key = api.open_image(state, {"data": encode_image(np.zeros((400, 900, 3), np.uint8))})["key"]
    answer = request_mask(state, key, cues='{"points": [[5, 5, 1], [800, 300, 2], [400, 300, 0]]}')
    assert answer["width"] == 512


def test_busy_when_no_solver_comes_free(state, key, monkeypatch):
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0.01)
    with slot(state.solving), slot(state.solving):
        assert request_mask(state, key) == {"busy": 400}
    assert "runs" in request_mask(state, key, seq=2)


@dataclass(kw_only=True)
class Stuck(Segmenter):
    """A method that does not end before `free` is set."""

    name: ClassVar[str] = "stuck"
    uses: ClassVar[frozenset[str]] = frozenset({"points"})

    def __post_init__(self):
        super().__post_init__()
        self.free, self.begun = threading.Event(), []

    def end(self, state) -> int:
        """How often it was begun, once all of its threads are done and all turns are free."""
        self.free.set()
        for places, count in ((state.solving, limits.SOLVES_AT_ONCE), (state.overdue, limits.SOLVES_OVERDUE)):
            held = [places.acquire(timeout=20) for _ in range(count)]
            for _ in held:
                places.release()
            assert all(held)
        return len(self.begun)

    def _probabilities(self, image, cues, class_ids, cache):
        self.begun.append(1)
        self.free.wait()
        return np.full((len(class_ids), *image.shape[:2]), 1 / len(class_ids), np.float32)


@pytest.fixture
def stuck(state, monkeypatch):
    method, original = Stuck(), predict.resolve_model
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(limits, "SOLVE_SECONDS", 0.05)
    monkeypatch.setattr(
        predict,
        "resolve_model",
        lambda state, name, *more: ResolvedModel("stuck", method) if name == "stuck" else original(state, name, *more),
    )
    yield method
    method.end(state)


def open_key(state, picture) -> str:
    return api.open_image(state, {"data": encode_image(picture)})["key"]


def test_solves_that_do_not_end_give_their_turns_back(state, halves, key, stuck, monkeypatch):
    for _ in range(limits.SOLVES_OVERDUE):
        assert (
            "takes too long on this server. Draw fewer cues"
            in request_mask(state, open_key(state, halves), method="stuck")["error"]
        )
    monkeypatch.setattr(limits, "SOLVE_SECONDS", 60)
    others = [slot(state.solving) for _ in range(limits.SOLVES_AT_ONCE - 1)]
    with others[0]:
        assert "runs" in request_mask(state, key)


def test_so_many_solves_that_do_not_end_go_on_and_no_more(state, halves, stuck):
    most = limits.SOLVES_AT_ONCE + limits.SOLVES_OVERDUE
    answers = [request_mask(state, open_key(state, halves), method="stuck") for _ in range(most + 2)]
    assert ["error" in answer for answer in answers] == [True] * most + [False] * 2
    assert answers[-1] == {"busy": 400}
    assert stuck.end(state) == most


def test_a_picture_waits_for_its_solve_that_does_not_end(state, key, stuck, monkeypatch):
    for seq in range(5):
        assert "takes too long" in request_mask(state, key, seq=seq, method="stuck")["error"]
    assert stuck.end(state) == 1
    state.sessions.get(key).overdue["stuck"].join()
    monkeypatch.setattr(limits, "SOLVE_SECONDS", 60)
    assert "runs" in request_mask(state, key, seq=6, method="stuck")


def test_many_threads_on_one_picture_prepare_once(state, halves, monkeypatch):
    prepared = []
    original = predict.create("auto").__class__._prepare
    monkeypatch.setattr(predict.create("auto").__class__, "_prepare", lambda *a: prepared.append(1) or original(*a))
    key = api.open_image(state, {"data": encode_image(halves)})["key"]
    threads = [threading.Thread(target=request_mask, args=(state, key, i)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(prepared) == 1


def test_every_export_kind_comes_with_bytes(state, key):
    for kind in api.EXPORTS:
        answer = api.export_result(
            state, {"key": key, "cues": CUES, "method": "auto", "kind": kind, "colours": ["#000000", "#ff0000"]}
        )
        assert answer.get("name", "").startswith("halves"), answer
        assert len(base64.b64decode(answer["data"])) > 20
    assert (
        "Choose one of"
        in api.export_result(state, {"key": key, "cues": CUES, "method": "auto", "kind": "exe"})["error"]
    )
    assert (
        "nothing to save"
        in api.export_result(state, {"key": key, "cues": "{}", "method": "auto", "kind": "mask"})["error"]
    )


def test_saved_masks_take_the_page_colours(state, key):
    answer = api.export_result(
        state, {"key": key, "cues": CUES, "method": "auto", "kind": "mask", "colours": ["#010203", "#aabbcc"]}
    )
    picture = Image.open(io.BytesIO(base64.b64decode(answer["data"])))
    assert picture.getpalette()[3:6] == [0xAA, 0xBB, 0xCC]


def test_read_cues_checks_the_file(state):
    text = json.dumps({"classes": ["background", "cat"], "points": [[3, 4, 1]]})
    assert api.read_cues(state, {"text": text, "width": 80, "height": 60})["cues"]["points"] == [[3.0, 4.0, 1]]
    assert "outside" in api.read_cues(state, {"text": text, "width": 3, "height": 3})["error"]
    for width in (None, True, 0, -3, 10**400):
        assert "open the picture" in api.read_cues(state, {"text": text, "width": width, "height": 3})["error"]
    assert "not a text file" in api.read_cues(state, {"text": 3, "width": 80, "height": 60})["error"]


@pytest.mark.parametrize("name", list(gallery.EXAMPLES))
def test_examples_open_with_cues_that_segment(state, name):
    answer = api.open_example(state, {"name": name})
    mask = request_mask(state, answer["key"], cues=json.dumps(answer["cues"]))
    labels = decode_labels(base64.b64decode(mask["runs"]), (mask["height"], mask["width"]))
    assert set(np.unique(labels)) == set(range(len(answer["cues"]["classes"])))


def test_an_unknown_example_gets_a_sentence(state):
    assert "there is no example" in api.open_example(state, {"name": "../../etc/passwd"})["error"]


def test_hello_tells_all_the_page_needs(state):
    answer = api.page_info(state, {})
    assert [m["name"] for m in answer["methods"]][:1] == ["auto"]
    assert len(api.list_examples(state, {})["examples"]) >= 4
    json.dumps(answer)


def picture_of(nbytes: int) -> Session:
    return Session(np.zeros((1, nbytes // 3, 3), np.uint8), (1, nbytes // 3), "p")


def test_the_least_recently_used_picture_is_put_away():
    kept = LruCache(entries=2, nbytes=10**9)
    first, second = kept.add(picture_of(30)), kept.add(picture_of(30))
    assert kept.get(first)
    third = kept.add(picture_of(30))
    assert kept.get(second) is None
    assert kept.get(first)
    assert kept.get(third)


def test_the_cache_is_bounded_by_bytes_but_the_newest_stays():
    kept = LruCache(entries=9, nbytes=100)
    first = kept.add(picture_of(60))
    assert kept.get(first)
    second = kept.add(picture_of(60))
    assert kept.get(first) is None
    third = kept.add(picture_of(600))
    assert kept.get(second) is None
    assert kept.get(third)
    assert len(kept) == 1


def test_keys_cannot_be_guessed_from_one_another():
    kept = LruCache()
    keys = {kept.add(picture_of(3)) for _ in range(50)}
    assert len(keys) == 50
    assert min(map(len, keys)) >= 24
