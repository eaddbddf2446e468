"""The segmentation network: what its auxiliary decoder sees."""

import torch

from wss_core import networks


def test_the_auxiliary_decoder_sees_half_of_the_channels():
    maps = [torch.ones(3, 2, 4, 4), torch.ones(3, 1, 2, 2)]
    kept = networks.segmentation_net.drop_channels(maps, torch.tensor([[0.9, 0.1, 0.5], [0.2, 0.7, 0.4]]))
    assert [m.shape[0] for m in kept] == [2, 2]
    assert kept[0][:, :, 0, 0].tolist() == [[2, 0], [0, 2]]
    assert kept[1][:, :, 0, 0].tolist() == [[2], [0]]
