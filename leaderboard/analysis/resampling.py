"""A record's metric on bootstrap resamples of the test pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ..metrics import bootstrap, registry
from ..metrics.registry import METRICS
from ..records.packed_arrays import unpack
from ..records.record import Record

Resample = Callable[[Record, str], "np.ndarray | None"]  # (record, metric) -> float (B,), None while not computed yet


def resampled_values(record: Record, metric: str) -> np.ndarray:
    """float (B,): the metric on B = bootstrap.RESAMPLES resamples, which all records of the same pictures share.

    Only the parts that the metric is read from are unpacked. Raises ValueError for one that the record was not scored by.
    """
    needs = METRICS[metric].needs if metric in METRICS else ()
    parts = {name: unpack(record.packed[name]) for name in needs if name in record.packed}
    return registry.values(metric, parts, _weights(record.group_names()), record.background)


@lru_cache(maxsize=4)  # some 10 MB each
def _weights(groups: tuple[str, ...]) -> np.ndarray:
    return bootstrap.resample_weights(groups)
