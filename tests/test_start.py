"""What a program loads before it is needed: help texts, tables and cues wait for no torch. Each in a process of its own."""

import subprocess
import sys

import pytest

from tests.support.paths import ROOT

HEAVY = ("torch", "timm", "transformers", "datasets", "pandas", "matplotlib", "plotly", "gradio", "accelerate")


def loaded(code: str, *names: str) -> list[str]:
    """Those of the modules `names` that are loaded after a new process has run the code."""
    end = f"\nimport sys\nprint('LOADED', *[name for name in {names!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code + end], capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()[-1].split()[1:]


def command(program: str, *words: str) -> str:
    return f"""
from {program}.__main__ import main
try:
    assert main({list(words)!r}) == 0
except SystemExit as end:
    assert end.code == 0
"""


@pytest.mark.parametrize("program", ["wss_core", "leaderboard"])
def test_the_help_of_every_command_loads_nothing_heavy(program):
    from leaderboard.cli import COMMANDS as BOARD
    from wss_core.cli import COMMANDS

    names = COMMANDS if program == "wss_core" else BOARD
    code = "".join(
        command(program, *words) for words in ([], *([name] for name in names)) for words in [[*words, "--help"]]
    )
    assert loaded(code, *HEAVY) == []


def test_cues_data_metrics_and_exports_load_no_torch(tmp_path):
    code = f"""
import numpy as np
from pathlib import Path
from PIL import Image
from wss_core import Cues, Example, Point, Result, examples, read_image
from wss_core import metrics
from wss_core.results.exports import EXPORTS, ExportSource, export
folder = Path({str(tmp_path)!r})
for kind, mode in (("images", "RGB"), ("masks", "L")):
    (folder / kind).mkdir()
    Image.new(mode, (8, 6)).save(folder / kind / "a.png")
(folder / "classes.json").write_text('["background", "cat"]')
example = examples.read(folder)[0]
assert example.truth.shape == (6, 8)
assert Cues.from_json(Cues(points=[Point(1, 2, 1)]).to_json(), (6, 8)).points
result = Result(np.stack([np.full((6, 8), share) for share in (0.2, 0.8)]), ("background", "cat"))
for name in EXPORTS:
    export(name, ExportSource(result, example.image, Cues(points=[Point(1, 2, 1)]), "a"))
"""
    assert loaded(code, "torch", "timm", "datasets", "gradio", "plotly", "matplotlib") == []


def test_the_table_of_the_board_loads_no_torch(tmp_path):
    assert loaded(command("leaderboard", "table", "--results", str(tmp_path)), *set(HEAVY) - {"pandas"}) == []


def test_the_built_in_model_needs_torch_alone():
    code = """
import numpy as np
from wss_core import Cues, Point, create
image = np.zeros((40, 60, 3), np.uint8)
image[:, 30:] = 200
create("propagate").segment(image, Cues(points=[Point(5, 5, 0), Point(50, 20, 1)]))
"""
    assert loaded(code, *HEAVY) == ["torch"]


def test_every_public_name_is_found():
    """Names are looked up when they are used; a misspelt one would be seen by nobody before."""
    import wss_core

    for name in wss_core.__all__:
        assert getattr(wss_core, name) is not None
    with pytest.raises(AttributeError):
        wss_core.no_such_name  # noqa: B018


def test_importing_the_board_loads_nothing():
    """leaderboard.table and its like are looked up when they are used."""
    code = "import leaderboard\nassert 'table' in dir(leaderboard)"
    assert loaded(code, *HEAVY, "numpy", "leaderboard.report") == []
