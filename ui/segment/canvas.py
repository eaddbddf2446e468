"""CueCanvas: the picture one draws on, a gr.HTML component made of the parts in ui/segment/static/ and ui/shared/."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from ..checkpoints import api
from . import api as live

PARTS = Path(__file__).parent / "static"
SHARED = Path(__file__).parents[1] / "shared"
# In this order they make one function: later parts use names of earlier ones at once, of later ones when called.
SHARED_SCRIPTS = ("dom", "server", "label_runs", "file_io")
SCRIPTS = (
    "store",
    "preview",
    "view",
    "draw_cues",
    "tools",
    "eraser",
    "net",
    "import_export",
    "checkpoint_menu",
    "train_link",
    "class_panel",
    "keys",
    "main",
)


def script() -> str:
    """The parts joined: the body of one function of (element, server, trigger)."""
    files = [SHARED / f"{name}.js" for name in SHARED_SCRIPTS] + [PARTS / f"{name}.js" for name in SCRIPTS]
    return "\n".join(file.read_text("utf8") for file in files)


class CueCanvas(gr.HTML):
    """Draw cues, see the mask. All it sends and gets passes through the server functions of ui/segment/api.py."""

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
                api.known,
                api.use,
                api.push,
            ],
            apply_default_css=False,
            **standard,
        )
