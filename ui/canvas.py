"""CueCanvas: the picture one draws on, a gr.HTML component made of the parts in ui/canvas/."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from . import checkpoints, live

PARTS = Path(__file__).parent / "canvas"
# In this order they make one function: later parts use names of earlier ones at once, of later ones when called.
SCRIPTS = (
    "begin",
    "asking",
    "codec",
    "carry",
    "store",
    "preview",
    "view",
    "drawcues",
    "tools",
    "eraser",
    "net",
    "files",
    "models",
    "kept",
    "panel",
    "keys",
    "main",
)


def script() -> str:
    """The parts joined: the body of one function of (element, server, trigger)."""
    return "\n".join((PARTS / f"{name}.js").read_text("utf8") for name in SCRIPTS)


class CueCanvas(gr.HTML):
    """Draw cues, see the mask. All it sends and gets passes through the server functions of ui/live.py."""

    def __init__(self, **standard):
        super().__init__(
            html_template=(PARTS / "canvas.html").read_text("utf8"),
            css_template=(PARTS / "canvas.css").read_text("utf8"),
            js_on_load=script(),
            server_functions=[
                live.hello,
                live.open_picture,
                live.open_example,
                live.segment,
                live.save,
                live.read_cues,
                checkpoints.known,
                checkpoints.use,
                checkpoints.push,
            ],
            apply_default_css=False,
            **standard,
        )
