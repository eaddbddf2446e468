"""Checkpoints that visitors trained: each behind a key that only their browser has, so many, the oldest put away."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from wss_core import hub
from wss_core.segmenter import Segmenter

from ..server import limits
from ..server.lru import LruCache
from . import summary

PREFIX = "trained:"
MODEL, MASKS = "model", "masks.zip"  # what a training leaves in its folder


@dataclass(frozen=True)
class Trained:
    """checkpoint, masks: zip files, of the folder that `hub.save` wrote, and of the masks of all pictures."""

    about: hub.Checkpoint
    segmenter: Segmenter
    checkpoint: bytes
    masks: bytes

    @property
    def nbytes(self) -> int:
        """Bytes held for it."""
        weights = sum(array.nbytes for array in self.segmenter.state().values())
        return weights + len(self.checkpoint) + len(self.masks)

    @classmethod
    def read(cls, folder: Path) -> Trained:
        """What the process that trains left in a folder. Raises ValueError for anything else."""
        model = folder / MODEL
        return cls(hub.info(model), hub.load(model), _zipped(model), (folder / MASKS).read_bytes())


trained = LruCache(limits.TRAINED, limits.TRAINED_BYTES)


def find(name: str) -> Trained:
    """The checkpoint called PREFIX and its key. Raises ValueError when it was put away or never was."""
    found = trained.get(name.removeprefix(PREFIX))
    if found is None:
        raise ValueError("what you trained was put away to make room. Train again, on the Train tab")
    return found


def summarize(name: str) -> dict:
    """For the page, as `facts.facts` tells it of a checkpoint of the Hub."""
    found = find(name)
    about = found.about
    rows = {
        "Method": f"{about.method}, segments without a cue, and honours those you draw",
        "Classes": f"{len(about.classes)}: {', '.join(about.classes)}",
        "Labels": summary.describe_labels(about),
    }
    return {
        "method": name,
        "label": f"{about.method}, trained here",
        "classes": list(about.classes),
        "learns": True,
        "url": "",
        "rows": [[what, words[: summary.MOST_WORDS]] for what, words in rows.items()],
    }


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return buffer.getvalue()
