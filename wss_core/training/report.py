"""A report of a training for people: its summary, its curves, scores, and images with the masks that the model predicts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .. import metrics
from ..cues import Example
from ..imaging.io import image_to_bytes
from ..results.readouts import colours, overlay
from ..segmenter import Segmenter
from .config import LOG
from .validation import total_confusion

MAX_SAMPLES = 8
SIDE = 200  # pixels of a sample's longer side


def write(folder: Path, segmenter: Segmenter, validation: Sequence[Example] = ()) -> Path:
    """Write report.md into the folder of a training and return its path.

    With curves.png of the logs in `folder` and of its stages, and samples.png of validation examples with a truth. The
    scores are over all validation examples, at their own size.
    """
    folder, classes = Path(folder), segmenter.classes
    parts = [f"# {segmenter.name}: {', '.join(map(_cell, classes))}", _table(("", ""), _rows(segmenter.training))]
    logs = {path.parent.name: read_log(path) for path in (*folder.glob(LOG), *folder.glob(f"*/{LOG}"))}
    if any(logs.values()):
        try:
            _draw_curves(logs, folder / "curves.png")
            parts.append("![Losses and scores against steps](curves.png)")
        except ModuleNotFoundError:
            parts.append(
                "No curves: matplotlib is not installed. `pip install matplotlib` brings it; the log has all values."
            )
    if len(validation):
        table = total_confusion(validation, lambda image: segmenter.segment(image).probs, len(classes))
        counts = metrics.counts_of_confusion(table)
        ious, dices = metrics.iou(counts), metrics.dice(counts)
        means = "mean", np.nanmean(ious), np.nanmean(dices)
        parts.append(_table(("class", "IoU", "Dice"), [*zip(classes, ious, dices, strict=True), means]))
        (folder / "samples.png").write_bytes(_samples(segmenter, validation))
        parts.append("Pictures, their true masks, and the predicted masks:\n\n![Samples](samples.png)")
    path = folder / "report.md"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def read_log(path: Path) -> list[dict[str, Any]]:
    """Read the rows of a training's log."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _rows(training: dict[str, Any]) -> list[tuple[str, Any]]:
    """The summary as (name, value), nested values as text."""
    return [(name.replace("_", " "), _as_text(value)) for name, value in training.items() if name != "classes"]


def _as_text(value) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_as_text(inner)}" for key, inner in value.items())
    return ", ".join(map(_as_text, value)) if isinstance(value, list) else str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.3f}"
    return str(value).replace("|", "\\|").replace("\n", " ")


def _draw_curves(logs: dict[str, list[dict[str, Any]]], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6 * len(logs), 3.5), layout="constrained")
    for axes, (name, log) in zip(figure.subplots(1, len(logs), squeeze=False)[0], sorted(logs.items()), strict=True):
        for key in dict.fromkeys(key for row in log for key in row if key not in ("step", "seconds")):
            points = [(row["step"], row[key]) for row in log if key in row]
            style = {"marker": "o", "color": "black", "linewidth": 2} if key == "score" else {}
            axes.plot(*zip(*points, strict=True), label="validation mIoU" if key == "score" else key, **style)
        axes.set(xlabel="step", title=name if len(logs) > 1 else "")
        axes.legend(fontsize=8)
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def _samples(segmenter: Segmenter, validation: Sequence[Example]) -> bytes:
    """A PNG with a column for each of some examples: the image, its true mask and the predicted one below each other."""
    chosen = np.linspace(0, len(validation) - 1, min(MAX_SAMPLES, len(validation))).round().astype(int)
    palette, columns = colours(len(segmenter.classes)), []
    for example in (validation[int(i)] for i in chosen):
        if example.truth is not None:
            predicted = segmenter.segment(example.image).labels
            masks = [overlay(example.image, labels, palette) for labels in (example.truth, predicted)]
            columns.append(np.vstack([_tile(image) for image in (example.image, *masks)]))
    return image_to_bytes(np.hstack(columns), "PNG")


def _tile(image: np.ndarray) -> np.ndarray:
    """The image in the middle of a white square."""
    scale = SIDE / max(image.shape[:2])
    size = [max(1, round(side * scale)) for side in image.shape[:2]]
    small = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
    tile = np.full((SIDE + 8, SIDE + 8, 3), 255, np.uint8)
    top, left = ((SIDE + 8 - side) // 2 for side in size)
    tile[top : top + size[0], left : left + size[1]] = small
    return tile
