"""Where the records and the benchmarks' data lie, unless an option says otherwise."""

from __future__ import annotations

from pathlib import Path

RESULTS = Path(__file__).parent / "results"
DATA = "../shared/data"  # beside the project
