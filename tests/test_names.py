"""Names say what things are: no word of our own where the field has one, and no file name twice within a package."""

import re
from collections import defaultdict

from tests.support.paths import ROOT

PACKAGES = ("wss_core", "leaderboard", "ui")
PRIVATE = re.compile(r"\b[t]old\b")  # once a variable, parameter, function, class and module
# A command's module is called as its function is; rooms of one shape have files of one name.
TWICE = {"__init__.py", "__main__.py", "api.py", "tab.py", "state.py", "card.py"}


def sources():
    return [p for p in ROOT.rglob("*.py") if not {".venv", "venv", "build"} & set(p.relative_to(ROOT).parts)]


def test_no_private_word_stands_for_five_things():
    lines = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if PRIVATE.search(line)
    ]
    assert lines == []


def test_no_file_name_twice_within_a_package():
    for package in PACKAGES:
        places = defaultdict(list)
        for path in (ROOT / package).rglob("*.py"):
            if path.name not in TWICE and path.parent.name != "cli":
                places[path.name].append(str(path.relative_to(ROOT)))
        assert {name: found for name, found in places.items() if len(found) > 1} == {}
