"""One value after another: what was expected, what the experts say, an onset or not, learning.

:func:`judge` is the whole operator and :func:`judge_many` only brings it values, one or many: so
a stream and a batch have the same numbers.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from scarline.scars.clocks import WEEK_SECONDS, Moment, moment, tick
from scarline.scars.evidence import Evidence, evidence, learn_broad, learn_range, learn_step
from scarline.scars.forecasts import (
    CLIP,
    LEARNT,
    Forecast,
    begin_forecasts,
    forecast,
    learn_levels,
    learn_near,
    learn_spreads,
    rebase_levels,
)
from scarline.scars.machine import kept_machine, machine
from scarline.scars.memory import MISSING, STALE, WARMING, Memories
from scarline.scars.raising import TOLD, lowered_line, patience, raise_alert
from scarline.scars.seasons import FREE, Season, learn_day, learn_losses, learn_week, season
from scarline.scars.tails import begin_tails, learn_tail, paces, reach, surprise

SPIKE, LEVEL = 0, 1
HAS_BAND = (True, True, False, False, True, True, True)
"""Which experts measure in spreads around what was expected."""
OFF_THE_LEVEL = sum(HAS_BAND) - 1
WEIGHTS = (0.9, 0.9, 0.6, 0.75, 1.0, 1.0, 0.85)
"""What the surprise of each expert counts, in the order of `memory.EXPERTS`."""
SHARE_OF_BUDGET = 0.35
"""What one expert may spend of it; they mostly speak of the same moments."""
AGREED, HALF = 0.25, 0.5
"""Where those that look at the near forecast, or on average those that look at the level, are more
than half as surprised as an onset asks for, this share of what is beyond the half is added: two
views of one event are more than one."""
ALONE_AGREED = (1.0 + 2.0 * AGREED * HALF) / (1.0 + 2.0 * AGREED)
"""The share of the target from which an expert is heard if all the others are as surprised."""
LEAST_TARGET = 4.0
"""The smallest surprise that can be an onset: once in 55 values."""
DOUBT = 300.0
"""Values after which what an expert shows counts by half."""
BEYOND_TARGET = 5.0
"""How far beyond the alert line a peak is learnt, at most."""
WEIGHT_OF_RAISED, THRESHOLD_WEIGHT_OF_RAISED = 0.3, 0.1
"""How much is learnt from values while an alert is raised; of the thresholds of the tails less, or
incidents that fill more time than the share above a threshold would lift it to themselves."""
TOO_FAR = 1e20
"""Times beyond are taken for missing: their weeks are not to be counted in whole numbers."""
TOO_LARGE = 1e30
"""Numbers beyond are taken for missing: the season is kept in single precision."""


@machine
def judge(s: Any, ts: float, value: float, out: Any) -> None:
    """Judge one value, learn it, and write the judgement to ``out``.

    ``s`` is a record of `MEMORY`, ``out`` one of `JUDGEMENT`.
    """
    _say_nothing(out)
    if not (abs(ts) < TOO_FAR and abs(value) < TOO_LARGE):
        return
    if s.count == 0:
        s.count, s.last, s.line = 1, ts, 1.0
        begin_tails(s)
        begin_forecasts(s, value)
        out.state, out.expected = WARMING, value
        return
    before = s.last
    if not tick(s, ts):
        out.state = STALE
        return
    at = moment(s, ts, before)
    now = season(s, at)
    said = forecast(s, at, now, value)
    shown = evidence(s, at, said, value)
    target = lowered_line(s, at) * _target(s)
    surprised = weigh(s, shown, target, out)
    _explain(s, said, surprised, target, out)
    raise_alert(s, at, abs(said.rest - said.level), surprised, out)
    _learn(s, at, now, said, shown, target, value)


@machine
def _say_nothing(out: Any) -> None:
    out.score, out.expert, out.state = 0.0, -1, MISSING
    out.expected, out.low, out.high, out.missed_by = math.nan, math.nan, math.nan, math.nan
    out.onset, out.direction = 0, 0


@machine
def _target(s: Any) -> float:
    """Return the surprise that an expert may reach as often as the budget says."""
    a_week = SHARE_OF_BUDGET * s.budget
    return max(LEAST_TARGET, -math.log(a_week * max(s.interval, 1e-6) / WEEK_SECONDS))


@machine
def weigh(s: Any, shown: Evidence, target: float, out: Any) -> float:
    """Return the surprise as a share of the target, and name the expert whose is the largest."""
    most, near, away = -1.0, 0.0, 0.0
    for k in range(len(WEIGHTS)):
        if s.direction != 0.0 and shown.sides[k] != s.direction:
            continue
        surprised = WEIGHTS[k] * surprise(s, k, shown.strengths[k] / (1.0 + DOUBT / s.count))
        if k == SPIKE:
            near = surprised
        elif HAS_BAND[k]:
            away += surprised / OFF_THE_LEVEL
        if surprised > most:
            most = surprised
            out.expert = k
            out.direction = int(shown.sides[k])
    agreed = max(0.0, near - HALF * target) + max(0.0, away - HALF * target)
    return float((max(0.0, most) + AGREED * agreed) / target)


@machine
def _explain(s: Any, said: Forecast, surprised: float, target: float, out: Any) -> None:
    """Write what was expected, the band that would have been no alert, and the miss in spreads."""
    k = out.expert if surprised >= 1.0 and HAS_BAND[max(0, out.expert)] else LEVEL
    centre, spread = said.level, said.spread * said.part_of_day
    if k == SPIKE:
        centre, spread = said.near, said.near_spread * said.part_of_day
    half = spread * reach(s, k, ALONE_AGREED * target / WEIGHTS[k]) * (1.0 + DOUBT / s.count)
    out.expected = said.usual + centre
    out.low, out.high = out.expected - half, out.expected + half
    out.missed_by = (said.rest - centre) / spread


@machine
def _learn(  # noqa: PLR0913, PLR0917 - all that was found out about a value is learnt
    s: Any,
    at: Moment,
    now: Season,
    said: Forecast,
    shown: Evidence,
    target: float,
    value: float,
) -> None:
    told = s.raised == TOLD
    weight = WEIGHT_OF_RAISED if told else 1.0
    pace = paces(s, weight, THRESHOLD_WEIGHT_OF_RAISED if told else 1.0)
    for k in range(len(WEIGHTS)):
        learn_tail(s, k, shown.strengths[k], target + BEYOND_TARGET, pace)
    waited = s.since - patience(at)
    settling = s.raised and s.calm == 0 and waited > 0.0
    if settling and waited <= 1.0:
        rebase_levels(s, said)
    learn_step(s, at, said, value, settling)
    learn_spreads(s, at, said, weight, settling)
    misses = (
        value - s.levels[0],
        value - now.day - s.levels[1],
        value - now.day - now.week - s.levels[2],
    )
    first_day = s.count <= at.per_day
    bound = 2.0 * CLIP * said.spread if s.count > LEARNT else FREE
    learn_levels(s, at, misses, said.spread, weight, settling)
    learn_losses(s, at, now, misses, settling)
    learn_day(s, at, misses[0] - now.day if first_day else misses[1], bound, weight)
    learn_week(s, at, misses[2], bound, weight)
    learn_near(s, at, said)
    learn_range(s, at, said, value)
    learn_broad(s, at, value)


@kept_machine
def judge_many(  # noqa: PLR0913, PLR0917 - columns
    memories: Memories,
    slots: npt.NDArray[np.int64],
    bounds: npt.NDArray[np.int64],
    ts: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
    out: npt.NDArray[np.void],
) -> None:
    """Judge the values of many series, which stand one after another.

    Piece ``i`` are the rows from ``bounds[i]`` to ``bounds[i + 1]``, of the series whose memory is
    ``memories[slots[i]]``; ``ts`` (seconds since 1970), ``values`` and ``out`` have a row each.
    """
    for piece in range(slots.size):
        s = memories[slots[piece]]
        for row in range(bounds[piece], bounds[piece + 1]):
            judge(s, ts[row], values[row], out[row])
