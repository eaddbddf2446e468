"""Batches made ahead: in order, without taking cores from the network."""

import pytest
import torch

from wss_core.training.prefetch import prefetch


def test_making_batches_takes_no_core_from_the_network():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert list(prefetch(lambda step: torch.get_num_threads(), 0, 4)) == [1] * 4
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_batches_are_made_ahead_in_order_and_errors_come_through():
    assert list(prefetch(lambda step: step * step, 2, 7)) == [4, 9, 16, 25, 36]
    assert list(prefetch(lambda step: step, 3, 3)) == []
    with pytest.raises(ZeroDivisionError):
        list(prefetch(lambda step: 1 // (step - 2), 0, 5))
