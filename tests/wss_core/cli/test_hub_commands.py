"""push, pull, info and list on the command line, and what they say when it does not work."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.paths import ROOT
from tests.support.scenes import Learned, learned
from wss_core import __main__ as cli
from wss_core import methods
from wss_core.hub import load, save
from wss_core.methods import METHODS, create


@pytest.fixture(autouse=True)
def _in_a_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(methods, "METHODS", (*METHODS, Learned))
    monkeypatch.chdir(tmp_path)
    save(learned(), "discs")


def run(line: str, capsys) -> list[str]:
    """The lines a command prints."""
    assert cli.main(line.split()) == 0
    return capsys.readouterr().out.splitlines()


def test_there_and_back(hub_server, capsys):
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save("sample.png")
    options = "--license mit --text Discs. --limits None. --base-model ann/base --picture sample.png --message Hello"
    name, url = run(f"push discs ann/one {options}", capsys)
    repo, sha = name.split()
    assert (repo, url) == ("ann/one", f"{hub_server.url}/ann/one/commit/{sha}")
    card = hub_server.files("ann/one")["README.md"].decode()
    for words in ("license: mit", "- ann/base", "Discs.", "None.", "](wss_core_sample.jpg)"):
        assert words in card
    assert run("pull ann/one", capsys) == [f"ann/one {sha} in one"]
    assert load("one") == learned()
    assert run(f"pull ann/one --revision {sha} -o a/b", capsys) == [f"ann/one {sha} in a/b"]


def test_the_folders_card_is_where_the_card_begins(hub_server, capsys):
    Path("discs/README.md").write_text("---\nlicense: mit\n---\nBy hand.\n")
    run("push discs ann/one", capsys)
    card = hub_server.files("ann/one")["README.md"].decode()
    assert card.startswith("---\nlicense: mit\n")
    assert card.index("By hand.") < card.index("## Use")
    Path("discs/README.md").write_text("Another.\n")
    run("push discs ann/one", capsys)
    assert hub_server.files("ann/one")["README.md"].decode() == card
    Path("discs/README.md").write_bytes(b"\xff")
    assert cli.main(["push", "discs", "ann/one"]) == 2
    assert "the card of discs is no text in UTF-8" in capsys.readouterr().err


def test_visibility_and_pull_requests(hub_server, capsys):
    run("push discs ann/one --private", capsys)
    assert hub_server.repos["models", "ann/one"].private
    run("push discs ann/two --public", capsys)
    assert not hub_server.repos["models", "ann/two"].private
    save(create("grabcut"), "other")
    assert run("push other ann/two --pr", capsys)[1] == f"{hub_server.url}/ann/two/discussions/1"
    assert load("ann/two") == learned()


@pytest.mark.parametrize("source", ["discs", "ann/one"])
def test_info(source, hub_server, capsys):
    (_, sha), _ = (line.split(" ") if " " in line else (line, "") for line in run("push discs ann/one", capsys))
    lines = run(f"info {source}", capsys)
    assert lines[0] == f"source: {source}"
    assert 'classes: ["background", "disc"]' in lines
    assert "label_seconds: 21.8" in lines
    info = json.loads("\n".join(run(f"info {source} --json --card", capsys)))
    assert (info["method"], info["cues"], info["settings"]) == ("learned", ["strokes"], {"width": 3})
    assert ("## How it was trained" in info["card"]) == (source == "ann/one")
    assert (info["revision"] == sha) == (source == "ann/one")
    assert any("## Use" in line for line in run("info ann/one --card", capsys))


def test_info_of_the_builtin(capsys):
    assert "method: propagate" in run("info builtin", capsys)


def test_list(hub_server, capsys):
    assert run("list", capsys) == ["source\trevision\tmodified\tmethod\tcues\tlabel_seconds"]
    sha = run("push discs ann/one", capsys)[0].split()[1]
    row = run("list", capsys)[1].split("\t")
    assert (row[:2], row[3:]) == (["ann/one", sha], ["learned", "strokes", "21.8"])
    assert run("list --author bob", capsys)[1:] == []
    assert [row["source"] for row in json.loads("\n".join(run("list . --json --limit 1", capsys)))] == ["discs"]


def test_a_strangers_text_does_not_steer_the_terminal(capsys):
    segmenter = learned()
    segmenter.training = {"cues": {"\x1b[2Jboxes": 1}}
    save(segmenter, "discs")
    Path("discs/README.md").write_text("a\x1b[2Jb\n")
    assert "\x1b" not in "".join(run("list .", capsys) + run("info discs --card", capsys))


WRONG = [
    ("push nowhere ann/one", "no folder 'nowhere'. Give one written by save or train"),
    ("push discs one", "'one' is no name on the Hub. Give USER/REPO"),
    ("push discs bob/one", "you may not do this to bob/one .403: You don't have the rights to create a repository"),
    ("push discs ann/one --license no", 'the Hub refused ann/one: Invalid metadata .* "license" must be'),
    ("push discs ann/one --picture discs/config.json", "not a picture that can be read"),
    ("pull ann/nothing", "there is no ann/nothing on http.* that you may see"),
    ("pull ann/full", "ann/full holds no config.json: it is no checkpoint of this library"),
    ("pull ann/nothing -o discs", "discs is there already. Give a new folder"),
    ("info ann/nothing", "there is no ann/nothing"),
    ("info discs/config.json", "there is no discs/config.json on"),
    ("list nowhere", "no folder 'nowhere'. Give 'hub', or a folder"),
]


@pytest.mark.parametrize(("line", "words"), WRONG, ids=[line for line, _ in WRONG])
def test_one_sentence_when_it_does_not_work(line, words, hub_server, capsys):
    hub_server.put("ann/full", {"README.md": b"text"})
    assert cli.main(line.split()) == 2
    error = capsys.readouterr().err
    assert re.search(words, error), error
    assert error.startswith("wss_core: ")
    assert error.count("\n") == 1
    assert "hf_ann" not in error


def test_without_a_token_and_offline(hub_server):
    def module(*arguments, **environment):
        command = [sys.executable, "-m", "wss_core", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)

    save(create("grabcut"), "other")
    done = module("push", "other", "ann/one", HF_TOKEN="")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip().endswith("Log in with hf auth login, or set HF_TOKEN to a valid token")
    done = module("pull", "ann/one", HF_HUB_OFFLINE="1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("wss_core: ann/one is not in the cache, and HF_HUB_OFFLINE forbids")
