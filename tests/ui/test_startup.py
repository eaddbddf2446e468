"""What the page loads before it answers, in a process of its own, and what it loads behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from tests.support.page_calls import encode_image
from tests.support.paths import ROOT
from tests.support.scenes import discs
from ui.segment import api
from ui.segment.state import SegmentState
from ui.server import limits
from ui.server.background_loading import BackgroundLoading

# plotly itself is loaded at once, its parts when a figure is made.
HEAVY = [
    "torch",
    "timm",
    "datasets",
    "transformers",
    "matplotlib",
    "skimage.data._fetchers",
    "plotly.graph_objs._figure",
]


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_is_built_without_what_takes_seconds_to_load():
    code = f"import sys, app; app.page.build(app.startup.new_state()); print([m for m in {HEAVY} if m in sys.modules])"
    assert run(code).splitlines()[-1] == "[]"


def test_the_list_of_what_takes_long_is_right():
    code = f"""import sys, app
from ui.startup import load_plotly, load_torch_and_model
load_plotly(); load_torch_and_model(); app.startup.gallery.thumbnails()
print([m for m in {HEAVY} if m not in sys.modules])"""
    assert run(code).splitlines()[-1] == "['timm', 'datasets', 'transformers', 'matplotlib']"  # as no tab needs these


@pytest.fixture
def gate():
    """Loading that ends when the event is set."""
    opened = threading.Event()
    yield opened
    opened.set()


def test_a_request_waits_for_the_model_that_loads(gate):
    state = SegmentState(loading=BackgroundLoading(lambda: gate.wait(60)))
    assert api.page_info(state, {})["loading"] is False  # it has not begun
    state.loading.start()
    assert api.page_info(state, {})["loading"] is True
    key = api.open_image(state, {"data": encode_image(discs(1)[0].image)})["key"]  # needs no model
    answers = []
    payload = {"key": key, "seq": 1, "cues": '{"points": [[24, 24, 1], [2, 2, 0]]}'}
    refused_at_once = payload | {"method": "magic"}  # were it not for the model
    waiting = threading.Thread(target=lambda: answers.append(api.segment(state, refused_at_once)))
    waiting.start()
    waiting.join(0.3)
    assert answers == []
    gate.set()
    waiting.join(60)
    assert "Choose one of" in answers[0]["error"]
    assert "runs" in api.segment(state, payload | {"method": "auto"})
    assert api.loading_status(state, {}) == {"loading": False}


def test_a_request_that_waits_too_long_is_told_to_ask_again(gate, monkeypatch):
    monkeypatch.setattr(limits, "MODEL_WAIT_SECONDS", 0.01)
    state = SegmentState(loading=BackgroundLoading(lambda: gate.wait(60)))
    state.loading.start()
    key = api.open_image(state, {"data": encode_image(discs(1)[0].image)})["key"]
    assert api.segment(state, {"key": key, "seq": 1, "cues": "{}", "method": "auto"}) == {"busy": 400}


def test_a_step_that_fails_stops_neither_the_others_nor_the_page(caplog):
    done = threading.Event()

    def broken():
        raise RuntimeError("no such file")

    loading = BackgroundLoading(broken, [broken, done.set])
    loading.start()
    assert done.wait(30)
    loading.wait()
    assert not loading.is_loading
    assert "no such file" in caplog.text


def test_the_page_says_that_the_model_loads_and_when_it_is_there(app_state, visit, gate, monkeypatch):
    loading = BackgroundLoading(lambda: gate.wait(60))
    monkeypatch.setattr(app_state.segment, "loading", loading)
    loading.start()
    page = visit().page
    page.wait_for_selector("[data-out=status] >> text=Open a picture to start. The model is loading")
    gate.set()
    page.wait_for_selector(".wss[data-loading=no]")
    assert page.inner_text("[data-out=status]") == "Open a picture to start."
