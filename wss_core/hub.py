"""A segmenter <-> a folder: config.json, and model.safetensors when the method has weights."""

from __future__ import annotations

import json
import os
from pathlib import Path

from .methods import create, names
from .segmenter import Segmenter
from .settings import build

FORMAT = 1
MAX_CONFIG = 1_000_000
KEYS = {"format", "method", "settings"}


def save(segmenter: Segmenter, folder) -> Path:
    """Write the segmenter into `folder` (made if needed, files of an older save replaced) and return its path."""
    _check_portable(segmenter.settings(), "save")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    config, weights = _files(folder)
    state = segmenter.state()
    form = {"format": FORMAT, "method": segmenter.name, "settings": segmenter.settings()}
    if state:
        from safetensors.numpy import save_file

        save_file(state, weights)
    else:
        weights.unlink(missing_ok=True)
    config.write_text(json.dumps(form, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return folder


def load(source) -> Segmenter:
    """The segmenter in a local folder, or "builtin": create("propagate"), whose weights come with this package.

    Raises ValueError for anything that `save`
    did not write: nothing in the folder is run, links are not followed.
    """
    if source == "builtin":
        return create("propagate")
    if not os.path.isdir(source):
        raise ValueError(
            f"no folder {str(source)!r:.80}. Give a folder written by save, or 'builtin'; "
            "loading USER/REPO from the Hub comes with a later version"
        )
    config, weights = _files(Path(source))
    form = _config(config)
    segmenter = build(form["method"], form["settings"])
    if bool(segmenter.state()) != weights.exists():
        wanted = "needs" if segmenter.state() else "takes no"
        raise ValueError(f"{segmenter.name} {wanted} {weights.name} in {source}. Save the segmenter again")
    if weights.exists():
        segmenter.load_state(_tensors(weights))
    return segmenter


def _files(folder: Path) -> tuple[Path, Path]:
    files = folder / "config.json", folder / "model.safetensors"
    for path in files:
        if path.is_symlink():
            raise ValueError(f"{path} is a link. Copy the file itself there")
    return files


def _tensors(path: Path) -> dict:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged ({error}). Save the segmenter again") from None


def _config(path: Path) -> dict:
    if not path.is_file() or path.stat().st_size > MAX_CONFIG:
        raise ValueError(f"{path} is missing or above {MAX_CONFIG:,} bytes. Give a folder written by save")
    try:
        form = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON ({error}). Save the segmenter again") from None
    if not isinstance(form, dict) or set(form) != KEYS or not isinstance(form["settings"], dict):
        raise ValueError(f"{path} must hold {', '.join(sorted(KEYS))} and nothing else. Save the segmenter again")
    if form["format"] != FORMAT or isinstance(form["format"], bool):
        raise ValueError(f"{path} has format {form['format']!r:.20}; this version reads {FORMAT}. Update wss-core")
    if form["method"] not in names():
        raise ValueError(f"{path} names the method {form['method']!r:.40}. Known: {', '.join(names())}")
    _check_portable(form["settings"], "load")
    return form


def _check_portable(settings: dict, verb: str) -> None:
    """A checkpoint must not make anyone's machine open a path, and would not work elsewhere if it did."""
    for name, value in settings.items():
        if "local-dir:" in str(value):
            raise ValueError(
                f"cannot {verb}: the setting {name} names a folder of one machine ({value!s:.80}). "
                "Put the backbone on the Hub and name it timm:hf-hub:USER/REPO"
            )
