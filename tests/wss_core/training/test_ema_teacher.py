"""The EMA teacher: how its weights follow, what it predicts, and the exchange of rectangles."""

import numpy as np
import pytest
import torch

from wss_core.conventions import UNKNOWN
from wss_core.losses import TeacherViews
from wss_core.training.ema_teacher import EmaTeacher, exchange_rectangles

NAN = np.nan


def test_it_averages_and_forgets_faster_at_first():
    model = torch.nn.Linear(1, 1, bias=False)
    teacher = EmaTeacher(model, 0.9)
    before = teacher.model.weight.item()
    with torch.no_grad():
        model.weight.fill_(1.0)
    teacher.update(model, 0)
    assert teacher.model.weight.item() == pytest.approx(0.1 * before + 0.9)
    late = teacher.model.weight.item()
    with torch.no_grad():
        model.weight.fill_(3.0)
    teacher.update(model, 10_000)
    assert teacher.model.weight.item() == pytest.approx(0.9 * late + 0.1 * 3)


def test_its_predictions_keep_to_the_annotation():
    labels = torch.full((2, 4, 4), UNKNOWN)
    labels[0, 1, 2] = 2
    tags = torch.tensor([[NAN, 0, NAN], [NAN, NAN, NAN]])
    images = torch.rand(2, 3, 4, 4)
    views = TeacherViews(
        weak=images, strong=images, labels=labels, tags=tags, cutmix_mask=torch.zeros(2, 4, 4, dtype=torch.bool)
    )
    probs = EmaTeacher(torch.nn.Conv2d(3, 3, 1), 0.9).predict(views)
    assert probs[0, :, 1, 2].tolist() == [0, 0, 1]
    assert (probs[0, 1] == 0).all()
    assert (probs[1, 1] > 0).all()
    torch.testing.assert_close(probs.sum(dim=1), torch.ones(2, 4, 4))


def test_pairs_exchange_their_rectangles():
    maps = torch.arange(4.0).view(4, 1, 1, 1).expand(4, 1, 2, 2)
    mask = torch.zeros(4, 2, 2, dtype=torch.bool)
    mask[0, 0, 0], mask[3, 1] = True, True
    exchanged = exchange_rectangles(maps, mask)
    assert exchanged[0, 0].tolist() == [[1, 0], [0, 0]]
    assert (exchanged[1] == 1).all()
    assert exchanged[3, 0].tolist() == [[3, 3], [2, 2]]
