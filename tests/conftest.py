"""One real server, one real browser and one loopback Hub for the whole run."""

from __future__ import annotations

import os
import shutil
import socket

import pytest

from tests.support.browser import Visit
from tests.support.loopback import environment

environment.prepare()  # before any client of the Hub is imported
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def app_state():
    """What the page of `served` holds in memory."""
    from ui import startup

    return startup.new_state()


@pytest.fixture(scope="session")
def board_state(app_state):
    """What the board of the served page holds."""
    return app_state.board


@pytest.fixture(scope="session")
def served(app_state):
    """The address of the real page on a free port of this machine, "http://127.0.0.1:PORT/"."""
    import app

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = app.launch(app_state, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", server_port=port)
    yield f"http://127.0.0.1:{port}/"
    running.close()


@pytest.fixture(scope="module")  # no longer: its event loop would be in the way of those that other tests run
def browser():
    """A headless Chromium; skips where none is installed, unless WSS_REQUIRE_BROWSER says that it must be."""
    if CHROMIUM is None:
        if os.environ.get("WSS_REQUIRE_BROWSER"):
            pytest.fail("WSS_REQUIRE_BROWSER is set, but no chromium was found on PATH")
        pytest.skip("no Chromium on PATH: install Debian's chromium, or Chrome, to test the page")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, served):
    """visit(**options of the browser's context) -> Visit (see tests/support/browser.py). Fails when anything went wrong there."""
    visits = []

    def make(**options) -> Visit:
        visits.append(Visit(browser, served, **options))
        return visits[-1]

    yield make
    wrong = [text for each in visits for text in each.wrong]
    for each in visits:
        each.context.close()
    assert wrong == []


@pytest.fixture(scope="session")
def _loopback():
    from tests.support.loopback import LoopHub

    hub = LoopHub().start()
    yield hub
    hub.stop()


@pytest.fixture
def hub_server(_loopback):
    """An empty LoopHub (see tests/support/loopback) that huggingface_hub, datasets and timm talk to as it is, as user "ann"."""
    _loopback.reset()
    return _loopback
