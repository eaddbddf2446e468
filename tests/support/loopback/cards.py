"""What the Hub reads in README.md: its header, whether it is well formed, and the tags it gives."""

from __future__ import annotations

import re

import yaml

from .store import Commit, Refusal

HEADER = re.compile(r"\A---[\r\n]+(.*?)(?:[\r\n]+---(?:\r?\n|\Z))", re.DOTALL)
NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
LICENSES = {"apache-2.0", "mit", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0"}
LICENSES |= {"cc-by-nc-sa-4.0", "gpl-3.0", "openrail", "unknown", "other"}
TASKS = {"image-segmentation", "image-classification", "object-detection", "image-feature-extraction"}
LISTS = ("tags", "datasets", "metrics", "base_model")  # a text alone counts as a list of one


def header(text: str) -> dict:
    """The card's header; {} without one. Raises Refusal when it is not a YAML mapping."""
    found = HEADER.match(text)
    try:
        metadata = yaml.safe_load(found[1]) if found else {}
    except yaml.YAMLError as error:
        raise Refusal(400, "bad card", errors=[f"YAML Metadata Error: {error}"]) from None
    if not isinstance(metadata, dict | None):
        raise Refusal(400, "bad card", errors=["YAML Metadata Error: expected an object"])
    return metadata or {}


def check(text: str) -> None:
    """Raise Refusal, with a sentence for each fault, unless the real Hub would take the header too."""
    metadata = header(text)
    faults = []
    for key in LISTS:
        rows = _rows(metadata, key)
        if not all(isinstance(row, str) and row for row in rows):
            faults.append(f'"{key}" must be an array of strings')
        elif key in ("datasets", "base_model"):
            faults += [f'"{key}" with value "{row}" is not valid' for row in rows if not NAME.fullmatch(row)]
    for key, known in (("license", LICENSES), ("pipeline_tag", TASKS)):
        if key in metadata and metadata[key] not in known:
            faults.append(f'"{key}" must be one of {sorted(known)}')
    if metadata.get("license") == "other" and not NAME.fullmatch(str(metadata.get("license_name", "unnamed"))):
        faults.append('"license_name" is not valid')
    if not isinstance(metadata.get("library_name", ""), str):
        faults.append('"library_name" must be a string')
    if faults:
        raise Refusal(400, "bad card", errors=faults)


def read(commit: Commit) -> dict:
    """The header of the commit's README.md; {} when it has none that can be read."""
    file = commit.files.get("README.md")
    try:
        return header(file.data.decode()) if file else {}
    except (Refusal, UnicodeDecodeError):
        return {}


def tags(metadata: dict) -> list[str]:
    """The tags by which the Hub finds a repository with this header."""
    found = [str(row) for row in _rows(metadata, "tags")]
    found += [str(metadata[key]) for key in ("library_name", "pipeline_tag") if key in metadata]
    for key, prefix in (("datasets", "dataset"), ("base_model", "base_model"), ("license", "license")):
        found += [f"{prefix}:{row}" for row in _rows(metadata, key)]
    return list(dict.fromkeys([*found, "region:us"]))


def results(commit: Commit) -> list[dict]:
    """The entries of .eval_results/*.yaml, as the Hub gives them."""
    found = []
    for path, file in commit.files.items():
        if path.startswith(".eval_results/") and path.endswith(".yaml"):
            rows = yaml.safe_load(file.data)
            if not all({"dataset", "value"} <= set(row) and {"id", "task_id"} <= set(row["dataset"]) for row in rows):
                raise Refusal(400, f"bad results in {path}", errors=[f"{path}: dataset.id, dataset.task_id and value"])
            found += [{"filename": path, "verified": False, "data": row} for row in rows]
    return found


def _rows(metadata: dict, key: str) -> list:
    value = metadata.get(key) or []
    return value if isinstance(value, list) else [value]
