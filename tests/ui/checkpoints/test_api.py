"""What the canvas asks about checkpoints, called as the browser calls it, but without one; the Hub is a real server."""

from __future__ import annotations

import base64
import hashlib
import json
import time

import gradio as gr
import httpx
import numpy as np
import pytest
from gradio import oauth, routes
from itsdangerous import TimestampSigner
from starlette.testclient import TestClient

from tests.support.page_calls import canvas_id, encode_image, local_request
from tests.support.scenes import Learned, fitted, learned
from ui import page
from ui.checkpoints import api, summary
from ui.segment import api as segment_api
from ui.segment.session import Session
from ui.segment.state import SegmentState
from ui.server import limits
from ui.server.label_runs import decode_labels
from ui.server.user import NOBODY, User, current_user
from wss_core import methods
from wss_core.hub import Checkpoint, info, load, push
from wss_core.hub.card import About
from wss_core.methods import METHODS, create

STRANGER, OWNER, BOB = NOBODY, User(None), User("hf_bob")


@pytest.fixture(autouse=True)
def _known(monkeypatch, tmp_path):
    monkeypatch.setattr(methods, "METHODS", (*METHODS, Learned))
    monkeypatch.setattr(limits, "FETCH_WAIT_SECONDS", 60.0)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def state() -> SegmentState:
    return SegmentState()


@pytest.fixture
def key(state) -> str:
    """An open picture: left half red, right half blue, 60 x 80."""
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[:, :40], picture[:, 40:] = (200, 30, 30), (30, 30, 200)
    return segment_api.open_image(state, {"data": encode_image(picture), "name": "halves.png"})["key"]


def labels(state, key, method, cues, seq=1, user=STRANGER) -> np.ndarray:
    answer = segment_api.segment(state, {"key": key, "seq": seq, "cues": json.dumps(cues), "method": method}, user)
    return decode_labels(base64.b64decode(answer["runs"]), (answer["height"], answer["width"]))


def test_one_that_learned_needs_no_cue_and_then_honours_them(state, key, hub_server):
    sha = push(learned(), "ann/one").sha
    described = api.use_checkpoint(state.checkpoints, {"name": "ann/one"}, STRANGER)
    assert described["method"] == f"ann/one@{sha}"
    assert (described["classes"], described["learns"]) == (["background", "disc"], True)
    alone = labels(state, key, described["method"], {})
    assert alone[:, :40].all()
    assert not alone[:, 40:].any()
    corrected = labels(state, key, described["method"], {"points": [[10, 30, 0], [70, 30, 1]]}, seq=2)
    assert (corrected[30, 10], corrected[30, 70]) == (0, 1)
    assert (corrected != alone).sum() == 2
    saved = segment_api.export_result(
        state, {"key": key, "cues": "{}", "method": described["method"], "kind": "mask"}, STRANGER
    )
    assert saved["name"] == "halves_mask.png"


@pytest.mark.parametrize("method", METHODS)
def test_every_method_travels_to_the_page(state, method, key, hub_server):
    push(fitted(method), "ann/one")
    described = api.use_checkpoint(state.checkpoints, {"name": "ann/one"}, STRANGER)
    assert described["learns"] == method.learns
    found = labels(
        state, key, described["method"], {"classes": described["classes"], "points": [[10, 30, 1], [70, 30, 0]]}
    )
    assert (found.shape, found[30, 10], found[30, 70]) == ((60, 80), 1, 0)


def test_an_interactive_one_works_like_a_method(state, key, hub_server):
    push(create("propagate", features="colour", spread="live"), "ann/one")
    described = api.use_checkpoint(state.checkpoints, {"name": "ann/one@main"}, STRANGER)
    assert (described["classes"], described["learns"]) == ([], False)
    cues = {"classes": ["sea", "red", "blue"], "points": [[10, 30, 1], [70, 30, 2]]}
    found = labels(state, key, described["method"], cues)
    assert (found[5, 5], found[5, 75]) == (1, 2)
    assert segment_api.segment(state, {"key": key, "seq": 2, "cues": "{}", "method": described["method"]}, STRANGER)[
        "empty"
    ]


def test_what_is_told_of_one(state, hub_server):
    sha = push(learned(), "ann/one").sha
    described = api.use_checkpoint(state.checkpoints, {"name": "ann/one"}, STRANGER)
    assert described["url"] == f"{hub_server.url}/ann/one/tree/{sha}"
    assert dict(described["rows"]) == {
        "Commit": sha,
        "Method": "learned, segments without cues, and follows those you draw (width 3)",
        "Classes": "2: background, disc",
        "Labels": "2 pictures; 2 with strokes; about 22 seconds of labelling",
    }
    json.dumps(described)


def test_other_classes_than_its_own_get_a_sentence(state, key, hub_server):
    push(learned(), "ann/one")
    for cues, words in (
        ({"classes": ["background", "cat"], "points": [[1, 1, 1]]}, "knows the classes background, disc; the cues are"),
        ({"points": [[1, 1, 7]]}, "there are 2 classes"),
    ):
        asked = {"key": key, "seq": 1, "cues": json.dumps(cues), "method": "ann/one"}
        assert words in segment_api.segment(state, asked, STRANGER)["error"]
    assert labels(state, key, "ann/one", {"classes": ["background", "disc"], "tags": ["disc"]}).any()


def test_errors_are_sentences_and_the_rest_goes_on(state, key, hub_server):
    for name, words in (
        ("ann/one", "there is no ann/one"),
        ("/etc/passwd", "no name on the Hub"),
        (None, "no name on"),
    ):
        assert words in api.use_checkpoint(state.checkpoints, {"name": name}, STRANGER)["error"]
        payload = {"key": key, "seq": 1, "cues": "{}", "method": f"{name}/"}
        assert "no name on the Hub" in segment_api.segment(state, payload, STRANGER)["error"]
    assert (
        "has to learn first"
        in segment_api.segment(state, {"key": key, "seq": 1, "cues": "{}", "method": "learned"})["error"]
    )
    hub_server.fail("/api/models", 503, times=20)
    assert "fault of its own" in api.use_checkpoint(state.checkpoints, {"name": "ann/two"}, STRANGER)["error"]
    assert labels(state, key, "auto", {"points": [[10, 30, 1]]}, seq=3).any()


def test_only_what_can_segment_at_once_is_offered(state):
    offered = [row["name"] for row in segment_api.page_info(state, {})["methods"]]
    assert offered[:2] == ["auto", "propagate"]
    assert all(create(name).fitted for name in offered)
    assert "learned" not in offered


def test_of_a_private_one_others_get_nothing(state, key, hub_server):
    name = f"ann/one@{push(learned(), 'ann/one', private=True, about=About('A secret')).sha}"
    assert api.use_checkpoint(state.checkpoints, {"name": name}, OWNER)["method"] == name
    assert "A secret" in api.card(state.checkpoints, name, OWNER)[1]
    for user in (STRANGER, BOB):
        assert "that you may see" in api.use_checkpoint(state.checkpoints, {"name": name}, user)["error"]
        payload = {"key": key, "seq": 1, "cues": "{}", "method": name}
        assert "that you may see" in segment_api.segment(state, payload, user)["error"]
        assert api.card(state.checkpoints, name, user) == ("", "")
        assert api.card(state.checkpoints, "auto", user) == ("", "")
    assert api.list_checkpoints(state.checkpoints, {}, STRANGER)["rows"] == []
    assert [row["name"] for row in api.list_checkpoints(state.checkpoints, {}, OWNER)["rows"]] == ["ann/one"]


def test_the_newest_are_listed_first_and_the_hub_is_not_asked_each_time(state, hub_server):
    for name in ("old", "new"):
        push(learned(), f"ann/{name}")
    rows = api.list_checkpoints(state.checkpoints, {}, STRANGER)["rows"]
    assert [row["name"] for row in rows] == ["ann/new", "ann/old"]
    assert rows[0]["about"] == "learned · 2 classes · 22 seconds of labelling · 2026-01-01"
    hub_server.asked.clear()
    assert api.list_checkpoints(state.checkpoints, {}, STRANGER)["rows"] == rows
    assert hub_server.asked == []
    hub_server.fail("/api/models$", 400)
    state.checkpoints.newest.clear()
    assert "the Hub refused the list of models" in api.list_checkpoints(state.checkpoints, {}, STRANGER)["error"]


def test_push_a_method_with_its_classes(state, hub_server):
    payload = {"repo": " ann/mine ", "method": "grabcut", "classes": ["background", "cat"], "private": True}
    pushed = api.push(state.checkpoints, payload, OWNER)
    assert pushed["url"] == f"{hub_server.url}/ann/mine/commit/{pushed['sha']}"
    assert load("ann/mine", pushed["sha"]) == create("grabcut", classes=("background", "cat"))
    assert hub_server.repos["models", "ann/mine"].private
    again = api.push(state.checkpoints, {**payload, "method": "auto", "private": False}, OWNER)  # it stays private
    assert load("ann/mine", again["sha"]).name == "propagate"


def test_push_a_checkpoint_as_a_pull_request_that_names_its_source(state, hub_server):
    source = push(learned(), "bob/one", token="hf_bob")
    hub_server.put("bob/two", {"README.md": b"Mine.\n"})
    payload = {"repo": "bob/two", "method": "bob/one", "classes": ["background", "disc"], "create_pr": True}
    pushed = api.push(state.checkpoints, payload, OWNER)
    assert pushed["pull_request"]
    assert load("bob/two", "refs/pr/1") == learned()
    card = hub_server.files("bob/two", "refs/pr/1")["README.md"].decode()
    assert "base_model:\n- bob/one" in card
    assert f"A copy of [bob/one]({hub_server.url}/bob/one/tree/{source.sha})." in card


def test_who_may_not_push_is_told_why(state, hub_server, monkeypatch):
    payload = {"repo": "ann/mine", "method": "auto", "classes": []}
    assert "on your own machine" in api.push(state.checkpoints, payload, STRANGER)["error"]
    other = current_user(local_request(origin="https://evil.example", sec_fetch_site="cross-site"), None)
    assert "on your own machine" in api.push(state.checkpoints, payload, other)["error"]
    assert "on your own machine" in segment_api.page_info(state, {}, STRANGER)["push_refused"]
    assert segment_api.page_info(state, {}, OWNER)["push_refused"] == ""
    assert "you may not do this" in api.push(state.checkpoints, {**payload, "repo": "bob/mine"}, OWNER)["error"]
    assert "no name on the Hub" in api.push(state.checkpoints, {**payload, "repo": "mine"}, OWNER)["error"]
    assert [name for _, name in hub_server.repos] == []


def seen(card: str) -> Checkpoint:
    return Checkpoint("eve/one", "0" * 40, "propagate", {}, {}, card=card)


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        ("a <script>x()</script> b", "<p>a x() b</p>"),
        ("<script>\nx()\n</script>\n\n**b**", "<p><strong>b</strong></p>"),
        ("<img src=x onerror=y>\n\n![a<b](http://eve/x.png)", "<p><em>a&lt;b</em></p>"),
        ("[a](javascript:x) [b](/logout) [c](//eve)", "<p><a>a</a> <a>b</a> <a>c</a></p>"),
        ('[a](https://b.org"onclick=x)', '<p><a href="https://b.org%22onclick=x">a</a></p>'),
        ("`<b>`\n\n```x\n<i>\n\n$$1$$\n```", '<code class="language-x">&lt;i&gt;&#10;&#10;$$1$$&#10;</code>'),
        ("", "<p>This checkpoint has no card.</p>"),
    ],
)
def test_cards_are_harmless(card, shown):
    made = summary.card_html(seen(card))
    assert shown in made
    assert "\n" not in made  # else what follows would be read as Markdown again


def test_long_cards_are_cut_and_say_where_the_rest_is():
    made = summary.card_html(seen("word " * 100_000))
    assert len(made) < limits.CARD_CHARS + 300
    assert made.endswith(f'<p>… <a href="{summary.hub_url(seen(""))}">the whole card</a></p>&#10;')


def test_a_picture_keeps_what_few_methods_prepared(monkeypatch):
    monkeypatch.setattr(limits, "PREPARED_PER_IMAGE", 2)
    session = Session.of(np.zeros((20, 20, 3), np.uint8), "black")
    for name in ("a", "b", "a", "c"):
        session.prepare(name, create("grabcut"))
    assert [name for name, _ in session.prepared] == ["a", "c"]


def test_the_builtin_is_told_of_too():
    assert summary.describe_labels(info("builtin")) == "None beforehand: it learns from the cues of the picture at hand"
    assert summary.describe_duration(59.6) == "60 seconds"
    assert summary.describe_duration(600) == "10 minutes"
    assert summary.describe_duration(9000) == "2.5 hours"
    assert summary.one_line(seen("")) == "propagate · any classes"


SECRET = {
    "OAUTH_CLIENT_ID": "id",
    "OAUTH_CLIENT_SECRET": "secret",
    "OAUTH_SCOPES": "openid",
    "OPENID_PROVIDER_URL": "x",
}


@pytest.fixture
def space(monkeypatch):
    """Posts to a page that believes to be in a Space with sign-in: space(function, payload, token) -> the answer."""
    for name, value in (SECRET | {"SYSTEM": "spaces", "SPACE_ID": "ann/space"}).items():
        monkeypatch.setenv(name, value)
        monkeypatch.setattr(oauth, name, value, raising=False)
    blocks = page.build()
    assert any(isinstance(block, gr.LoginButton) for block in blocks.blocks.values())
    canvas = next(block for block in blocks.blocks.values() if type(block).__name__ == "CueCanvas")
    client = TestClient(routes.App.create_app(blocks), base_url="https://ann-space.hf.space")
    signer = TimestampSigner(hashlib.sha256(b"secret-v4").hexdigest())

    def post(function, payload, token="", **headers):
        oauth_info = {"access_token": token, "scope": "", "expires_at": time.time() + 99, "userinfo": {}}
        cookie = (
            signer.sign(base64.b64encode(json.dumps({"oauth_info": oauth_info}).encode())).decode() if token else ""
        )
        body = {"session_hash": "s", "component_id": canvas._id, "fn_name": function, "data": payload}
        headers |= {"cookie": f"session={cookie}"} if token else {}
        return client.post("/gradio_api/component_server/", json=body, headers=headers).json()

    return post


def test_in_a_space_one_signs_in_to_push_and_to_see_private_ones(space, hub_server):
    name = f"ann/one@{push(learned(), 'ann/one', private=True).sha}"
    payload = {"repo": "bob/mine", "method": "auto", "classes": []}
    assert "sign in" in space("page_info", {})["push_refused"]
    assert "sign in" in space("push", payload)["error"]
    assert "that you may see" in space("use_checkpoint", {"name": name})["error"]
    assert space("page_info", {}, "hf_bob")["push_refused"] == ""
    assert space("push", payload, "hf_bob")["repo"] == "bob/mine"
    assert "sign in" in space("push", payload, "hf_bob", **{"sec-fetch-site": "cross-site"})["error"]
    assert space("use_checkpoint", {"name": name}, "hf_ann")["method"] == name
    assert "that you may see" in space("use_checkpoint", {"name": name}, "hf_bob")["error"]


def test_over_http_this_machine_is_known_by_how_it_asks(served, hub_server):
    body = {"session_hash": "s", "component_id": canvas_id(served), "fn_name": "page_info", "data": {}}
    address = f"{served}gradio_api/component_server/"
    assert httpx.post(address, json=body, timeout=60).json()["push_refused"] == ""
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert httpx.post(address, json=body, headers=headers, timeout=60).json()["push_refused"] != ""
