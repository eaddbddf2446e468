"""Where the records and the benchmarks' data lie where nothing else is given."""

from __future__ import annotations

from pathlib import Path

RESULTS = Path(__file__).parent / "results"
DATA = "../shared/data"  # beside the project
