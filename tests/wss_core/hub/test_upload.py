"""Segmenters on the Hub, by its unmodified client: pushed in one commit, loaded by revision, nothing of others lost."""

import json
import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import HfApi
from safetensors.numpy import save as tensors
from skimage import data

from tests.support.loopback.store import File
from tests.support.pickle_trap import Trap
from tests.support.scenes import Learned, discs, fitted, learned
from wss_core import methods
from wss_core.cues import Cues, Point
from wss_core.hub import info, info_repo, load, load_repo, pull, push, save
from wss_core.hub.card import About, Score
from wss_core.hub_client import HubError
from wss_core.methods import METHODS, create

IMAGE = discs(1)[0].image


@pytest.fixture(autouse=True)
def _known(monkeypatch, tmp_path):
    monkeypatch.setattr(methods, "METHODS", (*METHODS, Learned))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_the_same_to_the_last_bit(method, hub_server):
    segmenter = fitted(method)
    pushed = push(segmenter, "ann/one")
    again = load("ann/one", pushed.sha)
    assert (type(again), again, again.training) == (method, segmenter, segmenter.training)
    assert again.state().keys() == segmenter.state().keys()
    for name, array in segmenter.state().items():
        np.testing.assert_array_equal(again.state()[name], array)
    cues = Cues() if method.learns else Cues(points=(Point(24, 24, 1), Point(3, 3, 0)))
    np.testing.assert_array_equal(again.segment(IMAGE, cues).probs, segmenter.segment(IMAGE, cues).probs)


def test_one_commit_and_what_it_holds(hub_server):
    pushed = push(learned(), "ann/one", message="First", picture=data.coffee())
    files = hub_server.files("ann/one", pushed.sha)
    assert sorted(files) == ["README.md", "config.json", "model.safetensors", "wss_core_sample.jpg"]
    assert files["wss_core_sample.jpg"].startswith(b"\xff\xd8")
    assert [commit.title for commit in HfApi().list_repo_commits("ann/one")] == ["First", "initial commit"]
    assert pushed.url == f"{hub_server.url}/ann/one/commit/{pushed.sha}"
    assert not pushed.is_pull_request
    assert push(learned(), "ann/one", picture=data.coffee()).sha == pushed.sha  # nothing new, no commit


def test_revisions_and_the_cache(hub_server, monkeypatch):
    first = push(learned(), "ann/one").sha
    HfApi().create_tag("ann/one", tag="v1")
    second = push(Learned(width=5).fit(discs()), "ann/one").sha
    assert (load("ann/one").width, load("ann/one", first).width, load("ann/one", "v1").width) == (5, 3, 3)
    hub_server.asked.clear()
    load("ann/one", first)
    load("ann/one", second)
    assert hub_server.asked == []
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert load("ann/one", first).width == 3
    assert load("ann/one").width == 5  # what the branch was when it was last seen
    with pytest.raises(
        HubError, match="ann/two is not in the cache, and HF_HUB_OFFLINE forbids .* wss_core pull ann/two"
    ):
        load("ann/two")


def test_a_cached_commit_of_which_only_a_part_was_fetched_is_completed(hub_server):
    sha = push(learned(), "ann/one").sha
    assert info("ann/one", sha).label_seconds == 21.8
    assert not any("model.safetensors" in line for line in hub_server.asked if line.startswith("GET /ann"))
    assert load("ann/one", sha) == learned()
    sha = push(learned(), "ann/two").sha
    HfApi().hf_hub_download("ann/two", "config.json", revision=sha)  # which does not note what else there is
    assert load("ann/two", sha) == learned()


def test_someone_else_is_not_given_what_is_in_our_cache(hub_server):
    sha = push(learned(), "ann/one", private=True).sha
    load("ann/one", sha)
    for token in ("hf_bob", False):
        with pytest.raises(HubError, match="there is no ann/one on http.* that you may see"):
            load_repo("ann/one", sha, token=token)
    assert load_repo("ann/one", sha, token="hf_ann") == learned()


def test_weights_of_an_older_checkpoint_go(hub_server):
    push(learned(), "ann/one", about=About(scores=(Score("miou", 0.5, "ann/shapes"),)))
    hub_server.put("ann/one", {"model.py": b"print()", ".eval_results/other.yaml": b"[]"})
    push(create("grabcut"), "ann/one")
    assert HfApi().model_info("ann/one").card_data.tags == ["weakly-supervised-segmentation", "wss-core", "grabcut"]
    assert sorted(hub_server.files("ann/one")) == [".eval_results/other.yaml", "README.md", "config.json", "model.py"]
    assert load("ann/one") == create("grabcut")


CARD = """---
# chosen by hand
license: mit
tags:
- shapes
# one more
- tags-of-others
version: 1.10
language: [en]
co2_eq_emissions:
  emissions: 12
---

Written by a person.
"""


def test_nothing_that_others_wrote_is_lost(hub_server):
    hub_server.put("ann/one", {"README.md": CARD.encode(), "notes.txt": b"mine", "other.bin": File(b"\0", lfs=True)})
    push(learned(), "ann/one")
    text = hub_server.files("ann/one")["README.md"].decode()
    hub_server.put("ann/one", {"README.md": (text + "\nAdded below.\n").encode()})
    push(Learned(width=5).fit(discs(3)), "ann/one")
    files = hub_server.files("ann/one")
    text = files["README.md"].decode()
    for kept in (
        "# chosen by hand\nlicense: mit\n",
        "# one more",
        "version: 1.10\nlanguage: [en]\n",
        "emissions: 12\n",
    ):
        assert kept in text
    assert text.index("Written by a person.") < text.index("images | 3") < text.index("Added below.")
    assert text.count("## How it was trained") == 1
    assert (files["notes.txt"], files["other.bin"]) == (b"mine", b"\0")
    tags = HfApi().model_info("ann/one").card_data.tags
    assert tags == ["shapes", "tags-of-others", "weakly-supervised-segmentation", "wss-core", "learned", "strokes"]


def test_a_card_that_cannot_be_kept_is_not_touched(hub_server):
    for card, words in (
        (b"---\na: [\n---\n", "the card's metadata is not YAML"),
        (b"---\n{license: mit}\n---\n", "the card's metadata cannot be kept as it is written"),
        (b"\xff\xfe", "the card of ann/one is no text in UTF-8"),
        (b"x" * 1_000_001, "README.md of ann/one is 1,000,001 bytes"),
    ):
        hub_server.put("ann/one", {"README.md": card})
        with pytest.raises(ValueError, match=words):
            push(learned(), "ann/one", about=About(license="mit"))
        assert hub_server.files("ann/one") == {"README.md": card}


def test_metadata_the_hub_refuses(hub_server):
    with pytest.raises(HubError, match='the Hub refused ann/one: Invalid metadata .*"license" must be one of'):
        push(learned(), "ann/one", about=About(license="none of yours"))
    assert hub_server.files("ann/one") == {}


def test_a_moved_head_is_met_on_top_of_what_moved_it(hub_server):
    push(create("propagate"), "ann/one")
    for number in range(2):
        later = CARD.replace("by a person", f"by person {number}").encode()
        hub_server.before("POST .*/commit/main", lambda later=later: hub_server.put("ann/one", {"README.md": later}))
    push(learned(), "ann/one")
    assert b"Written by person 1." in hub_server.files("ann/one")["README.md"]
    assert load("ann/one") == learned()


def test_a_head_that_never_rests(hub_server, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    push(create("propagate"), "ann/one")
    for number in range(6):
        text = str(number).encode()
        hub_server.before("POST .*/commit/main", lambda text=text: hub_server.put("ann/one", {"a.txt": text}))
    with pytest.raises(HubError, match="ann/one was changed by others at each of 6 attempts. Try again later"):
        push(learned(), "ann/one")
    assert load("ann/one") == create("propagate")


def test_two_who_push_at_once_both_arrive(hub_server):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda width: push(Learned(width=width).fit(discs()), "ann/one"), range(2, 6)))
    assert len({pushed.sha for pushed in made}) == 4
    assert sorted(load("ann/one", pushed.sha).width for pushed in made) == [2, 3, 4, 5]


def test_a_pull_request_for_the_repository_of_another(hub_server):
    push(learned(), "bob/one", token="hf_bob")
    pushed = push(Learned(width=5).fit(discs()), "bob/one", create_pr=True)
    assert pushed.is_pull_request
    assert pushed.url == f"{hub_server.url}/bob/one/discussions/1"
    assert (load("bob/one").width, load("bob/one", pushed.sha).width, load("bob/one", "refs/pr/1").width) == (3, 5, 5)
    with pytest.raises(HubError, match="there is no bob/two on .* that you may see"):
        push(learned(), "bob/two", create_pr=True)


def test_private_is_private(hub_server):
    push(learned(), "ann/one", private=True)
    assert hub_server.repos["models", "ann/one"].private
    push(learned(), "ann/one")
    with pytest.raises(ValueError, match="ann/one is private already. Change that in its settings"):
        push(learned(), "ann/one", private=False)
    push(learned(), "lab/two")
    with pytest.raises(ValueError, match="lab/two is public already"):
        push(Learned(width=5).fit(discs()), "lab/two", private=True)
    assert load("lab/two").width == 3


def test_scores_in_the_hubs_own_form(hub_server):
    scores = (Score("miou_dataset", 0.71, "ann/shapes", "test", "a" * 40, 0.69, 0.74), Score("dice", 0.8, "my folder"))
    pushed = push(learned(), "ann/one", about=About(scores=scores))
    (entry,) = HfApi().model_info("ann/one", expand=["evalResults"]).eval_results
    assert (entry.dataset_id, entry.task_id, entry.value) == ("ann/shapes", "test_miou_dataset", 0.71)
    assert (entry.dataset_revision, entry.notes) == ("a" * 40, "miou_dataset on test (0.69 to 0.74)")
    assert "| my folder | test |  | dice | 0.8 |" in info("ann/one", pushed.sha).card


HOSTILE = {
    "pickle only": ({"pytorch_model.bin": pickle.dumps(Trap())}, "ann/bad holds no config.json: it is no checkpoint"),
    "another library": ({"config.json": b'{"architectures": ["Bert"]}'}, "config.json of ann/bad@.* must hold format"),
    "weights as a pickle": ({"model.safetensors": File(pickle.dumps(Trap()), lfs=True)}, "damaged or no safetensors"),
    "unknown class": ({"config.json": json.dumps({"format": 2, "method": "os.system", "settings": {}, "training": {}}).encode()}, "names the method 'os.system'"),
    "a path": (
        {
            "config.json": json.dumps(
                {"format": 2, "method": "propagate", "settings": {"features": "timm:local-dir:/etc"}, "training": {}}
            ).encode()
        },
        "cannot load config.json of ann/bad@.*names a folder of one machine",
    ),
    "10 GB of weights": (
        {"model.safetensors": File(b"", lfs=True, claimed=10_000_000_000)},
        "model.safetensors of ann/bad is 10,000,000,000 bytes; at most 2,000,000,000 bytes are fetched. Nothing was",
    ),
    "10 GB of settings": ({"config.json": File(b"{}", claimed=10_000_000_000)}, "config.json of ann/bad is 10,000"),
    "NaN": ({"model.safetensors": tensors({"weights": np.full(3, np.nan, np.float32)})}, "not finite"),
    "another shape": ({"model.safetensors": tensors({"weights": np.zeros(9, np.float32)})}, r"missing \['count'\]"),
    "no weights": ({"model.safetensors": None}, "learned needs model.safetensors in ann/bad@"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_repositories_are_refused(name, hub_server, tmp_path):
    contents, words = HOSTILE[name]
    good = {} if name in ("pickle only", "a path") else hub_server.files(push(learned(), "ann/good").repo)
    for path in ("../../escaped", "..\\escaped", "config.json/../../escaped", "/tmp/escaped", "a.py", "b.pkl"):
        good[path] = pickle.dumps(Trap())
    hub_server.put("ann/bad", good | contents)
    hub_server.asked.clear()
    for act in (lambda: load("ann/bad"), lambda: pull("ann/bad", tmp_path / "out")):
        with pytest.raises(ValueError, match=words):
            act()
    fetched = {line.split("/")[-1] for line in hub_server.asked if line.startswith("GET /ann/bad/resolve")}
    assert fetched <= {"config.json", "model.safetensors", "README.md"}
    if "10 GB" in name:
        assert fetched == set()
    cached = {
        path.name for path in Path(os.environ["HF_HOME"]).rglob("*") if "escaped" in path.name or ".p" in path.name
    }
    assert (cached, list(tmp_path.iterdir())) == (set(), [])


def test_a_pulled_folder_is_the_checkpoint_and_its_card(hub_server, tmp_path):
    sha = push(learned(), "ann/one").sha
    assert pull("ann/one", tmp_path / "a" / "b") == sha
    assert load(tmp_path / "a" / "b") == learned()
    assert {path.name for path in (tmp_path / "a" / "b").iterdir()} == {"config.json", "model.safetensors", "README.md"}
    assert not any(path.is_symlink() for path in (tmp_path / "a" / "b").iterdir())
    with pytest.raises(ValueError, match="is there already. Give a new folder"):
        pull("ann/one", tmp_path / "a" / "b")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_a_dropped_connection_leaves_nothing_that_is_loaded_later(hub_server, monkeypatch, tmp_path):
    sha = push(Learned(width=20_000).fit(discs()), "ann/one").sha
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub_server.drop("GET /ann/one/resolve/.*/model.safetensors", times=50)
    for act in (lambda: load("ann/one"), lambda: load("ann/one", sha), lambda: pull("ann/one", tmp_path / "out")):
        with pytest.raises(HubError, match="the Hub cannot be reached, or the connection broke .*not used"):
            act()
    assert not (tmp_path / "out").exists()
    with monkeypatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        for revision in (None, sha):
            with pytest.raises(HubError, match="ann/one is not in the cache"):
                load("ann/one", revision)
    hub_server.mishaps.clear()
    assert load("ann/one", sha).width == 20_000


def test_a_folder_comes_before_the_hub_but_not_for_load_repo(hub_server, tmp_path):
    push(learned(), "ann/one")
    save(create("grabcut"), tmp_path / "ann" / "one")
    assert load("ann/one") == create("grabcut")
    assert (info("ann/one").method, info_repo("ann/one").method) == ("grabcut", "learned")
    assert load_repo("ann/one") == learned()
