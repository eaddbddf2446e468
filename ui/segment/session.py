"""Pictures that people have open: each behind a key nobody can guess, the least recently used put away first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from wss_core.imaging.resize import resize_to_fit
from wss_core.segmenter import Prepared, Segmenter

from ..server import limits
from ..server.slots import Overdue


@dataclass
class Session:
    """One open picture. image: the working copy, uint8 (h, w, 3); full: (H, W) of the picture that was sent.

    source: the file that was sent, as bytes, or None for an example; name: the file's or the example's. overdue: the
    threads that take too long for a method or checkpoint.
    """

    image: np.ndarray
    full: tuple[int, int]
    name: str
    source: bytes | None = None
    latest: int = -1
    prepared: OrderedDict[tuple, tuple[np.ndarray, Prepared]] = field(default_factory=OrderedDict)
    overdue: dict[str, threading.Thread] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, picture: np.ndarray, name: str, source: bytes | None = None) -> Session:
        """A session of a picture uint8 (H, W, 3) as it was sent."""
        return cls(resize_to_fit(picture, limits.WORKING_SIDE), picture.shape[:2], name, source)

    @property
    def nbytes(self) -> int:
        """Bytes held for this picture."""
        return (
            self.image.nbytes
            + len(self.source or b"")
            + sum(i.nbytes + p.nbytes for i, p in list(self.prepared.values()))
        )

    def check_idle(self, name: str) -> None:
        """Raise Overdue while a thread that takes too long for this method or checkpoint is still at work."""
        thread = self.overdue.get(name)
        if thread is not None and thread.is_alive():
            raise Overdue(thread)

    def ready(self, name: str, method: Segmenter, side: int = limits.WORKING_SIDE) -> tuple[np.ndarray, Prepared]:
        """(picture, prepared) for a method or checkpoint called `name`, on a copy of at most `side` pixels.

        The slow part happens once; the PREPARED last used are kept.
        """
        key = (name, min(side, max(self.image.shape[:2])))
        with self.lock:
            if key not in self.prepared:
                image = resize_to_fit(self.image, side)
                self.prepared[key] = image, method.prepare(image)
            self.prepared.move_to_end(key)
            while len(self.prepared) > limits.PREPARED:
                self.prepared.popitem(last=False)
            return self.prepared[key]
