"""The grid of a sweep: every method with every cue, share of labels and seed that fit together on a benchmark."""

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

NUMBERS = (1, 2, 3, 5)  # points or strokes for each class, where cues are given on the test images
NOT_GIVEN = ("full", "tags", NONE)  # cues not given on test images: the answer itself, or nothing to spread from


def trials(
    benchmark: Benchmark,
    methods: Sequence[str],
    *,
    cues: Sequence[str] = (),
    shares: Sequence[float] = (),
    seeds: Sequence[int] = (0,),
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    rest: str = NONE,
    also: Sequence[tuple[str, str]] = (),
) -> list[Trial]:
    """The trials of the grid, seed after seed within a method.

    cues, shares: () = the benchmark's own. settings: by the method's name. rest, also: as in LabelBudget.

    Methods that learn get each cue on each share of the training images. The others get it on every test image, points and
    strokes in each of NUMBERS. Left out are cues that a method does not use, and a rest that it cannot learn from. Where the
    benchmark itself gives cues, each method that learns nothing has one trial. Raises ValueError for a benchmark that is not
    swept, and for methods that do not exist.
    """
    if benchmark.track == "trained":
        raise ValueError(
            f"{benchmark.name} is for checkpoints: use `evaluate`. To be swept, choose {benchmark.source}-labels"
        )
    known = {method.name: method for method in METHODS}
    unknown = [name for name in (*methods, *(settings or {})) if name not in known]
    if unknown:
        raise ValueError(f"no method {unknown[0]!r:.40}. Choose of: {', '.join(known)}")
    cues, shares = tuple(cues or benchmark.cues), tuple(shares or benchmark.shares)
    swept = replace(benchmark, cues=cues, shares=shares)
    return [
        Trial(method=name, settings=dict((settings or {}).get(name, {})), budget=budget, seed=seed)
        for name, seed in product(methods, [benchmark.seed] if benchmark.cue else seeds)
        for budget in _budgets(known[name], swept, rest, tuple(also))
    ]


def eval_tasks(benchmark: Benchmark, trials: Sequence[Trial], data: Path) -> list[EvalTask]:
    """A task for each trial. Raises ValueError when the data are not there, or a setting is not one of its method's."""
    revision = benchmark.examples(data).revision
    return [
        EvalTask(
            checkpoint=trial.checkpoint(benchmark.classes),
            benchmark=benchmark,
            data=Path(data).resolve(),
            data_revision=revision,
            trial=trial,
        )
        for trial in trials
    ]


def _budgets(method: type[Segmenter], benchmark: Benchmark, rest: str, also: tuple) -> list[LabelBudget | None]:
    if benchmark.cue:
        return [] if method.learns else [None]
    words = [word for word in benchmark.cues if cue_words.parse(word).used in method.uses]
    if not method.learns:
        return [LabelBudget(cue=cue) for word in words if word not in NOT_GIVEN for cue in _numbered(word)]
    uses_rest = method.uses_unlabelled or (rest != NONE and cue_words.parse(rest or NONE).used in method.uses)
    rest = rest if uses_rest else ""
    return [
        LabelBudget(cue=word, share=share, rest=rest if share < 1 else "", also=also)
        for word, share in product(words, benchmark.shares)
    ]


def _numbered(word: str) -> list[str]:
    """The word with each of NUMBERS; the word alone when it has a number already, or none can be added."""
    cue = cue_words.parse(word)
    if cue.kind not in cue_words.COUNTED or cue.per == "image" or cue.number > 1:
        return [word]
    return [str(replace(cue, number=number)) for number in NUMBERS]
