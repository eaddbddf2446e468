"""Records as files: FOLDER/BENCHMARK/NAME.json, the same in a folder and in a results data set on the Hub.

NAME is a hash of what the record is of (its Identity), so whoever evaluates the same again, anywhere, makes a file of the same
name. The last key of a file is a hash of what stands before it.
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

FORMAT, READ = 2, (1, 2)  # of what is written, and of what can be read: 1 has packed numbers in rows alone
MAX_FILE = 50_000_000
FAILED = ".failed.json"
LONG = ("ids", "groups", "packed")  # their texts are as long as the pictures are many

logger = logging.getLogger(__name__)


def record_path(identity: Identity, folder: Path) -> Path:
    """Where the record of an identity lies in a folder of results."""
    return Path(folder) / identity.benchmark / f"{identity.name}.json"


def write(record: Record, folder: Path) -> Path:
    """Write the record, as a whole or not at all, and return its path. One that is there already stays as it is."""
    path = record_path(record.identity, folder)
    if find(record.identity, folder) is None:
        _put(path, record)
    path.with_name(path.stem + FAILED).unlink(missing_ok=True)
    return path


def write_failure(failure: Failure, folder: Path) -> Path:
    """Write why an evaluation failed, in place of an older reason."""
    path = record_path(failure.identity, folder)
    path = path.with_name(path.stem + FAILED)
    _put(path, failure)
    return path


def find(identity: Identity, folder: Path) -> Record | None:
    """The record of an identity; None when there is none, or it is damaged, which is warned of."""
    path = record_path(identity, folder)
    return next(iter(_sound([path], Record)), None) if path.exists() else None


def find_failure(identity: Identity, folder: Path) -> Failure | None:
    """Why the evaluation of an identity failed; None when it has not."""
    path = record_path(identity, folder)
    path = path.with_name(path.stem + FAILED)
    return next(iter(_sound([path], Failure)), None) if path.exists() else None


def read(path: Path) -> Record:
    """The record in a file. Raises ValueError when it is damaged, was changed, or is of another name."""
    return _read(path, Record)


def read_all(folder: Path) -> list[Record]:
    """All records below a folder, oldest first. A damaged one is skipped, with a warning that names it."""
    return _sound(sorted(path for path in Path(folder).glob("*/*.json") if not path.name.endswith(FAILED)), Record)


def failures(folder: Path) -> list[Failure]:
    """All failures below a folder that no later success has overtaken, oldest first."""
    paths = sorted(Path(folder).glob(f"*/*{FAILED}"))
    found = _sound([p for p in paths if not p.with_name(p.name.replace(FAILED, ".json")).exists()], Failure)
    return sorted(found, key=lambda failure: failure.date)


def _sound(paths: list[Path], kind: type) -> list:
    found = []
    for path in paths:
        try:
            found.append(_read(path, kind))
        except (ValueError, OSError) as error:
            warn(path, error)
    return sorted(found, key=lambda one: (one.date, one.identity.name))


def warn(path: Path, error: Exception | str) -> None:
    """Log that a file is left out, and why."""
    logger.warning("left out %s: %s", bounds.visible(str(path)), bounds.visible(str(error)))


def _read(path: Path, kind: type):
    """The one door of records: what comes out of it is within bounds (`bounds`), and makes sense (`sound`)."""
    form = _form(path)
    found = from_plain(kind, form)
    if path.name.partition(".")[0] != found.identity.name or path.parent.name != found.identity.benchmark:
        raise ValueError(
            f"it is the record {found.identity.benchmark!s:.80}/{found.identity.name}.json. Give it its own name"
        )
    validate.check(found) if kind is Record else validate.check_failure(found)
    warn_unknown_fields(found, path)
    return found


def _form(path: Path) -> dict:
    """The values of a file, unchanged since it was written, within bounds and of a format that is known."""
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise ValueError("it is no file. Delete it")
    if about.st_size > MAX_FILE:
        raise ValueError(f"it is above {MAX_FILE:,} bytes: no record is. Delete it")
    body, _, check = path.read_bytes().rpartition(b',\n"check": ')
    if check.strip() != f'"{_hash(body)}"\n}}'.encode():
        raise ValueError("it is damaged or was changed after it was written. Delete it and evaluate again")
    form = bounds.parse(body + b"}")
    if not isinstance(form, dict):
        raise ValueError("it holds no fields. Delete it and evaluate again")
    version = form.pop("format", None)
    if type(version) is not int or version not in READ:
        raise ValueError(
            f"it is of another format; this version reads {' and '.join(map(str, READ))}. Update the project"
        )
    for key, value in form.items():
        bounds.check({key: value}, longest=MAX_FILE if key in LONG else bounds.MAX_TEXT)
    return form


def _put(path: Path, what: Record | Failure) -> None:
    """Write a file of the format, as a whole or not at all."""
    form = {"format": FORMAT} | to_plain(what)
    body = "{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in form.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_atomic(path) as part:
        part.write_text(f'{body},\n"check": "{_hash(body.encode())}"\n}}\n', encoding="utf-8")


def _hash(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=8).hexdigest()
