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

from tests.support.scenes import discs
from tests.ui.segment.test_api import encoded
from tests.ui.train.test_training_set import tiny
from ui.checkpoints.trained import trained
from ui.segment import api
from ui.server import limits
from ui.server.label_runs import decode_labels
from ui.train import api as served
from ui.train.job_queue import TrainingQueue
from ui.train.process import Cancelled, Process
from wss_core.hub import load

HEAD = "import sys, json, time\nsay = lambda **said: print(json.dumps(said), flush=True)\nsay(ready=True)\n"
HANGS = HEAD + "for line in sys.stdin:\n    say(step=1, steps=9)\n    time.sleep(600)\n"
FAILS = HEAD + "for line in sys.stdin:\n    say(error='that went wrong')\n"
DIES = HEAD + "sys.stdin.readline()\n"


def stub(code: str) -> Process:
    return Process((sys.executable, "-c", code))


def do(code: str, tmp_path, stop: Event | None = None, seconds=60.0, nbytes=2**40) -> list[dict]:
    process = stub(code)
    try:
        return list(process.do(tmp_path, stop or Event(), seconds, nbytes))
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
        do(code, tmp_path, **bounds)


def test_a_process_that_hangs_is_ended_when_cancelled(tmp_path):
    stop = Event()
    stop.set()
    with pytest.raises(Cancelled):
        do(HANGS, tmp_path, stop)


def until(look, *states: str) -> dict:
    """What `look` tells once the training is in one of the states."""
    for _ in range(3000):
        told = look()
        if told["state"] in states:
            return told
        time.sleep(0.02)
    raise AssertionError(told)


def test_one_trains_and_the_others_wait_in_order(monkeypatch):
    shop = TrainingQueue(lambda: stub(HANGS))
    first, second, third = (shop.begin(tiny("probe")) for _ in range(3))
    until(lambda: shop.ask(first), "training")
    assert [shop.ask(key)["place"] for key in (first, second, third)] == [0, 1, 2]
    shop.cancel(second)
    assert shop.ask(second)["state"] == "cancelled"
    assert shop.ask(third)["place"] == 1
    shop.cancel(first)
    assert until(lambda: shop.ask(first), "cancelled")["answers"] == []
    assert until(lambda: shop.ask(third), "training")["place"] == 0
    for key in ("nobody's", None, 3):
        assert shop.ask(key) == {"state": "gone"}
        shop.cancel(key)
    monkeypatch.setattr(limits, "TRAIN_WAITING", 1)
    forgotten = shop.begin(tiny("probe"))
    with pytest.raises(ValueError, match="too many people wait"):
        shop.begin(tiny("probe"))
    monkeypatch.setattr(limits, "TRAIN_FORGOTTEN_SECONDS", 0.0)
    shop.cancel(third)
    assert until(lambda: shop.ask(third), "cancelled")["error"] == ""
    assert until(lambda: shop.ask(forgotten), "training", "cancelled")["state"] == "cancelled"


def test_a_failure_is_told_and_the_next_training_goes_on():
    codes = iter([FAILS, DIES, HANGS, HANGS])
    shop = TrainingQueue(lambda: stub(next(codes)))
    for words in ("that went wrong", "broke off"):
        key = shop.begin(tiny("probe"))
        assert words in until(lambda key=key: shop.ask(key), "failed")["error"]
    key = shop.begin(tiny("probe"))
    until(lambda: shop.ask(key), "training")
    shop.cancel(key)
    until(lambda: shop.ask(key), "cancelled")


def test_an_idle_process_is_put_away_and_another_started(monkeypatch):
    monkeypatch.setattr(limits, "TRAIN_IDLE_SECONDS", 0.2)
    made = []
    shop = TrainingQueue(lambda: made.append(stub(FAILS)) or made[-1])
    shop.expect()
    for _ in range(500):
        if made and not made[0].alive:
            break
        time.sleep(0.02)
    assert not made[0].alive
    key = shop.begin(tiny("probe"))
    until(lambda: shop.ask(key), "failed")
    assert len(made) == 2


def rows(count: int = 2, bare: int = 1) -> list[dict]:
    """Pictures of discs as the browser sends them: kept on the server, with cues."""
    made = []
    for number, one in enumerate(discs(count + bare)):
        kept = served.keep({"data": encoded(one.image), "name": f"disc{number}.png"})
        cues = json.loads(one.cues.to_json(("background", "disc"))) if number < count else None
        made.append({key: kept[key] for key in ("key", "width", "height")} | {"cues": cues})
    return made


def test_from_pictures_to_a_model_and_its_answers():
    sent = rows()
    told = served.look({"pictures": sent})
    assert (told["obstacle"], told["notes"], told["cued"]) == ("", [], 2)
    assert (told["classes"], told["seconds"]) == (["background", "disc"], 44)
    job = served.start({"pictures": sent, "method": "probe", "effort": "careful"})["job"]
    done = until(lambda: served.ask({"job": job}), "done", "failed")
    assert done["error"] == ""
    assert len(done["answers"]) == 3
    assert len(served.ask({"job": job, "seen": 2})["answers"]) == 1
    model = done["told"]
    assert (model["classes"], model["learns"]) == (["background", "disc"], True)
    assert "about 44 seconds of labelling" in dict(model["rows"])["Labels"]

    fresh = discs(4)[3]
    key = api.open_picture({"data": encoded(fresh.image), "name": "new.png"})["key"]
    answer = api.segment({"key": key, "seq": 1, "cues": "{}", "method": model["method"]})
    labels = decode_labels(base64.b64decode(answer["runs"]), fresh.truth.shape)
    assert (labels == fresh.truth).mean() > 0.9
    corrected = {"classes": model["classes"], "points": [[1, 1, 1]]}
    answer = api.segment({"key": key, "seq": 2, "cues": json.dumps(corrected), "method": model["method"]})
    assert decode_labels(base64.b64decode(answer["runs"]), fresh.truth.shape)[1, 1] == 1
    other = {"classes": ["background", "cat"], "points": [[1, 1, 1]]}
    answer = api.segment({"key": key, "seq": 3, "cues": json.dumps(other), "method": model["method"]})
    assert "what you trained knows the classes background, disc" in answer["error"]


def test_the_checkpoint_that_is_downloaded_loads(tmp_path):
    sent = rows()
    job = served.start({"pictures": sent, "method": "probe", "effort": "quick"})["job"]
    model = until(lambda: served.ask({"job": job}), "done", "failed")["told"]["method"]
    file = served.fetch({"model": model, "kind": "checkpoint"})
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(file["data"]))) as archive:
        archive.extractall(tmp_path)
    assert load(tmp_path).segment(discs()[0].image).labels.any()
    assert served.fetch({"model": model, "kind": "masks"})["name"] == "probe_masks.zip"
    assert "no file 'x'" in served.fetch({"model": model, "kind": "x"})["error"]
    trained._open.clear()
    assert "put away to make room. Train again" in served.fetch({"model": model, "kind": "masks"})["error"]


def test_cancel_leaves_nothing_and_the_next_training_works(monkeypatch):
    sent, before = rows(), len(trained)
    job = served.start({"pictures": sent, "method": "network", "effort": "careful"})["job"]
    until(lambda: {"state": "step" if served.ask({"job": job}).get("step") else ""}, "step")
    assert served.cancel({"job": job}) == {}
    assert until(lambda: served.ask({"job": job}), "cancelled", "done")["model"] == ""
    assert len(trained) == before
    job = served.start({"pictures": sent, "method": "probe", "effort": "quick"})["job"]
    assert until(lambda: served.ask({"job": job}), "done", "failed")["error"] == ""


def test_what_cannot_be_trained_is_told_why(monkeypatch):
    sent = rows(1, 1)
    good = {"pictures": sent, "method": "probe", "effort": "quick"}
    assert "is not offered" in served.start({**good, "method": "grabcut"})["error"]
    assert "No picture here has a cue" in served.start({**good, "pictures": sent[1:]})["error"]
    assert served.start({**good, "pictures": [sent[0], {**sent[1], "key": "another's"}]}) == {"gone": [1]}
    wide = {**sent[0], "width": 4000, "cues": {**sent[0]["cues"], "points": [[3000, 1, 1]]}}
    assert "outside the 48 x 48 picture" in served.start({**good, "pictures": [wide]})["error"]
    assert "size of a picture is missing" in served.look({"pictures": [{**sent[0], "width": None}]})["error"]
    assert "no list of pictures" in served.look({"pictures": {}})["error"]
    monkeypatch.setattr(limits, "TRAIN_PICTURES", 1)
    assert "2 pictures are too many: at most 1" in served.look({"pictures": sent})["error"]
    monkeypatch.setattr(limits, "CUES_BYTES", 100)
    assert "the cues are over" in served.look({"pictures": sent[:1]})["error"]


def test_pictures_are_kept_small_from_wherever_they_come(monkeypatch):
    monkeypatch.setattr(limits, "TRAIN_SIDE", 32)
    image = np.zeros((40, 80, 3), np.uint8)
    opened = api.open_picture({"data": encoded(image), "name": "wide.png"})["key"]
    for payload in ({"key": opened}, {"data": encoded(image), "name": "wide.png"}):
        kept = served.keep(payload)
        assert (kept["width"], kept["height"]) == (80, 40)
        assert served.pictures.get(kept["key"]).image.shape == (16, 32, 3)
    assert served.keep({"key": "put away"}) == {"gone": True}
    assert served.keep({"example": "coins"})["width"] == 384
    assert "no example 'x'" in served.keep({"example": "x"})["error"]
    assert "did not arrive whole" in served.keep({"data": "?", "name": "x"})["error"]
