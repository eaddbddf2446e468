"""TrainPanel: the Train tab, a gr.HTML component made of the parts in ui/train/static/ and of those in ui/shared/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import gradio as gr

from ..segment.canvas import PARTS as CANVAS
from ..segment.canvas import SHARED, SHARED_SCRIPTS

PARTS = Path(__file__).parent / "static"
SCRIPTS = ("state", "images", "cards", "training", "results", "main")


def script() -> str:
    """Join the parts: the body of one function of (element, server, trigger)."""
    files = [SHARED / f"{name}.js" for name in SHARED_SCRIPTS] + [PARTS / f"{name}.js" for name in SCRIPTS]
    return "\n".join(file.read_text("utf8") for file in files)


class TrainPanel(gr.HTML):
    """Pictures kept for training, a training, and its predictions. All passes through its server functions."""

    def __init__(self, server_functions: Sequence[Callable[..., dict]] = (), **standard):
        css = [CANVAS / "canvas.css", PARTS / "panel.css"]
        super().__init__(
            html_template=(PARTS / "panel.html").read_text("utf8"),
            css_template="\n".join(file.read_text("utf8") for file in css),
            js_on_load=script(),
            server_functions=[*server_functions],
            apply_default_css=False,
            **standard,
        )
