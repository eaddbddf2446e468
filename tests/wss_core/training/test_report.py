"""The report of a training says what it leaves out where a package is missing."""

import json
import sys

import pytest

from tests.support.scenes import learned
from wss_core.training import report
from wss_core.training.config import LOG


@pytest.mark.parametrize("installed", [True, False])
def test_curves_are_drawn_or_the_report_says_what_they_need(tmp_path, monkeypatch, installed):
    (tmp_path / LOG).write_text("".join(json.dumps({"step": step, "loss": 1 / step}) + "\n" for step in (1, 2, 3)))
    if not installed:
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    text = report.write(tmp_path, learned()).read_text(encoding="utf-8")
    assert (tmp_path / "curves.png").exists() == installed
    assert ("pip install matplotlib" in text) != installed
