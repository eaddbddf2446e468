"""The one training loop: optimizer steps, learning rate, precision, validation, saving, and early stopping."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from ..losses import Batch
from ..losses.batch import to_device
from ..run_options import RunOptions
from .checkpointing import BestWeights, StateSaver
from .config import TrainConfig
from .device import DeviceGroup
from .ema_teacher import EmaTeacher
from .interrupt import Interrupt
from .optimizer import make_optimizer, rate_at
from .prefetch import prefetch

MAX_GRADIENT_NORM = 5.0
LOG_EVERY = 50  # steps between two rows of the log, over which its figures are averaged

Step = Callable[[nn.Module, EmaTeacher, Batch, int], tuple[torch.Tensor, dict[str, torch.Tensor]]]


@dataclass(frozen=True)
class TrainOutcome:
    """How a training went.

    log: one {name: value} for every LOG_EVERY-th step and each validation. best: the best validation score and its
    step, or None without validation. steps: those done. seconds: of training. device: the devices and the precision.
    """

    log: list[dict[str, Any]]
    best: tuple[float, int] | None
    steps: int
    seconds: float
    device: str


def train(
    model: nn.Module,
    train_step: Step,
    make_batch: Callable[[int], Batch],
    *,
    config: TrainConfig,
    options: RunOptions,
    devices: DeviceGroup,
    score: Callable[[nn.Module], float] | None = None,
    about: dict[str, Any] | None = None,
) -> TrainOutcome:
    """Train the model, in place, by train_step(model, teacher, batch, step) -> (loss, {term: value}).

    make_batch(step) -> Batch. score(teacher's model) -> the validation score, higher is better. The model ends with the
    teacher's weights, those of the best score where there is one. about: what decides the result beside `config`, as
    plain values.

    Raises ValueError when the loss is no longer finite, with the step and the images. Ctrl-C, and whatever
    `options.progress` raises, ends the training after a step with its state saved.
    """
    model.to(devices.device, memory_format=torch.channels_last)
    learner = _Learner(model, train_step, config, devices)
    best = BestWeights()
    parts = {**learner.saved_parts, "best": best}
    saver = StateSaver(options, about=asdict(config) | (about or {}), is_main=devices.is_main, parts=parts)
    log = saver.figures.setdefault("log", [])
    recent: deque[dict[str, float]] = deque(maxlen=LOG_EVERY)
    hidden = options.quiet or not devices.is_main
    bar = tqdm(total=config.steps, initial=saver.step, desc="train", unit="step", disable=hidden)
    with bar, Interrupt() as interrupt, closing(prefetch(make_batch, saver.step, config.steps)) as batches:
        for batch in batches:
            if best.validations_without_gain >= config.patience > 0:
                break
            recent.append(learner.learn(to_device(batch, devices.device), saver.step))
            step = saver.step + 1
            figures = {name: float(np.mean([row[name] for row in recent])) for name in recent[-1]}
            if score is not None and (step % config.every == 0 or step == config.steps):
                figures["score"] = learner.validate(score)
                best.offer(figures["score"], step, learner.teacher.model)
            if "score" in figures or step % LOG_EVERY == 0:
                log.append({"step": step, "seconds": round(saver.elapsed, 1), **figures})
            saver.step_done()
            bar.update()
            bar.set_postfix(_postfix(figures, best), refresh=False)
            with _saving_on_error(saver):
                if options.progress is not None:
                    options.progress(step, config.steps, figures)
                if devices.any(interrupt.requested):
                    raise KeyboardInterrupt
    saver.save()
    model.load_state_dict(best.weights or learner.teacher.model.state_dict())
    return TrainOutcome(log, best.best, saver.step, saver.elapsed, str(devices))


class _Learner:
    """The model with its teacher, optimizer and scheduler, on the devices of the training."""

    def __init__(self, model: nn.Module, train_step: Step, config: TrainConfig, devices: DeviceGroup):
        self.model, self.train_step, self.devices = model, train_step, devices
        self.teacher = EmaTeacher(model, config.decay)
        self.optimizer = make_optimizer(model, config.rate)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: rate_at(step, config.steps))
        self.parallel_model = devices.parallel(model)

    @property
    def saved_parts(self) -> dict[str, Any]:
        """All that has a state, under the names that saved trainings hold."""
        return {
            "model": self.model,
            "teacher": self.teacher.model,
            "rule": self.optimizer,
            "rates": self.scheduler,
            "scaler": self.devices.scaler,
        }

    def learn(self, batch: Batch, step: int) -> dict[str, float]:
        """Do one step; return its loss and terms, averaged over the processes."""
        self.parallel_model.train()
        with self.devices.autocast():
            loss, terms = self.train_step(self.parallel_model, self.teacher, batch, step)
        values = self.devices.mean(torch.stack([loss.detach(), *terms.values()])).tolist()
        figures = dict(zip(("loss", *terms), values, strict=True))
        _check_finite(figures, batch, step)
        scaler = self.devices.scaler
        self.optimizer.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        scaler.unscale_(self.optimizer)
        nn.utils.clip_grad_norm_(self.parallel_model.parameters(), MAX_GRADIENT_NORM)
        scaler.step(self.optimizer)
        scaler.update()
        self.scheduler.step()
        self.teacher.update(self.model, step)
        return figures

    def validate(self, score: Callable[[nn.Module], float]) -> float:
        """Score the teacher's model."""
        with self.devices.autocast():
            return score(self.teacher.model)


def _check_finite(figures: dict[str, float], batch: Batch, step: int) -> None:
    if not math.isfinite(figures["loss"]):
        values = ", ".join(f"{name} {value:.3g}" for name, value in figures.items())
        raise ValueError(
            f"the loss is no longer finite at step {step} ({values}), on the pictures {', '.join(batch.ids)}. Look at "
            "these, or train with a smaller rate"
        )


@contextmanager
def _saving_on_error(saver: StateSaver) -> Iterator[None]:
    """Save the state of the training when whatever happens here ends it."""
    try:
        yield
    except BaseException:
        saver.save()
        raise


def _postfix(figures: dict[str, float], best: BestWeights) -> dict[str, str]:
    """What the progress bar shows beside itself."""
    shown = figures if best.best is None else figures | {"best": best.best[0]}
    return {name: f"{value:.3f}" for name, value in shown.items()}
