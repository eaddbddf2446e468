"""The page: the canvas, a tab about it, and the /segment endpoint for programs."""

from __future__ import annotations

import time
from pathlib import Path

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from wss_core import ImageError
from wss_core.imaging.io import read_image
from wss_core.methods import instant
from wss_core.results.exports import View, export
from wss_core.results.readouts import areas

from .board import tab as board_tab
from .board.state import BoardState
from .checkpoints import api
from .segment.canvas import CueCanvas
from .segment.predict import segment_image
from .segment.session import Session
from .server import limits, user
from .server.slots import Busy
from .train.tab import TrainPanel

ABOUT = (Path(__file__).parent / "about.md").read_text("utf8")


def segment(
    image: str,
    cues: dict,
    method: str = "auto",
    request: gr.Request | None = None,
    signed_in: gr.OAuthToken | None = None,
) -> tuple[str, dict]:
    """Segment a picture file from cues, and give a palette PNG mask (index = class) and a summary.

    image: a picture file. cues: {"classes": [...], "points": [[x, y, label], ...], "boxes": [[x0, y0, x1, y1,
    label], ...], "strokes": [{"label", "width", "path"}, ...], "labels": base64 PNG}, in the picture's pixels.
    method: "auto", a name of METHODS, or a checkpoint on the Hub, "user/repo" or "user/repo@revision", whose classes
    are then those of the cues. Summary: method, classes, seconds of computing, area in pixels by class.
    """
    start = time.perf_counter()
    try:
        if image is None:
            raise ImageError("no picture came. Send image=handle_file(path)")
        picture = read_image(Path(image).read_bytes(), limits.PICTURE_PIXELS)
        session = Session.of(picture, Path(image).name)
        solved = segment_image(session, cues, str(method), user.current_user(request, signed_in), limits.LOAD_SECONDS)
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
        with gr.Row():
            gr.Markdown("# Pixel masks from few labels", elem_classes="wss-title")
            if user.sign_in():
                gr.LoginButton(size="sm", scale=0, min_width=200)
        with gr.Tab("Segment"):
            canvas = CueCanvas(elem_id="canvas")
            _card(canvas)
        with gr.Tab("Train"):
            TrainPanel(elem_id="train")
        with gr.Tab("Board") as board:
            board_tab.build(page, board, BoardState())
        with gr.Tab("About"):
            gr.Markdown(ABOUT)
        _endpoint()
    page.queue(max_size=32, default_concurrency_limit=1)
    return page


def _card(canvas: CueCanvas) -> None:
    """The card of the checkpoint in use, below the canvas; a stranger wrote it."""
    with gr.Accordion("Card", visible=False, elem_id="card") as place:
        text = gr.Markdown(latex_delimiters=[], max_height=480)

    def show(event: gr.EventData, request: gr.Request, signed_in: gr.OAuthToken | None):
        label, card = api.card(str(event._data.get("method")), user.current_user(request, signed_in))
        return gr.Accordion(label=f"Card of {label}", visible=bool(label)), card

    canvas.chosen(show, None, [place, text], queue=False, show_progress="hidden", api_visibility="private")


def _endpoint() -> None:
    with gr.Group(visible=False):
        image = gr.File(label="image", type="filepath")
        cues = gr.JSON(label="cues")
        method = gr.Dropdown(["auto", *instant()], value="auto", label="method", allow_custom_value=True)
        mask, summary = gr.File(label="mask"), gr.JSON(label="summary")
        gr.Button().click(
            segment, [image, cues, method], [mask, summary], api_name="segment", concurrency_limit=limits.SOLVES_AT_ONCE
        )
