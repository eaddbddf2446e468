"""Accuracy against the amount of labels: checkpoints evaluated on benchmarks, kept as records, shown as tables and figures.

import leaderboard
leaderboard.table(results="results", metrics=["dice"])  # a pandas DataFrame, as are leaderboard.standings() and .curves()

Names are looked up when they are first used, so that importing leaderboard loads nothing.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:  # for editors; what runs is below
    from .report.table import curves, standings, table

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"report.table": ["curves", "standings", "table"]}
)
