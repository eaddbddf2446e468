"""Imports go down. The floors are this list, top to bottom; a module may import those on lower floors only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = [
    "app",
    "ui.page ui.startup",
    "ui.app_state",
    "ui.board ui.train",
    "ui.segment",
    "ui.checkpoints",
    "ui.server",
    "ui",
    "leaderboard leaderboard.__main__",
    "leaderboard.cli",
    "leaderboard.report",
    "leaderboard.sweeps",
    "leaderboard.analysis",
    "leaderboard.evaluation",
    "leaderboard.tasks",
    "leaderboard.records",
    "leaderboard.benchmarks",
    "leaderboard.metrics",
    "leaderboard.dataclass_json",
    "leaderboard.bounds leaderboard.paths",
    "wss_core wss_core.__main__",
    "wss_core.cli",
    "wss_core.hub",
    "wss_core.hub.card",
    "wss_core.methods.settings",
    "wss_core.methods",
    "wss_core.methods.network_settings wss_core.methods.pixel_classifier",
    "wss_core.training",
    "wss_core.networks wss_core.choice wss_core.generative",
    "wss_core.features wss_core.examples",
    "wss_core.losses wss_core.spread wss_core.data wss_core.volumes",
    "wss_core.builtin",
    "wss_core.segmenter wss_core.results.exports",
    "wss_core.results.readouts",
    "wss_core.results",
    "wss_core.cues",
    "wss_core.imaging wss_core.metrics wss_core.hub_client",
    "wss_core.conventions wss_core.prepared wss_core.run_options wss_core.state_check wss_core.threads wss_core.atomic_file",
]
HEIGHT = {name: -floor for floor, names in enumerate(FLOORS) for name in names.split()}
# Modules that may be imported inside a function: they load torch or the Hub's client, which only who needs them waits for.
HEAVY = {"wss_core.builtin.cuenet", "wss_core.hub_client"}
OURS = ("app", "ui", "leaderboard", "wss_core")
NOT_IN = {"gradio": ("wss_core", "leaderboard"), "gradio_client": ("wss_core", "leaderboard")}


def read_modules(root: Path) -> dict[str, str]:
    """{"wss_core.spread": source, ...} of the program, packages by their own name."""
    files = [*root.glob("app.py"), *(f for name in OURS[1:] for f in (root / name).rglob("*.py"))]
    names = {".".join(f.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): f for f in files}
    return {name: file.read_text(encoding="utf-8") for name, file in names.items()}


def imports(name: str, source: str, modules) -> list[tuple[str, bool]]:
    """(imported module, at the top level?) of one module; the packages above a module do not count."""
    tree = ast.parse(source)
    top = {*tree.body, *(node for block in tree.body if _is_for_types(block) for node in block.body)}
    is_package = any(other.startswith(name + ".") for other in modules)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = name.split(".")
            kept = len(parts) + is_package - node.level if node.level else 0
            base = ".".join([*parts[:kept], *([node.module] if node.module else [])])
            places = [f"{base}.{alias.name}" for alias in node.names]
            found += [(place if place in modules else base, node in top) for place in places]
    return found


def _is_for_types(node: ast.stmt) -> bool:
    """Whether a statement is `if TYPE_CHECKING:`, whose imports do not run but order the rooms all the same."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def home(module: str) -> str:
    """The entry of FLOORS a module belongs to; "" when it has none."""
    while module and module not in HEIGHT:
        module = module.rpartition(".")[0]
        if module == "wss_core":
            return ""  # the face is no home for the modules beside it
    return module


def violations(modules: dict[str, str]) -> list[str]:
    """What breaks the floors, a sentence each."""
    found = []
    for name, source in modules.items():
        if not home(name):
            found.append(f"{name} has no floor: add it to FLOORS and to ARCHITECTURE.md")
            continue
        for target, at_top in imports(name, source, modules):
            package = target.split(".")[0]
            if name.split(".")[0] in NOT_IN.get(package, ()):
                found.append(f"{name} imports {package}")
            if package in OURS:
                found += [f"{name} {problem}" for problem in _problems(name, target, at_top)]
    return found + _circles(modules)


def _problems(name: str, target: str, at_top: bool):
    here, there = home(name), home(target)
    if not at_top and target not in HEAVY:
        yield f"imports {target} inside a function"
    if target == "wss_core" and here.startswith("wss_core"):
        yield "imports the face, wss_core/__init__"
    elif here == there == "wss_core.methods" and name != here:
        yield f"imports another method, {target}"
    elif here != there and not (there and HEIGHT[there] < HEIGHT[here]):
        yield f"imports upwards, {target}"


def _circles(modules: dict[str, str]) -> list[str]:
    """Modules that import themselves by way of others."""
    below = {name: {t for t, _ in imports(name, source, modules) if t in modules} for name, source in modules.items()}
    while leaves := [name for name, targets in below.items() if not targets]:
        for leaf in leaves:
            del below[leaf]
        below = {name: targets - set(leaves) for name, targets in below.items()}
    return [f"import circle among {', '.join(sorted(below))}"] if below else []


def test_imports_go_down():
    modules = read_modules(ROOT)
    assert "wss_core.data" in modules
    assert "wss_core.methods.propagate" in modules
    assert violations(modules) == []


def read_tests() -> dict[str, str]:
    """{"tests.support.scenes": source, ...} of everything in tests."""
    files = (ROOT / "tests").rglob("*.py")
    names = {".".join(f.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): f for f in files}
    return {name: file.read_text(encoding="utf-8") for name, file in names.items()}


def layer_violations(modules: dict[str, str]) -> list[str]:
    """What breaks the layers of the tests: a test module is imported by nobody, and support knows nothing of tests."""
    sentences = []
    for name, source in modules.items():
        for target, _ in imports(name, source, modules):
            inside = target.startswith(("tests.support", "tests.frozen"))
            if target.startswith("tests.") and not inside:
                sentences.append(f"{name} imports {target}: move what both need to tests/support")
            if target.startswith("tests.frozen") and name.startswith("tests.support"):
                sentences.append(f"{name} imports upwards, {target}")
    return sentences + _circles({name: s for name, s in modules.items() if name.startswith("tests.support")})


def test_tests_import_from_support_alone():
    modules = read_tests()
    assert "tests.support.scenes" in modules
    assert layer_violations(modules) == []
    bad = {"tests.a.test_b": "from tests.a.test_c import helper", "tests.a.test_c": "helper = 1"}
    assert "tests.a.test_b imports tests.a.test_c" in layer_violations(bad)[0]
    assert layer_violations({"tests.support.x": "from tests.frozen import scenes", "tests.frozen.scenes": ""})


FINE = {
    "wss_core": "from .hub import load\nfrom .methods import create",
    "wss_core.hub": "import os\nfrom .methods import create\ndef save():\n    from safetensors import numpy",
    "wss_core.methods": "from .cam import Cam",
    "wss_core.methods.cam": "from .. import cues\nfrom ..conventions import UNKNOWN",
    "wss_core.cues": "from .conventions import UNKNOWN\nimport numpy as np",
    "wss_core.conventions": "import gradio_is_another_name",
    "ui.page": "import gradio as gr\nfrom wss_core import load\nfrom .segment import canvas",
    "ui.segment.canvas": "",
    "ui": "",
    "ui.segment": "",
    "app": "from ui import page",
}


def test_the_checker_passes_what_is_fine():
    assert violations(FINE) == []


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("wss_core.conventions", "from .cues import draw", "wss_core.conventions imports upwards, wss_core.cues"),
        ("wss_core.cues", "from . import hub", "wss_core.cues imports upwards, wss_core.hub"),
        ("wss_core.cues", "import wss_core.hub", "wss_core.cues imports upwards, wss_core.hub"),
        ("wss_core.cues", "from wss_core.hub import load", "wss_core.cues imports upwards, wss_core.hub"),
        ("wss_core.cues", "import ui.page", "wss_core.cues imports upwards, ui.page"),
        ("wss_core.cues", "from leaderboard import metrics", "wss_core.cues imports upwards, leaderboard"),
        ("wss_core.cues", "import gradio", "wss_core.cues imports gradio"),
        ("wss_core.cues", "def f():\n    from gradio.data import x", "wss_core.cues imports gradio"),
        ("wss_core.cues", "from . import Result", "wss_core.cues imports the face"),
        ("wss_core.cues", "from wss_core import Result", "wss_core.cues imports the face"),
        (
            "wss_core.cues",
            "def f():\n    from .conventions import UNKNOWN",
            "imports wss_core.conventions inside a function",
        ),
        (
            "wss_core.cues",
            "if True:\n    import wss_core.conventions",
            "imports wss_core.conventions inside a function",
        ),
        ("wss_core.methods.sam", "from .cam import Cam", "wss_core.methods.sam imports another method"),
        ("wss_core.methods.sam", "from . import create", "wss_core.methods.sam imports another method"),
        ("wss_core.methods.sam", "from ..hub import load", "wss_core.methods.sam imports upwards, wss_core.hub"),
        ("wss_core.helpers", "", "wss_core.helpers has no floor"),
        ("ui.segment.canvas", "from ..page import build", "import circle among"),
        ("leaderboard", "import ui", "leaderboard imports upwards, ui"),
    ],
)
def test_the_checker_sees_what_is_wrong(name, source, words):
    found = violations(FINE | {name: source})
    assert any(words in sentence for sentence in found), found
