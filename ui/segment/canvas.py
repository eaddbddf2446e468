"""CueCanvas: the picture one draws on, a gr.HTML component made of the parts in ui/segment/static/ and ui/shared/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import gradio as gr

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
    """Join the parts: the body of one function of (element, server, trigger)."""
    files = [SHARED / f"{name}.js" for name in SHARED_SCRIPTS] + [PARTS / f"{name}.js" for name in SCRIPTS]
    return "\n".join(file.read_text("utf8") for file in files)


class CueCanvas(gr.HTML):
    """Draw cues, see the mask. All it sends and gets passes through its server functions (see `ENDPOINTS`)."""

    def __init__(self, server_functions: Sequence[Callable[..., dict]] = (), **standard):
        super().__init__(
            html_template=(PARTS / "canvas.html").read_text("utf8"),
            css_template=(PARTS / "canvas.css").read_text("utf8"),
            js_on_load=script(),
            server_functions=[*server_functions],
            apply_default_css=False,
            **standard,
        )
