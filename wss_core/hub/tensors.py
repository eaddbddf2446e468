"""Read and write model.safetensors: arrays and their names, no code. A file is checked before it is read."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

MAX_BYTES = 2_000_000_000
MAX_HEADER = 10_000_000
TYPES = {"F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}  # those NumPy has


def write(state: dict[str, np.ndarray], path: Path) -> None:
    """Write weights by name. Raises ValueError for what `read` would refuse."""
    _check_finite(state, "these weights", "Train again with a smaller rate")
    save_file({name: np.asarray(array, order="C") for name, array in state.items()}, path)


def read(path: Path, source: str) -> dict[str, np.ndarray]:
    """Read the weights by name from a file, which messages call `source`.

    Raises ValueError when it is too large or damaged, or holds what is not finite or what NumPy has no type for.
    """
    _check_header(path, source)
    try:
        with safe_open(path, framework="numpy") as file:
            types = {name: file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118
            _check_types(types, source)
            state = {name: file.get_tensor(name) for name in types}
    except SafetensorError as error:
        raise ValueError(f"{source} is damaged or no safetensors ({error}). Save the segmenter again") from None
    _check_finite(state, source, "Take another revision, or train again")
    return state


def _check_types(types: dict[str, str], source: str) -> None:
    unknown = sorted(set(types.values()) - TYPES)
    if unknown:
        raise ValueError(
            f"{source} holds numbers of type {unknown[0]}. Save them as one of: {', '.join(sorted(TYPES))}"
        )


def _check_header(path: Path, source: str) -> None:
    """Raise ValueError for a file or header that is too large; the library itself would accept a header of 100 MB."""
    size = os.path.getsize(path)
    if size > MAX_BYTES:
        raise ValueError(f"{source} is {size:,} bytes; at most {MAX_BYTES:,} are read. Give a smaller model")
    with open(path, "rb") as file:
        header = int.from_bytes(file.read(8), "little")
    if header > min(size, MAX_HEADER):
        raise ValueError(
            f"{source} is damaged or no safetensors (a header of {header:,} bytes). Save the segmenter again"
        )


def _check_finite(state: dict[str, np.ndarray], source: str, advice: str) -> None:
    for name, array in state.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{source}: {name:.80} holds numbers that are not finite (NaN). {advice}")
