"""Networks that label every pixel, or the whole picture: an encoder by name and a light decoder."""

from .encoders import Encoder, encoder, tensor
from .segmentation_net import (
    Labeller,
    arrays,
    build,
    enlarged,
    layout,
    load_arrays,
    probabilities,
    usual_device,
)
from .tagger import Tagger

__all__ = [
    "Encoder",
    "Labeller",
    "Tagger",
    "arrays",
    "build",
    "encoder",
    "enlarged",
    "layout",
    "load_arrays",
    "probabilities",
    "tensor",
    "usual_device",
]
