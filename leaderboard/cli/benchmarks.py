"""python -m leaderboard benchmarks: what there is to be evaluated on."""

from __future__ import annotations

import argparse

from ..benchmarks.benchmark import TRACKS
from ..benchmarks.catalog import BENCHMARKS
from ..metrics.registry import METRICS


def add(commands) -> None:
    """Add the command to argparse's `commands`."""
    listing = commands.add_parser("benchmarks")
    listing.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Print the benchmarks by track, then what the metrics mean."""
    for track, about in TRACKS.items():
        print(f"{track}: {about}")
        for one in BENCHMARKS.values():
            if one.track == track:
                cue = f", cue: {one.cue}" if one.cue else ""
                print(f"  {one.name:20} {one.metric:6} {one.source}, {one.split}{cue}. {one.about}")
    for name, metric in METRICS.items():
        print(f"{name}: {metric.description}{' (low is good)' if metric.lower_is_better else ''}")
