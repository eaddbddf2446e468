"""A trial: what the board tries itself. A method with its settings, the labels it gets, and a seed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from wss_core import __version__, hub
from wss_core.builtin import pretrained
from wss_core.data.files import content_hash
from wss_core.hub import Checkpoint
from wss_core.methods import settings
from wss_core.segmenter import Segmenter

from ..dataclass_json import to_plain
from .label_budget import LabelBudget

LEARNING = 1  # raised when the same trial would lead to other weights, as with another usual value of a setting
FOLDER = "timm:local-dir:"  # a network's weights on this machine
WEIGHTS = ("config.json", "model.safetensors")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """settings: those that are not as usual. budget: None = the benchmark itself says which cues are given. seed: of the
    pictures drawn, of the cues and of the training."""

    method: str
    settings: dict[str, Any] = field(default_factory=dict)
    budget: LabelBudget | None = None
    seed: int = 0

    def segmenter(self, classes: tuple[str, ...]) -> Segmenter:
        """The method as it is before it has learned anything. Raises ValueError for settings that it does not take."""
        made = settings.build(self.method, self.settings | {"classes": list(classes)})
        return replace(made, seed=self.seed) if hasattr(made, "seed") else made

    def checkpoint(self, classes: tuple[str, ...]) -> Checkpoint:
        """What stands for the checkpoint that the trial leads to. sha: of all that decides it, but for the data."""
        made = self.segmenter(classes)
        told, usual = made.settings(), type(made)().settings()
        hashes = {key: found for key, value in told.items() if (found := _weights(value))}
        # a setting that is new, and as usual, leaves a trial what it was
        own = {key: value for key, value in _portable(told).items() if value != usual[key]}
        labels = {"budget": to_plain(self.budget), "seed": self.seed}
        code = f"{__version__}+{LEARNING}"
        meaning = {"method": self.method, "settings": own, "weights": hashes, "code": code} | labels
        sha = hashlib.blake2b(json.dumps(meaning, sort_keys=True).encode(), digest_size=20).hexdigest()
        return Checkpoint(str(self), sha, self.method, _portable(told), {"seed": self.seed})

    def __str__(self) -> str:
        told = [] if self.budget is None else [str(self.budget)]
        return ", ".join([self.method, *told, f"seed {self.seed}"])


def _portable(told: dict[str, Any]) -> dict[str, Any]:
    """The settings without the folders of this machine."""
    return {key: _named(value) if _is_folder(value) else value for key, value in told.items()}


def _named(value: str) -> str:
    return FOLDER + Path(value.removeprefix(FOLDER)).name


def _is_folder(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(FOLDER)


def _weights(value: Any) -> str:
    """The hash of the weights that a setting asks for, "" where it asks for none of this machine's."""
    if _is_folder(value):
        return _hash(Path(value.removeprefix(FOLDER)))
    return _builtin() if value in pretrained.NAMES else ""


@cache
def _builtin() -> str:
    return hub.info("builtin").sha


@cache
def _hash(folder: Path) -> str:
    missing = [name for name in WEIGHTS if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"there is no {missing[0]} in {folder!s:.200}. Give a folder with {' and '.join(WEIGHTS)}")
    return content_hash([folder / name for name in WEIGHTS], folder)
