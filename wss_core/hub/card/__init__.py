"""The card of a checkpoint: what people read, and the metadata by which it is found. Text only, no Hub."""

from __future__ import annotations

import re

from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

from ... import hub_client
from . import body, metadata
from .fields import PICTURE, About, Score, cue_kinds, data_sets, label_seconds
from .metadata import LIBRARY, TAG

__all__ = [
    "LIBRARY",
    "PICTURE",
    "TAG",
    "About",
    "Score",
    "cue_kinds",
    "data_sets",
    "label_seconds",
    "results",
    "split",
    "write",
]

MAX_BYTES = 1_000_000
HEADER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def write(repo: str, form: dict, about: About, card: str = "", before: dict | None = None) -> str:
    """README.md: `card`, as it stands in `repo`, with our part and our metadata new and all else kept.

    form: the checkpoint's config.json; before: that of the checkpoint it replaces, whose tags are taken back.
    Raises ValueError when the card's metadata cannot be read, or not kept.
    """
    header, text = split(card)
    return f"---\n{metadata.renewed(header, form, about, before)}---\n{body.renewed(text, repo, form, about)}"


def split(card: str) -> tuple[str, str]:
    """(header without its dashes, body); ("", card) when it has no header."""
    found = HEADER.match(card)
    return (found[1], card[found.end() :]) if found else ("", card)


def results(scores: tuple[Score, ...]) -> str:
    """The scores on data sets of the Hub in the Hub's own form, for .eval_results/; "" when there are none."""
    entries = [
        EvalResultEntry(
            dataset_id=score.data,
            task_id=f"{score.split}_{score.metric}",
            value=score.value,
            dataset_revision=score.revision or None,
            notes=f"{score.metric} on {score.split}{body.interval(score)}",
        )
        for score in scores
        if hub_client.is_name(score.data)
    ]
    return metadata.dump(eval_result_entries_to_yaml(entries)) if entries else ""
