"""Batches: which samples they hold, decided by seed and step, shared by processes."""

import numpy as np
import pytest
import torch

from tests.support.training import make_batches, make_example
from wss_core.cues import Cues
from wss_core.training import batches


def test_a_batch_holds_every_kind_of_sample():
    batch = make_batches(batch=4).make(0)
    assert set(batch.ids[:4]) == {"0", "1"}
    assert batch.ids[4:6] == ("2", "2")
    assert set(batch.ids[6:]) == {"3", "4"}
    assert batch.images.shape == (6, 3, 32, 32)  # from images without cues only the teacher's labels are learned
    assert batch.views.weak.shape == batch.views.strong.shape == (4, 3, 32, 32)
    assert batch.has_partial_labels.tolist() == [True] * 4 + [False] * 2
    assert batch.views.cutmix_mask.any(dim=2).any(dim=1).all()


def test_without_a_teacher_images_without_cues_stay_out():
    batch = make_batches(with_teacher=False).make(0)
    assert batch.views is None
    assert not {"3", "4"} & set(batch.ids)


def test_where_all_images_have_cues_the_teacher_labels_these():
    batch = make_batches([make_example(i) for i in range(3)]).make(0)
    assert batch.views.weak.shape == (4, 3, 32, 32)
    torch.testing.assert_close(batch.views.weak, batch.images)


def test_batches_are_the_same_by_seed_and_step():
    def same(one, other):
        return torch.equal(one.images, other.images) and torch.equal(one.views.strong, other.views.strong)

    assert same(make_batches().make(3), make_batches().make(3))
    assert not same(make_batches().make(3), make_batches().make(2))
    assert not same(make_batches().make(3), make_batches(seed=1).make(3))


def test_every_sample_comes_once_before_any_comes_again():
    pool = batches.Pool(np.arange(5), rows=2)
    drawn = [pool.draw(number, 0) for number in range(15)]
    for start in (0, 5, 10):
        assert sorted(drawn[start : start + 5]) == [0, 1, 2, 3, 4]
    assert drawn[:5] != drawn[5:10]


def test_processes_share_the_batch():
    whole = make_batches(batch=8).make(1)
    parts = [make_batches(batch=8, rank=rank, world_size=2).make(1) for rank in (0, 1)]
    assert sorted(whole.ids) == sorted(parts[0].ids + parts[1].ids)
    assert sorted(whole.seeds) == sorted(parts[0].seeds + parts[1].seeds)
    torch.testing.assert_close(whole.images[:4], parts[0].images[:4])
    torch.testing.assert_close(whole.images[4:8], parts[1].images[:4])


def test_examples_without_any_cue_are_refused():
    with pytest.raises(ValueError, match="no picture has a cue to learn from. Give cues"):
        make_batches([make_example(0, Cues())])
