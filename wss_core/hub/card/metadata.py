"""Write the card's metadata, the YAML header by which the Hub finds a checkpoint."""

from __future__ import annotations

import re
from typing import Any

import yaml

from ... import hub_client
from .fields import About, cue_kinds, data_sets

LIBRARY = "wss-core"
TAG = "weakly-supervised-segmentation"
LISTS = ("tags", "datasets", "base_model")


def update(header: str, config: dict, about: About, before: dict | None) -> str:
    """The header with our keys written anew: lists are added to, the licence changes only when given, the rest is kept.

    config, before: the config.json of this checkpoint and of the one it replaces, whose tags are taken back.
    """
    theirs = _parse_mapping(header)
    ours = _merge(theirs, _our_keys(config, about), _our_keys(before, About()) if before else {})
    ours = {key: value for key, value in ours.items() if theirs.get(key) != value}
    blocks = re.split(r"""^(?=["']?[\w-]+["']?[ \t]*:)""", header, flags=re.MULTILINE)  # a key at column 0 begins one
    kept = "".join(_comments_of(block) if _key(block) in ours else block for block in blocks)
    merged = kept + ("\n" if kept and not kept.endswith("\n") else "") + (dump(ours) if ours else "")
    if not _parses_to(merged, theirs | ours):
        raise ValueError("the card's metadata cannot be kept as it is written. Write one key a line, from column 0")
    return merged


def dump(value) -> str:
    """A value as YAML, keys in their order."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)


def _parses_to(header: str, wanted: dict[str, Any]) -> bool:
    try:
        return _parse_mapping(header) == wanted
    except ValueError:
        return False


def _merge(theirs: dict[str, Any], ours: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """Our keys with the values to write; what others put into the lists stays, and empty keys are left out."""
    merged = {key: value for key, value in ours.items() if value and key not in LISTS}
    for key in LISTS:
        rows_before = theirs.get(key) or []
        rows_before = rows_before if isinstance(rows_before, list) else [rows_before]
        kept = [row for row in rows_before if row in ours[key] or row not in old.get(key, ())]
        rows = kept + [row for row in ours[key] if row not in kept]
        if rows or key in theirs:
            merged[key] = rows
    return merged


def _key(block: str) -> str:
    return block.partition(":")[0].strip("\"' \t")


def _comments_of(block: str) -> str:
    """The comments in a block whose value is written anew."""
    return "".join(line for line in block.splitlines(keepends=True) if line.lstrip().startswith("#"))


def _our_keys(config: dict, about: About) -> dict[str, Any]:
    names = [row["name"].partition(":")[0] for row in data_sets(config)]  # USER/REPO:CONFIG where it has several
    return {
        "library_name": LIBRARY,
        "pipeline_tag": "image-segmentation",
        "license": about.license,
        "tags": list(dict.fromkeys([TAG, LIBRARY, config["method"], *cue_kinds(config)])),
        "datasets": list(dict.fromkeys(name for name in names if hub_client.is_repo_name(name))),
        "base_model": list(about.base_model),
    }


def _parse_mapping(header: str) -> dict[str, Any]:
    try:
        mapping = yaml.safe_load(header)
    except yaml.YAMLError as error:
        raise ValueError(f"the card's metadata is not YAML ({error}). Mend it first: this push would lose it") from None
    if not isinstance(mapping, dict | None):
        raise ValueError("the card's metadata is no list of keys with values. Mend it first: this push would lose it")
    return mapping or {}
