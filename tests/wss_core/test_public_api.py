"""What `from wss_core import ...` offers: complete, typed, and each name explained where an editor shows it."""

import ast
import dataclasses
import inspect
import re
import sys
import textwrap

import pytest

import wss_core
from tests.support.paths import ROOT
from wss_core.methods import METHODS
from wss_core.methods.explain import field_texts

PROMISED = [
    "Cues",
    "Point",
    "Box",
    "Stroke",
    "Example",
    "CueSpec",
    "cues_from_mask",
    "simulate_cues",
    "read_image",
    "Segmenter",
    "Prepared",
    "Result",
    "METHODS",
    "create",
    "Propagate",
    "GrabCut",
    "Network",
    "Probe",
    "Cam",
    "RunOptions",
    "load",
    "save",
    "push",
    "hub",
    "data",
    "examples",
    "CueError",
    "ImageError",
    "HubError",
]
ARRAY = re.compile(r"ndarray|ImageLike")
SHAPE = re.compile(r"\((?:[A-Z]\w*|\d)(?:, ?\w+)+\)|read_image|As for|as for")  # (H, W), (C, H, W), (H, W, 3), ...
BEGINNING = re.compile(r"[A-Z]|(u?int|float|bool)\d* \(|\([A-Z], ")  # a sentence, or what it is: uint8 (H, W): ...
FRAGMENT = re.compile(r"[\w`, ]{1,30}: (of|as)\b|.*\b(is t[o]ld|is no\b|so many|as of)\b")
YEAR = re.compile(r"\b(19|20)\d\d\b")


def problems(name: str, thing) -> list[str]:
    """What a person who hovers over a public name would miss, a sentence each."""
    doc = inspect.getdoc(thing) or ""
    first, _, _ = doc.partition("\n\n")
    found = []
    if not BEGINNING.match(first) or len(first.split()) < 3 or not first.rstrip().endswith((".", ":")):
        found.append(f"{name}: the docstring does not begin with a sentence ({first[:40]!r})")
    if FRAGMENT.match(first.partition("\n")[0]):
        found.append(f"{name}: the first line is a fragment ({first[:60]!r})")
    if inspect.isclass(thing):
        return found + _class_problems(name, thing, doc)
    function = thing.fget if isinstance(thing, property) else getattr(thing, "func", getattr(thing, "__func__", thing))
    if not inspect.isfunction(function):
        return found
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    if any(isinstance(node, ast.Raise) for node in ast.walk(tree)) and not re.search(r"\bRaises?\b", doc):
        found.append(f"{name}: it can raise, and does not say what")
    hints = {key: str(hint) for key, hint in function.__annotations__.items()}
    if any(ARRAY.search(hint) and "dict[str, np" not in hint for hint in hints.values()) and not SHAPE.search(doc):
        found.append(f"{name}: it takes or gives arrays, and does not say of which shape")
    missing = [p for p in inspect.signature(function).parameters if p not in {*hints, "self", "cls"}]
    if missing or ("return" not in hints and not isinstance(thing, property)):
        found.append(f"{name}: without a type: {', '.join(missing) or 'what it returns'}")
    return found


def _class_problems(name: str, kind: type, doc: str) -> list[str]:
    found = []
    if "raise " in _making(kind) and not re.search(r"\bRaises?\b", doc):
        found.append(f"{name}: making one can raise, and the docstring does not say what")
    if dataclasses.is_dataclass(kind):
        texts = field_texts(kind)
        fields = [f.name for f in dataclasses.fields(kind) if f.name not in texts]
        silent = [field for field in fields if not re.search(rf"\b{field}\b", doc)]
        if silent:
            found.append(f"{name}: fields without a word: {', '.join(silent)}")
    if kind in METHODS and not YEAR.search(doc + (sys.modules[kind.__module__].__doc__ or "")):
        found.append(f"{name}: a published method without its source")
    for key, member in inspect.getmembers_static(kind):
        member = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if not key.startswith("_") and _is_ours(member):
            found += problems(f"{name}.{key}", member)
    return found


def _making(kind: type) -> str:
    """The source of what runs when one is made; "" where a dataclass wrote it."""
    functions = [vars(kind).get("__post_init__"), vars(kind).get("__init__")]
    written = [f for f in functions if inspect.isfunction(f) and f.__code__.co_filename != "<string>"]
    return "".join(inspect.getsource(function) for function in written)


def _is_ours(member) -> bool:
    function = member.fget if isinstance(member, property) else getattr(member, "func", member)
    return inspect.isfunction(function) and function.__module__.startswith("wss_core") and function.__qualname__ != ""


def test_every_promised_name_is_there():
    assert set(PROMISED) <= set(wss_core.__all__)
    for name in wss_core.__all__:
        assert getattr(wss_core, name) is not None


def test_what_editors_see_is_what_runs():
    """The names stand twice: once for editors, once to be looked up when used."""
    tree = ast.parse((ROOT / "wss_core" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {(node.module or "", alias.name) for node in block.body for alias in node.names}
    (call,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    run = {("", name) for name in given["submodules"]}
    run |= {(module, name) for module, names in given["submod_attrs"].items() for name in names}
    assert seen == run
    assert (ROOT / "wss_core" / "py.typed").exists()


def test_settings_of_methods_are_parameters_with_defaults():
    """`Network(steps=600)` completes in an editor, which reads the signature."""
    for method in METHODS:
        assert getattr(wss_core, method.__name__) is method
        parameters = inspect.signature(method).parameters
        assert list(parameters) == [field.name for field in dataclasses.fields(method)]
        assert all(parameter.default is not inspect.Parameter.empty for parameter in parameters.values())
    assert wss_core.Network(steps=600).settings() == wss_core.create("network", steps=600).settings()


@pytest.mark.parametrize("name", [name for name in PROMISED if name not in ("METHODS", "hub", "data", "examples")])
def test_every_public_name_is_explained(name):
    assert problems(name, getattr(wss_core, name)) == []


@pytest.mark.parametrize("module", ["hub", "data"])
def test_every_public_name_of_a_public_module_is_explained(module):
    module = getattr(wss_core, module)
    for name in module.__all__:
        if callable(getattr(module, name)):
            assert problems(name, getattr(module, name)) == []


def bad(image: "np.ndarray", steps) -> "np.ndarray":  # noqa: F821
    """steps: of the optimizer."""
    raise ValueError


def test_the_checker_sees_what_is_wrong():
    assert [text.partition(": ")[2][:30] for text in problems("bad", bad)] == [
        "the docstring does not begin w",
        "the first line is a fragment (",
        "it can raise, and does not say",
        "it takes or gives arrays, and ",
        "without a type: steps",
    ]
