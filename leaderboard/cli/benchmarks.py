"""python -m leaderboard benchmarks: list the benchmarks and the metrics."""

from __future__ import annotations

import argparse

from ..benchmarks.benchmark import TRACKS
from ..benchmarks.catalog import BENCHMARKS
from ..metrics.registry import METRICS


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    commands.add_parser("benchmarks").set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Print the benchmarks by track, then what the metrics mean."""
    for track, description in TRACKS.items():
        print(f"{track}: {description}")
        for benchmark in BENCHMARKS.values():
            if benchmark.track == track:
                cue = f", cue: {benchmark.cue}" if benchmark.cue else ""
                data = f"{benchmark.source}, {benchmark.split}{cue}"
                print(f"  {benchmark.name:20} {benchmark.metric:6} {data}. {benchmark.about}")
    for name, metric in METRICS.items():
        print(f"{name}: {metric.description}{' (low is good)' if metric.lower_is_better else ''}")
