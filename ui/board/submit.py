"""The submit box: a checkpoint of the Hub is queued, and everybody sees what becomes of it."""

from __future__ import annotations

import os

import gradio as gr

from ..checkpoints import cache
from ..server.user import User, current_user
from . import evaluation, text
from .layout import ALL, SubmitComponents
from .state import BoardState

MAX_REASON = 400  # characters
QUIET = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


def connect(components: SubmitComponents, tab: gr.Tab, state: BoardState) -> None:
    """Make the submit box work. tab: the one that holds it."""

    def ask(repo: str, benchmark: str, request: gr.Request, signed_in: gr.OAuthToken | None):
        answer = submit(state, repo, benchmark, current_user(request, signed_in))
        return {
            components.answer: answer,
            components.queue: queue_table(state),
            components.timer: gr.Timer(active=True),
        }

    def refresh():
        return {components.queue: queue_table(state), components.timer: gr.Timer(active=state.queue.busy)}

    inputs = [components.repo, components.benchmark]
    outputs = [components.queue, components.timer]
    gr.on([components.button.click, components.repo.submit], ask, inputs, [components.answer, *outputs], **QUIET)
    gr.on([components.timer.tick, tab.select], refresh, None, outputs, **QUIET)


def reason_not_allowed(user: User) -> str:
    """Why the user cannot submit here; "" when they can: at this machine's own page, or at a board that takes submissions."""
    if os.environ.get("WSS_BOARD_SUBMIT") != "1" and user.token is not None:
        return "This board takes no submissions. Evaluate a checkpoint yourself: python -m leaderboard evaluate USER/REPO --benchmark NAME"
    if not evaluation.available_benchmarks():
        return (
            "The benchmarks' data are not on this machine: set WSS_DATA to the folder that holds them, and start again."
        )
    return ""


def submit(state: BoardState, repo: str, benchmark: str, user: User) -> str:
    """Queue a checkpoint; the answer, which says that it is queued or why not, is HTML."""
    try:
        if reason := reason_not_allowed(user):
            raise ValueError(reason)
        repo = str(repo or "").strip()
        cache.parse_name(repo)
        state.queue.submit(repo, "" if benchmark == ALL else str(benchmark), own=user.token is None)
    except ValueError as error:
        return f'<p class="bad">{text.safe(error, MAX_REASON)}</p>'
    return f"<p>{text.safe(repo, 200)} is queued.</p>"


def queue_table(state: BoardState) -> str:
    """The queue, and the evaluations that failed lately in other ways, as HTML."""
    rows = [(job.date, job.repo, job.benchmark or ALL, job.state, job.reason) for job in state.queue.jobs()]
    rows += [
        (failure.date[:16].replace("T", " "), failure.checkpoint, failure.identity.benchmark, "failed", failure.reason)
        for failure in state.source.failures
    ]
    heads = ("asked for", "checkpoint", "benchmark", "state", "found")
    return text.table(heads, [[text.safe(cell, MAX_REASON) for cell in row] for row in rows]) if rows else ""
