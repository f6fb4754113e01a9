"""What the next value should be, and how far off it may be.

Levels move slowly, one for each belief about the season; the near forecast is a mean of four
simple ones (a quick and a slower mean of the newest values, the level, a straight line), each by
how little it has missed of late.
"""

from typing import Any, NamedTuple

from scarline.scars.clocks import Moment
from scarline.scars.machine import machine
from scarline.scars.memory import DAY_HOURS, SLOTS, SPREAD_PARTS
from scarline.scars.seasons import FREE, SETTLING_PACE, Season

CLIP = 2.75
"""Spreads up to which a miss is learnt."""
QUICK, SLOWER = 0.6, 0.12
LEVEL_DAYS = (1.2, 1.0, 12.0)
"""Days over which a level forgets: without season, with the day's, with the week's."""
NEAR_WINDOW = 200.0
SHARPNESS = 4
"""The power of its loss by which a forecast loses weight."""
FLOOR_OF_RANGE = 2e-3
FLOOR_OF_SIZE = 1e-6
FLOOR_OF_QUANTUM = 0.1
"""No spread is smaller than these shares of how far the series has strayed, of its level, and of
its smallest moves: a counter of few has steps, and one step is no incident."""
ROUGH = 2.5
"""A slot of the day has a spread of its own where it strays so many times farther than the whole
day: at sharp edges, or where jobs run."""
PART_PACE = 0.1
PART_CLIP = 10.0
LASTING = 12.0
"""Values after an onset from which the near forecast follows the series wherever it went."""
LEARNT = 30
"""Values after which misses are bounded."""


class Forecast(NamedTuple):
    """What is expected of a value, with the season taken off it.

    ``rest`` is the value itself without the season; ``near_spread`` and ``spread`` are the mean
    absolute misses of ``near`` and ``level``, in the unit of the series.
    """

    usual: float  # the season
    rest: float
    near: float
    level: float
    near_spread: float
    spread: float
    part_of_day: float  # how much this part of the day varies, against the whole


@machine
def begin_forecasts(s: Any, value: float) -> None:
    """Take the first value for the level of all."""
    s.levels[:] = value
    s.near[:] = value
    s.past[:] = value
    s.raw = value
    s.high = value
    s.low = value


@machine
def forecast(s: Any, at: Moment, now: Season, value: float) -> Forecast:
    """Return what was to be expected of ``value`` before it came."""
    usual = now.day_trust * now.day + now.week_trust * now.week
    level = (
        (1.0 - now.day_trust) * s.levels[0]
        + (now.day_trust - now.week_trust) * s.levels[1]
        + now.week_trust * s.levels[2]
    )
    part = _part_of_day(s, at)
    floor = FLOOR_OF_RANGE * s.broad + FLOOR_OF_SIZE * abs(level) + FLOOR_OF_QUANTUM * s.quantum
    floor += 1e-9
    near, near_spread = _near(s, level), s.near_spread
    if at.gap:
        near, near_spread = level, max(s.near_spread, s.spread)
    return Forecast(usual, value - usual, near, level, near_spread + floor, s.spread + floor, part)


@machine
def _candidates(s: Any, level: float) -> tuple[float, float, float, float]:
    return s.near[0], s.near[1], level, 2.0 * s.past[0] - s.past[1]


@machine
def _near(s: Any, level: float) -> float:
    guesses = _candidates(s, level)
    least = s.near_losses.min() + 1e-12
    total, weights = 0.0, 0.0
    for i in range(4):
        weight = (least / (s.near_losses[i] + 1e-12)) ** SHARPNESS
        total += weight * guesses[i]
        weights += weight
    return total / weights


@machine
def learn_near(s: Any, at: Moment, said: Forecast) -> None:
    """Learn the newest value, and how good each near forecast of it was."""
    guesses = _candidates(s, said.level)
    for i in range(4):
        missed, loss = abs(said.rest - guesses[i]), s.near_losses[i]
        if loss == 0.0:
            s.near_losses[i] = missed + 1e-9
        else:
            pace = max(1.0 / s.count, 1.0 / NEAR_WINDOW)
            s.near_losses[i] = loss + pace * (min(missed, 4.0 * loss + 1e-9) - loss)
    lasts = s.raised and s.since > LASTING
    bound = FREE if lasts or s.count <= LEARNT else 6.0 * said.near_spread
    if at.gap:
        s.near[:] = said.rest
        s.past[0] = said.rest
    else:
        s.near[0] += QUICK * max(-3.0 * bound, min(3.0 * bound, said.rest - s.near[0]))
        s.near[1] += SLOWER * max(-bound, min(bound, said.rest - s.near[1]))
    s.past[1] = s.past[0]
    s.past[0] = said.rest


@machine
def learn_spreads(
    s: Any,
    at: Moment,
    said: Forecast,
    weight: float,
    settling: bool,  # noqa: FBT001 - compiled functions call by position
) -> None:
    """Learn how far the forecasts were off; no miss counts for more than a few spreads.

    While ``settling``, misses of the near forecast count in full: what comes is how it is now.
    """
    off, away = abs(said.rest - said.near), abs(said.rest - said.level)
    even, bounded = off / said.part_of_day, min(away / said.part_of_day, CLIP * said.spread)
    pace, slow_pace = 1.0 / max(300.0, at.per_day), 1.0 / max(300.0, 2.0 * at.per_day)
    if s.count <= LEARNT:
        bounded = away
    elif settling:
        pace, slow_pace, bounded = SETTLING_PACE, SETTLING_PACE, max(off, bounded)
    else:
        even = min(even, CLIP * said.near_spread)
    pace, slow_pace = max(1.0 / s.count, pace), max(1.0 / s.count, slow_pace)
    s.near_spread += pace * (even - s.near_spread)
    s.spread += slow_pace * (bounded - s.spread)
    _learn_part_of_day(s, at, max(off / said.near_spread, away / said.spread), weight)


@machine
def _part_of_day(s: Any, at: Moment) -> float:
    """Return how far values stray at this time of the day, as a share of the whole day's."""
    part = s.day_spread[at.slot] / SPREAD_PARTS
    return float(part) if part > ROUGH else 1.0


@machine
def _learn_part_of_day(s: Any, at: Moment, off: float, weight: float) -> None:
    visits, per_slot = s.day_visits[at.day_hour], max(1.0, at.per_day / SLOTS)
    if visits < 1.0:
        s.day_spread[at.slot] = int(SPREAD_PARTS)
    else:
        pace = weight * max(1.0 / (1.0 + visits), PART_PACE) / per_slot
        part = s.day_spread[at.slot] / SPREAD_PARTS
        part += pace * (min(off, PART_CLIP) - part)
        s.day_spread[at.slot] = int(SPREAD_PARTS * part + 0.5)
    s.day_visits[at.day_hour] += 1.0 / max(1.0, at.per_day / DAY_HOURS)


@machine
def rebase_levels(s: Any, said: Forecast) -> None:
    """Move all levels to where the series is by now."""
    s.levels += s.near[1] - said.level


@machine
def learn_levels(  # noqa: PLR0913, PLR0917 - what was missed, and how to learn it
    s: Any,
    at: Moment,
    misses: tuple[float, float, float],
    spread: float,
    weight: float,
    settling: bool,  # noqa: FBT001 - compiled functions call by position
) -> None:
    """Move the levels by what they missed; quickly and without bounds while ``settling``."""
    bound = FREE if settling or s.count <= LEARNT else 3.0 * CLIP * spread
    for i in range(3):
        pace = weight * max(1.0 / s.count, 1.0 / max(60.0, LEVEL_DAYS[i] * at.per_day))
        if settling:
            pace = max(pace, SETTLING_PACE)
        s.levels[i] += pace * max(-bound, min(bound, misses[i]))
