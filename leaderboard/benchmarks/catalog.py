"""BENCHMARKS by name: what this board compares. Their data are not part of the project: `--data` says where they lie."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from . import benchmark as benchmarks
from .benchmark import Benchmark
from .cue_words import PEOPLE

SHAPES = ("miou", "dice", "accuracy", "boundary_f", "boundary_iou", "hd95", "ece")
CLICKS = ("noc85", "noc80", "noc90", "iou_at_1", "iou_at_3", "iou_at_5", "iou_at_10", "drops")
SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0)

HORSES = Benchmark(
    name="horses",
    about="Weizmann horses, seen from the side",
    source="horses",
    split="validation",  # there is no other
    revision="2270b82f7c066b9a3bb54924a4745d396e4d4b3b",
    classes=("background", "horse"),
    metrics=SHAPES,
)
NUCLEI = Benchmark(
    name="nuclei",
    about="Nuclei under the microscope, fluorescence to histology (Data Science Bowl 2018)",
    source="nuclei",
    split="test",
    revision="8ecf2dd9b450e4b7bd99b0533341bde4bfc9d7f5",
    classes=("background", "nucleus"),
    metrics=(*SHAPES, "box_ap"),
)
ACDC = Benchmark(
    name="acdc",
    about="MRI slices of the heart (ACDC), split by patient",
    source="acdc",
    split="test",
    revision="9128a1ef5675eca2a8086559229d70b49d1f927a",
    classes=("background", "right ventricle", "myocardium", "left ventricle"),
    metrics=("dice", "miou", "accuracy", "boundary_f", "boundary_iou", "hd95", "ece"),
)
CAMVID = Benchmark(
    name="camvid",
    about="Street scenes from a car (CamVid, 11 classes)",
    source="camvid",
    split="test",
    revision="9155faa55688f7eaefdcf3a57d7227be8b8f3535",
    classes=(
        *("sky", "building", "pole", "road", "pavement", "tree"),
        *("sign", "fence", "car", "pedestrian", "bicyclist"),
    ),
    metrics=SHAPES,
    background=True,  # class 0 is the sky
    grouped=False,  # the groups are two video sequences, too few to draw from: the interval is of frames alone
)
TILES = Benchmark(
    name="tiles",
    about="Defects of magnetic tiles, five kinds",
    source="tiles",
    split="test",
    revision="c2cc30366ff5757ab7a9c3914d20118713c67ee4",
    classes=("none", "blowhole", "break", "crack", "fray", "uneven"),
    metrics=(*SHAPES, "tag_map", "box_ap"),
)
GARMENTS = (  # as in the data's column mask_coarse
    ("background", ("null",)),
    ("skin", ("skin",)),
    ("hair", ("hair",)),
    (
        "top",
        (
            *("blouse", "bodysuit", "bra", "hoodie", "intimate", "jumper", "panties"),
            *("shirt", "sweater", "sweatshirt", "swimwear", "t-shirt", "top", "vest"),
        ),
    ),
    ("outerwear", ("blazer", "cape", "cardigan", "coat", "jacket", "suit")),
    ("dress", ("dress", "romper")),
    ("skirt", ("skirt",)),
    ("trousers", ("jeans", "leggings", "pants", "shorts")),
    ("legwear", ("socks", "stockings", "tights")),
    ("footwear", ("boots", "clogs", "flats", "heels", "loafers", "pumps", "sandals", "shoes", "sneakers", "wedges")),
    ("bag", ("bag", "purse", "wallet")),
    (
        "accessory",
        (
            *("accessories", "belt", "bracelet", "earrings", "glasses", "gloves"),
            *("hat", "necklace", "ring", "scarf", "sunglasses", "tie", "watch"),
        ),
    ),
)
CLOTHING = Benchmark(
    name="clothing",
    about="Street fashion in 11 groups of garments (Clothing Co-Parsing)",
    source="clothing",
    split="test",
    revision="4a7cfa5a44650da646f5c29e8669ca97a659d322",
    columns=(("mask", "mask_coarse"),),
    classes=tuple(name for name, _ in GARMENTS),
    metrics=(*SHAPES, "tag_map"),
)
VOC99 = Benchmark(
    name="voc99",
    about="99 pictures of PASCAL VOC, 20 classes: too few for that benchmark, useful out of domain",
    source="voc99",
    split="test",
    revision="2cdd050cb7243c0c802a7a9089a2fb83b769f8af",
    classes=(
        *("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
        *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"),
    ),
    metrics=(*SHAPES, "tag_map", "box_ap"),
    background=True,  # as PASCAL VOC counts
)
OBJECT = replace(
    VOC99,
    about="One object of 99 pictures of PASCAL VOC",
    columns=(("mask", "object_mask"),),
    classes=("background", "object"),
    metrics=SHAPES,
    background=False,
)


def _robot(of: Benchmark, cue: str) -> Benchmark:
    """The same pictures, cued by a robot user until they are right."""
    name = f"{of.source}-{cue}"
    return replace(of, name=name, track="interactive", cue=cue, metrics=CLICKS)


def _cued(of: Benchmark, cue: str) -> Benchmark:
    """The same pictures, with cues given once."""
    return replace(of, name=f"{of.source}-{cue}", track="interactive", cue=cue)


def _learned(of: Benchmark, *cues: str) -> Benchmark:
    """The same pictures, segmented by methods that the board trains, or gives cues on them."""
    return replace(of, name=f"{of.source}-labels", track="efficiency", train="train", cues=cues, shares=SHARES)


_ALL = (
    *(HORSES, NUCLEI, ACDC, CAMVID, TILES, CLOTHING, VOC99),
    *(_robot(of, "clicks") for of in (OBJECT, HORSES, ACDC, CLOTHING)),
    *(_robot(of, "strokes") for of in (OBJECT, HORSES, ACDC, CLOTHING)),
    _cued(ACDC, PEOPLE),
    *(_cued(of, "scribbles") for of in (OBJECT, HORSES, NUCLEI, CAMVID, CLOTHING)),
    *(_cued(of, "boxes") for of in (OBJECT, HORSES, NUCLEI)),
    _cued(NUCLEI, "points"),
    _learned(HORSES, "points", "boxes", "scribbles", "full"),
    _learned(NUCLEI, "points-object", "boxes", "scribbles", "full"),
    _learned(ACDC, PEOPLE, "points", "scribbles", "full"),
    _learned(CAMVID, "points", "scribbles", "full"),
    _learned(TILES, "tags", "full"),
    _learned(replace(CLOTHING, columns=(), joined=GARMENTS), "scribbles", "full"),  # so that its tags are joined too
)
BENCHMARKS: dict[str, Benchmark] = {benchmark.name: benchmark for benchmark in _ALL}


def find_benchmark(name: str) -> Benchmark:
    """The benchmark called so, or the one that a JSON file declares (see `benchmarks.read`). Raises ValueError."""
    if name in BENCHMARKS:
        return BENCHMARKS[name]
    if name.endswith(".json") and Path(name).is_file():
        return benchmarks.read_benchmark(Path(name))
    raise ValueError(f"no benchmark {name!r:.80}. Choose one of: {', '.join(BENCHMARKS)}; or give a JSON file of one")
