"""The terms of the loss: counted by hand, checked by finite differences, and nothing where their cue is absent."""

import math
from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from wss_core import losses
from wss_core.conventions import UNKNOWN
from wss_core.losses import TERMS, Batch, NetworkOutput, box_level, image_level, pairwise, pixel_level, self_training

NAN = math.nan


def sure(labels, classes=3, by=50.0):
    """Logits (B, C, H, W) of a network sure of int (B, H, W) labels."""
    return by * functional.one_hot(torch.as_tensor(labels), classes).movedim(-1, 1).double()


def batch(count=2, classes=3, side=6, **parts):
    """A batch without any cue, but for `parts`."""
    torch.manual_seed(0)
    nothing = {
        "ids": tuple(map(str, range(count))),
        "images": torch.rand(count, 3, side, side, dtype=torch.float64),
        "labels": torch.full((count, side, side), UNKNOWN),
        "tags": torch.full((count, classes), NAN, dtype=torch.float64),
        "boxes": torch.zeros(0, 7, dtype=torch.float64),
        "has_partial_labels": torch.zeros(count, dtype=torch.bool),
    }
    return Batch(**(nothing | parts))


def some_labels():
    labels = torch.full((2, 6, 6), UNKNOWN)
    labels[0, 0, :3] = torch.tensor([0, 1, 2])
    labels[1, 2:4, 2:4] = 1
    return labels


def some_pseudo_labels():
    pseudo_labels = torch.zeros(2, 3, 6, 6, dtype=torch.float64)
    pseudo_labels[0, :, 1, 1] = torch.tensor([0.5, 0.3, 0.2])
    pseudo_labels[1, 1, :3] = 1
    return pseudo_labels


CUED = torch.tensor([True, False])
# what each term needs of a batch
CUES = {
    "cross_entropy": {"labels": some_labels()},
    "dice": {"labels": some_labels()},
    "soft": {"pseudo_labels": some_pseudo_labels()},
    "tags": {"tags": torch.tensor([[1.0, 0.0, NAN], [NAN, NAN, 1.0]], dtype=torch.float64)},
    "size": {"tags": torch.tensor([[1.0, 0.0, NAN], [NAN, 0.0, 0.0]], dtype=torch.float64)},
    "tightness": {"boxes": torch.tensor([[0, 1, 1, 5, 4, 1, 1], [0, 2, 2, 3, 6, 2, 0.9]], dtype=torch.float64)},
    "projection": {"boxes": torch.tensor([[0, 1, 1, 5, 4, 1, 1], [1, 2, 2, 3, 6, 2, 0.9]], dtype=torch.float64)},
    "potts": {"has_partial_labels": CUED},
    "gated_crf": {"has_partial_labels": CUED},
    "dual": {"has_partial_labels": CUED},
    "agreement": {},
}


def network_output(logits, needs):
    """The output of a network with what a term needs."""
    teacher_probs = 0.98 * functional.one_hot(torch.arange(72).view(2, 6, 6) % 3, 3).movedim(-1, 1).double() + 0.01
    return NetworkOutput(
        logits,
        auxiliary_logits=logits.roll(1, dims=0) + 0.3 if "auxiliary_decoder" in needs else None,
        mix_weight=0.4,
        strong_logits=logits * 1.5 if "teacher" in needs else None,
        teacher_probs=teacher_probs if "teacher" in needs else None,
    )


@pytest.mark.parametrize("name", TERMS)
def test_gradients_are_those_of_finite_differences(name):
    one_batch = batch(**CUES[name])
    torch.manual_seed(1)
    logits = torch.randn(2, 3, 6, 6, dtype=torch.float64, requires_grad=True)
    needs = TERMS[name].needs
    value = TERMS[name].loss(network_output(logits, needs), one_batch)
    assert value > 0
    (gradient,) = torch.autograd.grad(value, logits)
    assert gradient.abs().max() > 0
    assert torch.autograd.gradcheck(
        lambda x: TERMS[name].loss(network_output(x, needs), one_batch), (logits,), fast_mode=True
    )


@pytest.mark.parametrize("name", TERMS)
def test_without_its_cue_a_term_is_nothing(name):
    """Exactly 0, and so is every gradient, also beside a batch that holds the other cues."""
    others = [cues for cues in CUES.values() if not set(cues) & set(CUES[name])]
    for parts in [{}, *others]:
        logits = torch.randn(2, 3, 6, 6, dtype=torch.float64, requires_grad=True)
        value = TERMS[name].loss(NetworkOutput(logits, logits.roll(1, dims=0)), batch(**parts))
        (gradient,) = torch.autograd.grad(value, logits)
        assert value == 0
        assert (gradient == 0).all()


@pytest.mark.parametrize("name", [name for name, term in TERMS.items() if not term.needs - {"pseudo_labels"}])
def test_images_without_the_cue_change_nothing_but_the_mean(name):
    """One image alone, and beside one without cues: half the loss, and no gradient on the other."""
    nothing = {"labels": UNKNOWN, "pseudo_labels": 0, "tags": NAN, "has_partial_labels": False}
    parts = {}
    for key, value in CUES[name].items():
        parts[key] = value[value[:, 0] == 0] if key == "boxes" else value.clone()
        if key != "boxes":
            parts[key][1] = nothing[key]
    logits = torch.randn(2, 3, 6, 6, dtype=torch.float64, requires_grad=True)
    pair = batch(**parts)
    both = TERMS[name].loss(NetworkOutput(logits), pair)
    (gradient,) = torch.autograd.grad(both, logits)
    single = replace(
        pair,
        ids=("0",),
        images=pair.images[:1],
        labels=pair.labels[:1],
        tags=pair.tags[:1],
        has_partial_labels=pair.has_partial_labels[:1],
        pseudo_labels=None if pair.pseudo_labels is None else pair.pseudo_labels[:1],
    )
    alone = TERMS[name].loss(NetworkOutput(logits[:1]), single)
    torch.testing.assert_close(both, alone / 2)
    assert (gradient[1] == 0).all()


def test_the_needs_of_terms_add_up():
    assert losses.needs(["dice", "potts"]) == frozenset()
    assert losses.needs(["soft", "dual"]) == {"pseudo_labels", "auxiliary_decoder"}
    assert losses.needs(TERMS) == {"pseudo_labels", "auxiliary_decoder", "teacher"}


def test_partial_cross_entropy_by_hand():
    """Logits 0, log 3: chances 1/4 and 3/4. Image 0 has two labelled pixels, image 1 has one."""
    logits = torch.zeros(2, 2, 1, 3)
    logits[:, 1] = math.log(3)
    labels = torch.tensor([[[0, 1, UNKNOWN]], [[UNKNOWN, 1, UNKNOWN]]])
    wanted = ((math.log(4) + math.log(4 / 3)) / 2 + math.log(4 / 3)) / 2
    assert pixel_level.partial_cross_entropy(logits, labels).item() == pytest.approx(wanted)


def test_partial_dice_by_hand():
    """Chances 1/4, 3/4 on four pixels labelled 0, 1, 1, and unknown: the last does not count."""
    logits = torch.zeros(1, 2, 1, 4)
    logits[:, 1] = math.log(3)
    labels = torch.tensor([[[0, 1, 1, UNKNOWN]]])
    dice_of_0 = 1 - (2 * 0.25 + 1) / (0.75 + 1 + 1)
    dice_of_1 = 1 - (2 * 1.5 + 1) / (2.25 + 2 + 1)
    assert pixel_level.partial_dice(logits, labels).item() == pytest.approx((dice_of_0 + dice_of_1) / 2)
    only_one = torch.tensor([[[UNKNOWN, 1, 1, UNKNOWN]]])  # class 0 has no label: it does not count either
    assert pixel_level.partial_dice(logits, only_one).item() == pytest.approx(1 - (2 * 1.5 + 1) / (1.5 + 2 + 1))


def test_collision_cross_entropy_by_hand():
    """-log(0.5 * 1/4 + 0.5 * 3/4) where the label is in doubt, log 4 where it is sure of the unlikely class."""
    logits = torch.zeros(1, 2, 1, 3)
    logits[:, 1] = math.log(3)
    pseudo_labels = torch.tensor([[[[0.5, 1.0, 0.0]], [[0.5, 0.0, 0.0]]]])
    wanted = (math.log(2) + math.log(4)) / 2
    assert pixel_level.collision_cross_entropy(logits, pseudo_labels).item() == pytest.approx(wanted)


def test_a_label_in_doubt_teaches_nothing():
    logits = torch.randn(1, 3, 2, 2, requires_grad=True)
    loss = pixel_level.collision_cross_entropy(logits, torch.full((1, 3, 2, 2), 1 / 3))
    assert torch.autograd.grad(loss, logits)[0].abs().max() < 1e-7


def test_tags_by_hand():
    """Chances 1/4 and 3/4 everywhere: the soft maximum is 3/4 too, and -log(1 - 1/4) says that class 0 is nowhere."""
    logits = torch.zeros(1, 2, 2, 2)
    logits[:, 1] = math.log(3)
    loss = image_level.tag_loss(logits, torch.tensor([[0.0, 1.0]])).item()
    assert loss == pytest.approx((math.log(4 / 3) + math.log(4 / 3)) / 2)
    assert image_level.tag_loss(logits, torch.tensor([[NAN, 1.0]])).item() == pytest.approx(math.log(4 / 3))


def test_one_pixel_is_enough_for_a_tag():
    labels = torch.zeros(1, 8, 8, dtype=torch.int64)
    labels[0, 3, 3] = 1
    tags = torch.tensor([[NAN, 1.0]])
    assert image_level.tag_loss(sure(labels, 2), tags) < 0.3 * image_level.tag_loss(sure(labels * 0, 2), tags)


def test_size_by_hand():
    """Class 1 fills 1/4 where it must be absent: (1/4)^2. Class 2 is to be there, and is not: 1."""
    labels = torch.zeros(1, 4, 4, dtype=torch.int64)
    labels[0, :2, :2] = 1
    assert image_level.size_loss(sure(labels), torch.tensor([[NAN, 0.0, NAN]])).item() == pytest.approx(1 / 16)
    assert image_level.size_loss(sure(labels), torch.tensor([[NAN, NAN, 1.0]])).item() == pytest.approx(1)
    assert image_level.size_loss(sure(labels), torch.tensor([[NAN, 1.0, NAN]])).item() == pytest.approx(0)


BOX = torch.tensor([[0, 2, 1, 10, 9, 1, 1]], dtype=torch.float64)  # 8 x 8 pixels: a band each


def boxed(x0=2, y0=1, x1=10, y1=9):
    labels = torch.zeros(1, 12, 12, dtype=torch.int64)
    labels[0, y0:y1, x0:x1] = 1
    return sure(labels, 2, by=4.0)


def test_tightness_by_hand():
    """Sure by 4: -log of the chance is log(1 + e^-4) on the object and log(1 + e^4) off it. Rows 6, 7, 8 of the box
    stay empty: 3 of its 8 bands of rows; its 8 bands of columns are all reached."""
    on, off = math.log1p(math.exp(-4)), math.log1p(math.exp(4))
    assert box_level.tightness(boxed(), BOX).item() == pytest.approx(on, rel=1e-4)
    assert box_level.tightness(boxed(y1=6), BOX).item() == pytest.approx((13 * on + 3 * off) / 16, rel=1e-4)


def test_what_lies_outside_the_box_does_not_make_it_tight():
    """Pixels in the row and the column just behind the box's last ones are not in the box."""
    labels = torch.zeros(1, 12, 12, dtype=torch.int64)
    labels[0, 9], labels[0, :, 10], labels[0, 0], labels[0, :, 1] = 1, 1, 1, 1
    off = math.log1p(math.exp(4))
    assert box_level.tightness(sure(labels, 2, by=4.0), BOX).item() == pytest.approx(off, rel=1e-4)


def test_a_box_of_one_pixel_is_tight():
    labels = torch.zeros(1, 12, 12, dtype=torch.int64)
    labels[0, 5, 7] = 1
    on = math.log1p(math.exp(-4))
    box = torch.tensor([[0, 7, 5, 8, 6, 1, 1]], dtype=torch.float64)
    assert box_level.tightness(sure(labels, 2, by=4.0), box).item() == pytest.approx(on, rel=1e-4)


def test_projection_by_hand():
    """The object fills 4 of the box's 8 columns and all its rows: Dice 1 downwards and 2 * 4 / (4 + 8) across."""
    labels = torch.zeros(1, 12, 12, dtype=torch.int64)
    labels[0, 1:9, 2:6] = 1
    assert box_level.projection(sure(labels, 2), BOX).item() == pytest.approx((0 + 1 / 3) / 2)
    labels[0, 1:9, 2:10] = 1
    assert box_level.projection(sure(labels, 2), BOX).item() == pytest.approx(0)


def test_boxes_that_are_cut_do_not_count():
    """Of an object whose box is cut in half the visible part need not reach from side to side."""
    half = BOX.clone()
    half[0, 6] = 0.5
    empty = sure(torch.zeros(1, 12, 12, dtype=torch.int64), 2)
    for term in (box_level.tightness, box_level.projection):
        assert term(empty, BOX) > 0.4
        assert term(empty, half) == 0
    beside = torch.cat([BOX, half])  # one of two boxes of a class is cut: its shadow is not known
    assert box_level.projection(empty, beside) == 0


def test_potts_by_hand():
    """2 x 2 pixels, left black and right white, half sure across: the two pairs across are not alike, the two
    downwards are, and differ by chance 1/2 on the right, never on the left."""
    images = torch.zeros(1, 3, 2, 2, dtype=torch.float64)
    images[..., 1] = 1
    logits = sure(torch.zeros(1, 2, 2, dtype=torch.int64), 2)
    logits[..., 1] = 0
    loss = pairwise.potts(logits, images, torch.tensor([True])).item()
    assert loss == pytest.approx((0 + 0.5) / 4)


def test_a_dense_pair_counts_once_and_by_its_distance():
    """One row of four pixels, one colour, classes 0 0 1 1: pairs at 1, 2 and 3 pixels; each pair once."""
    images = torch.zeros(1, 3, 1, 4, dtype=torch.float64)
    logits = sure(torch.tensor([[[0, 0, 1, 1]]]), 2)
    far = [math.exp(-(d * d) / 72) for d in (1, 2, 3)]
    wanted = (1 * far[0] + 2 * far[1] + 1 * far[2]) / 6
    assert pairwise.potts(logits, images, torch.tensor([True]), radius=5).item() == pytest.approx(wanted)


def test_the_decoders_learn_what_their_mixture_finds():
    """One decoder is sure of class 1, the other of 0: the larger share wins, and the other decoder is wrong."""
    main, auxiliary = sure(torch.ones(1, 2, 2, dtype=torch.int64), 2), sure(torch.zeros(1, 2, 2, dtype=torch.int64), 2)
    wrong = 1 - 1 / (4 + 1)  # of the four pixels none is right: Dice (0 + 1) / (4 + 0 + 1)
    for share in (0.8, 0.2):
        loss = self_training.dual_decoder_dice(main, auxiliary, share, torch.tensor([True])).item()
        assert loss == pytest.approx((0 + wrong) / 2)


def test_agreement_by_hand():
    """The teacher is sure on one pixel, in doubt on one and was not asked on the third: log 4 over two pixels."""
    logits = torch.zeros(1, 2, 1, 3)
    logits[:, 1] = math.log(3)
    teacher_probs = torch.tensor([[[[0.97, 0.6, 0.0]], [[0.03, 0.4, 0.0]]]])
    assert self_training.teacher_agreement(logits, logits, teacher_probs).item() == pytest.approx(math.log(4) / 2)


def test_terms_are_chosen_by_the_cues():
    assert losses.default_terms({"full"}) == ("cross_entropy", "dice")
    assert "dual" in losses.default_terms({"strokes"})
    assert {"tightness", "projection"} <= set(losses.default_terms({"boxes"}))
    assert losses.default_terms({"tags"}) == ("tags", "agreement")
    assert losses.default_terms({"full", "none"}) == ("cross_entropy", "dice", "agreement")
    assert losses.default_weights({"full", "none"}) == {"cross_entropy": 1.0, "dice": 1.0, "agreement": 0.3}
    assert losses.parse(["agreement"]) == {"agreement": 1.0}
    assert {name for kind in ("points", "pseudo_labels") for name in losses.default_terms({kind})} >= {"soft", "size"}


def test_terms_by_hand():
    assert losses.parse(["dice", "potts=0.25"]) == {"dice": TERMS["dice"].weight, "potts": 0.25}
    with pytest.raises(ValueError, match="no term 'mumford'. Choose among: cross_entropy, dice"):
        losses.parse(["mumford"])
    with pytest.raises(ValueError, match="'dice=much' is not term=weight"):
        losses.parse(["dice=much"])


def test_the_total_is_the_weighted_sum():
    logits = torch.randn(2, 3, 6, 6, dtype=torch.float64)
    one_batch = batch(labels=some_labels())
    summed, each = losses.weighted_sum(NetworkOutput(logits), one_batch, {"cross_entropy": 2.0, "dice": 0.5})
    torch.testing.assert_close(summed, 2 * each["cross_entropy"] + 0.5 * each["dice"])
    assert list(each) == ["cross_entropy", "dice"]
