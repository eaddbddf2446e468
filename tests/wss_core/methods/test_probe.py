"""probe: logistic regression on frozen features, as scikit-learn's; the labelled cells of many pictures, in seconds."""

import numpy as np
import pytest

from tests.support.scenes import CLASSES, discs
from wss_core import features
from wss_core.cues import Box, Cues, Example, Point
from wss_core.methods import pixel_classifier, probe
from wss_core.methods.probe import Probe


def blobs(seed=0, count=300):
    """(rows, labels) of three overlapping clouds in five dimensions, of unlike size."""
    random = np.random.default_rng(seed)
    labels = random.choice(3, size=count, p=(0.7, 0.2, 0.1)).astype(np.uint8)
    centres = random.normal(size=(3, 5))
    return (centres[labels] + random.normal(0, 1, (count, 5))).astype(np.float32), labels


def overlap(labels, truth):
    return ((labels == 1) & (truth == 1)).sum() / ((labels == 1) | (truth == 1)).sum()


def test_without_waves_it_is_scikit_learns():
    from sklearn.linear_model import LogisticRegression

    rows, labels = blobs()
    model = pixel_classifier.fit(rows, labels, 3, 0, 0)
    weight = np.bincount(labels).astype(float) ** -pixel_classifier.CLASS_BALANCE
    reference = LogisticRegression(C=1 / (pixel_classifier.L2_PENALTY * weight[labels].sum()), max_iter=1000, tol=1e-8)
    lifted = model.expand(rows)
    reference.fit(lifted, labels, sample_weight=weight[labels])
    np.testing.assert_allclose(model.probabilities(rows), reference.predict_proba(lifted), atol=0.02)


def test_waves_bend_the_border():
    """One class inside a ring of the other: no plane parts them."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(600, 2)).astype(np.float32)
    labels = (np.linalg.norm(rows, axis=1) < 1).astype(np.uint8)
    right = [
        (pixel_classifier.fit(rows, labels, 2, waves, 0).probabilities(rows).argmax(axis=1) == labels).mean()
        for waves in (0, 128)
    ]
    assert right[0] < 0.75
    assert right[1] > 0.93


def test_classes_of_which_nothing_is_told_stay_unlikely():
    rows, labels = blobs()
    probs = pixel_classifier.fit(rows, labels, 5, 16, 0).probabilities(rows)
    np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-5)
    assert probs[:, 3:].max() < 0.2


def test_rows_are_looked_at_in_blocks_and_come_back_in_order():
    rows, labels = blobs(count=2 * pixel_classifier.BLOCK + 7)
    model = pixel_classifier.fit(rows, labels, 3, 16, 0)
    alone = [model.probabilities(rows[place : place + 1])[0] for place in (0, pixel_classifier.BLOCK, len(rows) - 1)]
    found = model.probabilities(rows)
    assert found.shape == (len(rows), 3)
    np.testing.assert_allclose(found[[0, pixel_classifier.BLOCK, -1]], alone, atol=1e-5)


def test_features_that_never_vary_do_no_harm():
    rows, labels = blobs()
    rows[:, 2] = 7
    model = pixel_classifier.fit(rows, labels, 3, 16, 0)
    assert np.isfinite(model.probabilities(rows + 0.001)).all()


def test_strokes_on_some_pictures_find_discs_on_others():
    learned = Probe(classes=CLASSES).fit(discs(3, side=96))
    unseen = discs(4, side=96)[3]
    assert overlap(learned.segment(unseen.image).labels, unseen.truth) > 0.85
    assert learned.training["cues"] == {"strokes": 3}
    assert learned.training["label_seconds"] == pytest.approx(3 * 2 * 10.9)


def test_a_box_tells_what_is_outside_and_a_solver_what_is_inside():
    examples = [Example(e.image, Cues(boxes=(Box(11, 11, 38, 38, 1),), points=(Point(24, 24, 1),))) for e in discs(1)]
    learned = Probe(features="texture", classes=CLASSES, spread="live").fit(examples)
    assert overlap(learned.segment(discs(1)[0].image).labels, discs(1)[0].truth) > 0.8


def test_boxes_alone_are_enough():
    examples = [Example(e.image, Cues(boxes=(Box(11, 11, 38, 38, 1),))) for e in discs(1)]
    learned = Probe(features="texture", classes=CLASSES).fit(examples)
    assert overlap(learned.segment(discs(1)[0].image).labels, discs(1)[0].truth) > 0.8
    with pytest.raises(ValueError, match="needs labelled pixels of at least two classes"):
        Probe(features="texture", classes=CLASSES, spread="").fit(examples)


def test_pictures_without_places_are_left_out_and_one_class_is_not_enough():
    images = [e.image for e in discs(2)]
    with pytest.raises(ValueError, match="needs labelled pixels of at least two classes. Cue one more"):
        Probe(features="texture", classes=CLASSES).fit([Example(images[0], Cues(points=(Point(24, 24, 1),)))])
    with pytest.raises(ValueError, match="needs labelled pixels of at least two classes"):
        Probe(features="texture", classes=CLASSES).fit([Example(images[0])])
    mixed = [Example(images[0]), discs(1)[0]]
    assert Probe(features="texture", classes=CLASSES).fit(mixed).training["unlabelled"] == 1


def test_progress_is_told_picture_by_picture():
    seen = []
    Probe(features="texture", classes=CLASSES).fit(discs(3), lambda step, steps, figures: seen.append((step, steps)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_weights_of_other_features_are_refused():
    learned = Probe(features="texture", classes=CLASSES).fit(discs())
    other = Probe(features="colour", classes=CLASSES)
    other.load_state(learned.state())
    with pytest.raises(ValueError, match="was fitted to 14 features, colour has 9"):
        other.segment(discs()[0].image)
    with pytest.raises(ValueError, match="weights do not fit probe"):
        Probe(features="texture", classes=CLASSES, waves=8).load_state(learned.state())


def test_shared_features_mean_the_same_on_every_picture():
    """A crop that shows half of a picture is described as that half is; not so where features are a picture's own."""
    image = discs(1, side=96)[0].image
    whole, half = (features.extract_shared("texture", part, part.shape[:2]) for part in (image, image[:, :48]))
    np.testing.assert_allclose(whole[:, :, :30], half[:, :, :30], atol=0.02)
    assert features.extract_shared("builtin", image, (24, 24)).shape == (4 * 32 + 3, 24, 24)
    with pytest.raises(ValueError, match="no features 'smell'"):
        features.extract_shared("smell", image, (24, 24))


def test_many_pictures_do_not_fill_the_memory(monkeypatch):
    """Cells are taken from every picture that tells some, fewer of each; pictures that tell none count for nothing."""
    taken, fit = [], pixel_classifier.fit
    monkeypatch.setattr(probe.pixel_classifier, "fit", lambda rows, *rest: taken.append(len(rows)) or fit(rows, *rest))
    examples = [*discs(5), *(Example(example.image, Cues()) for example in discs(5))]
    Probe(features="colour", side=32, samples=100).fit(examples)
    monkeypatch.setattr(probe, "MAX_CELLS", 50)
    Probe(features="colour", side=32, samples=100).fit(examples)
    assert taken == [500, 50]
