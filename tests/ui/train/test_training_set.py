"""The cues of several pictures as one training_set, counted by hand; what is still missing, in words; and how it travels."""

from __future__ import annotations

import base64
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.support.scenes import TINY, discs
from tests.support.train_scenes import small_task, small_training_set
from ui.checkpoints import trained
from ui.server.label_runs import decode_labels
from ui.train import presets, task, worker
from ui.train.training_set import TrainingSet, merge_cues, reason_not_trainable, suggestions
from wss_core import create
from wss_core.cues import Box, Cues, Point, Stroke
from wss_core.hub import load

CAT = (Cues(points=(Point(1, 1, 1), Point(2, 2, 0))), ("background", "cat"))


def test_a_class_is_known_by_its_name_and_background_by_its_place():
    labels = np.array([[0, 1], [2, 255]], np.uint8)
    dog = Cues(
        tags=("dog", "bird"),
        points=(Point(0, 0, 2), Point(1, 1, 255)),
        boxes=(Box(0, 0, 2, 2, 1),),
        strokes=(Stroke(0, 1, ((0, 0),)),),
        labels=labels,
    )
    training_set = merge_cues([CAT, (dog, ("grass", "dog", "cat", "bird")), (Cues(), ())])
    assert training_set.classes == ("background", "cat", "dog")
    assert training_set.left_out == ("bird",)
    moved = training_set.cues[1]
    assert moved.tags == ("dog",)
    assert [point.label for point in moved.points] == [1, 255]
    assert (moved.boxes[0].label, moved.strokes[0].label) == (2, 0)
    assert moved.labels.tolist() == [[0, 2], [1, 255]]
    assert labels.tolist() == [[0, 1], [2, 255]]
    assert (training_set.cued_images, training_set.labelled_classes) == (2, {0, 1, 2})
    assert training_set.label_seconds == pytest.approx(
        sum(cues.seconds(training_set.classes) for cues in training_set.cues)
    )


def test_a_class_that_only_boxes_show_is_told_apart():
    box = Cues(boxes=(Box(0, 0, 2, 2, 1),))
    names = ("background", "cat")
    assert merge_cues([(box, names)]).has_box_only_class
    assert not merge_cues([(box, names), CAT]).has_box_only_class
    assert not merge_cues([CAT]).has_box_only_class
    training_set, pictures = small_training_set(uncued=0)
    boxed = [Cues(boxes=(Box(24, 24, 72, 72, 1),)), Cues(boxes=(Box(32, 32, 80, 80, 1),))]
    training_set = merge_cues([(cues, training_set.classes) for cues in boxed])
    settings = presets.preset_settings("probe", "quick", training_set.has_box_only_class)
    made = worker.fit_task(task.TrainTask.of("probe", settings, training_set, pictures, 60.0), lambda said: None)
    one = discs(3)[2]
    assert (made.segment(one.image).labels == one.truth).mean() > 0.9


def test_too_many_classes_are_refused():
    many = [
        (Cues(points=[Point(0, 0, label) for label in range(1, 254)]), ("rest", *(f"{i} {n}" for n in range(253))))
        for i in range(2)
    ]
    with pytest.raises(ValueError, match="507 classes, at most 254 are possible"):
        merge_cues(many)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], "no picture here yet"),
        ([(Cues(), ()), (Cues(tags=("cat",)), ("background", "cat"))], "No picture here has a cue yet"),
        (
            [(Cues(points=(Point(0, 0, 1),)), ("background", "cat"))],
            "Every cue is of cat. Click a picture, and draw back",
        ),
        ([(Cues(points=(Point(0, 0, 0),)), ("background", "cat"))], "Every cue is of background. Click a picture"),
        ([(Cues(points=(Point(0, 0, 255),)), ("background", "cat"))], "No picture here has a cue yet"),
        ([(Cues(boxes=(Box(0, 0, 2, 2, 1),)), ("background", "cat"))], ""),
        ([CAT], ""),
    ],
)
def test_what_stands_in_the_way_is_a_sentence(pairs, words):
    found = reason_not_trainable(merge_cues(pairs))
    assert found.startswith(words) if not words or words[0].isupper() else words in found
    assert bool(found) == bool(words)


def test_what_would_make_it_better_is_told():
    assert suggestions(merge_cues([CAT, CAT])) == []
    assert "One picture with cues teaches little" in suggestions(merge_cues([CAT, (Cues(), ())]))[0]
    two = (Cues(points=(Point(0, 0, 1), Point(1, 1, 2))), ("background", "cat", "dog", "cow"))
    sentences = suggestions(merge_cues([two, two]))
    assert sentences[0] == "No cue shows cow on any picture, so it is left out. Draw one where it is"
    assert sentences[1].startswith("No cue shows background, so every pixel will be something else")


def test_only_what_is_offered_can_be_trained():
    for name, choice in presets.PRESETS.items():
        for effort in choice.efforts:
            for box_only in (False, True):
                assert create(name, **presets.preset_settings(name, effort, box_only)).learns
    for method, effort in (("cam", "quick"), ("probe", "endless"), ("__class__", "quick")):
        with pytest.raises(ValueError, match="is not offered"):
            presets.preset_settings(method, effort, False)


def test_a_task_travels_in_a_folder(tmp_path):
    sent = small_task("probe")
    assert sent.examples[0].cues.strokes == discs()[0].cues.strokes  # in pixels of the small copy
    sent.write(tmp_path)
    came = task.TrainTask.read(tmp_path)
    assert (came.method, came.settings, came.full_sizes, came.seconds) == (
        sent.method,
        sent.settings,
        sent.full_sizes,
        sent.seconds,
    )
    for one, other in zip(came.examples, sent.examples, strict=True):
        assert (one.cues, one.id) == (other.cues, other.id)
        assert np.array_equal(one.image, other.image)


def test_what_the_page_trains_is_what_fit_makes(tmp_path):
    sent = small_task("probe")
    sent.write(tmp_path)
    said = []
    worker.run_task(tmp_path, said.append)
    assert said[-1] == {"done": True}
    assert [one["step"] for one in said if "step" in one][-1] == 3
    made = load(tmp_path / trained.MODEL)
    usual = create("probe", classes=("background", "disc"), **TINY["probe"]).fit(sent.examples)
    assert all(np.array_equal(value, made.state()[name]) for name, value in usual.state().items())
    assert made.training["label_seconds"] == usual.training["label_seconds"] == 43.6


def test_answers_are_small_labels_to_look_at_and_masks_of_the_size_that_was_sent(tmp_path):
    sent = small_task("probe")
    sent.write(tmp_path)
    said = []
    worker.run_task(tmp_path, said.append)
    answers = [one for one in said if "prediction" in one]
    assert [one["prediction"] for one in answers] == [0, 1, 2]
    labels = decode_labels(base64.b64decode(answers[2]["runs"]), (answers[2]["height"], answers[2]["width"]))
    assert (labels == discs(3)[2].truth).mean() > 0.9
    assert 0 <= answers[2]["uncertainty"] <= 1
    with zipfile.ZipFile(tmp_path / trained.MASKS) as archive:
        assert archive.namelist() == ["classes.txt", "disc 0_mask.png", "disc 1_mask.png", "3_disc 0_mask.png"]
        mask = Image.open(io.BytesIO(archive.read("3_disc 0_mask.png")))
        assert (mask.mode, mask.size) == ("P", (96, 96))


def test_a_training_too_slow_for_the_machine_takes_fewer_steps(monkeypatch):
    monkeypatch.setattr(worker, "MIN_STEPS", 2)
    said = []
    made = worker.fit_task(small_task("network", seconds=0.0, steps=40), said.append)
    assert made.training["steps"] == 2
    assert [(one["step"], one["steps"]) for one in said][-1] == (2, 2)
    assert said[-1]["loss"] > 0


def test_what_fails_is_a_sentence(tmp_path, monkeypatch):
    said = []
    worker.run_task(tmp_path, said.append)  # no task there
    assert said == [{"error": worker.FAILED}]
    training_set, pictures = small_training_set()
    task.TrainTask.of("probe", {}, TrainingSet(training_set.classes, (Cues(),) * 3), pictures, 60.0).write(tmp_path)
    worker.run_task(tmp_path, said.append)
    assert said[-1]["error"].startswith("probe needs labelled pixels of at least two classes")


def test_the_pace_is_seen_from_the_first_steps():
    times = iter([10.0, 15.0] * 2)  # five steps, a second each
    watched = worker.TimeBudget(60.0, lambda: next(times))
    for step in range(1, worker.LAST_TIMED):
        watched.after_step(step, 100)
    with pytest.raises(worker.TooSlow) as slow:
        watched.after_step(worker.LAST_TIMED, 100)
    assert slow.value.steps == 60
    quick = worker.TimeBudget(60.0, lambda: next(times))
    for step in range(1, 60):
        quick.after_step(step, 59)
