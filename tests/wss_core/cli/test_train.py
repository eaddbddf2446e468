"""python -m wss_core train: from a folder to a checkpoint, stopped and gone on with, and pushed."""

import json
import signal

import numpy as np
import pytest
import torch
from PIL import Image

from tests.support.scenes import discs
from wss_core import __main__ as cli
from wss_core import hub
from wss_core.cli import train
from wss_core.cues import Cues, Example, Point
from wss_core.data import subset
from wss_core.run_options import STATE
from wss_core.training.config import LOG

torch.set_num_threads(1)
TINY = ["backbone=unet", "width=16", "crop=32", "side=64", "steps=6", "batch=4"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A data set of six discs with their masks, here."""
    monkeypatch.chdir(tmp_path)
    for kind in ("images", "masks"):
        (tmp_path / "data" / kind).mkdir(parents=True)
    for i, example in enumerate(discs(6)):
        Image.fromarray(example.image).save(tmp_path / f"data/images/{i}.png")
        Image.fromarray(example.truth).save(tmp_path / f"data/masks/{i}.png")
    return tmp_path


def command(*more, method="network", settings=TINY, out="out"):
    arguments = ["train", "--data", "data", "--classes", "background,disc", "--method", method, "--out", out]
    return cli.main([*arguments, *(word for text in settings for word in ("--setting", text)), *more])


MIX = ("--cue", "scribbles", "--labelled", "50%", "--unlabelled", "rest", "--validation", "34%", "--device", "cpu")


def test_a_folder_becomes_a_checkpoint_with_its_history(folder, capsys):
    assert command(*MIX, "--seed", "3") == 0
    assert capsys.readouterr().out.strip() == "out/report.md"
    found = hub.load("out")
    assert found.classes == ("background", "disc")
    assert found.segment(discs()[0].image).labels.shape == (48, 48)
    training = found.training
    assert training["cues"] == {"strokes": 2}
    assert (training["images"], training["labelled"], training["unlabelled"]) == (4, 2, 2)
    assert training["label_seconds"] == pytest.approx(2 * 2 * 10.9)
    assert (training["seed"], training["steps"]) == (3, 6)
    assert set(training["terms"]) == {"cross_entropy", "dice", "potts", "dual", "agreement"}
    assert training["data"][0]["name"] == "data"
    assert len(training["data"][0]["revision"]) >= 32
    assert training["validation"]["images"] == 2
    assert {path.name for path in (folder / "out").iterdir()} == {
        "config.json",
        "model.safetensors",
        "report.md",
        "curves.png",
        "samples.png",
        LOG,
    }


def test_the_report_tells_people_what_happened(folder):
    command(*MIX)
    text = (folder / "out/report.md").read_text()
    for words in ("# network: background, disc", "| cues | strokes: 2 |", "| disc | 0.", "| mean | 0."):
        assert words in text
    for name in ("curves.png", "samples.png"):
        assert f"]({name})" in text
        with Image.open(folder / "out" / name) as picture:
            assert min(picture.size) > 200
    rows = [json.loads(line) for line in (folder / "out" / LOG).read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert all("score" in row for row in rows)


def test_it_is_stopped_and_goes_on_to_the_same(folder, monkeypatch, capsys):
    """Ctrl-C at the third step of a run as a person starts it."""
    command(*MIX, out="whole")
    original, steps = train.RunOptions.__init__, []

    def pressing(self, *arguments, **named):
        def press(step, total, figures):
            steps.append(step)
            if step == 3 and not named["resume"]:
                signal.raise_signal(signal.SIGINT)

        original(self, *arguments, **(named | {"progress": press}))

    monkeypatch.setattr(train.RunOptions, "__init__", pressing)
    with pytest.raises(SystemExit) as end:
        command(*MIX)
    assert end.value.code == 130
    assert "stopped, and kept in out. Go on with the same command and --resume" in capsys.readouterr().err
    assert (folder / "out" / STATE).exists()
    assert not (folder / "out/config.json").exists()
    assert command(*MIX) == 2
    assert "holds a training stopped at step 3. Go on with resume" in capsys.readouterr().err
    assert command(*MIX, "--resume") == 0
    assert steps == [1, 2, 3, 4, 5, 6]
    assert (folder / "out/model.safetensors").read_bytes() == (folder / "whole/model.safetensors").read_bytes()
    assert not (folder / "out" / STATE).exists()


def test_masks_may_be_full_masks_and_other_splits_may_join(folder):
    command("--labelled", "2", "--unlabelled", "1", "--also", "train=tags", "--device", "cpu")
    training = hub.load("out").training
    assert training["cues"] == {"full": 2, "tags": 6}
    assert (training["images"], training["unlabelled"]) == (9, 1)
    assert [row["split"] for row in training["data"]] == ["train", "train"]


def test_cam_is_trained_in_two_stages_and_stopped_in_the_second(folder, monkeypatch):
    tiny = [*TINY[:4], "steps=2", "refine=3", "batch=2"]
    more = ("--cue", "tags", "--device", "cpu")
    command(*more, method="cam", settings=tiny, out="whole")
    original = train.RunOptions.__init__

    def pressing(self, *arguments, **named):
        def press(step, total, figures):
            if (step, total) == (2, 3) and not named["resume"]:
                signal.raise_signal(signal.SIGINT)

        original(self, *arguments, **(named | {"progress": press}))

    monkeypatch.setattr(train.RunOptions, "__init__", pressing)
    with pytest.raises(SystemExit):
        command(*more, method="cam", settings=tiny)
    assert command(*more, "--resume", method="cam", settings=tiny) == 0
    assert (folder / "out/model.safetensors").read_bytes() == (folder / "whole/model.safetensors").read_bytes()
    assert {path.name for path in (folder / "out").rglob(STATE)} == set()


@pytest.mark.parametrize("method", ["network", "cam", "probe"])
def test_a_device_that_is_not_there_is_a_sentence_before_anything_is_read(method, folder, monkeypatch, capsys):
    monkeypatch.setattr(train.dataset_options, "read_examples", lambda *_: pytest.fail("the data were read"))
    assert command("--device", "gpu", method=method, settings=[]) == 2
    assert "there is no device 'gpu' here. Choose one of: auto, cpu" in capsys.readouterr().err


def test_probe_is_trained_and_reported(folder):
    command("--cue", "points", "--points", "3", method="probe", settings=["features=texture"])
    assert hub.load("out").training["cues"] == {"points": 6}
    assert (folder / "out/report.md").exists()


@pytest.mark.parametrize(("more", "apart"), [((), True), (("--setting", "apart=false"), False)])
def test_a_point_for_each_object_says_that_objects_lie_apart(folder, more, apart):
    assert command("--cue", "points", "--per", "object", "--device", "cpu", *more) == 0
    assert hub.load("out").apart is apart


def test_a_point_for_each_class_does_not(folder):
    assert command("--cue", "points", "--device", "cpu") == 0
    assert hub.load("out").apart is False


def test_it_is_pushed(folder, hub_server, capsys):
    assert command("--push", "ann/discs", "--device", "cpu") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"{hub_server.url}/ann/discs/commit/")
    assert hub.load("ann/discs").training["cues"] == {"full": 6}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--labelled", "many"], "'many' is no number of 6 pictures. Give 10%, 60, rest or none"),
        (["--labelled", "5", "--unlabelled", "3"], "5 labelled and 3 unlabelled are more than the 6 pictures"),
        (["--also", "more"], "'more' is not SPLIT=KIND. KIND is one of: own, tags, points"),
        (["--cue", "none"], "no picture has a cue to learn from. Give cues"),
        (["--resume"], "there is no out/state.pt to go on from. Start without resume"),
        (["--setting", 'terms=["mumford"]'], "no term 'mumford'. Choose among"),
        (["--setting", "backbone=vgg"], "no backbone 'vgg'. Choose one of: builtin, unet, timm:NAME"),
    ],
)
def test_what_cannot_be_used_is_said(more, words, capsys):
    assert command(*more) == 2
    assert words in capsys.readouterr().err


# what a training gets


def test_fewer_labelled_pictures_are_among_more():
    few, others = subset.split_labelled_unlabelled(50, "10%", "rest", 4)
    more, _ = subset.split_labelled_unlabelled(50, "30", "none", 4)
    assert len(few) == 5
    assert more[:5] == few
    assert sorted(few + others) == list(range(50))
    assert subset.split_labelled_unlabelled(50, "10%", "rest", 5)[0] != few
    assert subset.count_of("1%", 20, 0) == 1


def test_groups_are_held_out_whole():
    groups = [str(i // 3) for i in range(30)]
    held = subset.hold_out_groups(groups, "20%", 0)
    assert len(held) == 6
    assert all(groups.count(groups[i]) == sum(groups[j] == groups[i] for j in held) for i in held)


def test_no_truth_goes_along_and_cues_are_made_once():
    made = []

    def cueing(example):
        made.append(example.id)
        return Example(example.image, Cues(points=(Point(1, 1, 1),)))

    found = subset.TrainingSubset([subset.SubsetPart(discs(2), [1], cueing), subset.SubsetPart(discs(2), [0], None)])
    assert [example.id for example in found] == ["1", "0"]
    assert all(example.truth is None for example in found)
    assert found[0].cues.points
    assert not found[1].cues.kinds
    assert made == ["1"]


def test_own_cues_come_before_the_mask():
    disc = discs(1)[0]
    assert train._keep_own_cues(disc).cues.strokes
    assert train._keep_own_cues(disc).cues.labels is None
    tagged = Example(disc.image, Cues(tags=("disc",)), disc.truth)
    np.testing.assert_array_equal(train._keep_own_cues(tagged).cues.labels, disc.truth)
    assert train._keep_own_cues(tagged).cues.tags == ("disc",)


def test_the_name_to_push_to_is_looked_at_before_the_training(folder, capsys):
    assert command(*MIX, "--push", "just name") == 2
    assert "'just name' is no name on the Hub. Give USER/REPO" in capsys.readouterr().err
    assert not (folder / "out").exists()
    assert not (folder.parent / "out").exists()
