"""The usual course of a day, and what each hour of a week adds to it.

Whether a season is believed is a matter of which forecast has missed less so far: the level
alone, the level and the day, or the level, the day and the week.
"""

import math
from typing import Any, NamedTuple

from scarline.scars.clocks import Moment
from scarline.scars.machine import machine
from scarline.scars.memory import SLOTS

SMOOTH_FROM = 432.0
"""Values a day from which the course is drawn as a line through the slots, not as steps."""
DAYS_FIRST = 1.2
WEEKS_FIRST = 7.5
"""Days after which a season of that length may be believed."""
TRUST = 12
"""The power by which belief follows the ratio of the losses."""
DAY_MARGIN = 1.08
WEEK_MARGIN = 1.05
"""How many times smaller the loss must be for the season to be believed by half."""
DAY_PACE = 0.15
WEEK_PACE = 0.2
"""The smallest share of a miss that one visit, a day or a week later, takes over."""
OVERLAP = 1.3
"""What a slot learns more where its neighbour learns the rest of the miss."""
LOSS_DAYS = 7.0
SETTLING_PACE = 0.05
MOST_VISITS = 200
FREE = 1e300


class Season(NamedTuple):
    """What the seasons say of a moment, and how much they are believed (0 to 1)."""

    day: float
    week: float
    day_trust: float
    week_trust: float
    seen: bool
    week_seen: bool


@machine
def season(s: Any, at: Moment) -> Season:
    """Return what is usual at that moment of the day and of the week, beside the level."""
    seen, week_seen = s.day_visits[at.day_hour] > 0, s.week_visits[at.hour] > 0
    day_trust, week_trust = 0.0, 0.0
    if seen and s.count > DAYS_FIRST * at.per_day:
        day_trust = _trust(s.losses[0], s.losses[1], DAY_MARGIN)
        if week_seen and s.count > WEEKS_FIRST * at.per_day:
            week_trust = day_trust * _trust(s.losses[1], s.losses[2], WEEK_MARGIN)
    return Season(_daily(s, at), s.week[at.hour], day_trust, week_trust, seen, week_seen)


@machine
def _trust(simple: float, rich: float, margin: float) -> float:
    ratio = margin * (rich + 1e-12) / (simple + 1e-12)
    return 1.0 / (1.0 + ratio**TRUST)


@machine
def _daily(s: Any, at: Moment) -> float:
    if at.per_day <= SMOOTH_FROM:
        return float(s.day[at.slot])
    left, share = _between(at)
    return float((1.0 - share) * s.day[left] + share * s.day[(left + 1) % SLOTS])


@machine
def _between(at: Moment) -> tuple[int, float]:
    """Return the slot whose middle is before, and how far it is to the middle of the next."""
    place = at.day * SLOTS - 0.5
    left = math.floor(place)
    return left % SLOTS, place - left


@machine
def learn_losses(
    s: Any,
    at: Moment,
    now: Season,
    misses: tuple[float, float, float],
    settling: bool,  # noqa: FBT001 - compiled functions call by position
) -> None:
    """Learn how far each of the three forecasts was off; quickly while ``settling``."""
    if not now.seen or s.count <= at.per_day:
        return
    pace = SETTLING_PACE if settling else 1.0 / max(300.0, LOSS_DAYS * at.per_day)
    for i in range(3):
        missed = abs(misses[i if now.week_seen else min(i, 1)])
        loss = s.losses[i]
        if loss == 0.0:
            s.losses[i] = missed + 1e-9
        else:
            s.losses[i] = loss + pace * (min(missed, 4.0 * loss + 1e-9) - loss)


@machine
def learn_day(s: Any, at: Moment, missed: float, bound: float, weight: float) -> None:
    """Learn the course of the day from a miss; it counts up to ``bound`` from the second day."""
    visits = s.day_visits[at.day_hour]
    if visits >= 1.0 or s.raised:
        missed = max(-bound, min(bound, missed))
    per_slot = max(1.0, at.per_day / SLOTS)
    change = weight * missed * max(1.0 / (1.0 + visits), DAY_PACE) / per_slot
    if at.per_day <= SMOOTH_FROM:
        s.day[at.slot] += change
    else:
        left, share = _between(at)
        s.day[left] += OVERLAP * (1.0 - share) * change
        s.day[(left + 1) % SLOTS] += OVERLAP * share * change


@machine
def learn_week(s: Any, at: Moment, missed: float, bound: float, weight: float) -> None:
    """Learn what the hour of the week adds, from the second day on."""
    if s.count <= at.per_day:
        return
    per_hour, visits = max(1.0, at.per_day / 24.0), s.week_visits[at.hour]
    pace = max(0.1, 1.0 / per_hour)
    if visits > 0 or s.raised:
        missed = max(-bound, min(bound, missed))
    if visits > 0:
        pace = max(1.0 / (1.0 + visits), WEEK_PACE) / per_hour
    s.week[at.hour] += pace * weight * missed
    if at.last_of_hour and visits < MOST_VISITS:
        s.week_visits[at.hour] += 1
