"""ARCHITECTURE.md stays true: its example runs, and the files and tables it names exist."""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from tests.support.paths import ROOT
from wss_core.cues import Cues, Point, Stroke, raster
from wss_core.segmenter import Segmenter

TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def example() -> type[Segmenter]:
    """The class in the page's code block, run with the names that a method's file imports."""
    names = {
        "dataclass": dataclass,
        "ClassVar": ClassVar,
        "Segmenter": Segmenter,
        "raster": raster,
        "np": np,
        "distance_transform_edt": distance_transform_edt,
        "__name__": __name__,
    }
    exec(re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1], names)
    return names["Nearest"]


def test_the_method_of_the_example_segments():
    image = np.zeros((20, 30, 3), np.uint8)
    cues = Cues(points=[Point(3, 10, 0)], strokes=[Stroke(2, 3, ((25, 5), (25, 15)))])
    result = example()(classes=("background", "cat", "dog")).segment(image, cues)
    np.testing.assert_allclose(result.probs.sum(axis=0), 1)
    assert result.labels[10, 3] == 0
    assert result.labels[10, 29] == 2
    with pytest.raises(ValueError, match="needs one of labels, points, strokes"):
        example()().segment(image, Cues(tags=("cat",)))


def test_the_rooms_and_tables_it_names_exist():
    rows = re.findall(r"^\| [\w ]+ \| .* \| (.*) \|$", TEXT, re.MULTILINE)
    assert len(rows) == 6
    for row in rows:
        name, path = re.search(r"`(\w+)` in `([\w/.]+)`", row).groups()
        assert re.search(rf"^(def )?{name}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), row
    for package, folders in {
        "ui": ROOT / "ui",
        "leaderboard": ROOT / "leaderboard",
        "wss_core": ROOT / "wss_core",
    }.items():
        for folder in folders.iterdir():
            if folder.is_dir() and any(folder.iterdir()) and folder.name != "__pycache__":
                assert f"{folder.name}/" in TEXT, f"{package}/{folder.name} is not in ARCHITECTURE.md"
