"""Engines: where tasks are done. local (processes of this machine), ray (a cluster), jobs (machines of the Hub).

A task gives the same record of the same name wherever, and however often, it is done. So an engine may repeat a task when
a machine was lost, and two engines may work on one folder of results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...records.record import Failure, Record
from ...tasks.task import EvalTask

Outcome = Record | Failure | None  # None = another process does the task
RunTask = Callable[..., Outcome]  # (task, limits=Limits, stop=Event or None); it can be pickled
Engine = Callable[[Sequence[EvalTask], RunTask], Iterator[tuple[EvalTask, Outcome]]]
