"""What comes at the same time every day, or every week, and is therefore no news.

Jobs, backups and weekends disturb a series by the clock. The season learns what they do as far
as it is the same to the minute and to the value; what is left of it would be an alert each time.
So the onsets of the last week are remembered by hour, with minute, side and size: one that came
at about this time on both days before, or a week ago, and was not much smaller, is a habit.
"""

import math
from typing import Any

from scarline.scars.clocks import Moment
from scarline.scars.machine import machine
from scarline.scars.memory import DAY_HOURS, HOURS

DAYS = 2
"""So many days running make a habit of the day; one week before makes one of the week,"""
FEW = 4
"""unless there were more onsets than that in a week: then one of them fits any time by chance."""
DAY_MINUTES, WEEK_MINUTES = 40, 60
"""How far from the same time of the day, and of the week, it may come. At most 60."""
LARGER = 2.0
"""An onset that grows so many times larger than the habit is news."""
MINUTES = 60
STEPS = 2.0
LEAST = 128.0
"""Sizes are kept as whole half octaves, from 2 to the power of -64 on."""


@machine
def expected_size(s: Any, at: Moment, side: int) -> float:
    """Return how far from the level an onset on that side may be by habit; 0 if there is none."""
    size = 0.0
    if 0 < _onsets(s) <= FEW:
        size = _came(s, at, side, HOURS, WEEK_MINUTES)
    if size == 0.0:
        for day in range(1, DAYS + 1):
            came = _came(s, at, side, day * DAY_HOURS, DAY_MINUTES)
            if came == 0.0:
                return 0.0
            size = max(size, came)
    return LARGER * size


@machine
def _onsets(s: Any) -> int:
    return int((s.habits > 0).sum())


@machine
def _came(s: Any, at: Moment, side: int, hours: int, within: int) -> float:
    """Return the size of the onset on that side so many hours ago, give or take minutes; or 0."""
    for near in (0, -1, 1):
        place = at.hour - hours + near
        weeks = math.floor(place / HOURS)
        hour = place - weeks * HOURS
        if s.habits[hour] == 0:
            continue
        minute, was, odd = _told(s.habits[hour])
        same = was == side and odd == (at.odd_week - weeks) % 2
        if same and abs(near * MINUTES + minute - at.minute) <= within:
            return float(2.0 ** ((s.habit_sizes[hour] - LEAST) / STEPS))
    return 0.0


@machine
def _told(code: int) -> tuple[int, int, int]:
    rest = int(code) - 1
    return rest % MINUTES, 1 if rest // MINUTES % 2 else -1, rest // (2 * MINUTES)


@machine
def begin_habit(s: Any, at: Moment, side: int) -> None:
    """Remember that an onset on that side came now."""
    s.habit = at.hour
    s.habits[at.hour] = 1 + at.minute + MINUTES * (1 if side > 0 else 0) + 2 * MINUTES * at.odd_week
    s.habit_sizes[at.hour] = 0


@machine
def grow_habit(s: Any, size: float) -> None:
    """Remember how far from the level the newest onset has come."""
    code = LEAST + STEPS * math.log2(max(size, 1e-300))
    place = int(s.habit)
    s.habit_sizes[place] = max(s.habit_sizes[place], int(max(0.0, min(255.0, math.ceil(code)))))


@machine
def forget_habits(s: Any, at: Moment) -> None:
    """Forget what came two hours before this time last week, and did not come again."""
    place = at.hour - 2
    weeks = math.floor(place / HOURS)
    hour = place - weeks * HOURS
    if s.habits[hour] > 0:
        _, _, odd = _told(s.habits[hour])
        if odd != (at.odd_week - weeks) % 2:
            s.habits[hour] = 0
