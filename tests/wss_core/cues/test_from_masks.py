"""Cues made from masks: hand-counted, inside what they name, the same by (seed, id), at the published cost."""

from dataclasses import replace

import numpy as np
import pytest

from wss_core.conventions import UNKNOWN, CueError
from wss_core.cues import Cues, CueSpec, Example, Point, raster, simulated_user
from wss_core.cues.cost import connected_objects, mask_seconds
from wss_core.cues.cue_spec import KINDS
from wss_core.cues.from_masks import cues_from_mask, simulate_cues

CLASSES = ("background", "cat", "dog", "cow")


def scene(shape=(120, 160)) -> np.ndarray:
    """Two cats, one dog at the border, a ring of "ignore" round the first cat."""
    truth = np.zeros(shape, np.uint8)
    truth[18:62, 18:62] = UNKNOWN
    truth[20:60, 20:60] = 1
    truth[80:100, 100:130] = 1
    truth[10:50, 120:160] = 2
    return truth


def cues(kind: str, truth=None, seed=0, id="a", instances=None, **options) -> Cues:
    truth, spec = scene() if truth is None else truth, CueSpec(kind, **options)
    return cues_from_mask(truth, spec, seed=seed, id=id, classes=CLASSES, instances=instances)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_fits_the_picture_and_leaves_the_mask_alone(kind):
    truth = scene()
    made = cues(kind, truth)
    made.check(truth.shape, len(CLASSES))
    assert (truth == scene()).all()
    expected = {"scribbles": {"strokes"}, "partial": {"labels"}, "full": {"labels"}, "none": set()}
    assert made.kinds == expected.get(kind, {kind})


def test_tags_are_the_object_classes():
    assert cues("tags").tags == ("cat", "dog")
    assert cues("tags", np.zeros((5, 5), np.uint8)).tags == ()


def test_boxes_are_tight_and_one_an_object():
    assert [(b.x0, b.y0, b.x1, b.y1, b.label) for b in cues("boxes").boxes] == [
        (20, 20, 60, 60, 1),
        (100, 80, 130, 100, 1),
        (120, 10, 160, 50, 2),
    ]


def test_touching_objects_need_instances():
    truth = np.zeros((20, 40), np.uint8)
    truth[5:15, 5:35] = 1
    ids = np.zeros((20, 40), np.int32)
    ids[5:15, 5:20], ids[5:15, 20:35] = 7, 90_000
    assert len(cues("boxes", truth).boxes) == 1
    assert [(b.x0, b.x1) for b in cues("boxes", truth, instances=ids).boxes] == [(5, 20), (20, 35)]
    assert cues("full", truth, instances=ids).objects == 2
    assert len(cues("points", truth, instances=ids, per="object", background=False).points) == 2


def test_an_instance_takes_the_class_most_of_its_pixels_have():
    truth = scene()
    ids = np.zeros(truth.shape, np.int32)
    ids[18:62, 18:62] = 1  # 1600 cat, 336 ignored
    ids[0:5, 0:5] = 2  # background only: no object
    assert [(b.x0, b.x1, b.label) for b in cues("boxes", truth, instances=ids).boxes] == [(20, 60, 1)]


@pytest.mark.parametrize("seed", range(30))
def test_jitter_moves_each_edge_by_at_most_its_share(seed):
    truth = scene()
    exact, shaken = cues("boxes", truth).boxes, cues("boxes", truth, seed=seed, jitter=0.2).boxes
    assert exact != shaken
    for tight, loose in zip(exact, shaken, strict=True):
        for low, high, size in (("x0", "x1", 160), ("y0", "y1", 120)):
            side = getattr(tight, high) - getattr(tight, low)
            assert 0 <= getattr(loose, low) < getattr(loose, high) <= size
            for edge in (low, high):
                assert abs(getattr(loose, edge) - getattr(tight, edge)) <= 0.2 * side + 0.5


def test_a_box_of_one_pixel_survives_any_jitter():
    truth = np.zeros((9, 9), np.uint8)
    truth[8, 8] = 1
    for seed in range(50):
        cues("boxes", truth, seed=seed, jitter=0.99).check(truth.shape, 4)


@pytest.mark.parametrize("seed", range(20))
def test_points_lie_well_inside(seed):
    truth = scene()
    made = cues("points", truth, seed=seed, points=3).points
    assert [p.label for p in made] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    for p in made:
        assert truth[p.y, p.x] == p.label
        depth = simulated_user.edge_distance(truth == p.label)
        assert depth[p.y, p.x] > 4  # of 10 in the smaller cat, of 20 in the others


def test_background_may_be_left_to_itself():
    assert [p.label for p in cues("points", background=False).points] == [1, 2]
    assert [s.label for s in cues("scribbles", background=False, strokes=2).strokes] == [1, 1, 2, 2]


def comb() -> np.ndarray:
    """Teeth 3 pixels wide, and "ignore" between them: where an unchecked brush goes over the edge."""
    truth = np.full((200, 200), UNKNOWN, np.uint8)
    truth[:, ::9] = truth[:, 1::9] = truth[:, 2::9] = 1
    truth[90:93] = 2
    return truth


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("truth", [scene(), comb()], ids=["scene", "comb"])
def test_scribbles_stay_in_their_class(truth, seed):
    made = cues("scribbles", truth, seed=seed, strokes=2)
    for stroke in made.strokes:
        drawn = raster.draw_seeds(Cues(strokes=[stroke]), truth.shape)
        assert set(np.unique(truth[drawn != UNKNOWN])) == {stroke.label}


def test_scribbles_have_length():
    lengths = []
    for seed in range(20):
        for stroke in cues("scribbles", seed=seed).strokes[1:]:
            path = np.array(stroke.path)
            lengths.append(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
    assert np.median(lengths) > 10  # objects are 20 to 40 pixels wide


def test_a_stroke_is_cut_where_it_leaves_its_region():
    region = np.zeros((40, 100), bool)
    region[18:23, :30] = region[18:23, 40:] = True
    drawn = simulated_user.Stroke(1, 5, ((2, 20), (10, 20), (20, 20), (50, 20), (60, 20), (70, 20), (90, 20)))
    assert simulated_user.trim_stroke(drawn, region) == simulated_user.Stroke(
        1, 5, ((50, 20), (60, 20), (70, 20), (90, 20))
    )
    assert simulated_user.trim_stroke(replace(drawn, width=9), region).width < 9
    lost = simulated_user.trim_stroke(replace(drawn, path=((35, 20), (36, 20))), region)
    assert (lost.width, len(lost.path)) == (1, 1)
    assert region[round(lost.path[0][1]), round(lost.path[0][0])]


@pytest.mark.parametrize("share", [0.01, 0.12, 0.5, 1.0])
def test_a_partial_mask_holds_the_truth_of_a_share(share):
    truth = scene((100, 200))
    made = cues("partial", truth, share=share)
    labelled = made.labels != UNKNOWN
    assert (made.labels[labelled] == truth[labelled]).all()
    whole = cues("partial", np.zeros((100, 200), np.uint8), share=share).labels
    assert (whole != UNKNOWN).sum() == share * truth.size
    if share == 1:
        assert (made.labels == truth).all()
        assert made.objects == 3


def test_a_smaller_share_is_part_of_a_larger_one():
    small, large = (cues("partial", share=share).labels != UNKNOWN for share in (0.1, 0.3))
    assert (large | ~small).all()
    assert large.sum() > small.sum()


def test_a_partial_mask_counts_objects_by_their_parts():
    truth = np.zeros((100, 100), np.uint8)
    truth[0:10, 0:20] = 1  # exactly two of the 10 x 10 blocks
    for seed in range(100):
        made = cues("partial", truth, seed=seed, share=0.3)
        assert made.objects == (made.labels == 1).sum() / 200
        assert made.seconds(CLASSES) == pytest.approx((2 if made.objects else 3) + 79 * made.objects)


def test_pictures_without_objects():
    empty = np.zeros((30, 30), np.uint8)
    for kind in ("tags", "boxes"):
        assert cues(kind, empty).tags == ()  # looked for and not found: that is not nothing
        assert cues(kind, empty).seconds(CLASSES) == 3
    assert cues("points", empty, background=False).tags == ()
    assert len(cues("points", empty).points) == 1
    assert cues("full", empty).seconds(CLASSES) == 3
    unknown = np.full((30, 30), UNKNOWN, np.uint8)
    assert all(not cues(kind, unknown).kinds for kind in KINDS)


def test_cost_by_the_published_table():
    """Two cats and a dog among three classes: the cow is looked for in vain, 1 s."""
    assert cues("tags").seconds(CLASSES) == 3
    assert cues("points", background=False).seconds(CLASSES) == pytest.approx(1 + 2 * 2.4)
    assert cues("points").seconds(CLASSES) == pytest.approx(1 + 3 * 2.4)
    assert cues("scribbles").seconds(CLASSES) == pytest.approx(1 + 3 * 10.9)
    assert cues("boxes").seconds(CLASSES) == pytest.approx(1 + 3 * 26)
    assert cues("full").seconds(CLASSES) == pytest.approx(1 + 3 * 79)
    assert cues("none").seconds(CLASSES) == 0


def test_cost_survives_the_json_form():
    for kind in KINDS:
        made = cues(kind)
        assert Cues.from_json(made.to_json(CLASSES), scene().shape).seconds(CLASSES) == made.seconds(CLASSES)


def test_masks_of_unknown_objects_are_counted():
    assert connected_objects(scene()).max() == 3
    assert mask_seconds(scene()) == pytest.approx(79 * 3 * (scene() != UNKNOWN).mean())
    speckled = scene()
    speckled[110, 5] = 1  # 1 pixel of 19200, below a thousandth, in a class that has larger parts
    speckled[115, 5] = 3  # all there is of its class
    assert connected_objects(speckled).max() == 4
    assert connected_objects(speckled)[110, 5] == 0


def test_a_peoples_scribble_costs_no_less_than_its_strokes():
    scribble = np.full((100, 100), UNKNOWN, np.uint8)
    scribble[10, 10:60], scribble[50, 10:60] = 0, 1
    assert mask_seconds(scribble) == pytest.approx(2 * 10.9)
    assert Cues(labels=scribble).seconds(CLASSES) == pytest.approx(2 + 2 * 10.9)


def test_a_number_of_objects_that_is_none():
    with pytest.raises(CueError, match=r"objects is -1. Give the number of objects outlined"):
        Cues(labels=np.zeros((4, 5), np.uint8), objects=-1).check((4, 5))
    with pytest.raises(CueError, match=r"'objects' is -2. Give how many"):
        Cues.from_json({"objects": -2})
    with pytest.raises(CueError, match="objects holds 'two'"):
        Cues.from_json({"objects": "two"})
    assert simulated_user.add_cue(Cues(objects=2.0), Point(0, 0, 1)).objects == 2


def test_the_same_by_seed_and_id_in_any_process_and_order():
    """Compared with numbers from another process, and from after other pictures."""
    cues("points", id="z")
    assert [(p.x, p.y) for p in cues("points", id="b").points] == [(101, 33), (42, 34), (147, 39)]
    again = [cues(kind, id=id).to_json() for id in "ab" for kind in KINDS]
    assert [cues(kind, id=id).to_json() for id in reversed("ab") for kind in reversed(KINDS)] == again[::-1]


@pytest.mark.parametrize("kind", ["points", "scribbles", "partial"])
def test_other_seeds_and_ids_give_other_cues(kind):
    made = {cues(kind, seed=seed, id=id).to_json() for seed in range(3) for id in "abc"}
    assert len(made) == 9


def test_an_examples_cues_are_simulated():
    example = Example(np.zeros((120, 160, 3), np.uint8), Cues(tags=("cow",)), scene(), id="a", group="g")
    weak = simulate_cues(example, CueSpec("points"), seed=0, classes=CLASSES)
    assert weak.cues == cues("points")
    assert (weak.truth is example.truth, weak.id, weak.group) == (True, "a", "g")
    bare = replace(example, truth=None)
    assert not simulate_cues(bare, CueSpec("none"), seed=0, classes=CLASSES).cues.kinds
    with pytest.raises(ValueError, match="'a' has no mask to make boxes from. Leave it out"):
        simulate_cues(bare, CueSpec("boxes"), seed=0, classes=CLASSES)


BAD = [
    ({"kind": "clicks"}, "no cue 'clicks'. Choose one of: tags, points"),
    ({"truth": np.zeros((4, 4), np.int64)}, r"must be uint8 \(H, W\), got int64 \(4, 4\)"),
    ({"truth": np.zeros((4, 4, 1), np.uint8)}, r"must be uint8 \(H, W\), got uint8 \(4, 4, 1\)"),
    ({"truth": np.full((4, 4), 4, np.uint8)}, "holds 4, but there are 4 classes. Give all their names"),
    ({"instances": np.zeros((3, 3), np.int32)}, r"instances are \(3, 3\), the true mask \(120, 160\)"),
    ({"per": "pixel"}, "per 'class' or per 'object', not per 'pixel'"),
    ({"points": 0}, "at least 1 point"),
    ({"strokes": 0}, "at least 1 point and 1 stroke"),
    ({"jitter": 1.0}, r"a jitter in \[0, 1\)"),
    ({"jitter": float("nan")}, r"a jitter in \[0, 1\)"),
    ({"share": 0.0}, r"a share in \(0, 1\]"),
]


@pytest.mark.parametrize(("wrong", "words"), BAD, ids=range(len(BAD)))
def test_what_does_not_fit(wrong, words):
    with pytest.raises(ValueError, match=words):
        cues(**({"kind": "points"} | wrong))
