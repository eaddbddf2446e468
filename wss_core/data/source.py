"""What a reader of a data format gives: rows of cells by role, class names, and a hash or commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class DatasetSource:
    """One split of a data set that is opened and not yet decoded.

    rows: gives {role: cell} by number, or by iteration alone when streamed. classes: returns the class names in the order
    of their labels, () when the data have none. revision: returns the commit, or the hash of the files. Both are functions
    because they take reading, and no lambdas, so that other processes can unpickle them. roles: those that have a column.
    tag_names: the class names that whole numbers among the tags stand for.
    """

    rows: Sequence[dict] | Iterable[dict]
    classes: Callable[[], tuple[str, ...]]
    roles: frozenset[str]
    revision: Callable[[], str]
    tag_names: tuple[str, ...] = ()
    streamed: bool = False
