"""A folder of results and a results data set on the Hub, by the Hub's unmodified client; several boards at once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from huggingface_hub import HfApi

from leaderboard.records import hub_sync, store
from tests.support import board_scenes as boards
from wss_core.hub_client import HubError


def write_records(folder, numbers):
    for number in numbers:
        store.write(boards.record(seed=number), folder)
    return folder


def test_two_boards_at_once_lose_nothing(hub_server, tmp_path):
    """Half of their records are the same. Each writes one commit, on top of the other's."""
    boards_at_once = [write_records(tmp_path / "one", range(0, 6)), write_records(tmp_path / "two", range(3, 9))]
    HfApi().create_repo("ann/results", repo_type="dataset")
    with ThreadPoolExecutor(2) as pool:
        added = [count for count, _ in pool.map(lambda folder: hub_sync.push(folder, "ann/results"), boards_at_once)]
    assert sorted(added) in ([3, 6], [6, 6])  # the second may see that three are there
    assert hub_sync.pull("ann/results", tmp_path / "three") == 9
    assert {r.identity.seed for r in store.read_all(tmp_path / "three")} == set(range(9))
    titles = [commit.title for commit in HfApi().list_repo_commits("ann/results", repo_type="dataset")]
    assert len(titles) == 3


def test_a_head_that_moved_is_looked_at_again(hub_server, tmp_path):
    one, two = write_records(tmp_path / "one", [1, 3]), write_records(tmp_path / "two", [1, 2])
    theirs = {f"discs/{path.name}": path.read_bytes() for path in two.glob("discs/*.json")}
    HfApi().create_repo("ann/results", repo_type="dataset")
    hub_server.before("POST .*/commit/main", lambda: hub_server.put("ann/results", theirs, kind="datasets"))
    assert hub_sync.push(one, "ann/results")[0] == 1  # the other one was there meanwhile
    assert hub_sync.pull("ann/results", tmp_path / "three") == 3


def test_nothing_new_is_no_commit(hub_server, tmp_path):
    one = write_records(tmp_path / "one", [1, 2])
    first = hub_sync.push(one, "ann/results")
    assert first[0] == 2
    assert hub_sync.push(one, "ann/results") == (0, first[1])
    names = HfApi().list_repo_files("ann/results", repo_type="dataset")
    assert sorted(names)[-1].startswith("discs/")
    assert "README.md" in names


def test_a_damaged_record_of_the_hub_is_left_out(hub_server, tmp_path, caplog):
    sound = store.write(boards.record(seed=1), tmp_path / "one")
    torn = {f"discs/{'0' * 32}.json": sound.read_bytes()[:-9], "discs/../../x.json": b"{}", "discs/notes.json": b"{}"}
    hub_server.put("ann/results", torn | {f"discs/{sound.name}": sound.read_bytes()}, kind="datasets")
    assert hub_sync.pull("ann/results", tmp_path / "two") == 1
    assert f"{'0' * 32}.json: it is damaged" in caplog.text
    assert [path.name for path in (tmp_path / "two").rglob("*.json")] == [sound.name]


def test_a_data_set_of_something_else_is_not_fetched(hub_server, tmp_path, monkeypatch):
    hub_server.put("ann/results", {f"discs/{'0' * 32}.json": b"x" * 2000}, kind="datasets")
    monkeypatch.setattr(store, "MAX_FILE", 1000)
    with pytest.raises(ValueError, match="is above 1,000 bytes. Nothing was fetched"):
        hub_sync.pull("ann/results", tmp_path)
    with pytest.raises(HubError, match="there is no ann/nothing"):
        hub_sync.pull("ann/nothing", tmp_path)
    with pytest.raises(HubError, match="is no name on the Hub"):
        hub_sync.push(tmp_path, "../results")
    assert not any("resolve" in line and "GET" in line for line in hub_server.asked)


def test_records_are_json_that_others_can_read(tmp_path):
    form = json.loads(store.write(boards.record(), tmp_path).read_text())
    assert form["scores"]["miou"].keys() == {"value", "low", "high", "lost", "classes"}
    assert form["packed"]["counts"]["shape"] == [40, 2, 3]
