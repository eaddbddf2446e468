"""Making batches ahead, in a thread beside the network's own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from threadpoolctl import threadpool_limits

PREFETCHED = 3  # batches made before they are used


def prefetch(make: Callable[[int], Any], start: int, stop: int, count: int = PREFETCHED) -> Iterator[Any]:
    """Yield make(start) .. make(stop - 1), `count` of them made ahead in a thread while the last one is used."""
    with ThreadPoolExecutor(1, initializer=_use_one_thread) as pool:
        futures = deque(pool.submit(make, step) for step in range(start, min(start + count, stop)))
        try:
            for step in range(start + count, stop + count):
                if step < stop:
                    futures.append(pool.submit(make, step))
                if futures:
                    yield futures.popleft().result()
        finally:
            for future in futures:
                future.cancel()


def _use_one_thread() -> None:
    """Have this thread compute without helper threads.

    Where threads outnumber cores, those of the network's arithmetic sleep between its operations, and a step takes half
    as long again.
    """
    torch.get_num_threads()  # the first call in a thread sets its number
    threadpool_limits(1, user_api="openmp")  # of this thread alone
