"""When an alert begins, when it is over, and how strange a value must be for one.

The line is what the budget allows, or less: where nothing was half as strange for some days,
less is already an event of its own. A series that is never calm has the whole line.
"""

from typing import Any

from scarline.scars.clocks import Moment
from scarline.scars.habits import begin_habit, expected_size, forget_habits, grow_habit
from scarline.scars.machine import machine
from scarline.scars.memory import BELOW_THE_LINE, RAISED, STEADY, WARMING

TOLD, EXPECTED = 1, 2
"""What an alert may be: one with an onset, or a habit, of which nothing is said."""
WARM = 100
"""Values that are taken for warming."""
CALM = 0.7
CALM_VALUES, CALM_SECONDS = 4.0, 1800.0
REST_VALUES, REST_SECONDS = 3.0, 3600.0
"""An alert ends after so much calm (a share of the alert line, for so long) and rest."""
SETTLING_VALUES, SETTLING_DAYS = 30.0, 1.0 / 24.0
"""What has lasted longer than both, and is no calmer, is how it is now."""
ALONE = 2.0
"""So many times as strange as all else of late is an event, down to"""
LEAST_LINE = 0.7
"""this share of what the budget allows."""
LINE_VALUES, LINE_DAYS = 300.0, 7.0
"""Of late is the longer of these: the line falls by a factor e in that time."""


@machine
def lowered_line(s: Any, at: Moment) -> float:
    """Return which share of the surprise that the budget allows is an onset now (0.7 to 1)."""
    s.line = max(LEAST_LINE, s.line * (1.0 - 1.0 / max(LINE_VALUES, LINE_DAYS * at.per_day)))
    return float(s.line)


@machine
def raise_alert(s: Any, at: Moment, size: float, surprised: float, out: Any) -> None:
    """Write score and state, and keep the account of the alert: one onset until it is calm.

    ``size`` is how far the value is from the level, ``surprised`` the surprise as a share of
    what is an onset.
    """
    s.line = min(1.0, max(s.line, ALONE * surprised * s.line))
    if s.count < WARM:
        out.state = WARMING
        return
    out.score = 1.0 - 2.0**-surprised
    s.since += 1
    forget_habits(s, at)
    if s.raised:
        _go_on(s, size, surprised, out)
    elif surprised >= 1.0:
        _begin(s, at, size, out)
    out.state = RAISED if s.raised == TOLD else STEADY
    if s.raised == EXPECTED:
        out.score = min(out.score, BELOW_THE_LINE)


@machine
def _begin(s: Any, at: Moment, size: float, out: Any) -> None:
    s.calm, s.since = 0, 0
    s.allowed = expected_size(s, at, out.direction)
    s.raised = EXPECTED if size <= s.allowed else TOLD
    out.onset = int(s.raised == TOLD)
    begin_habit(s, at, out.direction)
    grow_habit(s, size)


@machine
def _go_on(s: Any, size: float, surprised: float, out: Any) -> None:
    grow_habit(s, size)
    if s.raised == EXPECTED and surprised >= 1.0 and size > s.allowed:
        s.raised = TOLD
        out.onset = 1
    s.calm = s.calm + 1 if surprised < CALM else 0
    interval = max(s.interval, 1e-6)
    calm = s.calm >= max(CALM_VALUES, CALM_SECONDS / interval)
    if calm and s.since > max(REST_VALUES, REST_SECONDS / interval):
        s.raised = 0


@machine
def patience(at: Moment) -> float:
    """Return the values after which what has been no calmer is accepted."""
    return max(SETTLING_VALUES, SETTLING_DAYS * at.per_day)
