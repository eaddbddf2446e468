"""A trial done: the method learns from the labels it gets, in the process that then evaluates it."""

from __future__ import annotations

import logging
from multiprocessing import parent_process
from pathlib import Path

from wss_core import hub, training
from wss_core.run_options import STATE, RunOptions
from wss_core.segmenter import Segmenter

from ..tasks import label_budget
from ..tasks.task import EvalTask

logger = logging.getLogger(__name__)


def train_or_load(work: EvalTask, folder: Path, source: str = "", sha: str = "") -> Segmenter:
    """The segmenter that the work's trial leads to, which `folder` keeps; a training that was stopped there is gone on with.

    source, sha: not needed, the work says it all. Raises ValueError when the method cannot learn from these labels.
    """
    if (folder / "config.json").exists():
        return hub.load(folder)
    segmenter = work.trial.segmenter(work.benchmark.classes)
    if not segmenter.learns:
        return segmenter
    examples = label_budget.training_subset(work.trial.budget, work.benchmark, work.data, work.trial.seed)
    begun = any(folder.glob(f"**/{STATE}"))
    segmenter.fit(examples, run=RunOptions(folder=folder, resume=begun, progress=_watching, quiet=True))
    segmenter.training["data"] = _sources(work)
    _keep(segmenter, folder)
    return segmenter


def _watching(step: int, steps: int, figures: dict[str, float]) -> None:
    """End the training, saved, when whoever wanted it has gone."""
    parent = parent_process()
    if parent is not None and not parent.is_alive():
        raise KeyboardInterrupt


def _sources(work: EvalTask) -> list[dict[str, str]]:
    splits = [work.benchmark.train, *(split for split, _ in work.trial.budget.also)]
    return [{"name": work.benchmark.source, "revision": work.data_revision, "split": split} for split in splits]


def _keep(segmenter: Segmenter, folder: Path) -> None:
    try:
        hub.save(segmenter, folder)
    except ValueError as error:  # its features lie in a folder of this machine
        logger.warning("%s is not kept: %s", segmenter.name, error)
    training.checkpointing.delete_states(folder)
