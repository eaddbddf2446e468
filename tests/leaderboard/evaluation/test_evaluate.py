"""Checkpoints evaluated in a process of their own: the numbers, what goes wrong, and going on after it."""

import json
import subprocess
import sys
from dataclasses import replace
from multiprocessing import Pipe

import numpy as np
import pytest

from leaderboard.dataclass_json import to_plain
from leaderboard.evaluation.build_record import build_record, declared_labels
from leaderboard.evaluation.child_process import load_checkpoint, serve
from leaderboard.evaluation.evaluate import checkpoint_task, evaluate
from leaderboard.evaluation.predict import TimedOutput, adapt_segmenter, score_parts, with_cues
from leaderboard.evaluation.progress import PartialEvaluation
from leaderboard.evaluation.watched_process import EvaluationError, Limits
from leaderboard.records import store
from leaderboard.records.record import Labels
from leaderboard.tasks.label_budget import LabelBudget
from leaderboard.tasks.trial import Trial
from tests.support import board_scenes as boards
from tests.support.paths import ROOT
from wss_core import create
from wss_core.cues import Cues, Example
from wss_core.hub import save
from wss_core.results import Result

INDEPENDENT = ROOT / "tests" / "support" / "pixel_counter.py"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return boards.write_discs(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def record(data, results):
    return evaluate(boards.work(data), results, progress=False, load=boards.good)


def test_a_record_says_what_it_is_of(record, data):
    assert record.identity == boards.work(data).identity
    assert (record.checkpoint, record.identity.checkpoint, record.method) == ("ann/discs", "a" * 40, "colours")
    assert (record.images, record.device, record.identity.seed) == (6, "cpu", 7)
    assert record.labels == Labels(
        cue="strokes", labelled_images=5, unlabelled_images=3, label_seconds=109.0, source="declared"
    )
    assert record.settings == {"width": 8}
    assert record.picture_ids() == tuple("012345")
    assert 0 < record.forward < record.seconds
    assert record.date.endswith("Z")


def test_the_numbers_are_those_of_an_independent_script(record, data, tmp_path):
    """The masks are written as PNG, and a script without NumPy and without the project counts their pixels."""
    from PIL import Image

    segmenter, examples = boards.good("", ""), boards.DISCS.examples(data)
    for example in examples:
        Image.fromarray(segmenter.segment(example.image, Cues()).labels).save(tmp_path / f"{example.id}.png")
    said = subprocess.run(
        [sys.executable, INDEPENDENT, data / "discs" / "masks", tmp_path, "3"],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(said.stdout)
    for name in ("miou", "dice", "accuracy"):
        assert record.scores[name].value == pytest.approx(told[name], rel=1e-12)
    np.testing.assert_array_equal(record.parts["counts"], told["counts"])
    assert 0.9 < record.scores["miou"].value < 1


def test_every_metric_has_an_interval_around_it(record):
    assert set(record.scores) == set(boards.DISCS.metrics)
    for name, score in record.scores.items():
        assert score.low <= score.value <= score.high or name == "tag_map", name
    assert record.scores["box_ap"].lost == pytest.approx(1 / 64, abs=0.012)  # resamples without a picture with a bar


def test_it_is_not_made_twice(record, data, results):
    assert to_plain(evaluate(boards.work(data), results, load=boards.fails)) == to_plain(record)
    assert [path.name for path in results.glob("*/*")] == [f"{record.identity.name}.json"]


def refused(words, data, results, load, limits):
    with pytest.raises(EvaluationError, match=words):
        evaluate(boards.work(data), results, limits, progress=False, load=load)
    (failure,) = store.failures(results)
    assert failure.checkpoint == "ann/discs"
    return failure.reason


def test_one_that_hangs_is_ended(data, tmp_path):
    reason = refused("picture 0 took more than 0.5 s", data, tmp_path, boards.hangs, Limits(seconds=0.5))
    assert "raise the limit" in reason
    assert store.read_all(tmp_path) == []


def test_one_that_grows_is_ended(data, tmp_path):
    refused("more than 1,500 MB of memory", data, tmp_path, boards.grows, Limits(megabytes=1500))


def said(work, load, places):
    """What the process would say, without one."""
    ours, theirs = Pipe(duplex=False)
    serve(theirs, work, places, load)
    theirs.close()
    with ours:
        while True:
            try:
                yield json.loads(ours.recv_bytes())
            except EOFError:
                return


def test_one_that_fails_says_why(data):
    assert [*said(boards.work(data), boards.fails, (4,))][-1] == {"error": "RuntimeError: no such layer"}
    smaller = replace(boards.DISCS, classes=("background", "disc"), metrics=("miou",))
    told = [
        *said(replace(boards.work(data), benchmark=smaller), lambda *_: boards.Colours(classes=smaller.classes), (1,))
    ]
    assert "row 1 (id '1'): the mask holds 2, but there are 2 classes" in told[-1]["error"]


def test_a_crash_half_way_loses_nothing_and_is_gone_on_from(record, data, tmp_path):
    refused(r"picture 3 ended the process \(exit status 9\)", data, tmp_path, boards.dies, Limits())
    kept = PartialEvaluation(tmp_path, record.identity.name)
    assert sorted(kept.rows) == [0, 1, 2]
    text = kept.path.read_text()
    kept.path.write_text(text + '{"place": 3, "id": "torn')
    again = evaluate(boards.work(data), tmp_path, progress=False, load=boards.good)
    assert to_plain(again.scores) == to_plain(record.scores)
    assert again.packed == record.packed
    assert store.failures(tmp_path) == []  # overtaken
    assert not kept.path.exists()


def test_a_finished_picture_is_not_done_again(record, data, tmp_path):
    """All rows are there: no process is needed at all."""
    kept = PartialEvaluation(tmp_path, record.identity.name)
    kept.begin({"device": "cpu", "machine": "m"})
    for place, counts in enumerate(record.parts["counts"]):
        row = {"counts": counts.tolist()}
        kept.add({"place": place, "id": str(place), "group": "", "seconds": 1.0, "forward": 0.5, "parts": row})
    work = boards.work(data)
    work = replace(work, benchmark=replace(work.benchmark, metrics=("miou",)))
    kept.path.rename(kept.path.with_name(f"{work.identity.name}.jsonl"))
    made = evaluate(work, tmp_path, load=None)
    assert (made.seconds, made.forward) == (6, 3)
    assert made.scores["miou"] == record.scores["miou"]


def test_what_is_torn_is_left_out(tmp_path, caplog):
    kept = PartialEvaluation(tmp_path, "x")
    kept.begin({"device": "cpu", "machine": "m"})
    row = {"place": 0, "id": "0", "group": "", "seconds": 1.0, "forward": 0.5, "parts": {}}
    kept.add(row)
    kept.path.write_text(kept.path.read_text() + json.dumps(row | {"place": 1})[:-4])
    again = PartialEvaluation(tmp_path, "x")
    again.add(row | {"place": 2})
    assert sorted(PartialEvaluation(tmp_path, "x").rows) == [0, 2]
    assert "left out line 3" in caplog.text


def example(truth):
    return Example(np.zeros((*truth.shape, 3), np.uint8), Cues(), truth, id="one")


def test_what_is_no_prediction_is_refused():
    truth = np.zeros((4, 6), np.uint8)
    fine = np.full((3, 4, 6), 1 / 3, np.float32)
    score_parts(TimedOutput(Result(fine, boards.CLASSES), 0.1), example(truth), boards.DISCS)
    with pytest.raises(ValueError, match="prediction is 4 x 6 pixels and the truth 6 x 4"):
        score_parts(TimedOutput(Result(np.full((3, 6, 4), 1 / 3), boards.CLASSES), 0.1), example(truth), boards.DISCS)
    strange = Result(np.full((1, 4, 6), 1.0), (*boards.CLASSES, "more"), class_ids=(3,))
    with pytest.raises(ValueError, match="prediction holds label 3"):
        score_parts(TimedOutput(strange, 0.1), example(truth), boards.DISCS)
    with pytest.raises(ValueError, match="not finite"):
        score_parts(TimedOutput(Result(fine * np.nan, boards.CLASSES), 0.1), example(truth), boards.DISCS)
    with pytest.raises(ValueError, match="no true mask"):
        with_cues(replace(example(truth), truth=None), boards.DISCS)


def test_a_checkpoint_must_fit_the_benchmark():
    with pytest.raises(
        ValueError, match=r"trained for the classes background, cat, and discs has background, disc, bar"
    ):
        adapt_segmenter(boards.Colours(classes=("background", "cat")), boards.DISCS)
    with pytest.raises(ValueError, match="propagate learns nothing beforehand and needs cues"):
        adapt_segmenter(create("propagate"), boards.DISCS)
    cued = replace(boards.DISCS, track="interactive", cue="boxes")
    assert adapt_segmenter(create("propagate"), cued).classes == boards.CLASSES


def test_a_folder_that_changed_is_not_evaluated(tmp_path):
    folder = save(create("grabcut"), tmp_path / "one")
    assert load_checkpoint("builtin", prepare_sha("builtin")).name == "propagate"
    assert load_checkpoint(str(folder), prepare_sha(folder)) == create("grabcut")
    with pytest.raises(ValueError, match="has changed"):
        load_checkpoint(str(folder), "b" * 40)


def prepare_sha(source):
    from wss_core.hub import info

    return info(source).sha


def test_cues_come_from_the_truth_and_have_a_price():
    truth = np.zeros((40, 40), np.uint8)
    truth[5:20, 5:20] = 1
    cued = replace(boards.DISCS, track="interactive", cue="boxes", metrics=("miou",))
    given = with_cues(example(truth), cued)
    assert [(box.x0, box.y0, box.x1, box.y1) for box in given.cues.boxes] == [(5, 5, 20, 20)]
    result = create("propagate", classes=boards.CLASSES).segment(given.image, given.cues)
    parts = score_parts(TimedOutput(result, 0.1), given, cued)
    assert parts["label_ms"] == 27_000  # a box, and looking for a bar that is not there
    assert set(parts) == {"counts", "label_ms"}  # and nothing that no metric needs


def test_what_a_checkpoint_declares_is_read_with_care():
    assert declared_labels({}) == Labels()
    assert declared_labels({"cues": ["x"], "labelled": True, "label_seconds": "many", "unlabelled": 2.5}) == Labels(
        source="declared"
    )
    told = declared_labels(
        {"cues": {"points": 3, "boxes": 1, "none": 2}, "labelled": 4, "unlabelled": 2, "label_seconds": 9}
    )
    assert (told.cue, told.labelled_images, told.unlabelled_images, told.label_seconds) == ("boxes+points", 4, 2, 9.0)


def test_labels_of_the_board_itself_come_before_the_checkpoints(record, data):
    budget = LabelBudget(cue="points", share=0.1, rest="tags")
    rows = [
        {"place": i, "id": str(i), "group": "", "seconds": 1.0, "forward": 0.5, "parts": {"counts": counts.tolist()}}
        for i, counts in enumerate(record.parts["counts"])
    ]
    work = replace(boards.work(data), trial=Trial(method="network", budget=budget))
    work = replace(work, benchmark=replace(boards.DISCS, metrics=("miou",)))
    learned = {"labelled": 3, "unlabelled": 0, "label_seconds": 7.2, "cues": {"points": 1, "tags": 2}, "seconds": 3.5}
    made = build_record(work, {"device": "cpu", "machine": "m", "training": learned}, rows)
    told = Labels(cue="points+tags", labelled_images=3, unlabelled_images=0, label_seconds=7.2, share=0.1)
    assert made.labels == replace(told, source="reproduced")
    assert made.training == learned


def test_the_robot_user_is_evaluated(data):
    asked_for = {
        "track": "interactive",
        "cue": "clicks",
        "limit": 3,
        "metrics": ("noc80", "iou_at_1", "iou_at_3", "drops"),
    }
    work = checkpoint_task("builtin", replace(boards.DISCS, name="discs-clicks", **asked_for), data)
    about, *rows = said(work, load_checkpoint, (0, 1))
    record = build_record(work, about, [row | {"seconds": 1.0} for row in rows])
    assert record.parts["clicks"].shape == (2, 3)
    assert record.scores["iou_at_3"].value > 0.3
    assert record.labels == Labels(cue="clicks", source="given")
    assert record.identity.seed == 0


def test_what_the_board_trains_itself_is_no_work_for_a_checkpoint(data):
    own = replace(boards.DISCS, track="efficiency", train="train", cues=("points",), shares=(0.1,))
    with pytest.raises(ValueError, match="the board trains itself"):
        checkpoint_task("builtin", own, data)
