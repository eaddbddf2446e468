"""The components of the board tab, by what they are for."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from . import submit, tables
from .state import BoardView

CSS = (Path(__file__).parent / "board.css").read_text("utf8")
LEAD = "Which labels, and which method, give how much accuracy for how much labelling time?"
TICK = 2.0  # seconds until a page looks again whether all is read
AXIS = {"label_seconds": "time", "labelled_images": "pictures", "share": "share"}
LABELS = {"track": "Track", "cue": "Labels", "method": "Method", "backbone": "Backbone"}
MORE = (
    "Read off between measured budgets, against the logarithm of the time, on the same test pictures at both ends. Nothing is "
    "guessed past the last budget that was measured."
)


class BoardComponents:
    """The components of the tab, by what they are for."""

    def __init__(self):
        _words(f"<p><b>{LEAD}</b></p>")
        with gr.Row():
            self.data = gr.Dropdown([], label="Data", min_width=200, elem_id="board-data")
            self.x = gr.Dropdown(
                [(text, x) for x, text in AXIS.items()], value=BoardView.x, label="Against labelled", min_width=140
            )
            self.metric = gr.Dropdown([], label="Accuracy as", min_width=100)
        with gr.Accordion("Show only", open=False), gr.Row():
            self.filters = [
                gr.Dropdown([], label=label, multiselect=True, min_width=150, elem_id=f"board-{name}")
                for name, label in LABELS.items()
            ]
        self.best = _words("", "board-best")
        self.figure = gr.Plot(show_label=False, container=False, elem_id="board-figure")
        self.note = _words("", "board-note")
        with gr.Tab("More minutes"):
            with gr.Row():
                self.have = gr.Number(
                    10, label="Minutes of labels you have", minimum=0.1, maximum=100_000, min_width=140
                )
                self.more = gr.Number(20, label="Minutes more", minimum=0.1, maximum=100_000, min_width=140)
            self.gains = _words("", "board-gains")
            _words(f'<p class="dim">{MORE}</p>')
        with gr.Tab("All results"):
            self.table = gr.Dataframe(
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
            with gr.Row():
                self.file = gr.DownloadButton("Download as CSV", size="sm", scale=0, min_width=180)
        with gr.Tab("By class"):
            self.classes = gr.Plot(show_label=False, container=False)
        with gr.Tab("By click"):
            self.clicks = gr.Plot(show_label=False, container=False)
            self.no_clicks = _words("")
        with gr.Tab("History"):
            self.history = gr.Plot(show_label=False, container=False)
        with gr.Tab("Submit") as box:
            submit.build(box, _words)
        self.link = gr.Textbox(visible=False)
        self.timer = gr.Timer(TICK, active=False)

    @property
    def asked(self) -> list:
        """What tells the view."""
        return [self.data, self.metric, self.x, *self.filters]

    @property
    def first(self) -> list:
        """What is seen first."""
        return [*self.asked, self.best, self.figure, self.note, self.link, self.timer]

    @property
    def rest(self) -> list:
        """What follows."""
        return [self.table, self.file, self.gains, self.classes, self.clicks, self.no_clicks, self.history]


def _words(value: str, elem_id: str | None = None) -> gr.HTML:
    return gr.HTML(value, css_template=CSS, apply_default_css=False, elem_id=elem_id)
