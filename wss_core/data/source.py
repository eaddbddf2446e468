"""What every kind of data set gives: rows of cells by role, the class names it says, and the files it consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class DatasetSource:
    """One split of a data set, found and not yet read.

    rows: what gives {role: cell} by number, or by iteration alone when streamed. classes: the names by place, () when
    the data do not say; revision: the commit, or the hash of the files; both are looked up when asked for, since that
    takes reading, and neither is a lambda, so that other processes may have them. roles: those for which there is a
    column. tag_names: what a whole number among the tags stands for.
    """

    rows: Sequence[dict] | Iterable[dict]
    classes: Callable[[], tuple[str, ...]]
    roles: frozenset[str]
    revision: Callable[[], str]
    tag_names: tuple[str, ...] = ()
    streamed: bool = False
