"""The /segment endpoint through the real gradio_client."""

from __future__ import annotations

import json

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from wss_core.hub import push
from wss_core.methods import create


@pytest.fixture(scope="module")
def client(served) -> Client:
    return Client(served, verbose=False)


@pytest.fixture
def photo(tmp_path) -> str:
    picture = np.full((90, 120, 3), 40, np.uint8)
    picture[20:70, 30:90] = (220, 180, 40)
    path = tmp_path / "a photo.png"
    Image.fromarray(picture).save(path)
    return str(path)


CUES = {"classes": ["background", "cat"], "points": [[60, 45, 1], [5, 5, 0]]}


def test_the_public_promise(client, photo):
    path, summary = client.predict(image=handle_file(photo), cues=CUES, method="auto", api_name="/segment")
    mask = Image.open(path)
    assert mask.mode == "P"
    assert mask.size == (120, 90)
    labels = np.asarray(mask)
    truth = np.zeros((90, 120), bool)
    truth[20:70, 30:90] = True
    assert ((labels == 1) & truth).sum() / ((labels == 1) | truth).sum() > 0.9
    assert summary["method"] == "propagate"
    assert summary["classes"] == ["background", "cat"]
    assert summary["seconds"] > 0
    assert summary["area"] == {"background": int((labels == 0).sum()), "cat": int((labels == 1).sum())}


def test_cues_may_be_text_and_the_method_left_out(client, photo):
    _, summary = client.predict(image=handle_file(photo), cues=json.dumps(CUES), api_name="/segment")
    assert summary["method"] == "propagate"


def test_grabcut_by_name(client, photo):
    cues = {**CUES, "points": [], "boxes": [[25, 15, 95, 75, 1]]}
    _, summary = client.predict(image=handle_file(photo), cues=cues, method="grabcut", api_name="/segment")
    assert summary["method"] == "grabcut"
    assert summary["area"]["cat"] > 0


def test_a_checkpoint_by_name_and_by_revision(app_state, client, photo, hub_server):
    app_state.segment.checkpoints.cache.clear()
    first = push(create("grabcut", classes=("background", "box")), "ann/one", private=True).sha  # the machine's own
    second = push(create("propagate", features="colour", spread="live"), "ann/one").sha
    ask = {"image": handle_file(photo), "api_name": "/segment"}
    _, summary = client.predict(cues={"points": CUES["points"]}, method=f"ann/one@{first}", **ask)
    assert summary["method"] == f"ann/one@{first}"
    assert list(summary["area"]) == ["background", "box"]
    _, summary = client.predict(cues=CUES, method="ann/one", **ask)
    assert (summary["method"], summary["classes"]) == (f"ann/one@{second}", ["background", "cat"])
    for method, words in (("ann/two", "there is no ann/two"), ("magic", "Choose one of"), ("network", "learn first")):
        with pytest.raises(AppError, match=words):
            client.predict(cues=CUES, method=method, **ask)


@pytest.mark.parametrize(
    ("cues", "words"),
    [
        ({"points": [[600, 45, 1]]}, "outside the 120 x 90 picture"),
        ({"pionts": []}, "unknown key 'pionts'"),
        ({}, "no cue came"),
        ({**CUES, "labels": "AAAA"}, "'labels'"),
    ],
)
def test_bad_cues_get_the_sentence(client, photo, cues, words):
    with pytest.raises(AppError, match=words):
        client.predict(image=handle_file(photo), cues=cues, api_name="/segment")


def test_a_file_that_is_no_picture_gets_the_sentence(client, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    with pytest.raises(AppError, match="not a picture"):
        client.predict(image=handle_file(str(path)), cues=CUES, api_name="/segment")


def test_a_path_of_the_server_is_not_opened(served):
    import httpx

    data = [{"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}, CUES, "auto"]
    event = httpx.post(f"{served}gradio_api/call/segment", json={"data": data}).json()["event_id"]
    answer = httpx.get(f"{served}gradio_api/call/segment/{event}", timeout=30).text
    assert "event: error" in answer
    assert "event: complete" not in answer
