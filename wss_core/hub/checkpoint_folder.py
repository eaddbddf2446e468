"""Save a segmenter in a folder and load it again: config.json, and model.safetensors when the method has weights."""

from __future__ import annotations

import os
from pathlib import Path

from ..atomic_file import write_atomic
from ..methods.settings import build
from ..segmenter import Segmenter
from ..state_check import check_state
from . import card, checkpoint_config, tensors

CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "README.md"
TEXT_FILES = {
    CONFIG: checkpoint_config.MAX_BYTES,
    CARD: card.MAX_BYTES,
}  # what is read of a checkpoint without its weights


def save(segmenter: Segmenter, folder: str | os.PathLike) -> Path:
    """Write the segmenter into `folder` (made if needed, files of an older save replaced) and return its path.

    Raises ValueError for a method that has yet to learn, settings that name a folder of this machine, and weights
    that are not finite. An interrupted save leaves no config.json, and so nothing that loads.
    """
    if not segmenter.fitted:
        raise ValueError(f"{segmenter.name} has not learned anything yet. Call fit(examples) before saving it")
    text, state = checkpoint_config.dump(segmenter), segmenter.state()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    config_file, weights = list_files(folder)
    with write_atomic(config_file) as new_config:  # moved last: with it the folder is a checkpoint
        new_config.write_text(text, encoding="utf-8")
        if state:
            with write_atomic(weights) as new_weights:
                tensors.write(state, new_weights)
                config_file.unlink(missing_ok=True)
        else:
            config_file.unlink(missing_ok=True)
            weights.unlink(missing_ok=True)
    return folder


def read(folder: Path) -> Segmenter:
    """Load the segmenter in a folder of this machine; links are not followed. Raises ValueError as `load_files` does."""
    return load_files(*list_files(Path(folder)), str(folder))


def load_files(config_file: Path, weights: Path, source: str) -> Segmenter:
    """Load a segmenter from its config.json and its model.safetensors, which may be absent; nothing in them is run.

    Raises ValueError for anything that `save` did not write; `source` is what messages say they are of.
    """
    document = checkpoint_config.read(config_file, f"{CONFIG} of {source}")
    try:
        segmenter = build(document["method"], document["settings"])
    except ValueError as error:
        raise ValueError(f"{CONFIG} of {source}: {error}. If a newer version saved it, update wss-core") from None
    wanted = segmenter.learns or bool(segmenter.state())
    if wanted != weights.exists():
        verb = "needs" if wanted else "takes no"
        raise ValueError(f"{segmenter.name} {verb} {WEIGHTS} in {source}. Save the segmenter again")
    if wanted:
        _load_weights(segmenter, tensors.read(weights, f"{WEIGHTS} of {source}"), source)
    segmenter.training = document["training"]
    segmenter.unknown = {key: value for key, value in document.items() if key not in checkpoint_config.KEYS}
    return segmenter


def _load_weights(segmenter: Segmenter, state: dict, source: str) -> None:
    """Give the segmenter its weights. Whatever goes wrong with settings that no method foresaw is a ValueError too."""
    try:
        segmenter.load_state(state)
    except ValueError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise ValueError(f"the settings of {source} do not make a {segmenter.name} ({reason:.200})") from error
    check_state(segmenter.name, segmenter.state(), state)  # a method may be less strict than we are


def read_card(folder: Path, source: str) -> str:
    """The text of README.md in a folder, which messages call `source`; "" without one. Raises ValueError unless UTF-8."""
    path = folder / CARD
    try:
        return path.read_bytes().decode() if path.is_file() else ""
    except UnicodeDecodeError:
        raise ValueError(f"the card of {source} is no text in UTF-8. Mend it first: a push would lose it") from None


def list_files(folder: Path) -> tuple[Path, Path]:
    paths = folder / CONFIG, folder / WEIGHTS
    for path in paths:
        if path.is_symlink():
            raise ValueError(f"{path} is a link. Copy the file itself there")
    return paths
