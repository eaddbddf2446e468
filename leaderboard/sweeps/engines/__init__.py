"""Engines: where pieces of work are done. local (processes of this machine), ray (a cluster), jobs (machines of the Hub).

Work is idempotent: whoever does a piece, and however often, the same record of the same name comes of it. So an engine may do a
piece again when a machine was lost, and two engines may work on one folder of results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...records.record import Failure, Record
from ...tasks.task import EvalTask

Outcome = Record | Failure | None  # None = somebody else is at it
RunTask = Callable[..., Outcome]  # (work, limits=Limits, stop=Event or None); it can be pickled
Engine = Callable[[Sequence[EvalTask], RunTask], Iterator[tuple[EvalTask, Outcome]]]
