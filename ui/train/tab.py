"""TrainPanel: the Train tab, a gr.HTML component made of the parts in ui/train/static/ and of those in ui/shared/."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from ..checkpoints import api
from ..segment.canvas import PARTS as CANVAS
from ..segment.canvas import SHARED, SHARED_SCRIPTS
from . import api as served

PARTS = Path(__file__).parent / "static"
SCRIPTS = ("state", "pictures", "cards", "training", "results", "main")


def script() -> str:
    """The parts joined: the body of one function of (element, server, trigger)."""
    files = [SHARED / f"{name}.js" for name in SHARED_SCRIPTS] + [PARTS / f"{name}.js" for name in SCRIPTS]
    return "\n".join(file.read_text("utf8") for file in files)


class TrainPanel(gr.HTML):
    """Pictures kept for training, a training, and its answers. All passes through the functions of `served`."""

    def __init__(self, **standard):
        css = [CANVAS / "canvas.css", PARTS / "panel.css"]
        super().__init__(
            html_template=(PARTS / "panel.html").read_text("utf8"),
            css_template="\n".join(file.read_text("utf8") for file in css),
            js_on_load=script(),
            server_functions=[
                served.offer,
                served.keep,
                served.look,
                served.start,
                served.ask,
                served.cancel,
                served.fetch,
                api.push,
            ],
            apply_default_css=False,
            **standard,
        )
