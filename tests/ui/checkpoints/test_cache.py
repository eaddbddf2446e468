"""Checkpoints in memory: bounded, fetched once, shared by those who may see them and nobody else."""

from __future__ import annotations

import threading
from concurrent.futures import wait

import numpy as np
import pytest
from huggingface_hub import scan_cache_dir
from safetensors.numpy import save as tensors

from tests.support.loopback.store import File
from tests.support.pickle_trap import Trap
from tests.support.scenes import Learned, discs, learned
from ui.checkpoints import loading
from ui.checkpoints.cache import CheckpointCache, parse_name
from ui.server import limits
from ui.server.slots import Busy
from ui.server.user import NOBODY, User
from wss_core import methods
from wss_core.hub import push
from wss_core.hub_client import HubError
from wss_core.methods import METHODS, create

HERE, ANN, BOB = User(None), User("hf_ann"), User("hf_bob")
PATIENT = 60.0


@pytest.fixture(autouse=True)
def _known(monkeypatch, tmp_path):
    monkeypatch.setattr(methods, "METHODS", (*METHODS, Learned))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def cache():
    made = CheckpointCache(entries=2, nbytes=10**6)
    yield made
    made.close()


def find(cache, name, user=NOBODY):
    return cache.find(name, user, PATIENT)


def test_names_and_revisions(cache, hub_server):
    first = push(learned(), "ann/one").sha
    second = push(Learned(width=5, classes=("a", "b")).fit(discs()), "ann/one").sha
    assert find(cache, "ann/one").name == f"ann/one@{second}"
    assert find(cache, f"ann/one@{first}").segmenter == learned()
    assert find(cache, "ann/one@main").segmenter.width == 5
    hub_server.asked.clear()
    assert find(cache, f"ann/one@{first}").info.label_seconds == 21.8
    assert hub_server.asked == []  # what is here is not asked for again
    assert parse_name("ann/one") == ("ann/one", None)
    for name in ("/etc/passwd", "../x/y", "ann/one@", "ann/one@../x", "a/b/c", "ann", "builtin", "/"):
        with pytest.raises(HubError, match="is no name on the Hub|is no revision"):
            parse_name(name)


def test_a_folder_of_this_machine_is_not_looked_at(cache, hub_server, tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "one").symlink_to("/")
    with pytest.raises(HubError, match="there is no ann/one on"):
        find(cache, "ann/one", HERE)


def test_the_least_recently_used_goes_first(cache, hub_server):
    names = [f"ann/{name}@{push(create('grabcut', side=64 + i), f'ann/{name}').sha}" for i, name in enumerate("abc")]
    for name in (names[0], names[1], names[0], names[2]):
        find(cache, name)
    assert [cache.in_memory(name, NOBODY) is not None for name in names] == [True, False, True]
    assert len(cache) == 2


def test_bytes_are_bounded_but_the_newest_stays(hub_server):
    small = CheckpointCache(entries=9, nbytes=100)
    names = [f"ann/{name}@{push(Learned(width=20).fit(discs()), f'ann/{name}').sha}" for name in "ab"]
    for name in names:
        assert find(small, name).nbytes == 88  # 20 numbers of 4 bytes and one of 8
    assert [small.in_memory(name, NOBODY) is not None for name in names] == [False, True]


def test_a_private_one_is_for_its_owner_alone(cache, hub_server):
    name = f"ann/one@{push(learned(), 'ann/one', private=True).sha}"
    for person in (ANN, HERE):  # the machine's own token is ann's too
        assert find(cache, name, person).name == name
        for other in (BOB, NOBODY):
            assert cache.in_memory(name, other) is None
            with pytest.raises(HubError, match="there is no ann/one on .* that you may see"):
                find(cache, name, other)


def test_a_public_one_is_kept_once_for_all(cache, hub_server):
    name = f"ann/one@{push(learned(), 'ann/one').sha}"
    kept = {id(find(cache, name, person)) for person in (NOBODY, ANN, BOB)}
    assert len(kept) == len(cache) == 1


def test_after_a_while_the_hub_is_asked_again(cache, hub_server, monkeypatch):
    name = f"ann/one@{push(learned(), 'ann/one').sha}"
    first = find(cache, name)
    monkeypatch.setattr(limits, "ACCESS_CHECK_SECONDS", -1.0)
    assert cache.in_memory(name, NOBODY) is None
    monkeypatch.setattr(limits, "ACCESS_CHECK_SECONDS", 3600.0)
    assert find(cache, name).segmenter is first.segmenter
    monkeypatch.setattr(limits, "ACCESS_CHECK_SECONDS", -1.0)
    hub_server.repos["models", "ann/one"].private = True
    with pytest.raises(HubError, match="there is no ann/one"):
        find(cache, name)


def test_many_who_ask_at_once_fetch_once(cache, hub_server, monkeypatch):
    push(learned(), "ann/one")
    loads, original = [], loading.load_checkpoint
    monkeypatch.setattr(loading, "load_checkpoint", lambda *args: loads.append(args) or original(*args))
    threads = [threading.Thread(target=find, args=(cache, "ann/one")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1


def test_one_who_cannot_wait_is_told_so_and_finds_it_later(cache, hub_server, monkeypatch):
    push(learned(), "ann/one")
    gate, original = threading.Event(), loading.load_checkpoint
    monkeypatch.setattr(loading, "load_checkpoint", lambda *args: gate.wait(30) and original(*args))
    monkeypatch.setattr(limits, "LOADS_WAITING", 1)
    with pytest.raises(Busy):
        cache.find("ann/one", NOBODY, 0.01)
    with pytest.raises(Busy):  # another one has to wait for its turn
        find(cache, "ann/two")
    gate.set()
    assert find(cache, "ann/one").segmenter == learned()
    with pytest.raises(HubError, match="there is no ann/two"):
        find(cache, "ann/two")


def test_what_was_fetched_for_nobody_is_not_given_to_another_later(cache, hub_server, monkeypatch):
    push(learned(), "ann/one")
    with pytest.raises(Busy):
        cache.find("ann/one", NOBODY, 0)
    wait([fetch.future for fetch in cache._fetches.values()])
    second = push(create("grabcut"), "ann/one").sha
    monkeypatch.setattr(limits, "FETCH_KEPT_SECONDS", 0.0)
    assert find(cache, "ann/one").info.sha == second


def config(method="propagate", settings=None, training=None) -> bytes:
    text = {"format": 2, "method": method, "settings": settings or {}, "training": training or {}}
    return repr(text).replace("'", '"').encode()


LEARNED = config("learned", {"classes": ["a", "b"]})
HOSTILE = {
    "no checkpoint": ({"README.md": b"hello"}, "holds no config.json"),
    "an unknown class": ({"config.json": config("os.system")}, "names the method 'os.system'"),
    "a pickle": (
        {"config.json": LEARNED, "model.safetensors": b"\x80\x04cos\nsystem\n"},
        "is damaged or no safetensors",
    ),
    "NaN": (
        {"config.json": LEARNED, "model.safetensors": tensors({"weights": np.full(3, np.nan), "count": np.ones(1)})},
        "not finite",
    ),
    "a claim of 10 GB": (
        {"config.json": LEARNED, "model.safetensors": File(b"", lfs=True, claimed=10**10)},
        "at most 536,870,912 bytes are fetched",
    ),
    "a path": ({"config.json": config(settings={"features": "timm:local-dir:/etc"})}, "names a folder of one machine"),
    "a grid without end": (
        {"config.json": config(settings={"side": 10**6})},
        "its side is 1e.06, at most 1024 is possible",
    ),
    "a slow cut": (
        {"config.json": config("grabcut", {"iterations": 40})},
        "its iterations is 40, at most 10 is possible",
    ),
    "a large cut": ({"config.json": config("grabcut", {"side": 1024})}, "its side is 1024, at most 512 is possible"),
    "a cut of the whole": (
        {"config.json": config("grabcut", {"side": 0})},
        "its side is 0, at least 1 is possible",
    ),
    "a giant": (
        {"config.json": config(settings={"features": "timm:vit_giant_patch14_dinov2"})},
        "its features is a network of 1,136 million numbers",
    ),
    "no network": ({"config.json": config(settings={"features": "timm:vit_nowhere"})}, "timm has no model vit_nowhere"),
    "a network of somewhere else": (
        {"config.json": config(settings={"features": "timm:hf-hub:eve/net"})},
        "its features is fetched from another repository. Use it in Python",
    ),
    "one class": ({"config.json": config(settings={"classes": ["a"]})}, "knows one class alone"),
    "a class twice": ({"config.json": config(settings={"classes": ["a", "a"]})}, "is listed twice"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_used_is_refused_with_a_sentence(name, cache, hub_server):
    files, words = HOSTILE[name]
    hub_server.put("eve/one", files)
    with pytest.raises(ValueError, match=words):
        find(cache, "eve/one")
    assert len(cache) == 0


def test_weights_that_the_server_has_no_room_for(cache, hub_server, monkeypatch):
    push(Learned(width=4000).fit(discs()), "ann/one")
    monkeypatch.setattr(limits, "CHECKPOINT_BYTES", 10_000)
    with pytest.raises(ValueError, match="at most 10,000 bytes are fetched. Nothing was fetched"):
        find(cache, "ann/one")


def test_a_space_keeps_no_more_on_its_disk_than_it_has_room_for(cache, hub_server, monkeypatch):
    for name in ("ann/one", "ann/two"):
        push(learned(), name)
        find(cache, name)
    assert {repo.repo_id for repo in scan_cache_dir().repos} == {"ann/one", "ann/two"}
    monkeypatch.setattr(limits, "DISK_BYTES", 0)
    loading.free_disk_space()
    assert len(scan_cache_dir().repos) == 2  # not on one's own machine
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "ann/space")
    push(learned(), "ann/three")
    assert find(cache, "ann/three").segmenter == learned()
    assert {repo.repo_id for repo in scan_cache_dir().repos} == {"ann/three"}


def test_one_that_fails_on_a_picture_is_refused(cache, hub_server, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("secret")

    push(learned(), "ann/one")
    monkeypatch.setattr(Learned, "_probabilities", broken)
    with pytest.raises(ValueError, match="ann/one loads, but fails on a picture"):
        find(cache, "ann/one")
    assert "secret" in caplog.text


def test_a_file_beside_it_is_not_run(cache, hub_server, tmp_path):
    import pickle

    push(learned(), "ann/one")
    hub_server.put("ann/one", {"pytorch_model.bin": pickle.dumps(Trap()), "modeling.py": b"raise SystemExit"})
    assert find(cache, "ann/one").segmenter == learned()
    assert not (tmp_path / "trap-was-sprung").exists()
