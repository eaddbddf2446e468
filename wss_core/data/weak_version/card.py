"""Writes the card of a weak version: what it holds, its cost, how it is loaded. What others wrote stays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import DatasetCard, DatasetCardData, hf_hub_download
from huggingface_hub.utils import EntryNotFoundError

from ...cues.cue_spec import KINDS
from ..dataset import ExampleDataset
from .rows import WeakVersion

EMPTY = "---\n{}\n---\n"
TAGS = ("weakly-supervised-segmentation", "weak-labels")
# Kind of cue -> the settings of CueSpec that its card names.
SETTINGS = {
    "points": ("per", "points", "background"),
    "boxes": ("jitter",),
    "scribbles": ("per", "strokes", "background"),
    "partial": ("share",),
}


@dataclass(frozen=True)
class LabellingSummary:
    """The number of pictures of a version, and the estimated seconds that a person would need to draw their cues."""

    images: int
    seconds: float

    @classmethod
    def from_rows(cls, rows) -> LabellingSummary:
        """Sum up a datasets.Dataset that has a column `seconds`."""
        return cls(len(rows), float(sum(rows["seconds"])))

    def __str__(self) -> str:
        mean = self.seconds / max(1, self.images)
        return f"{self.images:,} pictures, {self.seconds / 3600:,.2f} hours of labelling ({mean:.1f} s a picture)"


def update_card(
    text: str | None, version: WeakVersion, summary: LabellingSummary, load_name: str, file: str | None = None
) -> str:
    """Return a card's text with the section of the version's split added, or replaced when it has one.

    text: the present card, None = there is none. load_name: the name by which the version is loaded, a folder's or
    USER/REPO. Metadata are added where they are missing. file: the split's file, for a folder, whose card no client wrote.
    """
    split = version.examples.split
    card = DatasetCard(text or EMPTY, ignore_metadata_errors=True)
    meta = card.data.to_dict()
    if file is not None:
        meta["configs"] = _with_file(meta.get("configs"), split, file)
    meta["tags"] = list(dict.fromkeys([*(meta.get("tags") or []), *TAGS, version.spec.kind]))
    meta.setdefault("task_categories", ["image-segmentation"])
    if "license" not in meta:
        meta["license"] = _license(version.examples)
    body = card.text.strip() or f"# {_name(version.examples)} with weak labels"
    begin, end = f"<!-- weak labels of {split}: begin -->", f"<!-- weak labels of {split}: end -->"
    section = f"{begin}\n{_section(version, summary, load_name)}\n{end}"
    old_section = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    body = old_section.sub(lambda _: section, body) if old_section.search(body) else f"{body}\n\n{section}"
    return f"---\n{DatasetCardData(ignore_metadata_errors=True, **meta).to_yaml()}\n---\n\n{body}\n"


def _section(version: WeakVersion, summary: LabellingSummary, load_name: str) -> str:
    examples = version.examples
    settings = [f"{name}={getattr(version.spec, name)!r}" for name in SETTINGS.get(version.spec.kind, ())]
    settings_text = ", ".join([f"seed={version.seed}", *settings])
    truth = "The true masks are in `mask`, for scoring." if version.truth else "The true masks are left out."
    return f"""\
## `{examples.split}`: {version.spec.kind}

{summary}.

Each picture has {KINDS[version.spec.kind]}, made from its true mask by `wss_core.cues_from_mask` ({settings_text}), not drawn by a \
person. {truth} Seconds are counted by the table of Bearman et al., "What's the Point", ECCV 2016.

- Made from: {_name(examples)}, split {examples.split}, revision `{examples.revision}`. Its terms hold for the pictures.
- Classes: {", ".join(f"{label} {name}" for label, name in enumerate(examples.classes))}.
- Columns: `tags` (classes present), `points` (x, y, label), `boxes` (x0, y0, x1, y1, label; half open), `strokes` \
(label, width, path), `partial_mask` (label of each pixel, 255 = unknown), `outlined` (objects it outlines), `seconds`. \
Unknown = null. Pixels count from the top left, their centres at whole numbers.

```python
from wss_core import examples

for example in examples.read("{load_name}", "{examples.split}"):
    example.image, example.cues
```"""


def _name(examples: ExampleDataset) -> str:
    """Return the data set's name; of a path only its last part, since the rest is private."""
    return Path(examples.source).name if Path(examples.source).exists() else examples.source


def _with_file(configs, split: str, file: str) -> list[dict]:
    """Return the configurations of a card, with the split's file in the first."""
    default, *others = configs or [{"config_name": "default"}]
    files = [row for row in default.get("data_files") or [] if isinstance(row, dict) and row.get("split") != split]
    return [{**default, "data_files": [*files, {"split": split, "path": file}]}, *others]


def _license(examples: ExampleDataset) -> str:
    """Return the license that the source's card states, else "unknown"."""
    path = Path(examples.source) / "README.md"
    if not Path(examples.source).exists():
        try:
            repo = examples.source.partition(":")[0]
            path = Path(hf_hub_download(repo, "README.md", repo_type="dataset", revision=examples.revision))
        except (EntryNotFoundError, OSError):
            return "unknown"
    if not path.is_file():
        return "unknown"
    license = DatasetCard(path.read_text(encoding="utf-8", errors="replace"), ignore_metadata_errors=True).data.license
    return license if isinstance(license, str) else "unknown"
