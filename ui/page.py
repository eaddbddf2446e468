"""The page: the canvas, a tab about it, and the /segment endpoint for programs."""

from __future__ import annotations

import time
from pathlib import Path

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from wss_core import ImageError
from wss_core.exports import View, export
from wss_core.images import read_image
from wss_core.methods import names
from wss_core.readouts import areas

from . import limits
from .canvas import CueCanvas
from .sessions import Session
from .solve import Busy, solve

ABOUT = (Path(__file__).parent / "about.md").read_text("utf8")


def segment(image: str, cues: dict, method: str = "auto") -> tuple[str, dict]:
    """Segment a picture file from cues, and give a palette PNG mask (index = class) and a summary.

    image: a picture file. cues: {"classes": [...], "points": [[x, y, label], ...], "boxes": [[x0, y0, x1, y1,
    label], ...], "strokes": [{"label", "width", "path"}, ...], "labels": base64 PNG}, in the picture's pixels.
    method: "auto" or a name of METHODS. Summary: method, classes, seconds of computing, area in pixels by class.
    """
    start = time.perf_counter()
    try:
        if image is None:
            raise ImageError("no picture came. Send image=handle_file(path)")
        picture = read_image(Path(image).read_bytes(), limits.PICTURE_PIXELS)
        session = Session.of(picture, Path(image).name)
        solved = solve(session, cues, method)
        if solved.result is None:
            raise ImageError("no cue came. Send at least one point, box or stroke")
        view = View(solved.result, picture, solved.cues, session.name)
        name, mask = export("mask", view)
    except Busy:
        raise gr.Error("the server is busy. Try again in a few seconds") from None
    except ValueError as error:
        raise gr.Error(str(error)) from None
    return save_bytes_to_cache(mask, name, cache_dir=get_upload_folder()), {
        "method": solved.method,
        "classes": list(solved.classes),
        "seconds": round(time.perf_counter() - start, 4),
        "area": areas(view.labels, solved.classes),
    }


def build() -> gr.Blocks:
    """The page, not yet launched."""
    with gr.Blocks(
        title="Weakly supervised segmentation", fill_width=True, analytics_enabled=False, delete_cache=(3600, 3600)
    ) as page:
        gr.Markdown("# Pixel masks from few labels", elem_classes="wss-title")
        with gr.Tab("Segment"):
            CueCanvas(elem_id="canvas")
        with gr.Tab("About"):
            gr.Markdown(ABOUT)
        _endpoint()
    page.queue(max_size=32, default_concurrency_limit=1)
    return page


def _endpoint() -> None:
    with gr.Group(visible=False):
        image = gr.File(label="image", type="filepath")
        cues = gr.JSON(label="cues")
        method = gr.Dropdown(["auto", *names()], value="auto", label="method")
        mask, summary = gr.File(label="mask"), gr.JSON(label="summary")
        gr.Button().click(
            segment, [image, cues, method], [mask, summary], api_name="segment", concurrency_limit=limits.SOLVES_AT_ONCE
        )
