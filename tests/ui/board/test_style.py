"""How the figures look: the ticks of a time axis."""

from __future__ import annotations

import math

import plotly.graph_objects as go
import pytest

from ui.board import style


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (6000.0, 22_000.0, ["1 h", "3 h", "10 h"]),
        (3600.0, 3600.0, ["30 min", "1 h", "3 h"]),
        (50.0, 400_000.0, ["1 min", "10 min", "1 h", "10 h", "100 h"]),
        (0.2, 5e6, ["1 s", "10 s", "1 min", "10 min", "1 h", "10 h", "100 h"]),
    ],
)
def test_a_short_stretch_of_time_has_its_bearings_too(low, high, texts):
    figure = go.Figure()
    style.set_price_axis(figure, "label_seconds", [low, high])
    assert list(figure.layout.xaxis.ticktext) == texts
    assert figure.layout.xaxis.range[0] < math.log10(low) or low < 1
    assert figure.layout.xaxis.range[1] > math.log10(high) or high > 1_080_000
