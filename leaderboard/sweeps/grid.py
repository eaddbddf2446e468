"""The trials of a benchmark: every method with every cue, share and seed that fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from wss_core.methods import METHODS
from wss_core.segmenter import Segmenter

from ..benchmarks import cue_words
from ..benchmarks.benchmark import Benchmark
from ..tasks.label_budget import NONE, LabelBudget
from ..tasks.task import EvalTask
from ..tasks.trial import Trial

GIVEN = (1, 2, 3, 5)  # points or strokes for each class, where cues are given on the test pictures
TOO_MUCH = ("full", "tags", NONE)  # to be given on a test picture: its answer, or no place to spread from


def trials(
    benchmark: Benchmark,
    methods: Sequence[str],
    cues: Sequence[str] = (),
    shares: Sequence[float] = (),
    seeds: Sequence[int] = (0,),
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    rest: str = NONE,
    also: Sequence[tuple[str, str]] = (),
) -> list[Trial]:
    """The trials there are, seed after seed. cues, shares: () = those usual for the benchmark. settings: by method.

    Methods that learn get each cue on each share of the training pictures; the others get it on every test picture, points
    and strokes in GIVEN numbers. A cue that a method has no use for is left out, and so is a rest that it cannot learn
    from. Where the benchmark itself gives cues, methods that learn nothing are tried once. Raises ValueError.
    """
    if benchmark.track == "trained":
        raise ValueError(
            f"{benchmark.name} is for checkpoints: use `evaluate`. To be swept, choose {benchmark.source}-labels"
        )
    known = {method.name: method for method in METHODS}
    strange = [name for name in (*methods, *(settings or {})) if name not in known]
    if strange:
        raise ValueError(f"no method {strange[0]!r:.40}. Choose of: {', '.join(known)}")
    usual = replace(benchmark, cues=tuple(cues or benchmark.cues), shares=tuple(shares or benchmark.shares))
    return [
        Trial(method=name, settings=dict((settings or {}).get(name, {})), budget=budget, seed=seed)
        for name, seed in product(methods, [benchmark.seed] if benchmark.cue else seeds)
        for budget in _budgets(known[name], usual, rest, tuple(also))
    ]


def eval_tasks(benchmark: Benchmark, tried: Sequence[Trial], data: Path) -> list[EvalTask]:
    """The work of the trials. Raises ValueError where the data are not there, or settings do not fit."""
    found = benchmark.examples(data).revision
    return [
        EvalTask(
            checkpoint=trial.checkpoint(benchmark.classes),
            benchmark=benchmark,
            data=Path(data).resolve(),
            data_revision=found,
            trial=trial,
        )
        for trial in tried
    ]


def _budgets(method: type[Segmenter], benchmark: Benchmark, rest: str, also: tuple) -> list[LabelBudget | None]:
    if benchmark.cue:
        return [] if method.learns else [None]
    words = [word for word in benchmark.cues if cue_words.parse(word).used in method.uses]
    if not method.learns:
        return [LabelBudget(cue=each) for word in words if word not in TOO_MUCH for each in _numbers(word)]
    taken = method.uses_unlabelled or (rest != NONE and cue_words.parse(rest or NONE).used in method.uses)
    left = rest if taken else ""
    return [
        LabelBudget(cue=word, share=share, rest=left if share < 1 else "", also=also)
        for word, share in product(words, benchmark.shares)
    ]


def _numbers(word: str) -> list[str]:
    """The word in GIVEN numbers, unless it says one itself."""
    cue = cue_words.parse(word)
    if cue.kind not in cue_words.COUNTED or cue.per == "image" or str(cue) != str(replace(cue, number=1)):
        return [word]
    return [str(replace(cue, number=number)) for number in GIVEN]
