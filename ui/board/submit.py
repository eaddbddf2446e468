"""The submit box: a checkpoint of the Hub is queued, and everybody sees what becomes of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import gradio as gr

from ..checkpoints import cache
from ..server import user
from ..server.user import User
from . import evaluation, text
from .job_queue import JobQueue
from .records import RecordSource, source

ALL = "all that it fits"
TICK = 2.0
LONG = 400  # characters of a reason

waiting = JobQueue(partial(evaluation.evaluate_submission, source=source))


def reason_not_allowed(person: User) -> str:
    """Why the person cannot submit here, "" when they can: this machine's own page, or a board that takes strangers'."""
    if os.environ.get("WSS_BOARD_SUBMIT") != "1" and person.token is not None:
        return "This board takes no submissions. Evaluate a checkpoint yourself: python -m leaderboard evaluate USER/REPO --benchmark NAME"
    if not evaluation.available_benchmarks():
        return (
            "The benchmarks' data are not on this machine: set WSS_DATA to the folder that holds them, and start again."
        )
    return ""


def build(tab: gr.Tab, told: Callable[..., gr.HTML]) -> None:
    """The box and the queue. told: makes a place for words."""
    told(
        "<p>Name a checkpoint of this library on the Hub. It is evaluated at its commit, in a process of its own, one after "
        "another; nothing in it is run.</p>"
    )
    with gr.Row(equal_height=True):
        repo = gr.Textbox(label="Checkpoint", placeholder="user/repo or user/repo@revision", max_length=300, scale=3)
        benchmark = gr.Dropdown([ALL, *evaluation.available_benchmarks()], value=ALL, label="Benchmark", scale=2)
        button = gr.Button("Queue it", scale=1, min_width=120)
    said = told("", "board-said")
    queue = told("", "board-queue")
    timer = gr.Timer(TICK, active=False)
    quiet = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}

    def ask(repo: str, benchmark: str, request: gr.Request, signed_in: gr.OAuthToken | None):
        answer = _asked(repo, benchmark, user.current_user(request, signed_in))
        return answer, listing(source, waiting), gr.Timer(active=True)

    def look():
        return listing(source, waiting), gr.Timer(active=waiting.busy)

    gr.on([button.click, repo.submit], ask, [repo, benchmark], [said, queue, timer], **quiet)
    gr.on([timer.tick, tab.select], look, None, [queue, timer], **quiet)


def _asked(repo: str, benchmark: str, person: User) -> str:
    """Queue it, and say so or why not, as HTML."""
    try:
        if why := reason_not_allowed(person):
            raise ValueError(why)
        repo = str(repo or "").strip()
        cache.parse_name(repo)
        waiting.add(repo, "" if benchmark == ALL else str(benchmark), own=person.token is None)
    except ValueError as error:
        return f'<p class="bad">{text.safe(error, LONG)}</p>'
    return f"<p>{text.safe(repo, 200)} is queued.</p>"


def listing(source: RecordSource, waiting: JobQueue) -> str:
    """The queue, and what failed lately by other ways, as HTML."""
    rows = [(item.date, item.repo, item.benchmark or ALL, item.state, item.reason) for item in waiting.jobs()]
    rows += [
        (failure.date[:16].replace("T", " "), failure.checkpoint, failure.identity.benchmark, "failed", failure.reason)
        for failure in source.failures
    ]
    heads = ("asked for", "checkpoint", "benchmark", "state", "found")
    return text.table(heads, [[text.safe(cell, LONG) for cell in row] for row in rows]) if rows else ""
