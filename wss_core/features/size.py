"""How large a network of timm's is, before anybody makes it."""

from __future__ import annotations

import timm
import torch


def parameters(name: str) -> int:
    """How many numbers the network timm calls `name` holds. Nothing is fetched and next to no memory taken.

    Raises ValueError where timm has no such network.
    """
    if not timm.is_model(name.partition(".")[0]):
        raise ValueError(f"timm has no model {name:.80}. See timm.list_models()")
    with torch.device("meta"):
        network = timm.create_model(name, pretrained=False, features_only=True)
    return sum(tensor.numel() for tensor in network.parameters())
