"""Writes the checkpoints and answers that tests/test_frozen_answers.py compares with: for one use, on purpose.

    PYTHONPATH=.:tests python -m frozen.make_checkpoints [NAME ...]

Made anew, they say nothing of files that people saved before: add one rather than replace one. Of networks that are too
large for the repository only the names and shapes of the weights are kept, see `scenes.weights`.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import timm
import torch
from safetensors.numpy import load_file, save_file

from tests.frozen import scenes
from wss_core import create, load, save

HERE = Path(__file__).parent / "checkpoints"
SHAPES, WEIGHTS = "shapes.json", "model.safetensors"
LARGEST = 600_000  # bytes of weights in the repository
STEP = 6  # pixels from one kept probability to the next
TIMM = "test_efficientnet"  # the smallest network timm has
FIT = {"width": 4, "crop": 32, "side": 48, "batch": 2, "rate": 5e-3}
KINDS: dict[str, tuple[str, dict]] = {
    "network": ("network", {"backbone": TIMM, "steps": 60, "channels": 3, **FIT}),
    "network_unet": ("network", {"backbone": "unet", "steps": 1, **FIT}),
    "network_builtin": ("network", {"backbone": "builtin", "steps": 1, **FIT}),
    "cam": ("cam", {"backbone": TIMM, "steps": 12, "refine": 6, **FIT}),
    "cam_unet": ("cam", {"backbone": "unet", "steps": 1, "refine": 0, "spread": "nearest", **FIT}),
    "probe_colour": ("probe", {"features": "colour", "waves": 8, "side": 40}),
    "probe_builtin": ("probe", {"features": "builtin", "waves": 8, "side": 40}),
    "propagate": ("propagate", {}),
    "propagate_live": ("propagate", {"features": "colour", "spread": "live", "side": 48}),
    "propagate_walker": ("propagate", {"features": "texture", "spread": "random_walker", "side": 48}),
    "grabcut": ("grabcut", {"side": 48, "iterations": 2}),
}


def complete(name: str, folder: Path) -> Path:
    """The frozen checkpoint as a folder that `load` takes: copied into `folder`, with weights drawn where none are kept."""
    made = Path(shutil.copytree(HERE / name, folder / name))
    shapes = made / SHAPES
    if shapes.exists():
        save_file(scenes.weights(json.loads(shapes.read_text("utf-8"))), made / WEIGHTS)
        shapes.unlink()
    return made


def answers(segmenter) -> dict[str, dict]:
    """What it says of the picture, from a stroke for every class, from points and a box, and if it can, without a cue: labels
    as rows of digits, and the probabilities of every STEP-th pixel."""
    image, _ = scenes.picture()
    found = {name: segmenter.segment(image, cues) for name, cues in scenes.questions(segmenter.learns).items()}
    return {name: {"labels": digits(one.labels), "probs": kept(one.probs).tolist()} for name, one in found.items()}


def large_answer(segmenter) -> list:
    """The probabilities of some pixels of the large picture."""
    return kept(segmenter.segment(*scenes.large()).probs)[:, ::5, ::5].tolist()


def digits(labels: np.ndarray) -> list[str]:
    """A text for each row of a label map of few classes."""
    return ["".join(map(str, row)) for row in labels.tolist()]


def kept(probs: np.ndarray) -> np.ndarray:
    """float64 (C, h, w): every STEP-th pixel of probabilities, to 7 decimals."""
    return probs[:, ::STEP, ::STEP].astype(np.float64).round(7)


def _fitted(method: str, settings: dict):
    with tempfile.TemporaryDirectory() as folder:
        if settings.get("backbone") == TIMM:
            torch.manual_seed(0)
            timm.models.save_for_hf(timm.create_model(TIMM), folder, safe_serialization=True)
            settings = settings | {"backbone": f"timm:local-dir:{folder}"}
        segmenter = create(method, classes=scenes.CLASSES, **settings)
        return segmenter.fit(scenes.examples()) if segmenter.learns else segmenter


def main(names: list[str]) -> None:
    """Fit, save and ask those of KINDS that are named, or all of them."""
    if not names:
        (HERE.parent / "large.json").write_text(json.dumps(large_answer(create("propagate"))) + "\n", "utf-8")
    for name in names or KINDS:
        folder = save(_fitted(*KINDS[name]), HERE / name)
        weights = folder / WEIGHTS
        if weights.exists() and weights.stat().st_size > LARGEST:
            shapes = {key: (str(value.dtype), value.shape) for key, value in load_file(weights).items()}
            (folder / SHAPES).write_text(json.dumps(shapes, indent=0), "utf-8")
            weights.unlink()
        with tempfile.TemporaryDirectory() as other:
            found = answers(load(complete(name, Path(other))))
        (HERE.parent / f"{name}.answers.json").write_text(json.dumps(found) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
