"""The committed records keep their names and their content, and every figure of the table and the export its last digit.

What is compared with lies in tests/frozen, see make_records.py there. Records that are added later change nothing here:
the commands are given the records of that day alone.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from pathlib import Path

import pytest
from pyarrow import parquet

from leaderboard.tasks.label_budget import LabelBudget
from leaderboard.tasks.trial import LOCAL_WEIGHTS, Trial
from tests.frozen.make_records import FIGURES, HERE, MERGED, RESULTS, check, command, rows

RECORDS = dict(line.split() for line in (HERE / "records.txt").read_text("utf-8").splitlines())
QUICK = ("acdc-strokes", "horses-clicks", "horses-strokes", "tiles-labels", "voc99-clicks", "voc99-strokes")
ROUNDING = 1e-12  # of means over seeds and resamples, whose sums another processor may take in another order


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder of the frozen records alone."""
    return _copied(RECORDS, tmp_path_factory.mktemp("results"))


def test_every_record_is_there_and_unchanged():
    lost = [name for name in RECORDS if not _path(name).is_file()]
    assert not lost, f"{len(lost)} records are gone or have another name: {lost[:5]}"
    wrong = [name for name, known in RECORDS.items() if check(_path(name)) != known or _hash(_path(name)) != known]
    assert not wrong, f"{len(wrong)} records were changed: {wrong[:5]}. They are written once: restore them"


def test_a_record_is_named_by_its_identity():
    """Worked out here without the code of the board, so that it does not follow when that changes."""
    wrong = []
    for name in RECORDS:
        identity = json.loads(_path(name).read_text("utf-8"))["identity"]
        text = json.dumps(identity, sort_keys=True).encode()
        if name != f"{identity['benchmark']}/{hashlib.blake2b(text, digest_size=16).hexdigest()}":
            wrong.append(name)
    assert not wrong, f"{len(wrong)} records have another name than their identity: {wrong[:5]}"


def test_the_same_trial_still_leads_to_the_same_record():
    """Else a sweep would do everything again. Only of trials whose weights come with the package can that be said."""
    tried, wrong = 0, []
    for name in RECORDS:
        record = json.loads(_path(name).read_text("utf-8"))
        if any(str(value).startswith(LOCAL_WEIGHTS) for value in record["settings"].values()):
            continue
        tried += 1
        trial = _trial(record["checkpoint"], record["settings"])
        if trial.checkpoint(tuple(record["classes"])).sha != record["identity"]["checkpoint"]:
            wrong.append(f"{name}: {record['checkpoint']}")
    assert tried > 100
    assert not wrong, f"{len(wrong)} of {tried} trials would be made anew: {wrong[:5]}"


def test_the_table_is_the_same(results):
    golden = rows((HERE / "table.csv").read_text("utf-8"))
    assert len(golden) == len(RECORDS)
    _same(golden, rows(command("table", "--results", results, "--csv")))


def test_the_means_over_seeds_are_the_same(results):
    golden = rows((HERE / "merged.csv").read_text("utf-8"))
    found = rows(command("table", "--results", results, "--csv", "--merge-seeds"))
    _same(golden, found, rounded=("value", "low", "high"))
    assert set(MERGED) <= set(found[0])


def test_the_export_of_some_benchmarks_is_the_same(tmp_path):
    names = [name for name in RECORDS if name.split("/")[0] in QUICK]
    _check_export(_copied(names, tmp_path / "results"), tmp_path / "out", names)


@pytest.mark.slow
def test_the_export_is_the_same(results, tmp_path):
    _check_export(results, tmp_path, list(RECORDS))


def _check_export(results: Path, out: Path, names: list[str]) -> None:
    command("export", "--results", results, "--out", out, "--kind", "csv", "--kind", "parquet")
    wanted = {name.split("/")[1] for name in names}
    golden = [row for row in rows((HERE / "figures.csv").read_text("utf-8")) if row["record"] in wanted]
    about = {row["record"]: row for row in rows((HERE / "table.csv").read_text("utf-8"))}
    found = rows((out / "board.csv").read_text("utf-8"))
    _same([about[row["record"]] | row for row in golden], found)
    columns = parquet.read_table(out / "board.parquet").to_pylist()
    cells = [{key: "" if row[key] is None else str(row[key]) for key in FIGURES} for row in columns]
    _same(golden, [{key: value.replace("nan", "") for key, value in row.items()} for row in cells])


def _same(golden: list[dict], found: list[dict], rounded: tuple[str, ...] = ()) -> None:
    """Fail, saying which rows and columns, unless all of `golden` is in `found`, in that order. New columns are welcome."""
    before, now = ({(row["record"], row["metric"]): row for row in each} for each in (golden, found))
    lines = [f"{_named(before[key])}: the row is gone" for key in before if key not in now]
    lines += [f"{_named(now[key])}: the row is new" for key in now if key not in before]
    for key in (key for key in before if key in now):
        for column, value in before[key].items():
            got = now[key].get(column)
            if got != value and not (column in rounded and _close(got, value)):
                lines.append(f"{_named(before[key])}: {column} was {value!r}, is {got!r}")
    assert not lines, "\n".join([f"{len(lines)} differences", *lines[:20]])
    assert list(now) == list(before), "the rows are the same, but come in another order"


def _close(got: str | None, value: str) -> bool:
    return bool(got) and bool(value) and math.isclose(float(got), float(value), rel_tol=ROUNDING, abs_tol=ROUNDING)


def _named(row: dict) -> str:
    return " ".join(str(row[key]) for key in ("benchmark", "checkpoint", "record", "metric") if key in row)


def _path(name: str) -> Path:
    return RESULTS / f"{name}.json"


def _copied(names, folder: Path) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_path(name), folder / f"{name}.json")
    return folder


def _hash(path: Path) -> str:
    body = path.read_bytes().rpartition(b',\n"check": ')[0]
    return hashlib.blake2b(body, digest_size=8).hexdigest()


def _trial(words: str, settings: dict) -> Trial:
    """The trial of a record's words: "METHOD, [SHARE CUE, [rest CUE, SPLIT CUE, ...]] seed N"."""
    method, *cues, seed = words.split(", ")
    budget = None
    if cues:
        share, cue = cues[0].split(" ", 1)
        more = [tuple(each.split(" ", 1)) for each in cues[1:]]
        rest = dict(more).get("rest", "")
        also = tuple(each for each in more if each[0] != "rest")
        budget = LabelBudget(cue=cue, share=None if share == "given" else float(share), rest=rest, also=also)
    own = {key: value for key, value in settings.items() if key != "classes"}
    return Trial(method=method, settings=own, budget=budget, seed=int(seed.removeprefix("seed ")))
