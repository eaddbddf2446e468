"""Trials: what the board tries itself, a method with its settings, the labels it gets and a seed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from wss_core import __version__, hub
from wss_core.data.files import content_hash
from wss_core.hub import Checkpoint
from wss_core.methods import settings
from wss_core.segmenter import Segmenter

from ..dataclass_json import to_plain
from .label_budget import LabelBudget

LEARNING = 1  # raised when the same trial would lead to other weights, as after a change of a setting's default
LOCAL_WEIGHTS = "timm:local-dir:"  # the prefix of a setting whose weights lie in a folder of this machine
WEIGHTS = ("config.json", "model.safetensors")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What is tried. Its fields are hashed in records, and keep their names."""

    method: str
    settings: dict[str, Any] = field(default_factory=dict)
    "The settings that differ from the method's defaults."
    budget: LabelBudget | None = None
    "The labels; None = the benchmark itself says which cues are given."
    seed: int = 0
    "Draws the images that get labels, the cues and the training."

    def segmenter(self, classes: tuple[str, ...]) -> Segmenter:
        """The method before it has learned anything. Raises ValueError for settings that it does not have."""
        segmenter = settings.build(self.method, self.settings | {"classes": list(classes)})
        return replace(segmenter, seed=self.seed) if hasattr(segmenter, "seed") else segmenter

    def checkpoint(self, classes: tuple[str, ...]) -> Checkpoint:
        """Describe the checkpoint that the trial leads to. Its hash is made of all that decides it, except the data."""
        segmenter = self.segmenter(classes)
        values, defaults = segmenter.settings(), type(segmenter)().settings()
        weights = {key: sha for key, value in values.items() if (sha := _weights_hash(value))}
        # Defaults are not hashed: a new setting that has its default leaves the hashes of older trials as they were.
        own = {key: value for key, value in _portable(values).items() if value != defaults[key]}
        labels = {"budget": to_plain(self.budget), "seed": self.seed}
        code = f"{__version__}+{LEARNING}"
        meaning = {"method": self.method, "settings": own, "weights": weights, "code": code} | labels
        sha = hashlib.blake2b(json.dumps(meaning, sort_keys=True).encode(), digest_size=20).hexdigest()
        return Checkpoint(
            source=str(self), sha=sha, method=self.method, settings=_portable(values), training={"seed": self.seed}
        )

    def __str__(self) -> str:
        budget = [] if self.budget is None else [str(self.budget)]
        return ", ".join([self.method, *budget, f"seed {self.seed}"])


def _portable(values: dict[str, Any]) -> dict[str, Any]:
    """The settings with the names of folders in place of their paths on this machine."""
    return {key: _folder_name(value) if _is_folder(value) else value for key, value in values.items()}


def _folder_name(value: str) -> str:
    return LOCAL_WEIGHTS + Path(value.removeprefix(LOCAL_WEIGHTS)).name


def _is_folder(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(LOCAL_WEIGHTS)


def _weights_hash(value: Any) -> str:
    """The hash of the weights that a setting names, "" when it names none that lie on this machine."""
    if _is_folder(value):
        return _folder_hash(Path(value.removeprefix(LOCAL_WEIGHTS)))
    return _builtin_hash() if settings.uses_builtin_model(value) else ""


@cache
def _builtin_hash() -> str:
    return hub.info("builtin").sha


@cache
def _folder_hash(folder: Path) -> str:
    missing = [name for name in WEIGHTS if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"there is no {missing[0]} in {folder!s:.200}. Give a folder with {' and '.join(WEIGHTS)}")
    return content_hash([folder / name for name in WEIGHTS], folder)
