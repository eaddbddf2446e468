"""The rows and claims of the table that `weak_training.py` makes: methods, data sets, labels and expected results.

A row's settings are all that was tuned; full supervision is the same network with the same steps. A changed row is another
trial with another record; unchanged rows keep theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backbone import WEIGHTS

from leaderboard.tasks.label_budget import LabelBudget


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the table: one method trained on one benchmark with one budget of labels."""

    part: str
    "Rows of one part are run together."
    name: str
    "Unique among the rows."
    data: str
    "The benchmark is DATA-labels."
    budget: LabelBudget
    "The labels that it learns from."
    settings: dict[str, Any] = field(default_factory=dict)
    "Settings of the method."
    method: str = "network"
    "Name among METHODS."


@dataclass(frozen=True)
class Claim:
    """A claim that one row's value reaches a bar, compared with another row's."""

    row: str
    "The row of which it is claimed."
    against: str
    "The row it is compared with."
    bar: float | None
    "Least value of the share or gap; None = the rows are compared and nothing is claimed."
    kind: str = "share"
    "share = the row's value divided by the other's; gap = their difference."


HEART = {"backbone": WEIGHTS, "side": 256, "crop": 128, "batch": 12, "rate": 2e-3, "steps": 600}
SPREAD = {"spread": "random_walker"}  # makes the soft labels of the heart's scribbles
CELLS = {"backbone": WEIGHTS, "side": 320, "crop": 128, "batch": 8, "rate": 2e-3, "steps": 300}
HORSES = {"backbone": WEIGHTS, "side": 192, "crop": 128, "batch": 8, "rate": 3e-3, "steps": 960}
ROUNDS = {"rounds": 4}  # for weak rows: with all masks there are no pseudo-labels to renew
STREETS = {"backbone": WEIGHTS, "side": 256, "crop": 128, "batch": 8, "rate": 3e-3, "steps": 600}
AGREED = {"terms": ("cross_entropy", "potts", "dual", "agreement=0.3")}  # chosen on the validation pictures, seed 0
SURE = {"foreground": 0.9, "background": 0.6}  # small things: chosen on the validation pictures
TILES = {"backbone": WEIGHTS, "side": 224, "crop": 224, "batch": 8, "rate": 2e-3, "steps": 700, "refine": 0} | SURE
CLOTHES = {"backbone": WEIGHTS, "side": 256, "crop": 128, "batch": 8, "rate": 4e-3, "steps": 600}

# of the heart's scribbles, and switched off one at a time
TERMS = ("cross_entropy", "dice", "soft", "dual", "potts", "agreement")
STROKES = LabelBudget(cue="people", share=1.0)
FULL = LabelBudget(cue="full", share=1.0)
FIVE = LabelBudget(cue="scribbles-5-image", share=1.0)
POINTS = LabelBudget(cue="points-object", share=1.0)
TAGGED = (("tagged", "tags"),)
UNLEARNED = ("tiles tags",)  # rows that are held against what needs no learning too


def _without(term: str) -> Row:
    terms = tuple(kept for kept in TERMS if kept != term)
    return Row(
        part="acdc-terms",
        name=f"acdc without {term}",
        data="acdc",
        budget=STROKES,
        settings=HEART | SPREAD | {"terms": terms},
    )


def _few(data: str, settings: dict[str, Any], share: float) -> tuple[Row, Row]:
    """Rows with a share of the masks, without the other pictures and with them."""
    part, name = f"{data}-few", f"{data} {share:.0%} of masks"
    alone, more = LabelBudget(cue="full", share=share), LabelBudget(cue="full", share=share, rest="none")
    return (
        Row(part=part, name=name, data=data, budget=alone, settings=settings),
        Row(part=part, name=f"{name} + unlabelled", data=data, budget=more, settings=settings),
    )


ROWS = (
    Row(part="acdc", name="acdc full", data="acdc", budget=FULL, settings=HEART),
    Row(part="acdc", name="acdc scribbles", data="acdc", budget=STROKES, settings=HEART | SPREAD | {"terms": TERMS}),
    Row(
        part="acdc",
        name="acdc partial cross entropy",
        data="acdc",
        budget=STROKES,
        settings=HEART | {"terms": ("cross_entropy",)},
    ),
    *(_without(term) for term in TERMS),
    Row(part="nuclei", name="nuclei full", data="nuclei", budget=FULL, settings=CELLS),
    Row(part="nuclei", name="nuclei points", data="nuclei", budget=POINTS, settings=CELLS | {"apart": True}),
    Row(part="nuclei", name="nuclei boxes", data="nuclei", budget=LabelBudget(cue="boxes", share=1.0), settings=CELLS),
    Row(part="horses", name="horses full", data="horses", budget=FULL, settings=HORSES),
    Row(
        part="horses",
        name="horses boxes",
        data="horses",
        budget=LabelBudget(cue="boxes", share=1.0),
        settings=HORSES | ROUNDS,
    ),
    Row(
        part="horses",
        name="horses scribbles",
        data="horses",
        budget=LabelBudget(cue="scribbles", share=1.0),
        settings=HORSES | ROUNDS | {"spread": "live"},
    ),
    Row(part="camvid", name="camvid full", data="camvid", budget=FULL, settings=STREETS),
    Row(part="camvid", name="camvid scribbles", data="camvid", budget=FIVE, settings=STREETS),
    Row(part="camvid", name="camvid scribbles, agreement", data="camvid", budget=FIVE, settings=STREETS | AGREED),
    Row(
        part="tiles",
        name="tiles tags",
        data="tiles",
        method="cam",
        budget=LabelBudget(cue="tags", share=1.0),
        settings=TILES,
    ),
    Row(
        part="clothing",
        name="clothing masks",
        data="clothing",
        budget=LabelBudget(cue="full", share=0.1),
        settings=CLOTHES,
    ),
    Row(
        part="clothing",
        name="clothing masks + unlabelled + tags",
        data="clothing",
        budget=LabelBudget(cue="full", share=0.1, rest="none", also=TAGGED),
        settings=CLOTHES,
    ),
    *_few("nuclei", CELLS, 0.05),
    *_few("nuclei", CELLS, 0.1),
    *_few("camvid", STREETS, 0.05),
    *_few("camvid", STREETS, 0.1),
)
CLAIMS = (
    Claim("acdc scribbles", "acdc full", 0.95),
    Claim("acdc scribbles", "acdc partial cross entropy", 0.05, "gap"),
    *(Claim(f"acdc without {term}", "acdc scribbles", None, "gap") for term in TERMS),
    Claim("nuclei points", "nuclei full", 0.85),
    Claim("nuclei boxes", "nuclei full", 0.92),
    Claim("horses boxes", "horses full", 0.92),
    Claim("horses scribbles", "horses full", 0.95),
    Claim("camvid scribbles", "camvid full", 0.88),
    Claim("camvid scribbles, agreement", "camvid scribbles", None, "gap"),
    Claim("tiles tags", "tiles best constant", 0.0, "gap"),
    Claim("tiles tags", "tiles saliency", 0.0, "gap"),
    Claim("tiles tags", "tiles saliency, tags given", None, "gap"),  # these tags cam does not have when it predicts
    Claim("clothing masks + unlabelled + tags", "clothing masks", 0.04, "gap"),
    *(
        Claim(f"{data} {share} of masks + unlabelled", f"{data} {share} of masks", 0.0, "gap")
        for data in ("nuclei", "camvid")
        for share in ("5%", "10%")
    ),
)
