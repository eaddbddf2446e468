"""The components of the board tab and of its submit box."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from . import tables
from .view import BoardView

CSS = (Path(__file__).parent / "board.css").read_text("utf8")
LEAD = "Which labels, and which method, give how much accuracy for how much labelling time?"
TICK = 2.0  # seconds until a page asks again whether all records are read, or what became of a submission
AXIS = {"label_seconds": "time", "labelled_images": "pictures", "share": "share"}
LABELS = {"track": "Track", "cue": "Labels", "method": "Method", "backbone": "Backbone"}
INTERPOLATION = (
    "Read off between measured budgets, against the logarithm of the time, on the same test pictures at both ends. Nothing is "
    "guessed past the last budget that was measured."
)
SUBMIT = (
    "Name a checkpoint of this library on the Hub. It is evaluated at its commit, in a process of its own, one after "
    "another; nothing in it is run."
)
ALL = "all that it fits"


class SubmitComponents:
    """The submit box: what visitors fill in, and the queue below it."""

    def __init__(self, benchmarks: Sequence[str]):
        add_html(f"<p>{SUBMIT}</p>")
        with gr.Row(equal_height=True):
            self.repo = gr.Textbox(
                label="Checkpoint", placeholder="user/repo or user/repo@revision", max_length=300, scale=3
            )
            self.benchmark = gr.Dropdown([ALL, *benchmarks], value=ALL, label="Benchmark", scale=2)
            self.button = gr.Button("Queue it", scale=1, min_width=120)
        self.answer = add_html("", "board-said")
        self.queue = add_html("", "board-queue")
        self.timer = gr.Timer(TICK, active=False)


class BoardComponents:
    """All other components of the tab, grouped by the events that fill them."""

    def __init__(self, benchmarks: Sequence[str]):
        add_html(f"<p><b>{LEAD}</b></p>")
        with gr.Row():
            self.data = gr.Dropdown([], label="Data", min_width=200, elem_id="board-data")
            axes = [(title, name) for name, title in AXIS.items()]
            self.x = gr.Dropdown(axes, value=BoardView.x, label="Against labelled", min_width=140)
            self.metric = gr.Dropdown([], label="Accuracy as", min_width=100)
        with gr.Accordion("Show only", open=False), gr.Row():
            self.filters = {
                name: gr.Dropdown([], label=label, multiselect=True, min_width=150, elem_id=f"board-{name}")
                for name, label in LABELS.items()
            }
        self.best = add_html("", "board-best")
        self.figure = gr.Plot(show_label=False, container=False, elem_id="board-figure")
        self.note = add_html("", "board-note")
        with gr.Tab("More minutes"):
            with gr.Row():
                self.have = _minutes(10, "Minutes of labels you have")
                self.more = _minutes(20, "Minutes more")
            self.gains = add_html("", "board-gains")
            add_html(f'<p class="dim">{INTERPOLATION}</p>')
        with gr.Tab("All results"):
            self.table = _table()
            with gr.Row():
                self.file = gr.DownloadButton("Download as CSV", size="sm", scale=0, min_width=180)
        with gr.Tab("By class"):
            self.classes = gr.Plot(show_label=False, container=False)
        with gr.Tab("By click"):
            self.clicks = gr.Plot(show_label=False, container=False)
            self.no_clicks = add_html("")
        with gr.Tab("History"):
            self.history = gr.Plot(show_label=False, container=False)
        with gr.Tab("Submit") as self.submit_tab:
            self.submit = SubmitComponents(benchmarks)
        self.link = gr.Textbox(visible=False)
        self.timer = gr.Timer(TICK, active=False)

    @property
    def view_inputs(self) -> list:
        """What a visitor chooses a view with."""
        return [self.data, self.metric, self.x, *self.filters.values()]

    @property
    def minutes(self) -> list:
        """The labelling time that a visitor has, and may add."""
        return [self.have, self.more]

    @property
    def overview(self) -> list:
        """What is filled first when the view changes."""
        return [*self.view_inputs, self.best, self.figure, self.note, self.link, self.timer]

    @property
    def details(self) -> list:
        """What is filled after the overview, in the inner tabs."""
        return [self.table, self.file, self.gains, self.classes, self.clicks, self.no_clicks, self.history]


def add_html(value: str, elem_id: str | None = None) -> gr.HTML:
    """A place for HTML in the board's style."""
    return gr.HTML(value, css_template=CSS, apply_default_css=False, elem_id=elem_id)


def _minutes(value: float, label: str) -> gr.Number:
    return gr.Number(value, label=label, minimum=0.1, maximum=100_000, min_width=140)


def _table() -> gr.Dataframe:
    return gr.Dataframe(
        headers=list(tables.HEADS),
        datatype=[kind for kind, _ in tables.HEADS.values()],
        column_widths=[width for _, width in tables.HEADS.values()],
        interactive=False,
        pinned_columns=1,
        show_search="filter",
        max_height=620,
        show_label=False,
        elem_id="board-table",
    )
