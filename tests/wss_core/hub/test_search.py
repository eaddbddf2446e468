"""Which checkpoints there are, on the Hub and in folders, and what is known of one without its weights."""

import json
import os
import pickle

import pytest
from huggingface_hub import constants

from tests.support.pickle_trap import Trap
from tests.support.scenes import Learned, discs, learned
from wss_core import methods
from wss_core.hub import Checkpoint, checkpoints, info, load, push, save
from wss_core.hub_client import HubError
from wss_core.methods import METHODS, create


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    monkeypatch.setattr(methods, "METHODS", (*METHODS, Learned))


def test_the_newest_come_first_with_what_they_are(hub_server):
    for name in ("ann/one", "lab/two", "ann/three"):
        push(learned(), name)
    newest = push(create("grabcut"), "ann/one").sha
    found = checkpoints()
    assert [seen.source for seen in found] == ["ann/one", "ann/three", "lab/two"]
    assert (found[0].sha, found[0].method, found[0].cues, found[0].label_seconds) == (newest, "grabcut", (), None)
    assert (found[1].method, found[1].cues, found[1].label_seconds) == ("learned", ("strokes",), 21.8)
    assert found[1].classes == ("background", "disc")
    assert found[0].modified > found[1].modified > found[2].modified
    assert load(found[1].source, found[1].sha) == learned()
    assert [seen.source for seen in checkpoints(limit=1)] == ["ann/one"]
    assert [seen.source for seen in checkpoints(author="lab")] == ["lab/two"]
    assert not any(line.endswith("model.safetensors") and "ann/one" in line for line in hub_server.asked)


def test_a_second_look_costs_one_request(hub_server):
    for name in ("ann/one", "ann/two"):
        push(learned(), name)
    checkpoints()
    hub_server.asked.clear()
    assert len(checkpoints()) == 2
    assert len(hub_server.asked) == 1


def test_private_ones_are_for_those_who_may_see_them(hub_server):
    push(learned(), "ann/one", private=True)
    assert [seen.source for seen in checkpoints()] == ["ann/one"]
    assert checkpoints(token="hf_bob") == checkpoints(token=False) == []


def test_what_only_has_the_tags_is_left_out(hub_server, caplog):
    push(learned(), "ann/one")
    card = b"---\nlibrary_name: wss-core\ntags:\n- weakly-supervised-segmentation\n---\n"
    for name, config in (("ann/bad", {"config.json": b"{}"}), ("ann/none", {})):
        hub_server.put(name, {"README.md": card, "pytorch_model.bin": pickle.dumps(Trap())} | config)
    hub_server.put("ann/untagged", hub_server.files("ann/one") | {"README.md": b"---\ntags: [shapes]\n---\n"})
    assert [seen.source for seen in checkpoints()] == ["ann/one"]
    messages = [record.getMessage() for record in caplog.records if record.name.startswith("wss_core")]
    assert [text[:21] for text in sorted(messages)] == ["left out ann/bad: con", "left out ann/none: an"]


def test_the_hub_out_of_reach(hub_server):
    hub_server.fail("GET /api/models", 403, times=1)
    with pytest.raises(HubError, match="you may not do this"):
        checkpoints()


def test_offline_nobody_is_asked(hub_server, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match="Unset that, or name one fetched before"):
        checkpoints()
    assert not any("/api/models" in asked for asked in hub_server.asked)


def test_folders_in_folders(tmp_path, caplog):
    for number, name in enumerate(("one", "user/two", "user/three", "a/b/too-deep")):
        folder = save(learned(), tmp_path / name)
        for file in folder.iterdir():
            os.utime(file, (1e9 + number, 1e9 + number))
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "config.json").write_text("{}")
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "config.json").symlink_to(tmp_path / "one" / "config.json")
    found = checkpoints(tmp_path)
    assert [seen.source for seen in found] == [str(tmp_path / name) for name in ("user/three", "user/two", "one")]
    assert len(caplog.records) == 2
    assert [seen.source for seen in checkpoints(tmp_path / "one")] == [str(tmp_path / "one")]
    assert checkpoints(str(tmp_path), limit=2) == found[:2]
    with pytest.raises(ValueError, match="no folder .*Give 'hub', or a folder with checkpoints in it"):
        checkpoints(tmp_path / "nowhere")


def test_the_hash_of_a_folder_is_that_of_what_it_holds(tmp_path):
    one, other = info(save(learned(), tmp_path / "one")), info(save(learned(), tmp_path / "other"))
    assert one.sha == other.sha
    assert len(one.sha) == 40
    again = info(save(learned().fit(discs(3)), tmp_path / "other"))
    assert again.sha != one.sha
    weights = tmp_path / "one" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    assert info(tmp_path / "one").sha != one.sha


def test_a_card_that_is_a_link_is_not_read(tmp_path):
    save(learned(), tmp_path)
    (tmp_path / "README.md").symlink_to("/etc/passwd")
    with pytest.raises(ValueError, match="README.md is a link. Copy the file itself there"):
        info(tmp_path)


def test_the_builtin(tmp_path):
    seen = info("builtin")
    assert (seen.method, seen.classes, seen.training) == ("propagate", (), {})
    assert seen.card.strip().startswith("# The built-in interactive model")


def test_training_that_says_nothing_of_use(tmp_path):
    segmenter = learned()
    segmenter.training = {"cues": "many", "label_seconds": True, "data": [{"name": 3}, "x"]}
    seen = info(save(segmenter, tmp_path))
    assert (seen.cues, seen.label_seconds) == ((), None)


def test_a_checkpoint_is_plain_values():
    seen = Checkpoint("a/b", "0" * 40, "learned", {"classes": ["background"]}, {"cues": {"boxes": 3}})
    assert json.dumps([seen.classes, seen.cues, seen.label_seconds]) == '[["background"], ["boxes"], null]'
