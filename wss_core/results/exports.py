"""A Result as files: one table, EXPORTS, that the page and the command line share."""

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
from ..imaging.mask_formats import outline, run_lengths, runs_to_text
from . import Result, readouts

UNSAFE = frozenset('\\/:*?"<>|')
MAX_STEM = 100


@dataclass(frozen=True)
class ExportSource:
    """What is exported.

    result: of any size. image: uint8 (H, W, 3) at the size to export, None = the result's size and no overlay.
    cues: in pixels of the size to export. name: the picture's file name. colours: (R, G, B) by label; VOC's when not given.
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
        """The class names."""
        return self.result.classes

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) to export."""
        return self.result.shape if self.image is None else self.image.shape[:2]

    @cached_property
    def labels(self) -> np.ndarray:
        """uint8 (H, W) at the size to export, 255 = ignored."""
        return readouts.resize_labels(self.result, self.shape)

    @property
    def stem(self) -> str:
        """The picture's name without folder and ending, fit for any file system."""
        last = self.name.replace("\\", "/").rsplit("/", 1)[-1]
        last = last.rsplit(".", 1)[0] if "." in last.lstrip(".") else last
        safe = "".join("_" if c in UNSAFE or not c.isprintable() else c for c in last)
        return safe.strip(" .")[:MAX_STEM].strip(" .") or "image"


class Export(NamedTuple):
    """One kind of file: what its name ends in, its MIME type, its bytes, and a line about it."""

    suffix: str
    mime: str
    write: Callable[[ExportSource], bytes]
    about: str


def mask(view: ExportSource) -> bytes:
    """A mode-P PNG whose indices are the labels, 255 where ignored."""
    return palette_png(view.labels, list(view.colours) or readouts.colours(len(view.classes)))


def overlay(view: ExportSource) -> bytes:
    """A PNG of the picture tinted by class. Raises ValueError without a picture."""
    if view.image is None:
        raise ValueError("an overlay needs the picture, got none. Give View(result, image=...)")
    palette = view.colours or readouts.colours(len(view.classes))
    return image_to_bytes(readouts.overlay(view.image, view.labels, palette), "PNG")


def coco(view: ExportSource) -> bytes:
    """COCO JSON with one annotation for each connected object, its mask as compressed RLE (exact)."""
    return _coco(view, _rle)


def coco_polygons(view: ExportSource) -> bytes:
    """COCO JSON with one annotation for each connected object, its mask as one polygon (holes: see `outline`)."""
    return _coco(view, lambda found, _: [np.round(_ring(found), 2).ravel().tolist()])


def yolo(view: ExportSource) -> bytes:
    """A zip for Ultralytics: labels/NAME.txt, a line "class x y x y ..." for each connected object, and data.yaml.

    YOLO knows no background: its class is our label - 1. Places are shares of the width and height.
    """
    height, width = view.shape
    lines = []
    for found in _objects(view, "YOLO"):
        ring = (_ring(found) / (width, height)).ravel()
        lines.append(f"{found.label - 1} " + " ".join(f"{value:.6g}" for value in ring))
    # A JSON list is a YAML list, whatever the names hold; ASCII escapes are not the same in both for emoji.
    names = json.dumps(view.classes[1:], ensure_ascii=False)
    about = f"path: .\ntrain: images\nval: images\nnc: {len(view.classes) - 1}\nnames: {names}\n"
    return _zip({f"labels/{view.stem}.txt": "\n".join(lines) + "\n", "data.yaml": about})


def voc(view: ExportSource) -> bytes:
    """A zip as PASCAL VOC: SegmentationClass/NAME.png in VOC's colours, 255 = border or ignored, and classes.txt."""
    png = palette_png(view.labels, readouts.colours(255))
    return _zip({f"SegmentationClass/{view.stem}.png": png, "classes.txt": "\n".join(view.classes) + "\n"})


def probabilities(view: ExportSource) -> bytes:
    """A compressed NPZ: probs float16 (C, h, w) at the size they were computed, classes (C,) text, size (H, W) int."""
    probs = np.zeros((len(view.classes), *view.result.shape), np.float16)
    probs[list(view.result.class_ids)] = view.result.compact_probs
    buffer = io.BytesIO()
    np.savez_compressed(buffer, probs=probs, classes=np.array(view.classes, np.str_), size=np.array(view.shape))
    return buffer.getvalue()


def cues(view: ExportSource) -> bytes:
    """The cues' JSON form, in pixels of the exported size. Raises ValueError when there are none."""
    if not view.cues.kinds:
        raise ValueError("there are no cues to export. Draw one on the picture first")
    return view.cues.to_json(view.classes).encode()


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


def export(kind: str, view: ExportSource) -> tuple[str, bytes]:
    """(file name, bytes) of one kind in EXPORTS. Raises ValueError: unknown kind, or nothing to put in the file."""
    if kind not in EXPORTS:
        raise ValueError(f"no export {kind!r:.40}. Choose one of: {', '.join(EXPORTS)}")
    return view.stem + EXPORTS[kind].suffix, EXPORTS[kind].write(view)


def _objects(view: ExportSource, form: str) -> list[readouts.Object]:
    found = list(readouts.objects(view.labels, view.min_area))
    if not found:
        least = f" of {view.min_area} pixels or more" if view.min_area > 1 else ""
        raise ValueError(f"the mask holds no object{least}, so a {form} file would be empty. Mark an object first")
    return found


def _coco(view: ExportSource, segmentation) -> bytes:
    height, width = view.shape
    annotations = []
    for number, found in enumerate(_objects(view, "COCO"), start=1):
        x0, y0, x1, y1 = found.box
        annotations.append(
            {
                "id": number,
                "image_id": 1,
                "category_id": found.label,
                "segmentation": segmentation(found, view.shape),
                "area": float(found.area),
                "bbox": [float(x0), float(y0), float(x1 - x0), float(y1 - y0)],
                "iscrowd": 0,
            }
        )
    named = [{"id": label, "name": name, "supercategory": ""} for label, name in enumerate(view.classes) if label]
    picture = {"id": 1, "file_name": view.name.replace("\\", "/").rsplit("/", 1)[-1], "width": width, "height": height}
    form = {"info": {}, "licenses": [], "images": [picture], "annotations": annotations, "categories": named}
    return json.dumps(form).encode()


def _rle(found: readouts.Object, shape: tuple[int, int]) -> dict:
    x0, y0, x1, y1 = found.box
    full = np.zeros(shape, bool)
    full[y0:y1, x0:x1] = found.mask
    return {"size": list(shape), "counts": runs_to_text(run_lengths(full))}


def _ring(found: readouts.Object) -> np.ndarray:
    """float (N, 2): the object's outline in the picture, from its top left corner."""
    return outline(found.mask) + found.box[:2]


def _zip(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
