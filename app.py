"""python app.py: the page, on this machine or in a Space. No network is needed."""

from __future__ import annotations

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from wss_core import threads

threads.configure(one_each=True)  # before NumPy, OpenCV and torch are loaded

import gradio as gr
from PIL import Image
from starlette.middleware import Middleware

from ui import page, startup
from ui.app_state import AppState
from ui.server import limits
from ui.server.body_limit import BodyLimit

CSS = (
    ".wss-title { margin-bottom: 0 !important; } .wss-title h1 { font-size: clamp(1.05rem, 4vw, 1.35rem); margin: 0; }"
)


def launch(state: AppState | None = None, prevent_thread_lock: bool = False, **options) -> gr.Blocks:
    """Start the server; once it answers, load what takes seconds to load in the background.

    state: what the page holds, None for a fresh one. prevent_thread_lock: return instead of serving until the program
    is interrupted. options: passed on to gradio's launch.
    """
    state = state or startup.new_state()
    Image.MAX_IMAGE_PIXELS = limits.IMAGE_PIXELS
    blocks = page.build(state)
    blocks.launch(
        max_file_size=limits.UPLOAD_BYTES,
        max_threads=16,
        state_session_capacity=500,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        allowed_paths=[],
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        strict_cors=True,
        theme=gr.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        css=CSS,
        app_kwargs={"middleware": [Middleware(BodyLimit)]},
        prevent_thread_lock=True,
        **options,
    )
    state.loading.start()
    if not prevent_thread_lock:
        blocks.block_thread()
    return blocks


if __name__ == "__main__":
    launch()
