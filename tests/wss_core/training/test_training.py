"""Training: what is told of a picture, crops and batches of it, the loop, and that a stopped run goes on as if it had
never been stopped."""

import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.support.paths import ROOT
from wss_core import losses, metrics, networks
from wss_core.conventions import UNKNOWN, CueError, ImageError
from wss_core.cues import Box, Cues, Example, Point, Stroke
from wss_core.losses import Views
from wss_core.training import augment, batches, device, ema_teacher, loop, pseudo_labels, samples
from wss_core.training import validation as scores
from wss_core.training.annotation_stats import annotation_stats, is_greyscale
from wss_core.training.batches import Batches
from wss_core.training.config import STATE, RunOptions, TrainConfig
from wss_core.training.fit import fit_network
from wss_core.training.interrupt import Interrupt
from wss_core.training.samples import TrainSamples, make_sample
from wss_core.training.train_step import TrainStep

CLASSES = ("background", "red", "blue")
COLOURS = np.array([(60, 140, 70), (190, 60, 50), (50, 60, 190)], np.uint8)
NAN = np.nan
torch.set_num_threads(1)


def example(i=0, cues=None, shape=(40, 52)):
    """A red and a blue rectangle on green; by default a stroke on each."""
    random = np.random.default_rng(i)
    truth = np.zeros(shape, np.uint8)
    truth[8 + i % 3 : 22, 6:20], truth[18:34, 30 - i % 4 : 46] = 1, 2
    image = np.clip(COLOURS[truth] + random.normal(0, 6, (*shape, 3)), 0, 255).astype(np.uint8)
    strokes = (Stroke(1, 3, ((8, 14), (17, 16))), Stroke(2, 3, ((33, 24), (43, 30))), Stroke(0, 3, ((3, 3), (48, 3))))
    return Example(image, Cues(strokes=strokes) if cues is None else cues, truth, str(i))


def plan(**parts):
    usual = {"steps": 4, "batch": 4, "crop": 32, "side": 64, "channels": 3, "rate": 1e-3, "seed": 0, "every": 2}
    return TrainConfig(**(usual | parts))


# pictures


def test_what_is_drawn_is_told_and_no_more():
    picture = make_sample(example(cues=Cues(points=(Point(10, 12, 1), Point(2, 2, 0)))), CLASSES, 64)
    assert picture.labels[12, 10] == 1
    assert (picture.labels != UNKNOWN).sum() == 2
    assert picture.cued
    np.testing.assert_array_equal(picture.tags, [1, 1, NAN])


def test_outside_its_boxes_a_class_is_not():
    """Boxes are drawn round every object: where no box is, only background may be; inside it is open."""
    told = make_sample(example(cues=Cues(boxes=(Box(6, 8, 20, 22, 1), Box(30, 18, 46, 34, 2)))), CLASSES, 64)
    inside = np.zeros((40, 52), bool)
    inside[8:22, 6:20], inside[18:34, 30:46] = True, True
    np.testing.assert_array_equal(told.labels == UNKNOWN, inside)
    assert (told.labels[~inside] == 0).all()
    np.testing.assert_array_equal(told.tags, [NAN, 1, 1])
    np.testing.assert_array_equal(told.boxes, [[6, 8, 20, 22, 1], [30, 18, 46, 34, 2]])
    assert make_sample(example(cues=Cues(boxes=(Box(6, 8, 20, 22, 1),))), CLASSES, 64).tags[2] == 0


def test_looking_and_finding_nothing_tells_every_pixel():
    told = make_sample(example(cues=Cues(tags=())), CLASSES, 64)
    assert (told.labels == 0).all()
    assert not told.cued


def test_ignored_pixels_are_not_told():
    cues = Cues(boxes=(Box(6, 8, 20, 22, 1),), strokes=(Stroke(UNKNOWN, 5, ((40, 5), (40, 30))),))
    told = make_sample(example(cues=cues), CLASSES, 64)
    assert told.labels[20, 40] == UNKNOWN
    assert told.labels[20, 50] == 0


def test_tags_name_all_that_is_there():
    np.testing.assert_array_equal(samples.class_presence(Cues(tags=("blue",)), CLASSES), [NAN, 0, 1])
    np.testing.assert_array_equal(samples.class_presence(Cues(), CLASSES), [NAN, NAN, NAN])
    red = Cues(points=(Point(1, 1, 1),))
    np.testing.assert_array_equal(samples.class_presence(red, CLASSES), [NAN, 1, NAN])
    np.testing.assert_array_equal(samples.class_presence(red, CLASSES, complete=True), [NAN, 1, 0])


def test_a_large_picture_is_learned_from_smaller_and_its_cues_with_it():
    large = Example(np.zeros((80, 200, 3), np.uint8), Cues(boxes=(Box(20, 10, 40, 30, 1),), points=(Point(30, 20, 1),)))
    told = make_sample(large, CLASSES, 100)
    assert told.image.shape == (40, 100, 3)
    np.testing.assert_array_equal(told.boxes, [[10, 5, 20, 15, 1]])
    assert told.labels[10, 15] == 1


def test_midway_between_points_is_background():
    """Points at columns 10 and 21 of the same row: the line between columns 15 and 16; told pixels stay."""
    labels = np.full((20, 32), UNKNOWN, np.uint8)
    labels[3] = 1
    cues = Cues(points=(Point(10, 10, 1), Point(21, 10, 2), Point(2, 2, 0)), labels=labels)
    found = samples.background_ridges(cues, (20, 32)).labels
    assert (found[10] == 0).sum() == 1
    assert found[10, 16] == 0
    assert (found[3] == 1).all()
    assert (found[labels == UNKNOWN] == UNKNOWN).mean() > 0.9
    lone = Cues(points=(Point(10, 10, 1), Point(2, 2, 0)))
    assert samples.background_ridges(lone, (20, 32)) is lone
    assert TrainSamples([example(cues=cues, shape=(20, 32))], CLASSES, 32, point_per_object=True)[0].labels[10, 16] == 0


def test_kinds_tell_full_masks_from_partial_ones():
    half = np.zeros((4, 4), np.uint8)
    half[:2] = UNKNOWN
    assert samples.cue_kinds(Cues(labels=half)) == {"partial"}
    assert samples.cue_kinds(Cues(labels=half * 0)) == {"full"}
    half[1] = 1  # a quarter is void
    assert samples.cue_kinds(Cues(labels=half)) == {"full"}
    assert not make_sample(example(cues=Cues(labels=np.pad(half, 20, mode="edge")), shape=(44, 44)), CLASSES, 64).cued
    assert samples.cue_kinds(Cues()) == {"none"}
    assert samples.cue_kinds(Cues(tags=("red",), points=(Point(0, 0, 1),))) == {"tags", "points"}


def test_pictures_beyond_the_room_are_made_again(monkeypatch):
    monkeypatch.setattr(samples, "MAX_CACHE_BYTES", 10_000)  # one of them
    kept = TrainSamples([example(0), example(1)], CLASSES, 64, False)
    assert kept[0] is kept[0]
    assert kept[1] is not kept[1]


# soft labels


def test_soft_labels_spread_the_strokes():
    found = pseudo_labels.labels_from_spread(example(), "live", "texture")
    assert found.labels == [0, 1, 2]
    np.testing.assert_allclose(found.planes.sum(axis=0, dtype=int), 255, atol=2)
    assert (found.planes.argmax(axis=0) == example().truth).mean() > 0.95


def test_soft_labels_where_there_is_nothing_to_spread():
    assert pseudo_labels.labels_from_spread(example(cues=Cues()), "live", "texture") is None
    whole = Cues(labels=example().truth)
    assert pseudo_labels.labels_from_spread(example(cues=whole), "live", "texture") is None
    with pytest.raises(ValueError, match="no spread 'butter'"):
        pseudo_labels.make_pseudo_labeller("butter", "texture")


# crops


def full(i=0, boxes=True):
    """A picture of which all is told, with boxes and soft labels that say the same."""
    whole = example(i)
    told = make_sample(replace(whole, cues=Cues(labels=whole.truth)), CLASSES, 64)
    corners = np.array([[6, 8, 20, 22, 1], [30, 18, 46, 34, 2]], np.float32) if boxes else np.zeros((0, 5), np.float32)
    planes = np.stack([255 * (told.labels == label) for label in (0, 2, 1)]).astype(np.uint8)
    return replace(told, boxes=corners, soft=samples.SoftLabels([0, 2, 1], planes))


def colour_of(image):
    """The class that each pixel's colour is nearest to."""
    away = np.linalg.norm(image[..., None, :].astype(float) - COLOURS, axis=-1)
    return away.argmin(axis=-1)


@pytest.mark.parametrize("boxes", [True, False])
def test_all_that_is_told_moves_with_the_pixels(boxes):
    for seed in range(20):
        crop = augment.cut(full(boxes=boxes), plan(crop=48), np.random.default_rng(seed))
        known = crop.labels != UNKNOWN
        agree = colour_of(crop.image)[known] == crop.labels[known]
        assert agree.mean() > 0.95  # all but mixed pixels on the edges
        assert (crop.soft.argmax(axis=0)[known] == crop.labels[known]).mean() > 0.95
        np.testing.assert_allclose(crop.soft.sum(axis=0)[known], 1, atol=0.02)
        for x0, y0, x1, y1, label, share in crop.boxes:
            ys, xs = np.nonzero(crop.labels == label)
            assert share > 0
            if share > 0.95:
                np.testing.assert_allclose((x0, y0, x1, y1), (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1), atol=1.5)


def test_crops_differ_by_their_seed_only():
    one, two, other = (augment.cut(full(), plan(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.image, two.image)
    assert not np.array_equal(one.image, other.image)


def test_a_class_that_may_have_been_left_out_is_not_told_to_be_there():
    """Tags alone: on a small part of the picture the present class may not be; the absent one is not there either."""
    tagged = make_sample(example(cues=Cues(tags=("red",))), CLASSES, 64)
    small = augment.cut(tagged, plan(crop=16, zoom=1.0), np.random.default_rng(0))
    np.testing.assert_array_equal(small.tags, [NAN, NAN, 0])
    for seed in range(5):
        whole = augment.cut(tagged, plan(crop=96, zoom=1.5), np.random.default_rng(seed))
        np.testing.assert_array_equal(whole.tags, [NAN, 1, 0])
        nearly = augment.cut(tagged, plan(crop=52, zoom=1.05, turn=0.0), np.random.default_rng(seed))
        np.testing.assert_array_equal(nearly.tags, [NAN, 1, 0])


def test_a_strong_change_leaves_grey_pictures_grey():
    image = np.repeat(np.random.default_rng(0).integers(0, 255, (20, 20, 1), np.uint8), 3, axis=2)
    for seed in range(10):
        changed = augment.strong(image, np.random.default_rng(seed))
        assert (changed == changed[..., :1]).all()
        assert changed.dtype == np.uint8


# batches


def mixed_set():
    """Two pictures with strokes, one tagged, two without anything."""
    cues = [None, None, Cues(tags=("red",)), Cues(), Cues()]
    return [example(i, told) for i, told in enumerate(cues)]


def made(examples=None, asked=True, share=(0, 1), **parts):
    examples = mixed_set() if examples is None else examples
    told = [samples.cue_kinds(one.cues) for one in examples]
    return Batches(TrainSamples(examples, CLASSES, 64, False), told, plan(**parts), asked, share)


def test_a_batch_holds_every_kind_of_picture():
    batch = made(batch=4).make(0)
    assert set(batch.ids[:4]) == {"0", "1"}
    assert batch.ids[4:6] == ("2", "2")
    assert set(batch.ids[6:]) == {"3", "4"}
    assert batch.images.shape == (6, 3, 32, 32)  # of pictures without cues only the teacher's answers are learned
    assert batch.views.plain.shape == batch.views.strong.shape == (4, 3, 32, 32)
    assert batch.cued.tolist() == [True] * 4 + [False] * 2
    assert batch.views.cut.any(dim=2).any(dim=1).all()


def test_without_a_teacher_pictures_without_cues_stay_out():
    batch = made(asked=False).make(0)
    assert batch.views is None
    assert not {"3", "4"} & set(batch.ids)


def test_where_all_is_cued_the_teacher_is_asked_of_that():
    batch = made([example(i) for i in range(3)]).make(0)
    assert batch.views.plain.shape == (4, 3, 32, 32)
    torch.testing.assert_close(batch.views.plain, batch.images)


def test_batches_are_the_same_by_seed_and_step():
    def same(one, other):
        return torch.equal(one.images, other.images) and torch.equal(one.views.strong, other.views.strong)

    assert same(made().make(3), made().make(3))
    assert not same(made().make(3), made().make(2))
    assert not same(made().make(3), made(seed=1).make(3))


def test_every_picture_comes_once_before_any_comes_again():
    pool = batches.Pool(np.arange(5), 2)
    drawn = [pool.draw(number, 0) for number in range(15)]
    for start in (0, 5, 10):
        assert sorted(drawn[start : start + 5]) == [0, 1, 2, 3, 4]
    assert drawn[:5] != drawn[5:10]


def test_processes_share_the_batch():
    whole, parts = made(batch=8).make(1), [made(batch=8, share=(which, 2)).make(1) for which in (0, 1)]
    assert sorted(whole.ids) == sorted(parts[0].ids + parts[1].ids)
    assert sorted(whole.seeds) == sorted(parts[0].seeds + parts[1].seeds)
    torch.testing.assert_close(whole.images[:4], parts[0].images[:4])
    torch.testing.assert_close(whole.images[4:8], parts[1].images[:4])


def test_nothing_told_says_what_to_do():
    with pytest.raises(ValueError, match="nothing is told of any picture. Give cues"):
        made([example(0, Cues())])


def test_whoever_makes_batches_takes_no_core_from_the_network():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert list(batches.ahead(lambda step: torch.get_num_threads(), 0, 4)) == [1] * 4
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_batches_are_made_ahead_in_order_and_errors_come_through():
    assert list(batches.ahead(lambda step: step * step, 2, 7)) == [4, 9, 16, 25, 36]
    assert list(batches.ahead(lambda step: step, 3, 3)) == []
    with pytest.raises(ZeroDivisionError):
        list(batches.ahead(lambda step: 1 // (step - 2), 0, 5))


# teacher


def views(labels=None, tags=None):
    labels = torch.full((2, 4, 4), UNKNOWN) if labels is None else labels
    tags = torch.full((2, 3), NAN) if tags is None else tags
    return Views(torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4), labels, tags, torch.zeros(2, 4, 4, dtype=torch.bool))


def test_the_teacher_averages_and_forgets_faster_at_first():
    model = torch.nn.Linear(1, 1, bias=False)
    master = ema_teacher.EmaTeacher(model, 0.9)
    before = master.model.weight.item()
    with torch.no_grad():
        model.weight.fill_(1.0)
    master.follow(model, 0)
    assert master.model.weight.item() == pytest.approx(0.1 * before + 0.9)
    late = master.model.weight.item()
    with torch.no_grad():
        model.weight.fill_(3.0)
    master.follow(model, 10_000)
    assert master.model.weight.item() == pytest.approx(0.9 * late + 0.1 * 3)


def test_the_teacher_knows_what_is_told():
    model = torch.nn.Conv2d(3, 3, 1)
    labels = torch.full((2, 4, 4), UNKNOWN)
    labels[0, 1, 2] = 2
    probs = ema_teacher.EmaTeacher(model, 0.9).probabilities(
        views(labels, torch.tensor([[NAN, 0, NAN], [NAN, NAN, NAN]]))
    )
    assert probs[0, :, 1, 2].tolist() == [0, 0, 1]
    assert (probs[0, 1] == 0).all()
    assert (probs[1, 1] > 0).all()
    torch.testing.assert_close(probs.sum(dim=1), torch.ones(2, 4, 4))


def test_pairs_exchange_their_rectangles():
    maps = torch.arange(4.0).view(4, 1, 1, 1).expand(4, 1, 2, 2)
    cut = torch.zeros(4, 2, 2, dtype=torch.bool)
    cut[0, 0, 0], cut[3, 1] = True, True
    found = ema_teacher.exchanged(maps, cut)
    assert found[0, 0].tolist() == [[1, 0], [0, 0]]
    assert (found[1] == 1).all()
    assert found[3, 0].tolist() == [[3, 3], [2, 2]]


# scores


def test_a_tally_is_of_all_pictures_and_its_parts_add_up():
    examples = [*mixed_set(), Example(np.zeros((8, 8, 3), np.uint8))]  # the last has no truth

    def answer(image):
        return np.stack([colour_of(image) == label for label in range(3)]).astype(np.float32)

    whole = scores.tally(examples, answer, 3)
    assert whole.sum() == 5 * 40 * 52
    assert np.nanmean(metrics.iou(metrics.counts_of_confusion(whole))) > 0.99
    np.testing.assert_array_equal(whole, sum(scores.tally(examples, answer, 3, (i, 2)) for i in (0, 1)))


# the loop


def network(seed=0):
    return networks.build("unet", 3, 16, 3, seed)


def same(one, other):
    pairs = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    return all(torch.equal(a, b) for (_, a), (_, b) in pairs)


def run(folder=None, **parts):
    return RunOptions(folder=folder, device="cpu", quiet=True, **parts)


class Stop(Exception):
    pass


def stop_after(steps):
    def progress(step, total, figures):
        if step == steps:
            raise Stop

    return progress


def learned(folder=None, settings=None, **parts):
    """A network fitted to the mixed set, with every part of the loop at work."""
    model = network()
    terms = ("cross_entropy", "dice", "dual", "tags", "agreement")
    fit_network(
        model, mixed_set(), CLASSES, settings or plan(), run(folder, **parts), terms=terms, validation=mixed_set()[:2]
    )
    return model


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_stopped_training_goes_on_as_if_it_had_not_been(after, tmp_path):
    """To the bit, also when it is stopped where it is validated."""
    whole = learned()
    with pytest.raises(Stop):
        learned(tmp_path, progress=stop_after(after))
    again = learned(tmp_path, resume=True)
    assert same(whole, again)
    assert not same(whole, network())


def test_the_state_is_saved_now_and_then(tmp_path):
    with pytest.raises(Stop):
        learned(tmp_path, every=0, progress=stop_after(3))
    state_file = tmp_path / STATE
    assert torch.load(state_file, weights_only=True)["step"] == 3
    assert not list(tmp_path.glob("*.part"))


def test_a_state_is_not_overwritten_nor_taken_for_another_training(tmp_path):
    with pytest.raises(Stop):
        learned(tmp_path, progress=stop_after(2))
    with pytest.raises(ValueError, match="holds a training stopped at step 2. Go on with resume, or delete it"):
        learned(tmp_path)
    with pytest.raises(ValueError, match="is of a training with another rate. Start it as before"):
        learned(tmp_path, plan(rate=0.5), resume=True)
    (tmp_path / STATE).write_bytes(b"no state")
    with pytest.raises(ValueError, match="state.pt is damaged .* Delete it and start anew"):
        learned(tmp_path, resume=True)
    with pytest.raises(ValueError, match="there is no .*state.pt to go on from"):
        learned(tmp_path / "elsewhere", resume=True)


def test_ctrl_c_waits_for_the_end_of_the_step_and_saves(tmp_path):
    def press(step, total, figures):
        if step == 2:
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        learned(tmp_path, progress=press)
    assert signal.getsignal(signal.SIGINT) is before
    assert torch.load(tmp_path / STATE, weights_only=True)["step"] == 2
    assert same(learned(), learned(tmp_path, resume=True))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_does_not_wait(number):
    with Interrupt() as interrupt:
        signal.raise_signal(number)
        assert interrupt.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)


def test_examples_that_do_not_fit_are_named():
    wrong = Example(example().image, Cues(points=(Point(1, 1, 7),)), id="seven")
    with pytest.raises(CueError, match="picture seven: point 0 has label 7, but there are 3 classes"):
        annotation_stats([example(), wrong], CLASSES)
    with pytest.raises(ImageError, match="picture 1: an Example holds uint8 .H, W, 3.. Give it what read_image makes"):
        annotation_stats([example(), Example(np.zeros((4, 4), np.uint8))], CLASSES)


class Scripted(TrainStep):
    """Its loss is no number at step 2."""

    def __call__(self, model, master, batch, step):
        loss, terms = super().__call__(model, master, batch, step)
        return loss * (NAN if step == 2 else 1), terms


def trained(lesson=None, score=None, settings=None, folder=None, **parts):
    settings, model = settings or plan(), network()
    lesson = lesson or TrainStep({"cross_entropy": 1.0}, 0, 0)
    maker = made([example(i) for i in range(3)], asked=False).make
    outcome = loop.train(model, lesson, maker, settings, run(folder, **parts), device.DeviceGroup("cpu"), score)
    return model, outcome


def test_the_teachers_word_comes_in_slowly():
    lesson = TrainStep({"cross_entropy": 1.0, "agreement": 0.3}, 0, 0, ramp=4)
    assert [lesson._weights(step)["agreement"] for step in (0, 2, 4, 9)] == [0, 0.15, 0.3, 0.3]
    assert lesson._weights(0)["cross_entropy"] == 1.0
    assert TrainStep({"agreement": 1.0}, 0, 0)._weights(0) == {"agreement": 1.0}


def test_no_number_stops_it_with_the_step_and_the_pictures(tmp_path):
    ids = made([example(i) for i in range(3)], asked=False).make(2).ids
    words = f"no number any more at step 2 .*cross_entropy.*, on the pictures {', '.join(ids)}. Look at these"
    with pytest.raises(ValueError, match=words):
        trained(Scripted({"cross_entropy": 1.0}, 0, 0), folder=tmp_path)
    assert not (tmp_path / STATE).exists()


class Scores:
    """Gives these scores, one after the other."""

    def __init__(self, *scores):
        self.left = list(scores)

    def __call__(self, model):
        return self.left.pop(0)


def test_the_best_weights_are_kept():
    """Scores 1, 3, 2: the weights of the second validation come back."""
    seen, given = [], iter([1.0, 3.0, 2.0])

    def score(model):
        seen.append({name: value.clone() for name, value in model.state_dict().items()})
        return next(given)

    model, outcome = trained(score=score, settings=plan(steps=6))
    assert outcome.best == (3.0, 4)
    assert all(torch.equal(value, seen[1][name]) for name, value in model.state_dict().items())
    assert [row["score"] for row in outcome.log] == [1, 3, 2]


def test_the_best_weights_survive_a_stop(tmp_path):
    """Scores 3 at step 2 and 2 at step 4, stopped between them."""
    whole, _ = trained(score=Scores(3.0, 2.0))
    given = Scores(3.0, 2.0)
    with pytest.raises(Stop):
        trained(score=given, folder=tmp_path, progress=stop_after(3))
    again, outcome = trained(score=given, folder=tmp_path, resume=True)
    assert outcome.best == (3.0, 2)
    assert same(whole, again)


def test_it_ends_early_when_nothing_gets_better():
    _, outcome = trained(score=Scores(3.0, 2.0, 2.5, 1.0), settings=plan(steps=100, patience=2))
    assert outcome.steps == 6
    assert outcome.best == (3.0, 2)


def test_without_validation_the_teachers_weights_are_taken():
    model, outcome = trained()
    assert outcome.best is None
    assert outcome.steps == 4
    assert not same(model, network())


def test_the_rate_rises_and_falls():
    rates = [loop._rate(step, 1000) for step in range(1001)]
    assert rates[0] == pytest.approx(1 / loop.WARM_UP, rel=0.01)
    assert max(rates) == pytest.approx(1, rel=0.01)
    assert rates[1000] == pytest.approx(loop.LAST)


def test_encoders_with_weights_learn_slowly():
    known = networks.build("builtin", 2, 16, 3, 0)
    fast, slow = loop._optimizer(known, 1e-3).param_groups
    assert slow["lr"] == pytest.approx(1e-4)
    assert {id(p) for p in slow["params"]} == {id(p) for p in known.encoder.parameters()}
    assert {id(p) for p in fast["params"]} == {id(p) for p in known.decoder.parameters()}


def test_it_learns():
    """From three strokes a picture to nearly every pixel of another one."""
    model = network()
    told = fit_network(model, [example(i) for i in range(4)], CLASSES, plan(steps=60, rate=5e-3), run())
    unseen = example(7)
    found = scores.labelled(networks.predict_probabilities(model, unseen.image, 64, 3), unseen.truth.shape)
    assert (found == unseen.truth).mean() > 0.9 > (unseen.truth == 0).mean()
    assert told["cues"] == {"strokes": 4}
    assert (told["images"], told["labelled"], told["unlabelled"], told["steps"]) == (4, 4, 0, 60)
    assert told["label_seconds"] == pytest.approx(4 * 3 * 10.9)
    assert set(told["terms"]) == set(losses.choose({"strokes"}))


def test_grey_pictures_are_known():
    assert not is_greyscale([example()])
    assert is_greyscale([Example(np.zeros((4, 4, 3), np.uint8))])


def test_precision_and_device_are_as_told():
    assert device.DeviceGroup("cpu", "float32").dtype == torch.float32
    assert device.DeviceGroup("cpu", "bfloat16").dtype == torch.bfloat16
    with pytest.raises(ValueError, match="no precision 'float8'. Choose auto, float32"):
        device.DeviceGroup("cpu", "float8")


TWO = """
import sys
import numpy as np
sys.path.insert(0, {root!r})
from tests.support.paths import ROOT
from tests.wss_core.training import test_training as t
model = t.network()
t.fit_network(model, t.mixed_set(), t.CLASSES, t.plan(steps=5, batch=16), t.run(precision="float32"),
      terms=("cross_entropy", "dice", "dual", "tags", "agreement"), validation=t.mixed_set()[:3])
np.savez({out!r} % int(__import__("os").environ.get("RANK", 0)), t.networks.predict_probabilities(model, t.example(9).image, 64, 3))
"""


def test_two_processes_learn_what_one_does(tmp_path):
    """Started as by torchrun or accelerate launch; each has half of every batch."""
    script = tmp_path / "two.py"
    script.write_text(TWO.format(root=str(ROOT), out=str(tmp_path / "of_%d.npz")))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "--master_port=0", "--standalone"]
    done = subprocess.run([*torchrun, script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    first, second = (np.load(tmp_path / f"of_{rank}.npz")["arr_0"] for rank in (0, 1))
    np.testing.assert_array_equal(first, second)
    model = network()
    terms = ("cross_entropy", "dice", "dual", "tags", "agreement")
    settings = plan(steps=5, batch=16)
    fit_network(
        model, mixed_set(), CLASSES, settings, run(precision="float32"), terms=terms, validation=mixed_set()[:3]
    )
    alone = networks.predict_probabilities(model, example(9).image, 64, 3)
    np.testing.assert_allclose(first, alone, atol=0.01)
    assert np.abs(alone - networks.predict_probabilities(network(), example(9).image, 64, 3)).max() > 0.1
