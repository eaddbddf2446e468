"""What `pip install` brings: the core alone without the page's and the board's packages, and the same versions everywhere."""

import re
import shutil
import subprocess
import sys
import venv

import pytest

from tests.support.paths import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomli")

NOT_IN_CORE = ("gradio", "plotly", "matplotlib", "accelerate", "ray")
SEGMENT = """
import importlib.util, numpy as np
from wss_core import Cues, Point, create
image = np.zeros((40, 60, 3), np.uint8)
image[:, 30:] = 200
labels = create("propagate").segment(image, Cues(points=[Point(5, 5, 0), Point(50, 20, 1)])).labels
assert labels[20, 55] == 1 and labels[20, 3] == 0
print([name for name in {names} if importlib.util.find_spec(name)])
"""


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(extra: str) -> set[str]:
    """The requirements of an extra, with those of the extras it names."""
    found = set()
    for line in project()["optional-dependencies"][extra]:
        own = re.fullmatch(r"wss-core\[([\w,]+)\]", line)
        found |= set().union(*(requirements(name) for name in own[1].split(","))) if own else {line}
    return found


def test_the_space_installs_what_core_page_board_and_training_need():
    wanted = set(project()["dependencies"]) | requirements("all")
    listed = {line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()}
    assert listed - {""} == wanted


def test_the_core_needs_no_package_of_the_page():
    names = {re.split(r"[\[<>=]", line)[0] for line in project()["dependencies"]}
    assert not names & set(NOT_IN_CORE)


@pytest.mark.slow
def test_the_core_installed_alone_segments(tmp_path):
    """A new environment, `pip install .` and nothing else."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    source = tmp_path / "source"  # a build leaves files beside what it builds
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".git", "build", "*.egg-info", ".*cache"))
    subprocess.run([python, "-m", "pip", "install", "-q", str(source)], check=True, timeout=3000)
    done = subprocess.run(
        [python, "-c", SEGMENT.replace("{names}", repr(NOT_IN_CORE))], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "[]"
    listed = subprocess.run([python, "-m", "wss_core", "methods"], capture_output=True, text=True, cwd=tmp_path)
    assert listed.returncode == 0
    assert "propagate" in listed.stdout
