"""Checkpoints are evaluated in a process of their own: the figures, the failures, and resuming after one."""

import json
import subprocess
import sys
from dataclasses import replace
from multiprocessing import Pipe

import numpy as np
import pytest

from leaderboard.dataclass_json import to_plain
from leaderboard.evaluation.build_record import build_record, declared_labels
from leaderboard.evaluation.child_process import load_checkpoint, send_rows
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
    return evaluate(boards.eval_task(data), results, progress=False, load=boards.good)


def test_a_record_names_its_checkpoint_and_its_labels(record, data):
    assert record.identity == boards.eval_task(data).identity
    assert (record.checkpoint, record.identity.checkpoint, record.method) == ("ann/discs", "a" * 40, "colours")
    assert (record.images, record.device, record.identity.seed) == (6, "cpu", 7)
    assert record.labels == Labels(
        cue="strokes", labelled_images=5, unlabelled_images=3, label_seconds=109.0, source="declared"
    )
    assert record.settings == {"width": 8}
    assert record.image_ids() == tuple("012345")
    assert 0 < record.forward < record.seconds
    assert record.date.endswith("Z")


def test_the_numbers_are_those_of_an_independent_script(record, data, tmp_path):
    """The masks are written as PNG, and a script without NumPy and without the project counts their pixels."""
    from PIL import Image

    segmenter, examples = boards.good("", ""), boards.DISCS.examples(data)
    for example in examples:
        Image.fromarray(segmenter.segment(example.image, Cues()).labels).save(tmp_path / f"{example.id}.png")
    script = subprocess.run(
        [sys.executable, INDEPENDENT, data / "discs" / "masks", tmp_path, "3"],
        capture_output=True,
        text=True,
        check=True,
    )
    counted = json.loads(script.stdout)
    for name in ("miou", "dice", "accuracy"):
        assert record.scores[name].value == pytest.approx(counted[name], rel=1e-12)
    np.testing.assert_array_equal(record.parts["counts"], counted["counts"])
    assert 0.9 < record.scores["miou"].value < 1


def test_every_metric_has_an_interval_around_it(record):
    assert set(record.scores) == set(boards.DISCS.metrics)
    for name, score in record.scores.items():
        assert score.low <= score.value <= score.high or name == "tag_map", name
    assert record.scores["box_ap"].lost == pytest.approx(1 / 64, abs=0.012)  # resamples without a picture with a bar


def test_a_record_is_not_made_twice(record, data, results):
    assert to_plain(evaluate(boards.eval_task(data), results, load=boards.fails)) == to_plain(record)
    assert [path.name for path in results.glob("*/*")] == [f"{record.identity.name}.json"]


def failure_reason(words, data, results, load, limits):
    with pytest.raises(EvaluationError, match=words):
        evaluate(boards.eval_task(data), results, limits=limits, progress=False, load=load)
    (failure,) = store.read_failures(results)
    assert failure.checkpoint == "ann/discs"
    return failure.reason


def test_a_checkpoint_that_hangs_is_ended(data, tmp_path):
    reason = failure_reason("picture 0 took more than 0.5 s", data, tmp_path, boards.hangs, Limits(seconds=0.5))
    assert "raise the limit" in reason
    assert store.read_all(tmp_path) == []


def test_a_checkpoint_that_grows_is_ended(data, tmp_path):
    failure_reason("more than 1,500 MB of memory", data, tmp_path, boards.grows, Limits(megabytes=1500))


def messages(task, load, places):
    """What the child process would send, without a process."""
    receiver, sender = Pipe(duplex=False)
    send_rows(sender, task, places, load)
    sender.close()
    with receiver:
        while True:
            try:
                yield json.loads(receiver.recv_bytes())
            except EOFError:
                return


def test_a_checkpoint_that_fails_gives_the_reason(data):
    assert [*messages(boards.eval_task(data), boards.fails, (4,))][-1] == {"error": "RuntimeError: no such layer"}
    smaller = replace(boards.DISCS, classes=("background", "disc"), metrics=("miou",))
    found = [
        *messages(
            replace(boards.eval_task(data), benchmark=smaller), lambda *_: boards.Colours(classes=smaller.classes), (1,)
        )
    ]
    assert "row 1 (id '1'): the mask holds 2, but there are 2 classes" in found[-1]["error"]


def test_a_crash_half_way_loses_nothing_and_is_resumed(record, data, tmp_path):
    failure_reason(r"picture 3 ended the process \(exit status 9\)", data, tmp_path, boards.dies, Limits())
    kept = PartialEvaluation(tmp_path, record.identity.name)
    assert sorted(kept.rows) == [0, 1, 2]
    text = kept.path.read_text()
    kept.path.write_text(text + '{"place": 3, "id": "torn')
    again = evaluate(boards.eval_task(data), tmp_path, progress=False, load=boards.good)
    assert to_plain(again.scores) == to_plain(record.scores)
    assert again.packed == record.packed
    assert store.read_failures(tmp_path) == []  # overtaken
    assert not kept.path.exists()


def test_a_finished_image_is_not_evaluated_again(record, data, tmp_path):
    """All rows are there: no process is needed at all."""
    kept = PartialEvaluation(tmp_path, record.identity.name)
    kept.begin({"device": "cpu", "machine": "m"})
    for place, counts in enumerate(record.parts["counts"]):
        row = {"counts": counts.tolist()}
        kept.add({"place": place, "id": str(place), "group": "", "seconds": 1.0, "forward": 0.5, "parts": row})
    task = boards.eval_task(data)
    task = replace(task, benchmark=replace(task.benchmark, metrics=("miou",)))
    kept.path.rename(kept.path.with_name(f"{task.identity.name}.jsonl"))
    made = evaluate(task, tmp_path, load=None)
    assert (made.seconds, made.forward) == (6, 3)
    assert made.scores["miou"] == record.scores["miou"]


def test_a_damaged_line_is_left_out(tmp_path, caplog):
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


def test_an_output_that_is_not_a_prediction_is_refused():
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
    assert load_checkpoint("builtin", current_sha("builtin")).name == "propagate"
    assert load_checkpoint(str(folder), current_sha(folder)) == create("grabcut")
    with pytest.raises(ValueError, match="has changed"):
        load_checkpoint(str(folder), "b" * 40)


def current_sha(source):
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


def test_declared_labels_of_any_form_are_read():
    assert declared_labels({}) == Labels()
    assert declared_labels({"cues": ["x"], "labelled": True, "label_seconds": "many", "unlabelled": 2.5}) == Labels(
        source="declared"
    )
    labels = declared_labels(
        {"cues": {"points": 3, "boxes": 1, "none": 2}, "labelled": 4, "unlabelled": 2, "label_seconds": 9}
    )
    assert (labels.cue, labels.labelled_images, labels.unlabelled_images, labels.label_seconds) == (
        "boxes+points",
        4,
        2,
        9.0,
    )


def test_labels_of_the_board_itself_come_before_the_checkpoints(record, data):
    budget = LabelBudget(cue="points", share=0.1, rest="tags")
    rows = [
        {"place": i, "id": str(i), "group": "", "seconds": 1.0, "forward": 0.5, "parts": {"counts": counts.tolist()}}
        for i, counts in enumerate(record.parts["counts"])
    ]
    task = replace(boards.eval_task(data), trial=Trial(method="network", budget=budget))
    task = replace(task, benchmark=replace(boards.DISCS, metrics=("miou",)))
    training = {"labelled": 3, "unlabelled": 0, "label_seconds": 7.2, "cues": {"points": 1, "tags": 2}, "seconds": 3.5}
    made = build_record(task, {"device": "cpu", "machine": "m", "training": training}, rows)
    labels = Labels(cue="points+tags", labelled_images=3, unlabelled_images=0, label_seconds=7.2, share=0.1)
    assert made.labels == replace(labels, source="reproduced")
    assert made.training == training


def test_a_simulated_user_is_evaluated(data):
    interactive = {
        "track": "interactive",
        "cue": "clicks",
        "limit": 3,
        "metrics": ("noc80", "iou_at_1", "iou_at_3", "drops"),
    }
    task = checkpoint_task("builtin", replace(boards.DISCS, name="discs-clicks", **interactive), data)
    process, *rows = messages(task, load_checkpoint, (0, 1))
    record = build_record(task, process, [row | {"seconds": 1.0} for row in rows])
    assert record.parts["clicks"].shape == (2, 3)
    assert record.scores["iou_at_3"].value > 0.3
    assert record.labels == Labels(cue="clicks", source="given")
    assert record.identity.seed == 0


def test_a_benchmark_that_the_board_trains_for_is_refused_for_a_checkpoint(data):
    own = replace(boards.DISCS, track="efficiency", train="train", cues=("points",), shares=(0.1,))
    with pytest.raises(ValueError, match="the board trains itself"):
        checkpoint_task("builtin", own, data)
