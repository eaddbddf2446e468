"""Trainings one after another in a process of their own: a real one, and small ones that misbehave."""

from __future__ import annotations

import base64
import io
import json
import sys
import time
import zipfile
from threading import Event

import numpy as np
import pytest

from tests.support.page_calls import encode_image
from tests.support.scenes import discs
from tests.support.train_scenes import small_task
from ui.segment import api as segment_api
from ui.server import limits
from ui.server.label_runs import decode_labels
from ui.server.lru import LruCache
from ui.train import api as train_api
from ui.train.process import Cancelled, Process
from ui.train.state import TrainState
from ui.train.training_queue import TrainingQueue
from wss_core.hub import load

HEAD = "import sys, json, time\nsay = lambda **said: print(json.dumps(said), flush=True)\nsay(ready=True)\n"
HANGS = HEAD + "for line in sys.stdin:\n    say(step=1, steps=9)\n    time.sleep(600)\n"
FAILS = HEAD + "for line in sys.stdin:\n    say(error='that went wrong')\n"
DIES = HEAD + "sys.stdin.readline()\n"


def stub(code: str) -> Process:
    return Process((sys.executable, "-c", code))


def run(code: str, tmp_path, stop: Event | None = None, seconds=60.0, nbytes=2**40) -> list[dict]:
    process = stub(code)
    try:
        return list(process.run(tmp_path, stop or Event(), seconds, nbytes))
    finally:
        assert not process.alive  # whatever ends it early ends the process


@pytest.mark.parametrize(
    ("code", "bounds", "words"),
    [
        (HANGS, {"seconds": 0.0}, "took too long for this page. Choose quick"),
        (HANGS, {"nbytes": 1}, "more memory than there is here"),
        (FAILS, {}, "that went wrong"),
        (DIES, {}, "broke off on the server. Train again"),
    ],
)
def test_a_process_that_misbehaves_is_ended_with_a_sentence(code, bounds, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        run(code, tmp_path, **bounds)


def test_a_process_that_hangs_is_ended_when_cancelled(tmp_path):
    stop = Event()
    stop.set()
    with pytest.raises(Cancelled):
        run(HANGS, tmp_path, stop)


def until(look, *states: str) -> dict:
    """What `look` tells once the training is in one of the states."""
    for _ in range(3000):
        status = look()
        if status["state"] in states:
            return status
        time.sleep(0.02)
    raise AssertionError(status)


def test_one_trains_and_the_others_wait_in_order(monkeypatch):
    queue = TrainingQueue(LruCache(), lambda: stub(HANGS))
    first, second, third = (queue.begin(small_task("probe")) for _ in range(3))
    until(lambda: queue.status(first), "running")
    assert [queue.status(key)["jobs_before"] for key in (first, second, third)] == [0, 1, 2]
    queue.cancel(second)
    assert queue.status(second)["state"] == "cancelled"
    assert queue.status(third)["jobs_before"] == 1
    queue.cancel(first)
    assert until(lambda: queue.status(first), "cancelled")["predictions"] == []
    assert until(lambda: queue.status(third), "running")["jobs_before"] == 0
    for key in ("nobody's", None, 3):
        assert queue.status(key) == {"state": "gone"}
        queue.cancel(key)
    queue.max_unfinished = 2
    forgotten = queue.begin(small_task("probe"))
    with pytest.raises(ValueError, match="too many people wait"):
        queue.begin(small_task("probe"))
    monkeypatch.setattr(limits, "TRAIN_ABANDONED_SECONDS", 0.0)
    queue.cancel(third)
    assert until(lambda: queue.status(third), "cancelled")["error"] == ""
    assert until(lambda: queue.status(forgotten), "running", "cancelled")["state"] == "cancelled"


def test_a_failure_is_told_and_the_next_training_goes_on():
    codes = iter([FAILS, DIES, HANGS, HANGS])
    queue = TrainingQueue(LruCache(), lambda: stub(next(codes)))
    for words in ("that went wrong", "broke off"):
        key = queue.begin(small_task("probe"))
        assert words in until(lambda key=key: queue.status(key), "failed")["error"]
    key = queue.begin(small_task("probe"))
    until(lambda: queue.status(key), "running")
    queue.cancel(key)
    until(lambda: queue.status(key), "cancelled")


def test_an_idle_process_is_put_away_and_another_started(monkeypatch):
    monkeypatch.setattr(limits, "TRAIN_IDLE_SECONDS", 0.2)
    made = []
    queue = TrainingQueue(LruCache(), lambda: made.append(stub(FAILS)) or made[-1])
    queue.start_process()
    for _ in range(500):
        if made and not made[0].alive:
            break
        time.sleep(0.02)
    assert not made[0].alive
    key = queue.begin(small_task("probe"))
    until(lambda: queue.status(key), "failed")
    assert len(made) == 2


@pytest.fixture
def state() -> TrainState:
    return TrainState()


def sent_rows(state, cued: int = 2, uncued: int = 1) -> list[dict]:
    """Pictures of discs as the browser sends them: kept on the server, with cues."""
    made = []
    for number, one in enumerate(discs(cued + uncued)):
        kept = train_api.add_image(state, {"data": encode_image(one.image), "name": f"disc{number}.png"})
        cues = json.loads(one.cues.to_json(("background", "disc"))) if number < cued else None
        made.append({key: kept[key] for key in ("key", "width", "height")} | {"cues": cues})
    return made


def test_from_pictures_to_a_model_and_its_answers(state):
    sent = sent_rows(state)
    check = train_api.check_training(state, {"images": sent})
    assert (check["reason_not_trainable"], check["suggestions"], check["cued_images"]) == ("", [], 2)
    assert (check["classes"], check["label_seconds"]) == (["background", "disc"], 44)
    job = train_api.start_training(state, {"images": sent, "method": "probe", "effort": "careful"})["job"]
    done = until(lambda: train_api.training_status(state, {"job": job}), "done", "failed")
    assert done["error"] == ""
    assert len(done["predictions"]) == 3
    assert len(train_api.training_status(state, {"job": job, "seen": 2})["predictions"]) == 1
    model = done["checkpoint"]
    assert (model["classes"], model["learns"]) == (["background", "disc"], True)
    assert "about 44 seconds of labelling" in dict(model["rows"])["Labels"]

    fresh = discs(4)[3]
    key = segment_api.open_image(state.segment, {"data": encode_image(fresh.image), "name": "new.png"})["key"]
    answer = segment_api.segment(state.segment, {"key": key, "seq": 1, "cues": "{}", "method": model["method"]})
    labels = decode_labels(base64.b64decode(answer["runs"]), fresh.truth.shape)
    assert (labels == fresh.truth).mean() > 0.9
    corrected = {"classes": model["classes"], "points": [[1, 1, 1]]}
    answer = segment_api.segment(
        state.segment, {"key": key, "seq": 2, "cues": json.dumps(corrected), "method": model["method"]}
    )
    assert decode_labels(base64.b64decode(answer["runs"]), fresh.truth.shape)[1, 1] == 1
    other = {"classes": ["background", "cat"], "points": [[1, 1, 1]]}
    answer = segment_api.segment(
        state.segment, {"key": key, "seq": 3, "cues": json.dumps(other), "method": model["method"]}
    )
    assert "what you trained knows the classes background, disc" in answer["error"]


def test_the_checkpoint_that_is_downloaded_loads(state, tmp_path):
    sent = sent_rows(state)
    job = train_api.start_training(state, {"images": sent, "method": "probe", "effort": "quick"})["job"]
    model = until(lambda: train_api.training_status(state, {"job": job}), "done", "failed")["checkpoint"]["method"]
    file = train_api.download(state, {"model": model, "kind": "checkpoint"})
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(file["data"]))) as archive:
        archive.extractall(tmp_path)
    assert load(tmp_path).segment(discs()[0].image).labels.any()
    assert train_api.download(state, {"model": model, "kind": "masks"})["name"] == "probe_masks.zip"
    assert "no file 'x'" in train_api.download(state, {"model": model, "kind": "x"})["error"]
    state.segment.checkpoints.trained.clear()
    assert "put away to make room. Train again" in train_api.download(state, {"model": model, "kind": "masks"})["error"]


def test_cancel_leaves_nothing_and_the_next_training_works(state, monkeypatch):
    sent, before = sent_rows(state), len(state.segment.checkpoints.trained)
    job = train_api.start_training(state, {"images": sent, "method": "network", "effort": "careful"})["job"]
    until(lambda: {"state": "step" if train_api.training_status(state, {"job": job}).get("step") else ""}, "step")
    assert train_api.cancel_training(state, {"job": job}) == {}
    assert until(lambda: train_api.training_status(state, {"job": job}), "cancelled", "done")["model"] == ""
    assert len(state.segment.checkpoints.trained) == before
    job = train_api.start_training(state, {"images": sent, "method": "probe", "effort": "quick"})["job"]
    assert until(lambda: train_api.training_status(state, {"job": job}), "done", "failed")["error"] == ""


def test_what_cannot_be_trained_is_told_why(state, monkeypatch):
    sent = sent_rows(state, 1, 1)
    good = {"images": sent, "method": "probe", "effort": "quick"}
    assert "is not offered" in train_api.start_training(state, {**good, "method": "grabcut"})["error"]
    assert "No picture here has a cue" in train_api.start_training(state, {**good, "images": sent[1:]})["error"]
    assert train_api.start_training(state, {**good, "images": [sent[0], {**sent[1], "key": "another's"}]}) == {
        "gone": [1]
    }
    wide = {**sent[0], "width": 4000, "cues": {**sent[0]["cues"], "points": [[3000, 1, 1]]}}
    assert "outside the 48 x 48 picture" in train_api.start_training(state, {**good, "images": [wide]})["error"]
    assert (
        "size of a picture is missing"
        in train_api.check_training(state, {"images": [{**sent[0], "width": None}]})["error"]
    )
    assert "no list of pictures" in train_api.check_training(state, {"images": {}})["error"]
    monkeypatch.setattr(limits, "TRAIN_IMAGES", 1)
    assert "2 pictures are too many: at most 1" in train_api.check_training(state, {"images": sent})["error"]
    monkeypatch.setattr(limits, "CUES_BYTES", 100)
    assert "the cues are over" in train_api.check_training(state, {"images": sent[:1]})["error"]


def test_pictures_are_kept_small_from_wherever_they_come(state, monkeypatch):
    monkeypatch.setattr(limits, "TRAIN_SIDE", 32)
    image = np.zeros((40, 80, 3), np.uint8)
    opened = segment_api.open_image(state.segment, {"data": encode_image(image), "name": "wide.png"})["key"]
    for payload in ({"key": opened}, {"data": encode_image(image), "name": "wide.png"}):
        kept = train_api.add_image(state, payload)
        assert (kept["width"], kept["height"]) == (80, 40)
        assert state.images.get(kept["key"]).image.shape == (16, 32, 3)
    assert train_api.add_image(state, {"key": "put away"}) == {"gone": True}
    assert train_api.add_image(state, {"example": "coins"})["width"] == 384
    assert "no example 'x'" in train_api.add_image(state, {"example": "x"})["error"]
    assert "did not arrive whole" in train_api.add_image(state, {"data": "?", "name": "x"})["error"]
