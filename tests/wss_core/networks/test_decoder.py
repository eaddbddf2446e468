"""The decoder: every map counts, and coarse ones are not drowned."""

import torch

from wss_core.networks.decoder import Decoder

torch.set_num_threads(1)


def test_the_decoder_joins_its_maps_from_the_coarsest_down():
    """What only the coarsest map knows reaches the logits; each map counts."""
    torch.manual_seed(0)
    decoder = Decoder([8, 16, 32], 16, 3)
    maps = [torch.rand(1, c, s, s, requires_grad=True) for c, s in ((8, 32), (16, 16), (32, 4))]
    logits = decoder(maps)
    assert logits.shape == (1, 3, 32, 32)
    assert all(g.abs().max() > 0 for g in torch.autograd.grad(logits.square().sum(), maps))


def test_a_coarse_map_is_not_drowned_by_fine_ones_of_large_numbers():
    torch.manual_seed(0)
    fine, middle, coarse = 50 * torch.randn(2, 8, 16, 16), torch.randn(2, 16, 8, 8), torch.randn(2, 32, 4, 4)
    shares = []
    for balanced in (True, False):
        decoder = Decoder([8, 16, 32], 16, 3, balanced).requires_grad_(False)
        logits = decoder([fine, middle, coarse])
        by_coarse, by_fine = decoder([fine, middle, coarse.flip(0)]), decoder([fine.flip(0), middle, coarse])
        shares.append((by_coarse - logits).std() / (by_fine - logits).std())
    assert shares[0] > 0.2 > 0.05 > shares[1]
