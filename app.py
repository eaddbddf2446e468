"""python app.py: the page, on this machine or in a Space. No network is needed."""

from __future__ import annotations

import os
import threading

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from wss_core import threads

threads.configure(one_each=True)  # before NumPy, OpenCV and torch are loaded

import cv2
import gradio as gr
import torch
from PIL import Image
from starlette.middleware import Middleware

from ui import page
from ui.segment import predict
from ui.server import limits
from ui.server.body_limit import BodyLimit

CSS = (
    ".wss-title { margin-bottom: 0 !important; } .wss-title h1 { font-size: clamp(1.05rem, 4vw, 1.35rem); margin: 0; }"
)


def launch(**options) -> gr.Blocks:
    """Start the server; `options` go to gradio's launch (for tests: prevent_thread_lock and the like)."""
    cv2.setNumThreads(2)
    torch.set_num_threads(2)
    threading.Thread(target=predict.warm_up, daemon=True).start()
    Image.MAX_IMAGE_PIXELS = limits.PICTURE_PIXELS
    blocks = page.build()
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
        **options,
    )
    return blocks


if __name__ == "__main__":
    launch()
