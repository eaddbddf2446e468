"""The loopback Hub answers unmodified clients as the Hub does: else what the other tests see means nothing."""

import io
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import datasets
import huggingface_hub
import numpy as np
import pytest
import timm
import torch
from huggingface_hub import HfApi, ModelCard, errors
from PIL import Image

from tests.support.loopback.store import File

api = HfApi()
CARD = "---\nlicense: mit\ntags:\n- shapes\nlibrary_name: ours\ndatasets:\n- ann/shapes\n---\n# One\n"


def upload(name, data=b"{}", path="config.json", **options):
    return api.upload_file(path_or_fileobj=data, path_in_repo=path, repo_id=name, **options)


def test_people_and_what_they_may(hub_server):
    assert api.whoami()["name"] == "ann"
    assert [org["name"] for org in api.whoami()["orgs"]] == ["lab"]
    api.create_repo("lab/shared")
    api.create_repo("ann/own", private=True)
    upload("ann/own")
    with pytest.raises(errors.HfHubHTTPError, match="403"):
        api.create_repo("bob/own")
    with pytest.raises(errors.HfHubHTTPError, match="403"):
        upload("lab/shared", token="hf_bob")
    with pytest.raises(errors.RepositoryNotFoundError):
        api.model_info("ann/own", token="hf_bob")
    with pytest.raises(errors.RepositoryNotFoundError):
        api.model_info("ann/own", token=False)
    with pytest.raises(errors.HfHubHTTPError, match="401"):
        api.model_info("lab/shared", token="hf_nobody")
    api.delete_repo("ann/own")
    with pytest.raises(errors.RepositoryNotFoundError):
        api.model_info("ann/own")


def test_files_come_back_at_every_revision(hub_server, tmp_path):
    api.create_repo("ann/one")
    assert api.create_repo("ann/one", exist_ok=True).repo_id == "ann/one"
    large = np.random.default_rng(0).bytes(300_000)
    first = upload("ann/one", large, "deep/er/model.safetensors").oid
    second = upload("ann/one", b"{}").oid
    assert upload("ann/one", b"{}").oid == second  # nothing new, no commit
    assert [commit.commit_id for commit in api.list_repo_commits("ann/one")][:2] == [second, first]
    folder = huggingface_hub.snapshot_download("ann/one")
    assert (os.path.basename(folder), Path(folder, "deep/er/model.safetensors").read_bytes()) == (second, large)
    hub_server.asked.clear()
    huggingface_hub.snapshot_download("ann/one", revision=second)
    assert hub_server.asked == []
    old = huggingface_hub.snapshot_download("ann/one", revision=first, local_dir=tmp_path / "old")
    assert sorted(os.listdir(old)) == [".cache", ".gitattributes", "deep"]
    info = api.model_info("ann/one", files_metadata=True)
    assert {row.rfilename: row.size for row in info.siblings if row.lfs} == {"deep/er/model.safetensors": 300_000}
    assert api.file_exists("ann/one", "config.json")
    assert not api.file_exists("ann/one", "config.yaml")
    with pytest.raises(errors.RevisionNotFoundError):
        api.model_info("ann/one", revision="nowhere")
    with pytest.raises(errors.EntryNotFoundError):
        huggingface_hub.hf_hub_download("ann/one", "config.yaml")


def test_branches_tags_and_file_system(hub_server):
    api.create_repo("ann/one")
    upload("ann/one")
    api.create_tag("ann/one", tag="v1")
    api.create_branch("ann/one", branch="next")
    upload("ann/one", b"[1]", revision="next")
    refs = api.list_repo_refs("ann/one")
    assert ([row.name for row in refs.branches], [row.name for row in refs.tags]) == (["main", "next"], ["v1"])
    files = huggingface_hub.HfFileSystem()
    assert files.ls("ann/one@next", detail=False) == ["ann/one@next/.gitattributes", "ann/one@next/config.json"]
    assert (files.cat("ann/one@next/config.json"), files.cat("ann/one@v1/config.json")) == (b"[1]", b"{}")
    api.delete_tag("ann/one", tag="v1")
    api.delete_branch("ann/one", branch="next")
    assert len(api.list_repo_refs("ann/one").branches) == 1


def test_a_moved_head_and_a_pull_request(hub_server):
    api.create_repo("ann/one")
    old = api.model_info("ann/one").sha
    upload("ann/one")
    with pytest.raises(errors.HfHubHTTPError, match="412"):
        upload("ann/one", b"[1]", parent_commit=old)
    pull = upload("ann/one", b"[2]", create_pr=True, token="hf_bob")
    assert pull.pr_num == 1
    assert hub_server.files("ann/one") == {"config.json": b"{}"}
    path = huggingface_hub.hf_hub_download("ann/one", "config.json", revision="refs/pr/1")
    assert Path(path).read_bytes() == b"[2]"
    upload("ann/one", CARD.encode(), "README.md")
    api.merge_pull_request("ann/one", 1)
    assert hub_server.files("ann/one") == {"config.json": b"[2]", "README.md": CARD.encode()}
    assert api.get_discussion_details("ann/one", 1).status == "merged"


def test_a_commit_is_whole_or_not_at_all(hub_server):
    api.create_repo("ann/one")
    add = huggingface_hub.CommitOperationAdd("a.txt", b"a")
    gone = huggingface_hub.CommitOperationDelete("b.txt")
    with pytest.raises(errors.EntryNotFoundError):
        api.create_commit("ann/one", [add, gone], commit_message="both")
    assert hub_server.files("ann/one") == {}


def test_commits_at_the_same_time_are_all_kept(hub_server):
    api.create_repo("ann/one")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: upload("ann/one", b"x", f"{n}.txt"), range(12)))
    assert len(hub_server.files("ann/one")) == 12


def test_cards_are_checked_and_found_by_tag(hub_server):
    for name in ("ann/one", "ann/two", "ann/three"):
        api.create_repo(name)
        ModelCard(CARD).push_to_hub(name)
    ModelCard(CARD.replace("shapes", "colours")).push_to_hub("ann/two")
    hub_server.page = 1  # so that the client must turn pages
    rows = list(api.list_models(filter=["shapes", "ours"], sort="last_modified", expand=["sha", "cardData"]))
    assert [row.id for row in rows] == ["ann/three", "ann/one"]
    assert rows[0].sha == api.model_info("ann/three").sha
    assert rows[0].card_data.datasets == ["ann/shapes"]
    assert [row.id for row in api.list_models(filter="dataset:ann/colours", author="ann")] == ["ann/two"]
    assert len(list(api.list_models(author="ann", limit=2))) == 2
    for bad in ("license: mine", "tags: [1]", "datasets: [see below]", "pipeline_tag: magic", "a: [", "- a"):
        with pytest.raises(ValueError, match="Invalid metadata in README.md"):
            api.create_commit(
                "ann/one",
                [huggingface_hub.CommitOperationAdd("README.md", f"---\n{bad}\n---\n".encode())],
                commit_message="bad",
            )


def test_results_are_read_back(hub_server):
    api.create_repo("ann/one")
    entry = huggingface_hub.EvalResultEntry("ann/shapes", "test", 0.5, dataset_revision="a" * 40)
    upload("ann/one", str(huggingface_hub.eval_result_entries_to_yaml([entry])).encode(), ".eval_results/shapes.yaml")
    assert api.model_info("ann/one", expand=["evalResults"]).eval_results == [entry]


def shapes(count=4):
    """A data set of `count` grey pictures with masks."""
    pictures = [Image.fromarray(np.full((8, 9), value * 20, np.uint8)) for value in range(count)]
    features = datasets.Features(
        {"image": datasets.Image(), "mask": datasets.Image(), "name": datasets.Value("string")}
    )
    rows = {"image": pictures, "mask": pictures, "name": [str(n) for n in range(count)]}
    return datasets.Dataset.from_dict(rows, features=features)


def test_data_sets_are_pushed_loaded_and_streamed(hub_server):
    first = shapes().push_to_hub("ann/shapes", split="train").oid
    shapes(6).push_to_hub("ann/shapes", split="test")
    loaded = datasets.load_dataset("ann/shapes")
    assert {name: len(split) for name, split in loaded.items()} == {"train": 4, "test": 6}
    assert np.array(loaded["train"][2]["mask"]).max() == 40
    assert set(datasets.load_dataset("ann/shapes", revision=first)) == {"train"}
    streamed = datasets.load_dataset("ann/shapes", split="test", streaming=True)
    assert [row["name"] for row in streamed] == ["0", "1", "2", "3", "4", "5"]


def test_a_folder_of_pictures_is_a_data_set(hub_server):
    buffer = io.BytesIO()
    Image.new("L", (5, 5), 7).save(buffer, "PNG")
    hub_server.put("ann/folder", {f"train/{n}.png": File(buffer.getvalue(), lfs=True) for n in range(3)}, "datasets")
    assert len(datasets.load_dataset("ann/folder", split="train")) == 3


def test_timm_round_trip(hub_server, tmp_path):
    torch.manual_seed(0)
    model = timm.create_model("test_resnet")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # timm's card has no licence
        timm.models.push_to_hf_hub(model, "ann/tiny", safe_serialization=True)
    folder = huggingface_hub.snapshot_download("ann/tiny", local_dir=tmp_path)
    for name in ("hf-hub:ann/tiny", f"local-dir:{folder}"):
        again = timm.create_model(name, pretrained=True)
        assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


def test_other_processes_find_it_too(hub_server):
    api.create_repo("ann/one")
    code = "import huggingface_hub; print(huggingface_hub.model_info('ann/one').sha, end='')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == (api.model_info("ann/one").sha, "")


def test_mishaps_happen_once(hub_server, monkeypatch):
    api.create_repo("ann/one")
    upload("ann/one", bytes(50_000), "a.bin")
    hub_server.fail("GET /api/models/ann/one", 500)
    with pytest.raises(errors.HfHubHTTPError, match="500"):
        api.model_info("ann/one")
    api.model_info("ann/one")
    hub_server.drop("GET .*/a.bin", times=20)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(Exception, match="peer closed connection|incomplete"):
        huggingface_hub.hf_hub_download("ann/one", "a.bin")
    hub_server.mishaps.clear()
    assert os.path.getsize(huggingface_hub.hf_hub_download("ann/one", "a.bin")) == 50_000
