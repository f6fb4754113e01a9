"""Time buckets: which interval an answer has, and where its buckets begin.

Facts: Datadog docs "Rollup" (the table of default intervals of the API, the cap of 1,500 points a
series, a too small interval silently raised); the recorded v1 query for the edges: buckets stand
on multiples of the interval since the epoch, the one that holds an unaligned `from` is dropped,
the last one begins before `to` and may reach past it.
"""

import numpy as np
from numpy.typing import NDArray

GRAIN = 20
"""Seconds between readings, and the finest interval of any answer."""

CAP = 1500
"""The most points a series has in one answer."""

RETENTION_SECONDS = 456 * 86_400.0
"""Fifteen months: nothing older is kept."""

_DEFAULTS = (
    (3_600, 20),
    (4 * 3_600, 60),
    (86_400, 300),
    (2 * 86_400, 600),
    (7 * 86_400, 3_600),
    (31 * 86_400, 4 * 3_600),
)
_NICE = (20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400)


def interval_for(span: float, asked: int | None = None) -> int:
    """Choose the interval (seconds) for a window of `span` seconds.

    Without a wish it is the default of the table. A wish is kept if it fits the cap and is not
    finer than the readings; otherwise it becomes the next nice interval that fits.
    """
    wish = asked or next((interval for limit, interval in _DEFAULTS if span <= limit), 86_400)
    least = max(GRAIN, wish, -(-span // CAP))
    if least == wish:
        return wish
    return next((nice for nice in _NICE if nice >= least), int(-(-least // 86_400)) * 86_400)


def bucket_starts(start: float, end: float, interval: int, now: float) -> NDArray[np.int64]:
    """Give the beginnings (epoch seconds) of the buckets that answer [start, end).

    Nothing begins after `now`, and nothing is older than the retention.
    """
    first = -(-max(start, now - RETENTION_SECONDS) // interval)
    last = min(-(-end // interval) - 1, now // interval)
    return np.arange(int(first), int(last) + 1, dtype=np.int64) * interval
