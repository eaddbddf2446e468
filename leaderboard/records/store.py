"""Records as files: FOLDER/BENCHMARK/NAME.json, alike in a folder of results and in a results data set on the Hub.

NAME is a hash of the record's Identity, so the same evaluation, done anywhere, gives a file of the same name. The last key of
a file is a hash of all that stands before it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import stat
from pathlib import Path

from wss_core.atomic_file import write_atomic

from .. import bounds
from ..dataclass_json import from_plain, to_plain, warn_unknown_fields
from . import validate
from .record import Failure, Identity, Record

FORMAT = 2  # of the files written
READABLE = (1, 2)  # formats that can be read; in 1 all packed numbers are in rows
MAX_FILE = 50_000_000  # bytes
FAILED = ".failed.json"
LONG = ("ids", "groups", "packed")  # their texts grow with the number of images

logger = logging.getLogger(__name__)


def record_path(identity: Identity, folder: Path) -> Path:
    """The path of the record of an identity in a folder of results."""
    return Path(folder) / identity.benchmark / f"{identity.name}.json"


def write(record: Record, folder: Path) -> Path:
    """Write a record, and return its path. A sound record that lies there already is not changed."""
    path = record_path(record.identity, folder)
    if find(record.identity, folder) is None:
        _write(path, record)
    _failure_path(record.identity, folder).unlink(missing_ok=True)
    return path


def write_failure(failure: Failure, folder: Path) -> Path:
    """Write why an evaluation failed, in place of an older failure, and return the path."""
    path = _failure_path(failure.identity, folder)
    _write(path, failure)
    return path


def find(identity: Identity, folder: Path) -> Record | None:
    """The record of an identity; None when there is none, and, with a warning, when it is damaged."""
    path = record_path(identity, folder)
    return next(iter(_read_sound([path], Record)), None) if path.exists() else None


def find_failure(identity: Identity, folder: Path) -> Failure | None:
    """The failure of an identity; None when there is none, and, with a warning, when it is damaged."""
    path = _failure_path(identity, folder)
    return next(iter(_read_sound([path], Failure)), None) if path.exists() else None


def read(path: Path) -> Record:
    """Read a record. Raises ValueError when the file is damaged, was changed, or has another name than its identity."""
    return _read(path, Record)


def is_sound(path: Path) -> bool:
    """Whether a file holds a record that can be read; a warning says why not."""
    return bool(_read_sound([path], Record))


def read_all(folder: Path) -> list[Record]:
    """Read all records below a folder, oldest first. A damaged one is left out, with a warning that names it."""
    return _read_sound(sorted(path for path in Path(folder).glob("*/*.json") if not path.name.endswith(FAILED)), Record)


def read_failures(folder: Path) -> list[Failure]:
    """Read all failures below a folder, oldest first, without those for which there is a record now."""
    paths = sorted(Path(folder).glob(f"*/*{FAILED}"))
    return _read_sound([p for p in paths if not p.with_name(p.name.replace(FAILED, ".json")).exists()], Failure)


def warn_left_out(path: Path, error: Exception | str) -> None:
    """Log that a file is left out, and why."""
    logger.warning("left out %s: %s", bounds.visible(str(path)), bounds.visible(str(error)))


def body_hash(body: bytes) -> str:
    """The hash that ends a file, of all bytes before it."""
    return hashlib.blake2b(body, digest_size=8).hexdigest()


def _failure_path(identity: Identity, folder: Path) -> Path:
    return record_path(identity, folder).with_name(identity.name + FAILED)


def _read_sound(paths: list[Path], kind: type) -> list:
    """Read records or failures, oldest first; files that cannot be read are left out with a warning."""
    outcomes = []
    for path in paths:
        try:
            outcomes.append(_read(path, kind))
        except (ValueError, OSError) as error:
            warn_left_out(path, error)
    return sorted(outcomes, key=lambda outcome: (outcome.date, outcome.identity.name))


def _read(path: Path, kind: type):
    """Read a Record or a Failure, and check it. All that is read goes through here. Raises ValueError."""
    outcome = from_plain(kind, _read_values(path))
    identity = outcome.identity
    if path.name.partition(".")[0] != identity.name or path.parent.name != identity.benchmark:
        raise ValueError(f"it is the record {identity.benchmark!s:.80}/{identity.name}.json. Give it its own name")
    validate.check_record(outcome) if kind is Record else validate.check_failure(outcome)
    warn_unknown_fields(outcome, path)
    return outcome


def _read_values(path: Path) -> dict:
    """The values of a file. Raises ValueError when it was changed, is of an unknown format or has values out of bounds."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is not a regular file. Delete it")
    if status.st_size > MAX_FILE:
        raise ValueError(f"it is above {MAX_FILE:,} bytes: no record is. Delete it")
    body, _, check = path.read_bytes().rpartition(b',\n"check": ')
    if check.strip() != f'"{body_hash(body)}"\n}}'.encode():
        raise ValueError("it is damaged or was changed after it was written. Delete it and evaluate again")
    form = bounds.parse(body + b"}")
    if not isinstance(form, dict):
        raise ValueError("it holds no fields. Delete it and evaluate again")
    version = form.pop("format", None)
    if type(version) is not int or version not in READABLE:
        raise ValueError(
            f"it is of another format; this version reads {' and '.join(map(str, READABLE))}. Update the project"
        )
    for key, value in form.items():
        bounds.check_bounds({key: value}, longest=MAX_FILE if key in LONG else bounds.MAX_TEXT)
    return form


def _write(path: Path, outcome: Record | Failure) -> None:
    """Write a file, as a whole or not at all."""
    form = {"format": FORMAT} | to_plain(outcome)
    body = "{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in form.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_atomic(path) as part:
        part.write_text(f'{body},\n"check": "{body_hash(body.encode())}"\n}}\n', encoding="utf-8")
