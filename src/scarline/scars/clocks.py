"""The time of a series: its interval, its gaps, and a clock that may jump."""

import math
from typing import Any, NamedTuple

from scarline.scars.machine import machine
from scarline.scars.memory import DAY_HOURS, HOURS, SLOTS

HOUR_SECONDS = 3600.0
DAY_SECONDS = 86400.0
WEEK_SECONDS = 604800.0
MONDAY = 345600.0
"""The first Monday after the beginning of 1970, which was a Thursday."""
GAP = 6.0
"""Intervals without a value after which short-lived knowledge is worth nothing."""
PATIENCE = 5
"""Values in a row, each later than the one before, that must come from the past before it is
believed that the clock was set back. Fewer are late or repeated, and are left out."""
EARLY = 20
INTERVAL_PACE = 0.02
"""How quickly the interval is learnt; the first values of a series move it further."""
LEAST_DAY = 24.0
"""A day is never taken for fewer values than this."""


class Moment(NamedTuple):
    """Where a value stands in time."""

    day: float  # the share of it that has passed
    per_day: float  # values a day
    gap: bool
    slot: int  # of the day
    day_hour: int  # of the day
    hour: int  # of the week
    minute: int  # of the hour
    odd_week: int  # 1 in every second week
    last_of_hour: bool


@machine
def tick(s: Any, ts: float) -> bool:
    """Move the clock to ``ts``; return whether the value is to be judged.

    Where it is not, nothing but the count of those in a row is kept.
    """
    elapsed = ts - s.last
    if elapsed <= 0.0:
        if s.behind > 0 and ts > s.behind_at:
            s.behind += 1
        else:
            s.behind = 1 if elapsed < 0.0 else 0
        s.behind_at = ts
        if s.behind < PATIENCE:
            return False
    else:
        _learn_interval(s, elapsed)
    s.behind = 0
    s.last = ts
    s.count += 1
    return True


@machine
def _learn_interval(s: Any, elapsed: float) -> None:
    """Follow the median of the intervals: each moves it by the same share at most."""
    if s.interval == 0.0:
        s.interval = elapsed
    elif elapsed != s.interval:
        off = math.log(elapsed / s.interval)
        off = max(-1.0, min(1.0, off))
        step = 0.1 * off if s.count < EARLY else INTERVAL_PACE * max(-0.5, min(0.5, off))
        s.interval *= math.exp(step)


@machine
def moment(s: Any, ts: float, before: float) -> Moment:
    """Return where ``ts`` stands, after :func:`tick`; ``before`` is the time of the last value."""
    days, weeks = ts / DAY_SECONDS, (ts - MONDAY) / WEEK_SECONDS
    day, hours = days - math.floor(days), (weeks - math.floor(weeks)) * HOURS
    interval = max(s.interval, 1e-6)
    return Moment(
        day,
        max(LEAST_DAY, DAY_SECONDS / interval),
        ts < before or ts - before > GAP * interval,
        min(SLOTS - 1, int(day * SLOTS)),
        min(DAY_HOURS - 1, int(day * DAY_HOURS)),
        min(HOURS - 1, int(hours)),
        min(59, int((hours - math.floor(hours)) * 60.0)),
        math.floor(weeks) % 2,
        (hours - math.floor(hours)) * HOUR_SECONDS + interval >= HOUR_SECONDS,
    )
