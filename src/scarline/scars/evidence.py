"""The experts: each looks at a value in one way and says how strange it is, in its own measure.

``spike``: off the near forecast. ``level``: off the level and the season. ``stuck``: hardly
moving, for how many values. ``extreme``: beyond all that was seen, in tenths of its range.
``pair``, ``run``, ``long_run``: two, four or twelve values in a row off the level on the same
side, by at least so much; one wild value says nothing to them, an incident much.
"""

from typing import Any, NamedTuple

from scarline.scars.clocks import Moment
from scarline.scars.forecasts import LEARNT, Forecast
from scarline.scars.machine import machine
from scarline.scars.memory import RECENT
from scarline.scars.seasons import SETTLING_PACE

QUIET = 0.1
"""The share of the usual step below which a series hardly moves."""
RUN_BEFORE = 2
"""The place in `recent` of the first of a run of four."""
QUANTUM_LEAST = 1e-9
"""A move of less than this share of the value is rounding of the machine."""
QUANTUM_PACE = 0.05
"""The quantum falls at once to a smaller move; by a larger one it grows by this share of it."""
RANGE_DAYS = 14.0
RANGE_LEAST = 2000.0
"""Days, and at least values, over which the range shrinks again."""
BROADER = 3.0
RANGE_FREE = 100
"""Values up to which the range takes what comes."""


class Evidence(NamedTuple):
    """How strange each expert finds a value, and on which side of what it expects (-1, 0, 1)."""

    strengths: tuple[float, float, float, float, float, float, float]
    sides: tuple[float, float, float, float, float, float, float]


@machine
def evidence(s: Any, at: Moment, said: Forecast, value: float) -> Evidence:
    """Return what the experts say, and remember the deviation."""
    off, away = said.rest - said.near, said.rest - said.level
    if at.gap:
        s.recent[:] = 0.0
    even = away / said.part_of_day
    pair, run, long_run = _lasting(s, even)
    for i in range(RECENT - 1, 0, -1):
        s.recent[i] = s.recent[i - 1]
    s.recent[0] = even
    beyond = max(value - s.high, s.low - value, 0.0) / (s.high - s.low + 1e-12)
    side, floor = _sign(away), 1e-9 + 1e-6 * abs(s.raw)
    s.still = s.still + 1 if abs(value - s.raw) + floor < QUIET * s.step else 0
    return Evidence(
        (
            abs(off) / (said.near_spread * said.part_of_day),
            abs(away) / (said.spread * said.part_of_day),
            s.still,
            10.0 * beyond,
            pair / said.spread,
            run / said.spread,
            long_run / said.spread,
        ),
        (_sign(off), side, 0.0, 1.0 if value > s.high else -1.0, side, side, side),
    )


@machine
def _sign(number: float) -> float:
    return 1.0 if number > 0.0 else -1.0


@machine
def _lasting(s: Any, away: float) -> tuple[float, float, float]:
    """Return by how much the last 2, 4 and 12 values were off at least, on the same side."""
    low, high = away, away
    pair, run = 0.0, 0.0
    for i in range(RECENT):
        low, high = min(low, s.recent[i]), max(high, s.recent[i])
        if i == 0:
            pair = max(low, -high, 0.0)
        elif i == RUN_BEFORE:
            run = max(low, -high, 0.0)
    return pair, run, max(low, -high, 0.0)


@machine
def learn_step(
    s: Any,
    at: Moment,
    said: Forecast,
    value: float,
    settling: bool,  # noqa: FBT001 - compiled functions call by position
) -> None:
    """Learn how much the series moves from one value to the next, usually and at least."""
    moved = abs(value - s.raw)
    if moved > QUANTUM_LEAST * abs(value):
        s.quantum = min(moved, s.quantum + QUANTUM_PACE * min(moved, s.broad))
    pace = max(1.0 / s.count, 1.0 / max(500.0, at.per_day))
    if settling:
        pace = SETTLING_PACE
    elif s.count > LEARNT:
        moved = min(moved, 6.0 * s.step + said.near_spread)
    if settling or not s.raised:
        s.step += pace * (moved - s.step)
    s.raw = value


@machine
def learn_range(s: Any, at: Moment, said: Forecast, value: float) -> None:
    """Widen the range towards what is beyond it, and let it shrink slowly to the level."""
    pace = 1.0 / max(RANGE_LEAST, RANGE_DAYS * at.per_day)
    most = max(10.0 * (s.high - s.low), 12.0 * said.spread)
    if value > s.high:
        s.high += value - s.high if s.count < RANGE_FREE else min(most, 0.5 * (value - s.high))
    else:
        s.high -= pace * (s.high - said.level)
    if value < s.low:
        s.low -= s.low - value if s.count < RANGE_FREE else min(most, 0.5 * (s.low - value))
    else:
        s.low += pace * (said.level - s.low)


@machine
def learn_broad(s: Any, at: Moment, value: float) -> None:
    """Learn how far values are from the level at most; one alone makes it little broader."""
    far = abs(value - s.levels[0])
    if far <= s.broad:
        s.broad *= 1.0 - 1.0 / max(RANGE_LEAST, RANGE_DAYS * at.per_day)
    elif s.count < RANGE_FREE:
        s.broad = far
    else:
        s.broad = min(far, BROADER * s.broad + s.spread)
