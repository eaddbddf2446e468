"""check_state: whether the weights given to a method fit it."""

from __future__ import annotations

import numpy as np


def check_state(name: str, wanted: dict[str, np.ndarray], given: dict[str, np.ndarray]) -> None:
    """Raise ValueError unless the weights `given` for the method `name` have the names, shapes and types of `wanted`."""
    missing, strange = set(wanted) - set(given), set(given) - set(wanted)
    forms = {key: (_form(wanted[key]), _form(given[key])) for key in set(wanted) & set(given)}
    other = [f"{key} is {got}, not {want}" for key, (want, got) in forms.items() if want != got]
    if missing or strange or other:
        raise ValueError(
            f"weights do not fit {name}: missing {_few(missing)}, unknown {_few(strange)}, other shapes {_few(other)}. "
            "Load them with the settings they were saved with"
        )


def _form(array: np.ndarray) -> str:
    return f"{array.dtype} {array.shape}"


def _few(names) -> str:
    """The first five names, and how many more there are."""
    shown = sorted(names)[:5]
    return str(shown) if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
