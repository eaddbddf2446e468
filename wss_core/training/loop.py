"""The one training loop: steps, rates, precision, validation, saving, and what stops it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from ..losses import Batch
from ..losses.batch import moved
from .batches import ahead
from .checkpointing import BestWeights, StateSaver
from .config import RunOptions, TrainConfig
from .device import DeviceGroup
from .ema_teacher import EmaTeacher
from .interrupt import Interrupt

WARM_UP = 50  # steps until the rate is whole
LAST = 0.01  # of the rate, at the end of its cosine
SLOW = 0.1  # of the rate, for encoders that come with weights
DECAY = 0.01  # of the weights
CLIP = 5.0  # length of the gradient at most
SHOWN = 50  # steps over which the figures shown are averaged

Step = Callable[[nn.Module, EmaTeacher, Batch, int], tuple[torch.Tensor, dict[str, torch.Tensor]]]


@dataclass(frozen=True)
class TrainOutcome:
    """How a training went. log: a dict of figures for every SHOWN-th step and each validation; best: the best score
    and its step, or None where there was no validation. machine: in words. steps: done; seconds: of training."""

    log: list[dict[str, Any]]
    best: tuple[float, int] | None
    steps: int
    seconds: float
    machine: str


def train(
    model: nn.Module,
    lesson: Step,
    make: Callable[[int], Batch],
    plan: TrainConfig,
    run: RunOptions,
    machine: DeviceGroup,
    score: Callable[[nn.Module], float] | None = None,
    about: dict[str, Any] | None = None,
) -> TrainOutcome:
    """Train the model, in place, by lesson(model, teacher, batch, step) -> (loss, figures); make(step) -> batch.

    score(teacher's model) -> higher is better; the model ends with the teacher's weights, those of the best score.
    Raises ValueError when the loss is no number, with the step and the pictures. Ctrl-C, or whatever `run.progress`
    raises, ends it after a step, and saved. about: what else decides the result.
    """
    model.to(machine.device, memory_format=torch.channels_last)
    teacher, best = EmaTeacher(model, plan.decay), BestWeights()
    rule = _optimizer(model, plan.rate)
    rates = torch.optim.lr_scheduler.LambdaLR(rule, lambda step: _rate(step, plan.steps))
    parts = {
        "model": model,
        "teacher": teacher.model,
        "rule": rule,
        "rates": rates,
        "scaler": machine.scaler,
        "best": best,
    }
    saver = StateSaver(run, asdict(plan) | (about or {}), machine.main, parts)
    log = saver.figures.setdefault("log", [])
    learn = partial(_step, machine.shared(model), teacher, lesson, rule, rates, machine)
    judge = partial(_judged, score, teacher.model, best, machine)
    recent: deque[dict[str, float]] = deque(maxlen=SHOWN)
    bar = tqdm(total=plan.steps, initial=saver.step, desc="train", unit="step", disable=run.quiet or not machine.main)
    with bar, Interrupt() as interrupt, closing(ahead(make, saver.step, plan.steps)) as batches:
        for batch in batches:
            if best.waited >= plan.patience > 0:
                break
            recent.append(learn(moved(batch, machine.device), saver.step))
            step = saver.step + 1
            figures = {name: float(np.mean([one[name] for one in recent])) for name in recent[-1]}
            figures |= judge(step) if step % plan.every == 0 or step == plan.steps else {}
            if "score" in figures or step % SHOWN == 0:
                log.append({"step": step, "seconds": round(saver.elapsed, 1), **figures})
            saver.tick()
            bar.update()
            bar.set_postfix({name: f"{value:.3f}" for name, value in (figures | best.shown).items()}, refresh=False)
            with _saved(saver):
                if run.progress is not None:
                    run.progress(step, plan.steps, figures)
                if machine.any(interrupt.asked):
                    raise KeyboardInterrupt
    saver.save()
    model.load_state_dict(best.weights or teacher.model.state_dict())
    return TrainOutcome(log, best.found, saver.step, saver.elapsed, str(machine))


@contextmanager
def _saved(saver: StateSaver) -> Iterator[None]:
    """Whatever ends the training here ends it with its state saved."""
    try:
        yield
    except BaseException:
        saver.save()
        raise


def _judged(
    score: Callable[[nn.Module], float] | None, model: nn.Module, best: BestWeights, machine: DeviceGroup, step: int
) -> dict[str, float]:
    """The score of the model after a step, which may be the best; {} where there is no validation."""
    if score is None:
        return {}
    with machine.mixed():
        return {"score": best.offer(score(model), step, model)}


def _step(model, teacher, lesson, rule, rates, machine: DeviceGroup, batch: Batch, step: int) -> dict[str, float]:
    """One step; its figures, averaged over the processes."""
    model.train()
    with machine.mixed():
        loss, terms = lesson(model, teacher, batch, step)
    values = machine.mean(torch.stack([loss.detach(), *terms.values()])).tolist()
    figures = dict(zip(("loss", *terms), values, strict=True))
    if not math.isfinite(figures["loss"]):
        told = ", ".join(f"{name} {value:.3g}" for name, value in figures.items())
        raise ValueError(
            f"the loss is no number any more at step {step} ({told}), on the pictures {', '.join(batch.ids)}. Look at "
            "these, or train with a smaller rate"
        )
    rule.zero_grad(set_to_none=True)
    machine.scaler.scale(loss).backward()
    machine.scaler.unscale_(rule)
    nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    machine.scaler.step(rule)
    machine.scaler.update()
    rates.step()
    teacher.follow(model.module if hasattr(model, "module") else model, step)
    return figures


def _optimizer(model: nn.Module, rate: float) -> torch.optim.Optimizer:
    """AdamW; encoders that come with weights learn slowly."""
    known = {id(p) for p in model.encoder.parameters()} if model.encoder.pretrained else set()
    fast = [p for p in model.parameters() if id(p) not in known]
    slow = [p for p in model.parameters() if id(p) in known]
    groups = [{"params": fast}, {"params": slow, "lr": SLOW * rate}] if slow else [{"params": fast}]
    return torch.optim.AdamW(groups, lr=rate, weight_decay=DECAY, fused=True)


def _rate(step: int, steps: int) -> float:
    """Share of the rate at a step: a warm-up, then a cosine."""
    begun = min(1.0, (step + 1) / min(WARM_UP, max(1, steps // 4)))
    left = 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(1, steps))))
    return begun * (LAST + (1 - LAST) * left)
