"""The Hub's client fails in many ways; each becomes one sentence that says what to do, without the token."""

import logging
import os

import pytest
from huggingface_hub import HfApi

from wss_core import hub_client
from wss_core.hub_client import HubError, fetch

FILES = {"config.json": 1000}


@pytest.fixture
def repo(hub_server):
    HfApi().create_repo("ann/one")
    hub_server.put("ann/one", {"config.json": b"{}", "large.bin": bytes(2000)})
    return hub_server


def test_only_what_is_named_is_fetched(repo):
    fetched = fetch("ann/one", FILES | {"absent.txt": 5})
    assert [path.name for path in fetched.folder.iterdir()] == ["config.json"]
    assert fetched.sha == HfApi().model_info("ann/one").sha
    assert not any("large.bin" in line for line in repo.asked)


def test_too_large_is_not_fetched(repo):
    with pytest.raises(HubError, match="large.bin of ann/one is 2,000 bytes; at most 1,999 bytes are fetched. Nothing"):
        fetch("ann/one", {"large.bin": 1999})
    assert not any("resolve" in line for line in repo.asked)


@pytest.mark.parametrize(
    "name", ["one", "", "a/b/c", "../a", "a/..", "/etc/passwd", "a/b\n", ".a/b", "a/b c", "a//b", "a\\b"]
)
def test_names_are_names(name):
    with pytest.raises(HubError, match="is no name on the Hub. Give USER/REPO"):
        fetch(name, FILES)


@pytest.mark.parametrize("revision", ["../../../etc/passwd", "/etc/passwd", "", "a b", "a\n", "refs/../x", "-x", "~"])
def test_revisions_are_no_paths(revision, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match="is no revision. Give a branch, a tag or the hash"):
        fetch("ann/one", FILES, revision)


ASKED = "GET /api/models/ann/one"
MISHAPS = {
    401: "the Hub does not know who you are .401.. Log in with hf auth login, or set HF_TOKEN to a valid token",
    403: "you may not do this to ann/one .403: on purpose.. Use a token that may write there, or push as a pull request",
    418: "the Hub refused ann/one .418: on purpose.",
    429: "the Hub asks to slow down .429.. Try again in some minutes",
    500: "the Hub has a fault of its own .500.. Try again later",
    503: "the Hub has a fault of its own .503.. Try again later",
}


@pytest.mark.parametrize("status", MISHAPS)
def test_what_the_hub_answers(status, repo):
    repo.fail(ASKED, status, times=9)
    with pytest.raises(HubError, match=MISHAPS[status]) as raised:
        fetch("ann/one", FILES)
    assert "hf_ann" not in str(raised.value)


@pytest.mark.parametrize("status", MISHAPS)
def test_what_the_hub_answers_to_a_download(status, repo, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    repo.fail("(HEAD|GET) /ann/one/resolve", status, times=99)
    with pytest.raises(HubError, match=MISHAPS[status].replace("or push as a pull request", "")):
        fetch("ann/one", FILES)
    repo.mishaps.clear()
    fetch("ann/one", FILES)


def test_what_is_not_there(repo):
    with pytest.raises(
        HubError, match="there is no ann/two on http://127.0.0.1:.* that you may see. Check the name; if"
    ):
        fetch("ann/two", FILES)
    with pytest.raises(HubError, match="ann/one has no revision v9. Give a branch, a tag or the hash of a commit"):
        fetch("ann/one", FILES, "v9")
    with pytest.raises(HubError, match="ann/one has no revision 0000000"):
        fetch("ann/one", FILES, "0" * 40)
    with pytest.raises(HubError, match="the Hub does not know who you are .401."):
        fetch("ann/one", FILES, token="hf_nobody")


def test_a_gated_repository(repo, monkeypatch):
    from tests.support.loopback.store import Refusal

    def refuse():
        raise Refusal(403, "Access to model ann/one is restricted", "GatedRepo")

    repo.before(ASKED, refuse)
    with pytest.raises(HubError, match="ann/one is gated. Ask for access at http://127.*/ann/one, then log in"):
        fetch("ann/one", FILES)


def test_nobody_answers(repo, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(
        HubError, match="the Hub cannot be reached, or the connection broke .ConnectError.. Check the net"
    ):
        fetch("ann/one", FILES)


def test_the_cache_steps_in_when_nobody_answers(repo, monkeypatch):
    sha = fetch("ann/one", FILES).sha
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    assert fetch("ann/one", FILES).sha == sha
    assert fetch("ann/one", FILES, sha).sha == sha
    for token in ("hf_ann", False):  # nobody can say whether they may see it
        with pytest.raises(HubError, match="cannot be reached"):
            fetch("ann/one", FILES, sha, token)


def test_a_full_disk_is_not_the_hubs_fault(repo, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device", "/cache/blob")

    monkeypatch.setattr(hub_client, "snapshot_download", full)
    with pytest.raises(OSError, match="No space left on device") as raised:
        fetch("ann/one", FILES)
    assert raised.value.filename == "/cache/blob"


def test_tokens_are_never_told(repo, caplog):
    caplog.set_level(logging.DEBUG)
    for status in MISHAPS:
        repo.fail(ASKED, status)
        with pytest.raises(HubError):
            fetch("ann/one", FILES, token="hf_bob")
    assert "hf_bob" not in caplog.text
    assert os.environ["HF_TOKEN"] not in caplog.text
