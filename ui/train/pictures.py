"""Pictures to train on and to answer for: small copies behind secret keys, for one training after another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wss_core.images import resize_to_fit

from .. import limits
from ..sessions import Sessions


@dataclass(frozen=True)
class Picture:
    """image: uint8 (h, w, 3), at most TRAIN_SIDE a side; full: (H, W) as it was sent, which cues are in pixels of."""

    image: np.ndarray
    full: tuple[int, int]
    name: str

    @classmethod
    def of(cls, image: np.ndarray, full: tuple[int, int], name: str) -> Picture:
        """The small copy of a picture that is still large."""
        return cls(resize_to_fit(image, limits.TRAIN_SIDE), full, name)

    @property
    def nbytes(self) -> int:
        """Bytes held for it."""
        return self.image.nbytes


pictures = Sessions(limits.TRAIN_KEPT, limits.TRAIN_KEPT_BYTES)
