"""Whose token the Hub is given: by where a request comes from, and who signed in."""

from __future__ import annotations

import gradio as gr
import pytest

from tests.support.page_calls import local_request, make_request
from ui.server import user
from ui.server.user import NOBODY, User, current_user, reason_not_allowed

ANN = gr.OAuthToken(token="hf_ann", scope="", expires_at=0)


def test_whoever_sits_at_this_machine_uses_its_token():
    assert current_user(local_request(), None) == User(None)
    assert current_user(make_request(host="localhost:7860"), None) == User(None)  # a program, not a browser
    assert current_user(make_request("::1", host="[::1]:7860"), None) == User(None)


STRANGERS = {
    "a page of another site": local_request(origin="https://evil.example", sec_fetch_site="cross-site"),
    "the same, an older browser": make_request(host="127.0.0.1:7860", origin="https://evil.example"),
    "a name that points here": make_request(host="evil.example", origin="http://evil.example"),
    "another machine": local_request(client="192.168.1.7"),
    "another machine by our name": make_request("192.168.1.7", host="192.168.1.2:7860"),
    "a proxy": local_request(x_forwarded_for="8.8.8.8"),
    "a tunnel": make_request(host="abc.gradio.live"),
    "no request": None,
}


@pytest.mark.parametrize("request_", STRANGERS.values(), ids=STRANGERS)
def test_strangers_use_none(request_):
    assert current_user(request_, None) == NOBODY


def test_in_a_space_nobody_uses_its_own_token(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "ann/space")
    assert current_user(local_request(), None) == NOBODY


def test_who_signed_in_uses_theirs_but_for_nobody_elses_page():
    space = {"host": "ann-space.hf.space", "sec_fetch_site": "same-origin"}
    assert current_user(make_request("10.0.0.1", **space), ANN) == User("hf_ann")
    assert current_user(make_request("10.0.0.1", **space | {"sec_fetch_site": "cross-site"}), ANN) == NOBODY


def test_a_token_is_not_printed_and_not_a_key():
    assert "hf_ann" not in repr(User("hf_ann"))
    (everybody, none), (owner, token) = User("hf_ann").access_options
    assert (everybody, none, token) == ("", False, "hf_ann")
    assert "hf_ann" not in owner


def test_what_is_in_the_way_of_a_push(monkeypatch):
    assert reason_not_allowed(User("hf_ann")) == reason_not_allowed(User(None)) == ""
    assert "on your own machine" in reason_not_allowed(NOBODY)
    monkeypatch.setattr(user, "get_token", lambda: None)
    assert "set HF_TOKEN" in reason_not_allowed(User(None))
    monkeypatch.setenv("SPACE_ID", "ann/space")
    monkeypatch.setenv("SYSTEM", "spaces")
    assert "on your own machine" in reason_not_allowed(NOBODY)  # a Space without sign-in
    monkeypatch.setenv("OAUTH_CLIENT_ID", "x")
    assert "sign in" in reason_not_allowed(NOBODY)
