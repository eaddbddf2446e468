"""Files are written as a whole or not at all: beside their place first, then moved over it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def write_atomic(path: Path) -> Iterator[Path]:
    """Give the block a temporary path in the folder of `path`, which replaces `path` when the block ends.

    Whoever reads `path` meanwhile sees the old file or the new one, never a part. Where the block raises, `path` stays as it
    was and the temporary file is deleted; a process that is killed leaves it, hidden and named *.part. The folder must exist.
    """
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
