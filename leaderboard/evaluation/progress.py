"""The finished images of an evaluation that is not finished, a JSON line each, so that it can be resumed."""

from __future__ import annotations

import json
import logging
from pathlib import Path

UNFINISHED = ".unfinished"
PROCESS = {"device", "machine"}
ROW = {"place", "id", "group", "seconds", "forward", "parts"}

logger = logging.getLogger(__name__)


class PartialEvaluation:
    """A file of rows, one for each finished image. Damaged lines, as a crash leaves them, are left out with a warning.

    Two processes that do the same evaluation may share the file: both write the same rows.
    """

    def __init__(self, results: Path, name: str):
        """Read what the folder `results` holds of the evaluation; name: of its record."""
        self.path = Path(results) / UNFINISHED / f"{name}.jsonl"
        lines = self._read()
        self.process: dict = next((line for line in lines if set(line) >= PROCESS), {})  # its first message, or nothing
        self.rows: dict[int, dict] = {line["place"]: line for line in lines if set(line) == ROW} if self.process else {}

    def begin(self, process: dict) -> None:
        """Write the first message of the process: its device, its machine and what it trained."""
        self.process = process
        self._append(process)

    def add(self, row: dict) -> None:
        """Write the row of a finished image."""
        self.rows[row["place"]] = row
        self._append(row)

    def remove(self) -> None:
        """Delete the file, once the record is written."""
        self.path.unlink(missing_ok=True)

    def _append(self, line: dict) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _read(self) -> list[dict]:
        if not self.path.exists():
            return []
        values = []
        text = self.path.read_text(encoding="utf-8", errors="replace")
        if text and not text.endswith("\n"):
            self._append_newline()
        for number, line in enumerate(text.splitlines(), start=1):
            try:
                values.append(json.loads(line))
            except ValueError:
                logger.warning("left out line %d of %s: it is damaged", number, self.path)
        return [value for value in values if isinstance(value, dict)]

    def _append_newline(self) -> None:
        with open(self.path, "a", encoding="utf-8") as file:
            file.write("\n")
