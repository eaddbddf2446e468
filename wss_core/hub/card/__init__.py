"""Write the card (README.md) of a checkpoint: what people read, and the metadata by which the Hub finds it."""

from __future__ import annotations

import re

from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

from ... import hub_client
from . import body, metadata
from .fields import SAMPLE_FILE, About, Score, cue_kinds, data_sets, label_seconds
from .metadata import LIBRARY, TAG

__all__ = [
    "LIBRARY",
    "SAMPLE_FILE",
    "TAG",
    "About",
    "Score",
    "cue_kinds",
    "data_sets",
    "eval_results_yaml",
    "label_seconds",
    "render_card",
    "split_header",
]

MAX_BYTES = 1_000_000
HEADER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def render_card(repo: str, config: dict, about: About, card: str = "", before: dict | None = None) -> str:
    """The new README.md: the old one, `card`, with our part and our metadata written anew and all else kept.

    config: the checkpoint's config.json; before: that of the checkpoint it replaces, whose tags are taken back.
    Raises ValueError when the card's metadata cannot be read, or not kept.
    """
    header, text = split_header(card)
    return f"---\n{metadata.update(header, config, about, before)}---\n{body.update(text, repo, config, about)}"


def split_header(card: str) -> tuple[str, str]:
    """Split a card into its header, without the dashes, and its body; the header is "" when it has none."""
    match = HEADER.match(card)
    return (match[1], card[match.end() :]) if match else ("", card)


def eval_results_yaml(scores: tuple[Score, ...]) -> str:
    """The scores on data sets of the Hub as YAML in the Hub's own form, for .eval_results/; "" when there are none."""
    entries = [
        EvalResultEntry(
            dataset_id=score.data,
            task_id=f"{score.split}_{score.metric}",
            value=score.value,
            dataset_revision=score.revision or None,
            notes=f"{score.metric} on {score.split}{body.format_interval(score)}",
        )
        for score in scores
        if hub_client.is_repo_name(score.data)
    ]
    return metadata.dump(eval_result_entries_to_yaml(entries)) if entries else ""
