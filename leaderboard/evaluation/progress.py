"""The pictures of an evaluation that is not finished, a line each: whoever begins it again goes on from there."""

from __future__ import annotations

import json
import logging
from pathlib import Path

FOLDER = ".unfinished"
ABOUT = {"device", "machine"}
ROW = {"place", "id", "group", "seconds", "forward", "parts"}

logger = logging.getLogger(__name__)


class PartialEvaluation:
    """about: what the process said of itself, {} before it did; rows: {place: row} of the finished pictures.

    A line that a crash tore is left out. Two processes at the same evaluation may share the file: both write the same.
    """

    def __init__(self, results: Path, name: str):
        self.path = Path(results) / FOLDER / f"{name}.jsonl"
        lines = self._lines()
        self.about = next((line for line in lines if set(line) >= ABOUT), {})
        self.rows = {line["place"]: line for line in lines if set(line) == ROW} if self.about else {}

    def begin(self, about: dict) -> None:
        """Keep what the process says of itself."""
        self.about = about
        self._append(about)

    def add(self, row: dict) -> None:
        """Keep a finished picture."""
        self.rows[row["place"]] = row
        self._append(row)

    def remove(self) -> None:
        """Forget it all: the record is made."""
        self.path.unlink(missing_ok=True)

    def _append(self, line: dict) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _lines(self) -> list[dict]:
        if not self.path.exists():
            return []
        found = []
        text = self.path.read_text(encoding="utf-8", errors="replace")
        if text and not text.endswith("\n"):
            self._append_newline()
        for number, line in enumerate(text.splitlines(), start=1):
            try:
                found.append(json.loads(line))
            except ValueError:
                logger.warning("left out line %d of %s: it is damaged", number, self.path)
        return [line for line in found if isinstance(line, dict)]

    def _append_newline(self) -> None:
        with open(self.path, "a", encoding="utf-8") as file:
            file.write("\n")
