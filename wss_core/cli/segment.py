"""python -m wss_core segment: make a mask, and other files, from one picture and its cues."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ..atomic_file import write_atomic
from ..cues import Cues, read_document, schema
from ..imaging.io import read_image
from ..methods import names
from ..methods.settings import build, parse
from ..results import Result
from ..results.exports import EXPORTS, ExportSource, export
from ..results.readouts import areas

BY_ENDING = {".png": "mask", ".json": "coco", ".npz": "probs", ".zip": "yolo"}
MAX_CUES_BYTES = 50_000_000

EXAMPLES = """\
examples:
  python -m wss_core segment photo.jpg --cues cues.json --method propagate -o mask.png
  python -m wss_core segment photo.jpg --point 120,80,1 --point 10,10,0 -o mask.png --overlay
  python -m wss_core segment photo.jpg --box 40,30,200,180,1 --method grabcut --export coco --export yolo
  echo '{"points": [[120, 80, 1], [10, 10, 0]]}' | python -m wss_core segment photo.jpg --cues - -o mask.png

a complete cues file (all keys may be left out):
  {"classes": ["background", "cat", "dog"],
   "tags": ["cat"],
   "points": [[120, 80, 1], [10, 10, 0]],
   "boxes": [[40, 30, 200, 180, 1]],
   "strokes": [{"label": 2, "width": 7, "path": [[300, 90], [320, 110]]},
               {"label": 1, "width": 0, "path": [[60, 50], [90, 50], [90, 80]]}]}
  x, y are pixels from the top left. A label is a place in "classes": 0 is the background, 255 says "ignore".
  A box is x0, y0, x1, y1, label and does not include x1 and y1. A stroke of width 0 is a filled outline.
  One key more, "labels": base64 of a grey PNG as large as the picture, whose values are labels, 255 = unlabelled.

Files are replaced without asking, and only when they are complete.
"""


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser("segment", epilog=EXAMPLES, formatter_class=formatter, description=segment.__doc__)
    parser.set_defaults(run=segment)
    parser.add_argument("image", metavar="IMAGE", help="PNG, JPEG, WebP, TIFF, GIF, BMP")
    parser.add_argument("--cues", metavar="CUES.json", help="the cues, - for standard input")
    parser.add_argument("--point", action="append", default=[], metavar="X,Y,LABEL", help="one more point; repeatable")
    parser.add_argument(
        "--box", action="append", default=[], metavar="X0,Y0,X1,Y1,LABEL", help="one more box; repeatable"
    )
    parser.add_argument("--classes", metavar="A,B,...", help="class names, background first, instead of the file's")
    parser.add_argument("--method", default="auto", help=f"auto or one of: {', '.join(names())}")
    parser.add_argument(
        "--setting",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting of the method, see the command methods; repeatable",
    )
    endings = ", ".join(f"{ending} {kind}" for ending, kind in BY_ENDING.items())
    parser.add_argument(
        "-o", "--output", metavar="FILE", help=f"the file to write; its ending says the kind: {endings}"
    )
    kinds = "; ".join(f"{kind}: {form.about}" for kind, form in EXPORTS.items())
    parser.add_argument(
        "--export",
        action="append",
        default=[],
        metavar="KIND",
        help=f"also write IMAGE's name + {EXPORTS['coco'].suffix} or the like, beside -o; repeatable. {kinds}",
    )
    parser.add_argument("--overlay", action="store_true", help="the same as --export overlay")
    parser.add_argument("--min-area", type=int, default=1, metavar="PIXELS", help="smallest object in COCO and YOLO")


def segment(args: argparse.Namespace) -> None:
    """Segment one picture, write the requested files, and print the area of each class."""
    targets, folder = _targets(args)
    image = read_image(args.image)
    cues, classes = _cues(args, image.shape[:2])
    settings = parse(args.setting)
    if classes:
        settings["classes"] = classes
    result = build(args.method, settings).segment(image, cues)
    source = ExportSource(result, image=image, cues=cues, name=os.path.basename(args.image), min_area=args.min_area)
    files = []
    for kind, path in targets:  # all are made before one is written
        name, data = export(kind, source)
        files.append((path or folder / name, data))
    for path, data in files:
        _write(path, data)
    _print_areas(result)


def _targets(args: argparse.Namespace) -> tuple[list[tuple[str, Path | None]], Path]:
    """What to write, (kind, the file of -o) or (kind, None) for a file named after the picture; and the folder for these."""
    kinds = list(dict.fromkeys([*args.export, *(["overlay"] if args.overlay else [])]))
    unknown = [kind for kind in kinds if kind not in EXPORTS]
    if unknown:
        raise ValueError(f"no export {unknown[0]!r}. Choose one of: {', '.join(EXPORTS)}")
    if not args.output and not kinds:
        raise ValueError("nothing to write. Give -o MASK.png or --export KIND")
    output = Path(args.output) if args.output else None
    folder = output.parent if output else Path()
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}. Make it first")
    targets: list[tuple[str, Path | None]] = []
    if output:
        if output.suffix.lower() not in BY_ENDING or output.is_dir():
            raise ValueError(f"cannot tell the kind of {output}. End its name in one of: {', '.join(BY_ENDING)}")
        if output.exists() and any(Path(p).exists() and output.samefile(p) for p in (args.image, args.cues or "-")):
            raise ValueError(f"{output} is one of the files that are read. Give the output another name")
        targets.append((BY_ENDING[output.suffix.lower()], output))
    return targets + [(kind, None) for kind in kinds], folder


def _cues(args: argparse.Namespace, shape: tuple[int, int]) -> tuple[Cues, tuple[str, ...]]:
    """The cues and class names of the file and the options together. Raises ValueError for options that do not fit."""
    known, newer = schema.document(_read(args.cues)) if args.cues else ({}, {})
    document = {**known, **newer}
    for key, rows in (("points", args.point), ("boxes", args.box)):
        if rows:
            document[key] = [*(document.get(key) or []), *(_numbers(row, key) for row in rows)]
    if args.classes is not None:
        document["classes"] = args.classes.split(",")
    return read_document(document, shape)


def _read(path: str) -> bytes:
    if path == "-":
        data = sys.stdin.buffer.read(MAX_CUES_BYTES + 1)
    else:
        with open(path, "rb") as file:
            data = file.read(MAX_CUES_BYTES + 1)
    if len(data) > MAX_CUES_BYTES:
        raise ValueError(f"the cues are above {MAX_CUES_BYTES:,} bytes. Send fewer")
    return data


def _numbers(text: str, key: str) -> list[int | float]:
    try:
        *numbers, label = text.split(",")
        return [*map(float, numbers), int(label)]
    except ValueError:
        form = "X,Y,LABEL" if key == "points" else "X0,Y0,X1,Y1,LABEL"
        raise ValueError(f"{text!r:.60} is not {form}. Give numbers of pixels and a whole label") from None


def _write(path: Path, data: bytes) -> None:
    """Write the file as a whole or not at all; a pipe or a device takes the bytes as they come."""
    if path.exists() and not path.is_file():  # a pipe or a device
        path.write_bytes(data)
        return
    path = Path(os.path.realpath(path))  # a link stays a link, as with cp
    with write_atomic(path) as part:
        part.write_bytes(data)


def _print_areas(result: Result) -> None:
    pixels = result.shape[0] * result.shape[1]
    for name, area in areas(result.labels, result.classes).items():
        print(f"{name}: {area} pixels ({100 * area / pixels:.2f} %)")
