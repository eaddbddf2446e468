"""A picture that somebody has open, with what methods prepared of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from wss_core.imaging.resize import resize_to_fit
from wss_core.prepared import Prepared
from wss_core.segmenter import Segmenter

from ..server import limits
from ..server.slots import Overdue


@dataclass
class Session:
    """One open picture.

    image: the working copy, uint8 (h, w, 3). full_size: (H, W) of the picture that was sent. source: the file that was
    sent, as bytes, or None for an example. name: of the file or the example. last_seq: the number of the newest request.
    overdue: {model name: the thread that takes too long for it}.
    """

    image: np.ndarray
    full_size: tuple[int, int]
    name: str
    source: bytes | None = None
    last_seq: int = -1
    prepared: OrderedDict[tuple, tuple[np.ndarray, Prepared]] = field(default_factory=OrderedDict)
    overdue: dict[str, threading.Thread] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, image: np.ndarray, name: str, source: bytes | None = None) -> Session:
        """Open an image, uint8 (H, W, 3) as it was sent."""
        return cls(resize_to_fit(image, limits.WORKING_SIDE), image.shape[:2], name, source)

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        prepared = sum(image.nbytes + features.nbytes for image, features in list(self.prepared.values()))
        return self.image.nbytes + len(self.source or b"") + prepared

    def check_idle(self, model_name: str) -> None:
        """Raise Overdue while a thread that takes too long for this model is still at work."""
        thread = self.overdue.get(model_name)
        if thread is not None and thread.is_alive():
            raise Overdue(thread)

    def prepare(
        self, model_name: str, segmenter: Segmenter, side: int = limits.WORKING_SIDE
    ) -> tuple[np.ndarray, Prepared]:
        """Return (image, what the model prepared of it), on a copy whose longer side is at most `side` pixels.

        The slow part happens once; what the PREPARED_PER_IMAGE last used models prepared is kept.
        """
        key = (model_name, min(side, max(self.image.shape[:2])))
        with self.lock:
            if key not in self.prepared:
                image = resize_to_fit(self.image, side)
                self.prepared[key] = image, segmenter.prepare(image)
            self.prepared.move_to_end(key)
            while len(self.prepared) > limits.PREPARED_PER_IMAGE:
                self.prepared.popitem(last=False)
            return self.prepared[key]
