"""Makes the rows of a weak version of a data set: its pictures with cues simulated from their masks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...cues import Cues, CueSpec, Example
from ...cues.from_masks import simulate_cues
from ...imaging.io import image_to_bytes, labels_to_png
from ..dataset import ExampleDataset


@dataclass(frozen=True)
class WeakVersion:
    """A data set's pictures with cues simulated from their masks, in place of their own cues.

    spec: which cues. seed: draws them. truth: whether the true masks are included, for scoring.
    """

    examples: ExampleDataset
    spec: CueSpec
    seed: int = 0
    truth: bool = False

    def rows(self) -> Iterator[dict]:
        """Iterate over a row for each picture, in the columns of `dataset_features`, with the data set's own picture file."""
        classes = self.examples.classes
        for image_file, example in self.examples.with_files():
            weak = simulate_cues(example, self.spec, seed=self.seed, classes=classes)
            row = {"id": example.id, "group": example.group, "image": {"bytes": image_file, "path": None}}
            row |= _cells(weak.cues, classes) | {"seconds": weak.cues.seconds(classes)}
            yield row | (_truth_cells(weak) if self.truth else {"mask": None, "instances": None})


def dataset_features(classes: tuple[str, ...]):
    """Return the datasets.Features of a version: the same for every kind of cue, so that splits may differ in kind.

    The column `tags` holds the class names.
    """
    from datasets import ClassLabel, Features, Image, List, Value

    number, label = Value("float64"), Value("uint8")
    columns = {"id": Value("string"), "group": Value("string"), "image": Image()}
    columns["tags"] = List(ClassLabel(names=list(classes)))
    columns["points"] = List({"x": number, "y": number, "label": label})
    columns["boxes"] = List({"x0": number, "y0": number, "x1": number, "y1": number, "label": label})
    columns["strokes"] = List({"label": label, "width": number, "path": List(List(number))})
    columns |= {"partial_mask": Image(), "outlined": number, "seconds": number, "mask": Image(), "instances": Image()}
    return Features(columns)


def _cells(cues: Cues, classes: tuple[str, ...]) -> dict:
    """Return the cells of cues; absent cues are None, so that an empty list of tags still means that no class is there."""
    return {
        "tags": None if cues.tags is None else [classes.index(name) for name in cues.tags],
        "points": [{"x": p.x, "y": p.y, "label": p.label} for p in cues.points] or None,
        "boxes": [{side: getattr(b, side) for side in ("x0", "y0", "x1", "y1", "label")} for b in cues.boxes] or None,
        "strokes": [{"label": s.label, "width": s.width, "path": list(map(list, s.path))} for s in cues.strokes]
        or None,
        "partial_mask": None if cues.labels is None else {"bytes": labels_to_png(cues.labels), "path": None},
        "outlined": cues.objects,
    }


def _truth_cells(example: Example) -> dict:
    ids = None if example.instances is None else image_to_bytes(example.instances, "PNG")
    mask = None if example.truth is None else labels_to_png(example.truth)
    return {
        name: None if png is None else {"bytes": png, "path": None}
        for name, png in (("mask", mask), ("instances", ids))
    }
