"""The card of a weak version: what it is, what it cost, how it is read; it leaves alone what others wrote."""

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
# What each kind's settings are called in a card.
SETTINGS = {
    "points": ("per", "points", "background"),
    "boxes": ("jitter",),
    "scribbles": ("per", "strokes", "background"),
    "partial": ("share",),
}


@dataclass(frozen=True)
class Tally:
    """How many pictures a version holds, and the seconds of labelling that a person would have spent on them."""

    pictures: int
    seconds: float

    @classmethod
    def of(cls, rows) -> Tally:
        """Of a datasets.Dataset with a column `seconds`."""
        return cls(len(rows), float(sum(rows["seconds"])))

    def __str__(self) -> str:
        mean = self.seconds / max(1, self.pictures)
        return f"{self.pictures:,} pictures, {self.seconds / 3600:,.2f} hours of labelling ({mean:.1f} s a picture)"


def updated(text: str | None, version: WeakVersion, tally: Tally, where: str, file: str | None = None) -> str:
    """The card `text` (None = there is none) with the section of the version's split, in the place of an older one.

    where: the name it is read by, a folder's or USER/REPO. Metadata are added where there are none; `file` is the split's, for a folder that no client has described.
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
    section = f"{begin}\n{_section(version, tally, where)}\n{end}"
    older = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    body = older.sub(lambda _: section, body) if older.search(body) else f"{body}\n\n{section}"
    return f"---\n{DatasetCardData(ignore_metadata_errors=True, **meta).to_yaml()}\n---\n\n{body}\n"


def _section(version: WeakVersion, tally: Tally, where: str) -> str:
    examples = version.examples
    settings = [f"{name}={getattr(version.spec, name)!r}" for name in SETTINGS.get(version.spec.kind, ())]
    made = ", ".join([f"seed={version.seed}", *settings])
    truth = "The true masks are in `mask`, for scoring." if version.truth else "The true masks are left out."
    return f"""\
## `{examples.split}`: {version.spec.kind}

{tally}.

Each picture has {KINDS[version.spec.kind]}, made from its true mask by `wss_core.cues_from_mask` ({made}), not drawn by a \
person. {truth} Seconds are counted by the table of Bearman et al., "What's the Point", ECCV 2016.

- Made from: {_name(examples)}, split {examples.split}, revision `{examples.revision}`. Its terms hold for the pictures.
- Classes: {", ".join(f"{label} {name}" for label, name in enumerate(examples.classes))}.
- Columns: `tags` (classes present), `points` (x, y, label), `boxes` (x0, y0, x1, y1, label; half open), `strokes` \
(label, width, path), `partial_mask` (label of each pixel, 255 = not told), `outlined` (objects it outlines), `seconds`. \
Not told = null. Pixels count from the top left, their centres at whole numbers.

```python
from wss_core import examples

for example in examples.read("{where}", "{examples.split}"):
    example.image, example.cues
```"""


def _name(examples: ExampleDataset) -> str:
    """The data set's name; of a path only its end, since the rest is nobody's business."""
    return Path(examples.source).name if Path(examples.source).exists() else examples.source


def _with_file(configs, split: str, file: str) -> list[dict]:
    """The configurations of a card with the split's file in the first."""
    first, *others = configs or [{"config_name": "default"}]
    files = [row for row in first.get("data_files") or [] if isinstance(row, dict) and row.get("split") != split]
    return [{**first, "data_files": [*files, {"split": split, "path": file}]}, *others]


def _license(examples: ExampleDataset) -> str:
    """The one that the source's card states, else unknown."""
    path = Path(examples.source) / "README.md"
    if not Path(examples.source).exists():
        try:
            repo = examples.source.partition(":")[0]
            path = Path(hf_hub_download(repo, "README.md", repo_type="dataset", revision=examples.revision))
        except (EntryNotFoundError, OSError):
            return "unknown"
    if not path.is_file():
        return "unknown"
    stated = DatasetCard(path.read_text(encoding="utf-8", errors="replace"), ignore_metadata_errors=True).data.license
    return stated if isinstance(stated, str) else "unknown"
