"""BENCHMARKS: what this board compares, by name. The data are not part of the project: `--data` says where they lie."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .benchmark import Benchmark, read_benchmark
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
    grouped=False,  # the groups are two video sequences, too few to resample: the interval is over single frames
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
GARMENTS = (  # (group, its garments in the data), as the data's column mask_coarse joins them
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


def _with_robot(base: Benchmark, cue: str) -> Benchmark:
    """The same images, on which a simulated user gives cues until the mask is right."""
    name = f"{base.source}-{cue}"
    return replace(base, name=name, track="interactive", cue=cue, metrics=CLICKS)


def _with_cues(base: Benchmark, cue: str) -> Benchmark:
    """The same images, with cues given once."""
    return replace(base, name=f"{base.source}-{cue}", track="interactive", cue=cue)


def _with_labels(base: Benchmark, *cues: str) -> Benchmark:
    """The same images, segmented by methods that the board trains on labels, or gives cues on the images themselves."""
    return replace(base, name=f"{base.source}-labels", track="efficiency", train="train", cues=cues, shares=SHARES)


_ALL = (
    *(HORSES, NUCLEI, ACDC, CAMVID, TILES, CLOTHING, VOC99),
    *(_with_robot(base, "clicks") for base in (OBJECT, HORSES, ACDC, CLOTHING)),
    *(_with_robot(base, "strokes") for base in (OBJECT, HORSES, ACDC, CLOTHING)),
    _with_cues(ACDC, PEOPLE),
    *(_with_cues(base, "scribbles") for base in (OBJECT, HORSES, NUCLEI, CAMVID, CLOTHING)),
    *(_with_cues(base, "boxes") for base in (OBJECT, HORSES, NUCLEI)),
    _with_cues(NUCLEI, "points"),
    _with_labels(HORSES, "points", "boxes", "scribbles", "full"),
    _with_labels(NUCLEI, "points-object", "boxes", "scribbles", "full"),
    _with_labels(ACDC, PEOPLE, "points", "scribbles", "full"),
    _with_labels(CAMVID, "points", "scribbles", "full"),
    _with_labels(TILES, "tags", "full"),
    _with_labels(
        replace(CLOTHING, columns=(), joined=GARMENTS), "scribbles", "full"
    ),  # so that its tags are joined too
)
BENCHMARKS: dict[str, Benchmark] = {benchmark.name: benchmark for benchmark in _ALL}


def find_benchmark(name: str) -> Benchmark:
    """The benchmark of that name, or the one that a JSON file declares. Raises ValueError when there is none."""
    if name in BENCHMARKS:
        return BENCHMARKS[name]
    if name.endswith(".json") and Path(name).is_file():
        return read_benchmark(Path(name))
    raise ValueError(f"no benchmark {name!r:.80}. Choose one of: {', '.join(BENCHMARKS)}; or give a JSON file of one")
