"""The command line, as the README promises it."""

import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.paths import ROOT
from wss_core import __main__ as cli
from wss_core.cli import COMMANDS, entry
from wss_core.cues import Cues
from wss_core.methods import METHODS
from wss_core.results.exports import EXPORTS

CUES = {"classes": ["background", "cat"], "points": [[5, 5, 0], [40, 30, 1]]}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with photo.png (a red square on grey, 60 x 80) and cues.json, as the working folder."""
    image = np.full((60, 80, 3), 200, np.uint8)
    image[20:45, 30:60] = 220, 30, 30
    Image.fromarray(image).save(tmp_path / "photo.png")
    (tmp_path / "cues.json").write_text(json.dumps(CUES))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"photo.png", "cues.json"}


def module(*arguments: str, **options) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "wss_core", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, **options)


def test_the_promised_command(folder):
    line = "segment photo.png --cues cues.json --method propagate -o mask.png"
    done = module(*line.split(), stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stderr) == (0, "")
    with Image.open("mask.png") as mask:
        assert (mask.mode, mask.size) == ("P", (80, 60))
        labels = np.array(mask)
    assert (labels[5, 5], labels[30, 40]) == (0, 1)
    names = [re.fullmatch(r"(.+): (\d+) pixels \((.+) %\)", row).groups() for row in done.stdout.splitlines()]
    assert [name for name, _, _ in names] == ["background", "cat"]
    assert [int(count) for _, count, _ in names] == [(labels == 0).sum(), (labels == 1).sum()]
    assert sum(float(share) for _, _, share in names) == pytest.approx(100, abs=0.02)
    assert files(folder) == {"mask.png"}


def test_cues_from_standard_input_and_a_sentence_for_bad_ones(folder):
    assert module("segment", "photo.png", "--cues", "-", "-o", "m.png", input=json.dumps(CUES)).returncode == 0
    done = module("segment", "photo.png", "--cues", "-", "-o", "n.png", input='{"points": [[1, 1]]}')
    assert done.returncode == 2
    assert done.stderr == "wss_core: points[0] must be [x, y, label]\n"
    assert files(folder) == {"m.png"}


def test_every_export_beside_the_mask(folder, capsys):
    os.mkdir("out.d")
    kinds = [part for kind in EXPORTS for part in ("--export", kind)]
    assert cli.main(["segment", "photo.png", "--cues", "cues.json", "-o", "out.d/m.png", *kinds, "--overlay"]) == 0
    assert files(folder / "out.d") == {"m.png", *(f"photo{form.suffix}" for form in EXPORTS.values())}
    assert Path("out.d/m.png").read_bytes() == Path("out.d/photo_mask.png").read_bytes()


@pytest.mark.parametrize(
    ("name", "start"),
    [("m.PNG", b"\x89PNG"), ("m.json", b'{"info"'), ("m.npz", b"PK"), ("m.zip", b"PK")],
)
def test_the_ending_says_the_kind(folder, name, start):
    assert cli.main(["segment", "photo.png", "--cues", "cues.json", "-o", name]) == 0
    assert Path(name).read_bytes().startswith(start)


def test_exports_alone_go_to_the_working_folder(folder):
    assert cli.main(["segment", "photo.png", "--cues", "cues.json", "--export", "cues"]) == 0
    assert files(folder) == {"photo_cues.json"}
    assert Cues.from_json(Path("photo_cues.json").read_bytes()).points == Cues.from_json(CUES).points


def test_cues_on_the_line_join_those_of_the_file(folder):
    more = ["--point", "10,50,2", "--box", "28,18,62,47,1", "--classes", "background,cat,dog"]
    assert cli.main(["segment", "photo.png", "--cues", "cues.json", *more, "--export", "cues"]) == 0
    written = json.loads(Path("photo_cues.json").read_text())
    assert written["classes"] == ["background", "cat", "dog"]
    assert written["points"] == [*CUES["points"], [10, 50, 2]]
    assert written["boxes"] == [[28, 18, 62, 47, 1]]


def test_cues_on_the_line_alone(folder, capsys):
    assert cli.main(["segment", "photo.png", "--point", "40,30,1", "--point", "5.5,5,0", "-o", "m.png"]) == 0
    assert [row.split(":")[0] for row in capsys.readouterr().out.splitlines()] == ["background", "object 1"]


BAD = [
    (["nope.png", "-o", "m.png"], "there is no file nope.png"),
    (["cues.json", "-o", "m.png"], "not a picture that can be read"),
    (["photo.png", "-o", "m.png"], "propagate needs one of .* got no cue"),
    (["photo.png"], "nothing to write. Give -o MASK.png or --export KIND"),
    (["photo.png", "--cues", "nope.json", "-o", "m.png"], "nope.json: No such file or directory"),
    (["photo.png", "--cues", "photo.png", "-o", "m.png"], "the cues are not JSON"),
    (["photo.png", "--cues", "cues.json", "-o", "nope/m.png"], "there is no folder nope. Make it first"),
    (
        ["photo.png", "--cues", "cues.json", "-o", "m.bmp"],
        "cannot tell the kind of m.bmp. End its name in one of: .png",
    ),
    (["photo.png", "--cues", "cues.json", "-o", "m"], "cannot tell the kind of m"),
    (["photo.png", "--cues", "cues.json", "-o", "photo.png"], "photo.png is one of the files that are read"),
    (["photo.png", "--cues", "cues.json", "-o", "cues.json"], "cues.json is one of the files that are read"),
    (["photo.png", "--cues", "cues.json", "--export", "svg"], "no export 'svg'. Choose one of: mask"),
    (
        ["photo.png", "--cues", "cues.json", "--method", "magic", "-o", "m.png"],
        "no method 'magic'. Choose one of: auto",
    ),
    (["photo.png", "--cues", "cues.json", "--setting", "speed=3", "-o", "m.png"], "no such setting"),
    (["photo.png", "--cues", "cues.json", "--setting", "speed", "-o", "m.png"], "a setting is written key=value"),
    (["photo.png", "--cues", "cues.json", "--classes", "cat", "-o", "m.png"], "label 1, but there are 1 classes"),
    (["photo.png", "--point", "1,2", "-o", "m.png"], r"points\[0\] must be \[x, y, label\]"),
    (["photo.png", "--point", "1,2,cat", "-o", "m.png"], "'1,2,cat' is not X,Y,LABEL. Give numbers"),
    (["photo.png", "--point", "80,2,1", "-o", "m.png"], "point 0 at .80, 2. lies outside the 80 x 60 picture"),
    (["photo.png", "--box", "1,2,1,9,1", "-o", "m.png"], r"boxes\[0\] has no area"),
    (["photo.png", "--point", "1,1,0", "-o", "m.json"], "the mask holds no object"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=range(len(BAD)))
def test_bad_input_ends_with_a_sentence(arguments, words, folder, capsys):
    assert cli.main(["segment", *arguments]) == 2
    error = capsys.readouterr().err
    assert re.search(words, error), error
    assert error.startswith("wss_core: ")
    assert error.count("\n") == 1
    assert files(folder) == set()


def test_nothing_is_written_when_one_export_fails(folder, capsys):
    assert cli.main(["segment", "photo.png", "--point", "1,1,0", "-o", "m.png", "--export", "yolo"]) == 2
    assert files(folder) == set()


def test_a_failed_write_leaves_the_old_file(folder, monkeypatch, capsys):
    Path("m.png").write_bytes(b"old")

    def full(path, data):
        with open(path, "wb") as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    assert cli.main(["segment", "photo.png", "--cues", "cues.json", "-o", "m.png"]) == 2
    assert "No space left on device" in capsys.readouterr().err
    monkeypatch.undo()
    assert (folder / "m.png").read_bytes() == b"old"
    assert files(folder) == {"m.png"}


def test_files_are_replaced_and_links_kept(folder):
    os.mkdir("there")
    Path("there/real.png").write_bytes(b"old")
    Path("link.png").symlink_to("there/real.png")
    assert cli.main(["segment", "photo.png", "--cues", "cues.json", "-o", "link.png"]) == 0
    assert Path("link.png").is_symlink()
    assert Path("there/real.png").read_bytes().startswith(b"\x89PNG")


def test_methods_are_explained_within_the_width_of_the_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    assert cli.main(["methods"]) == 0
    output = capsys.readouterr().out
    for method in METHODS:
        assert f"\n{method.name}: " in "\n" + output
        for field in fields(method):
            assert f"--setting {field.name}=" in output
    assert "cues: boxes" in output
    assert max(len(line) for line in output.splitlines()) <= 60


def test_one_method_is_explained_with_units_and_values(capsys):
    assert cli.main(["methods", "grabcut"]) == 0
    output = " ".join(capsys.readouterr().out.split())
    assert "--setting side=256 Longer side of the small copy" in output
    assert "Unit: pixels. Values: 1 or more, or 0 for the picture itself." in output
    assert "propagate:" not in output
    assert cli.main(["methods", "paint"]) == 2
    assert "no method 'paint'. Choose one of: auto, propagate" in capsys.readouterr().err


def test_methods_as_json(capsys):
    assert cli.main(["methods", "network", "--json"]) == 0
    (network,) = json.loads(capsys.readouterr().out)
    assert (network["name"], network["learns"], network["uses_unlabelled"]) == ("network", True, True)
    steps = next(setting for setting in network["settings"] if setting["name"] == "steps")
    assert (steps["default"], steps["unit"], steps["values"]) == (1500, "steps", "1 or more")
    assert {"name", "type", "default", "meaning", "unit", "values"} == set(steps)


def test_help_teaches_by_examples_that_work(capsys, folder):
    with pytest.raises(SystemExit) as end:
        cli.main(["segment", "--help"])
    assert end.value.code == 0
    output = capsys.readouterr().out
    complete = output[output.index('{"classes"') : output.index("x, y are pixels")]
    cues = Cues.from_json(complete, (400, 400))
    assert cues.kinds == {"tags", "points", "boxes", "strokes", "labels"}
    for command in re.findall(r"^  python -m wss_core (segment photo.jpg .*)$", output, re.MULTILINE):
        assert entry.parse("wss_core", "", "wss_core.cli", COMMANDS, command.split()).image == "photo.jpg"


def test_unknown_options_end_with_2(folder, capsys):
    for arguments in ([], ["paint"], ["segment"], ["segment", "photo.png", "--colour", "red"]):
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        assert end.value.code == 2
