"""Files made of a Result (masks, COCO, YOLO, VOC, ...): one table, EXPORTS, that page and command line share."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..cues import Cues
from ..imaging.io import image_to_bytes, palette_png
from ..imaging.outlines_and_runs import outline, run_lengths, runs_to_text
from . import Result, readouts

UNSAFE = frozenset('\\/:*?"<>|')
MAX_STEM = 100


@dataclass(frozen=True)
class ExportSource:
    """What an export writes: a result, and what is known of its picture.

    result: of any size. image: uint8 (H, W, 3) at the size to export; None = the result's size, and no overlay. cues:
    in pixels of the size to export. name: the picture's file name. colours: (R, G, B) of each label; () = VOC's.
    min_area: connected patches with fewer pixels are left out of COCO and YOLO.
    """

    result: Result
    image: np.ndarray | None = None
    cues: Cues = field(default_factory=Cues)
    name: str = "image.png"
    colours: tuple[tuple[int, int, int], ...] = ()
    min_area: int = 1

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, background first."""
        return self.result.classes

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) of the files."""
        return self.result.shape if self.image is None else self.image.shape[:2]

    @cached_property
    def labels(self) -> np.ndarray:
        """uint8 (H, W): the labels at the size to export, 255 = ignored."""
        return readouts.resize_labels(self.result, self.shape)

    @property
    def stem(self) -> str:
        """The picture's name without folder and ending, safe on any file system."""
        last = self.name.replace("\\", "/").rsplit("/", 1)[-1]
        last = last.rsplit(".", 1)[0] if "." in last.lstrip(".") else last
        safe = "".join("_" if c in UNSAFE or not c.isprintable() else c for c in last)
        return safe.strip(" .")[:MAX_STEM].strip(" .") or "image"


class Export(NamedTuple):
    """A kind of file: the ending of its name, its MIME type, the function that makes its bytes, a line about it."""

    suffix: str
    mime: str
    write: Callable[[ExportSource], bytes]
    about: str


def mask(source: ExportSource) -> bytes:
    """A palette PNG (mode P) whose indices are the labels, 255 where ignored."""
    return palette_png(source.labels, list(source.colours) or readouts.colours(len(source.classes)))


def overlay(source: ExportSource) -> bytes:
    """A PNG of the picture tinted by class. Raises ValueError without a picture."""
    if source.image is None:
        raise ValueError("an overlay needs the picture, got none. Give ExportSource(result, image=...)")
    palette = source.colours or readouts.colours(len(source.classes))
    return image_to_bytes(readouts.overlay(source.image, source.labels, palette), "PNG")


def coco(source: ExportSource) -> bytes:
    """COCO JSON with one annotation for each connected object, its mask as compressed RLE (exact)."""
    return _coco(source, _rle)


def coco_polygons(source: ExportSource) -> bytes:
    """COCO JSON with one annotation for each connected object, its mask as one polygon (holes: see `outline`)."""
    return _coco(source, lambda patch, _: [np.round(_ring(patch), 2).ravel().tolist()])


def yolo(source: ExportSource) -> bytes:
    """A zip for Ultralytics: labels/NAME.txt, a line "class x y x y ..." for each connected object, and data.yaml.

    YOLO has no background: its class is our label - 1. Positions are fractions of the width and height.
    """
    height, width = source.shape
    lines = []
    for patch in _objects(source, "YOLO"):
        ring = (_ring(patch) / (width, height)).ravel()
        lines.append(f"{patch.label - 1} " + " ".join(f"{value:.6g}" for value in ring))
    # A JSON list is a YAML list, whatever the names hold; ASCII escapes are not the same in both for emoji.
    names = json.dumps(source.classes[1:], ensure_ascii=False)
    about = f"path: .\ntrain: images\nval: images\nnc: {len(source.classes) - 1}\nnames: {names}\n"
    return _zip({f"labels/{source.stem}.txt": "\n".join(lines) + "\n", "data.yaml": about})


def voc(source: ExportSource) -> bytes:
    """A zip as PASCAL VOC: SegmentationClass/NAME.png in VOC's colours, 255 = border or ignored, and classes.txt."""
    png = palette_png(source.labels, readouts.colours(255))
    return _zip({f"SegmentationClass/{source.stem}.png": png, "classes.txt": "\n".join(source.classes) + "\n"})


def probabilities(source: ExportSource) -> bytes:
    """A compressed NPZ: probs float16 (C, h, w) at the size they were computed, classes (C,) texts, size (H, W)."""
    probs = np.zeros((len(source.classes), *source.result.shape), np.float16)
    probs[list(source.result.class_ids)] = source.result.compact_probs
    buffer = io.BytesIO()
    np.savez_compressed(buffer, probs=probs, classes=np.array(source.classes, np.str_), size=np.array(source.shape))
    return buffer.getvalue()


def cues(source: ExportSource) -> bytes:
    """The cues' JSON form, in pixels of the exported size. Raises ValueError when there are none."""
    if not source.cues.kinds:
        raise ValueError("there are no cues to export. Draw one on the picture first")
    return source.cues.to_json(source.classes).encode()


EXPORTS: dict[str, Export] = {
    "mask": Export("_mask.png", "image/png", mask, "palette PNG, index = class"),
    "overlay": Export("_overlay.png", "image/png", overlay, "picture with the mask on it"),
    "coco": Export("_coco.json", "application/json", coco, "COCO JSON, run-length masks (exact)"),
    "coco-polygons": Export("_coco_polygons.json", "application/json", coco_polygons, "COCO JSON, polygons"),
    "yolo": Export("_yolo.zip", "application/zip", yolo, "YOLO segmentation labels and data.yaml"),
    "voc": Export("_voc.zip", "application/zip", voc, "PASCAL VOC SegmentationClass PNG"),
    "probs": Export("_probs.npz", "application/octet-stream", probabilities, "NumPy probabilities, float16"),
    "cues": Export("_cues.json", "application/json", cues, "the cues, to load again later"),
}


def export(kind: str, source: ExportSource) -> tuple[str, bytes]:
    """(file name, bytes) of one kind in EXPORTS. Raises ValueError for an unknown kind, or when the file would be empty."""
    if kind not in EXPORTS:
        raise ValueError(f"no export {kind!r:.40}. Choose one of: {', '.join(EXPORTS)}")
    return source.stem + EXPORTS[kind].suffix, EXPORTS[kind].write(source)


def _objects(source: ExportSource, format_name: str) -> list[readouts.Object]:
    patches = list(readouts.objects(source.labels, source.min_area))
    if not patches:
        size = f" of {source.min_area} pixels or more" if source.min_area > 1 else ""
        raise ValueError(
            f"the mask holds no object{size}, so a {format_name} file would be empty. Mark an object first"
        )
    return patches


def _coco(source: ExportSource, segmentation) -> bytes:
    height, width = source.shape
    annotations = []
    for number, patch in enumerate(_objects(source, "COCO"), start=1):
        x0, y0, x1, y1 = patch.box
        annotations.append(
            {
                "id": number,
                "image_id": 1,
                "category_id": patch.label,
                "segmentation": segmentation(patch, source.shape),
                "area": float(patch.area),
                "bbox": [float(x0), float(y0), float(x1 - x0), float(y1 - y0)],
                "iscrowd": 0,
            }
        )
    categories = [
        {"id": label, "name": name, "supercategory": ""} for label, name in enumerate(source.classes) if label
    ]
    image = {"id": 1, "file_name": source.name.replace("\\", "/").rsplit("/", 1)[-1], "width": width, "height": height}
    document = {"info": {}, "licenses": [], "images": [image], "annotations": annotations, "categories": categories}
    return json.dumps(document).encode()


def _rle(patch: readouts.Object, shape: tuple[int, int]) -> dict:
    x0, y0, x1, y1 = patch.box
    full = np.zeros(shape, bool)
    full[y0:y1, x0:x1] = patch.mask
    return {"size": list(shape), "counts": runs_to_text(run_lengths(full))}


def _ring(patch: readouts.Object) -> np.ndarray:
    """float (N, 2): the object's outline, (x, y) from the top left corner of the picture."""
    return outline(patch.mask) + patch.box[:2]


def _zip(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
