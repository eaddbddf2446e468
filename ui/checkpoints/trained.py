"""Checkpoints that visitors trained: each is kept behind a key that only their browser has."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from wss_core import hub
from wss_core.segmenter import Segmenter

from ..server.lru import LruCache
from . import summary

PREFIX = "trained:"
MODEL, MASKS = "model", "masks.zip"  # what a training leaves in its folder


@dataclass(frozen=True)
class TrainedCheckpoint:
    """checkpoint, masks: zip files, of the folder that `hub.save` wrote and of the masks of all pictures."""

    info: hub.Checkpoint
    segmenter: Segmenter
    checkpoint: bytes
    masks: bytes

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        weights = sum(array.nbytes for array in self.segmenter.state().values())
        return weights + len(self.checkpoint) + len(self.masks)

    @classmethod
    def read(cls, folder: Path) -> TrainedCheckpoint:
        """Read what the training process left in a folder. Raises ValueError for anything else."""
        model = folder / MODEL
        return cls(hub.info(model), hub.load(model), _zip_folder(model), (folder / MASKS).read_bytes())


def find(trained: LruCache[TrainedCheckpoint], name: str) -> TrainedCheckpoint:
    """Return the checkpoint of a name, PREFIX and its key. Raises ValueError when it was dropped or never was."""
    checkpoint = trained.get(name.removeprefix(PREFIX))
    if checkpoint is None:
        raise ValueError("what you trained was put away to make room. Train again, on the Train tab")
    return checkpoint


def summarize(name: str, checkpoint: TrainedCheckpoint) -> dict:
    """Describe the checkpoint for the page, in the form of `summary.summarize`."""
    info = checkpoint.info
    rows = {
        "Method": f"{info.method}, segments without cues, and follows those you draw",
        "Classes": f"{len(info.classes)}: {', '.join(info.classes)}",
        "Labels": summary.describe_labels(info),
    }
    return {
        "method": name,
        "label": f"{info.method}, trained here",
        "classes": list(info.classes),
        "learns": True,
        "url": "",
        "rows": [[term, text[: summary.MAX_ROW_CHARS]] for term, text in rows.items()],
    }


def _zip_folder(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return buffer.getvalue()
