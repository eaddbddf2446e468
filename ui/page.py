"""The page with its tabs, and the /segment endpoint for programs."""

from __future__ import annotations

import time
from pathlib import Path

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from wss_core import ImageError
from wss_core.imaging.io import read_image
from wss_core.methods import instant
from wss_core.results.exports import ExportSource, export
from wss_core.results.readouts import areas

from .app_state import AppState
from .board import tab as board_tab
from .checkpoints import api as checkpoint_api
from .checkpoints.state import CheckpointState
from .segment import api as segment_api
from .segment.canvas import CueCanvas
from .segment.predict import segment_image
from .segment.session import Session
from .segment.state import SegmentState
from .server import limits
from .server.endpoint import bind_endpoints
from .server.slots import Busy
from .server.user import NOBODY, User, current_user, has_sign_in
from .train import api as train_api
from .train.tab import TrainPanel

ABOUT = (Path(__file__).parent / "about.md").read_text("utf8")


def segment(
    state: SegmentState,
    image: str,
    cues: dict,
    method: str = "auto",
    user: User = NOBODY,
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
        pixels = read_image(Path(image).read_bytes(), limits.IMAGE_PIXELS)
        session = Session.of(pixels, Path(image).name)
        prediction = segment_image(state, session, cues, str(method), user, limits.LOAD_SECONDS)
        if prediction.result is None:
            raise ImageError("no cue came. Send at least one point, box or stroke")
        view = ExportSource(prediction.result, pixels, prediction.cues, session.name)
        name, mask = export("mask", view)
    except Busy:
        raise gr.Error("the server is busy. Try again in a few seconds") from None
    except ValueError as error:
        raise gr.Error(str(error)) from None
    return save_bytes_to_cache(mask, name, cache_dir=get_upload_folder()), {
        "method": prediction.method,
        "classes": list(prediction.classes),
        "seconds": round(time.perf_counter() - start, 4),
        "area": areas(view.labels, prediction.classes),
    }


def build(state: AppState | None = None) -> gr.Blocks:
    """Build the page, not yet launched. state: what its tabs hold, None for a fresh one."""
    state = state or AppState()
    checkpoints = state.segment.checkpoints
    with gr.Blocks(
        title="Weakly supervised segmentation", fill_width=True, analytics_enabled=False, delete_cache=(3600, 3600)
    ) as page:
        with gr.Row():
            gr.Markdown("# Pixel masks from few labels", elem_classes="wss-title")
            if has_sign_in():
                gr.LoginButton(size="sm", scale=0, min_width=200)
        with gr.Tab("Segment"):
            functions = bind_endpoints(segment_api.ENDPOINTS, state.segment)
            functions += bind_endpoints(checkpoint_api.ENDPOINTS, checkpoints)
            canvas = CueCanvas(functions, elem_id="canvas")
            _add_card(canvas, checkpoints)
        with gr.Tab("Train"):
            functions = bind_endpoints(train_api.ENDPOINTS, state.train)
            functions += bind_endpoints([checkpoint_api.push], checkpoints)
            TrainPanel(functions, elem_id="train")
        with gr.Tab("Board") as board:
            board_tab.build(page, board, state.board)
        with gr.Tab("About"):
            gr.Markdown(ABOUT)
        _add_segment_endpoint(state.segment)
    page.queue(max_size=32, default_concurrency_limit=1)
    return page


def _add_card(canvas: CueCanvas, checkpoints: CheckpointState) -> None:
    """Show the card of the checkpoint in use below the canvas; a stranger wrote it."""
    with gr.Accordion("Card", visible=False, elem_id="card") as accordion:
        text = gr.Markdown(latex_delimiters=[], max_height=480)

    def show(event: gr.EventData, request: gr.Request, signed_in: gr.OAuthToken | None):
        user = current_user(request, signed_in)
        label, card = checkpoint_api.card(checkpoints, str(event._data.get("method")), user)
        return {accordion: gr.Accordion(label=f"Card of {label}", visible=bool(label)), text: card}

    canvas.chosen(show, None, [accordion, text], queue=False, show_progress="hidden", api_visibility="private")


def _add_segment_endpoint(state: SegmentState) -> None:
    """Add the hidden components behind /segment."""

    def endpoint(
        image: str,
        cues: dict,
        method: str = "auto",
        request: gr.Request | None = None,
        signed_in: gr.OAuthToken | None = None,
    ) -> tuple[str, dict]:
        return segment(state, image, cues, method, current_user(request, signed_in))

    endpoint.__name__, endpoint.__doc__ = segment.__name__, segment.__doc__  # the API's documentation shows them
    with gr.Group(visible=False):
        image = gr.File(label="image", type="filepath")
        cues = gr.JSON(label="cues")
        method = gr.Dropdown(["auto", *instant()], value="auto", label="method", allow_custom_value=True)
        mask, summary = gr.File(label="mask"), gr.JSON(label="summary")
        gr.Button().click(
            endpoint,
            [image, cues, method],
            [mask, summary],
            api_name="segment",
            concurrency_limit=limits.SOLVES_AT_ONCE,
        )
