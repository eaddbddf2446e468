"""The training of a trial: the method learns from the labels of its budget, in the process that then evaluates it."""

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


def train_or_load(task: EvalTask, folder: Path, source: str = "", sha: str = "") -> Segmenter:
    """The segmenter that a task's trial leads to: loaded from `folder` if it lies there, else trained and saved there.

    A training that was stopped is resumed from the state in `folder`. source, sha: not used, the task holds all that is
    needed; they make this a `Load`. Raises ValueError when the method cannot learn from these labels.
    """
    if (folder / "config.json").exists():
        return hub.load(folder)
    segmenter = task.trial.segmenter(task.benchmark.classes)
    if not segmenter.learns:
        return segmenter
    examples = label_budget.training_subset(task.trial.budget, task.benchmark, task.data, task.trial.seed)
    resume = any(folder.glob(f"**/{STATE}"))
    segmenter.fit(examples, run=RunOptions(folder=folder, resume=resume, progress=_stop_if_orphaned, quiet=True))
    segmenter.training["data"] = _training_data(task)
    _save(segmenter, folder)
    return segmenter


def _stop_if_orphaned(step: int, steps: int, figures: dict[str, float]) -> None:
    """End the training, which saves its state, when the process that started it has ended."""
    parent = parent_process()
    if parent is not None and not parent.is_alive():
        raise KeyboardInterrupt


def _training_data(task: EvalTask) -> list[dict[str, str]]:
    splits = [task.benchmark.train, *(split for split, _ in task.trial.budget.also)]
    return [{"name": task.benchmark.source, "revision": task.data_revision, "split": split} for split in splits]


def _save(segmenter: Segmenter, folder: Path) -> None:
    try:
        hub.save(segmenter, folder)
    except ValueError as error:  # its features lie in a folder of this machine
        logger.warning("%s is not kept: %s", segmenter.name, error)
    training.checkpointing.delete_states(folder)
