"""Writes what tests/test_frozen_records.py compares with, from the records that are committed now: for one use, on purpose.

    python tests/frozen/make_records.py

A change of the files it writes is a change of published figures: say why in the commit.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RESULTS = ROOT / "leaderboard" / "results"
FIGURES = ("record", "metric", "value", "low", "high", "rank", "lost")
MERGED = ("record", "metric", "seed", "value", "low", "high")


def command(*words: object) -> str:
    """What `python -m leaderboard WORDS` prints."""
    line = [sys.executable, "-m", "leaderboard", *map(str, words)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(text.splitlines()))


def check(path: Path) -> str:
    """The hash of its content that a record's file ends with."""
    return path.read_text("utf-8").rpartition('"check": "')[2][:16]


def _write(path: Path, columns: tuple[str, ...], found: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


def main() -> None:
    """Write records.txt, table.csv, merged.csv and figures.csv beside this file."""
    lines = [f"{path.parent.name}/{path.stem} {check(path)}\n" for path in sorted(RESULTS.glob("*/*.json"))]
    (HERE / "records.txt").write_text("".join(lines), "utf-8")
    (HERE / "table.csv").write_text(command("table", "--results", RESULTS, "--csv"), "utf-8")
    _write(HERE / "merged.csv", MERGED, rows(command("table", "--results", RESULTS, "--csv", "--merge-seeds")))
    with tempfile.TemporaryDirectory() as folder:
        command("export", "--results", RESULTS, "--out", folder, "--kind", "csv")
        _write(HERE / "figures.csv", FIGURES, rows(Path(folder, "board.csv").read_text("utf-8")))


if __name__ == "__main__":
    main()
