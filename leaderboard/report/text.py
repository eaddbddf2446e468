"""A record in one line of text."""

from __future__ import annotations

from ..records.record import Failure, Record


def outcome_line(outcome: Record | Failure) -> str:
    """A record, or why there is none, in one line."""
    if isinstance(outcome, Failure):
        return f"failed, {outcome.checkpoint}: {outcome.reason}"
    score = outcome.scores[outcome.metric]
    value = f"{outcome.metric} {score.value:.4f} [{score.low:.4f}, {score.high:.4f}]"
    return (
        f"{outcome.identity.benchmark}: {value}, {outcome.images} images, {outcome.seconds:.0f} s, {outcome.checkpoint}"
    )
