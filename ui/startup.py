"""What is loaded behind the page: the model first, then what the tabs show when they are opened."""

from __future__ import annotations

from .app_state import AppState
from .board import figures
from .board.view import BoardView
from .segment import gallery
from .segment.predict import load_model
from .server.background_loading import BackgroundLoading

# Of torch and OpenCV each, for one prediction. Two are a fifth faster for one person on a quiet machine, and slower for
# everybody beside busy neighbours (benchmarks/live_load.py --neighbours 2).
THREADS = 1


def load_torch_and_model() -> None:
    """Load torch and the built-in model."""
    import cv2
    import torch  # loads slowly, and the page answers before

    cv2.setNumThreads(THREADS)
    torch.set_num_threads(THREADS)
    load_model()


def load_plotly() -> None:
    """Load the parts of plotly that figures need: it imports them at their first use."""
    figures.accuracy([], [], BoardView.x)


def new_state() -> AppState:
    """Make the state of a page that loads the slow parts once its `loading` is started."""
    loading = BackgroundLoading(load_torch_and_model, [gallery.thumbnails, load_plotly])
    state = AppState(loading)
    loading.add(state.board.source.start)
    return state
