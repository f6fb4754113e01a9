"""What the operator remembers of one series: a record of fixed size, and its bytes.

The record is all there is: a series that is stopped, saved, loaded and gone on with has the
same record as one that was never stopped.
"""

import numpy as np
import numpy.typing as npt

from scarline.errors import UsageError

EXPERTS = ("spike", "level", "stuck", "extreme", "pair", "run", "long_run")
"""Who can speak, in the order of the columns: see :mod:`scarline.scars.evidence`."""

SLOTS = 288
"""Of a day: five minutes each. The usual course of a day, and how far values stray from it, are
kept by slot."""
DAY_HOURS = 24
HOURS = 168
"""In a week. What a weekday adds to the usual day is kept by hour."""
SPREAD_PARTS = 4096.0
"""Spreads of slots are whole numbers of this part of the whole day's spread."""
RECENT = 11
"""Deviations before this one that are remembered, for runs of up to twelve."""

_EACH = (len(EXPERTS),)

MEMORY = np.dtype(
    [
        ("mark", "<u8"),  # what these bytes are, and of which version
        # The clock.
        ("count", "<f8"),  # values judged
        ("last", "<f8"),  # time of the newest, in seconds since 1970
        ("interval", "<f8"),  # usual seconds between two
        ("behind", "<f8"),  # values in a row that came from before `last`
        ("behind_at", "<f8"),  # time of the newest of those
        # What was asked for.
        ("direction", "<f8"),  # -1 low is bad, 1 high is bad, 0 both
        ("budget", "<f8"),  # false onsets a week
        # What is expected. Levels and losses: without season, with the day's, with the week's.
        ("levels", "<f8", (3,)),
        ("losses", "<f8", (3,)),
        ("near", "<f8", (2,)),  # a quick and a slower mean of the newest values, season taken off
        ("past", "<f8", (2,)),  # the two newest values, season taken off
        ("near_losses", "<f8", (4,)),
        # How far values stray from it: mean absolute deviations.
        ("near_spread", "<f8"),
        ("spread", "<f8"),
        ("broad", "<f8"),  # the farthest from the level, of late
        ("step", "<f8"),  # from the value before
        ("quantum", "<f8"),  # the smallest move of late from one value to the next
        # What the experts look at.
        ("raw", "<f8"),  # the value before
        ("still", "<f8"),  # values in a row that hardly moved
        ("recent", "<f8", (RECENT,)),  # deviations, newest first
        ("high", "<f8"),
        ("low", "<f8"),
        # The tail of each expert's evidence.
        ("weighed", "<f8"),  # values learnt, by weight
        ("threshold", "<f8", _EACH),
        ("excess", "<f8", _EACH),
        ("excess_square", "<f8", _EACH),
        ("usual", "<f8", _EACH),
        ("peak", "<f8", _EACH),
        ("below", "<f8", _EACH),
        # The alert.
        ("line", "<f8"),  # the share of what the budget allows that is an onset now
        ("raised", "<f8"),  # 1 from an onset until it is calm again; 2 the same, but expected
        ("calm", "<f8"),  # values in a row that were calm
        ("since", "<f8"),  # values since the onset
        # What comes at the same time each day or week: see :mod:`scarline.scars.habits`.
        ("habit", "<f8"),  # hour of the week of the newest onset
        ("allowed", "<f8"),  # how far from the level that one may be
        ("habits", "u1", (HOURS,)),
        ("habit_sizes", "u1", (HOURS,)),
        # The season.
        ("day", "<f4", (SLOTS,)),
        ("day_spread", "<u2", (SLOTS,)),  # in parts of `SPREAD_PARTS`
        ("day_visits", "<f4", (DAY_HOURS,)),  # days, by hour of the day
        ("week", "<f4", (HOURS,)),
        ("week_visits", "u1", (HOURS,)),
    ],
    align=True,
)

STATES = ("missing", "stale", "warming", "steady", "raised")
"""What a judgement can say of a value or of the series; `stale` came too late or twice."""
MISSING, STALE, WARMING, STEADY, RAISED = range(5)

BELOW_THE_LINE = 0.499
"""The highest score of what is strange and yet no onset, where only onsets are to reach 0.5."""

JUDGEMENT = np.dtype(
    [
        ("score", "<f8"),
        ("expected", "<f8"),
        ("low", "<f8"),
        ("high", "<f8"),
        ("missed_by", "<f8"),
        ("expert", "<i4"),
        ("state", "<i4"),
        ("onset", "<i4"),
        ("direction", "<i4"),
    ],
    align=True,
)

Memories = npt.NDArray[np.void]

MARK = int.from_bytes(b"SCAR\0\0\0\3", "little")
"""Another number for each version: what is remembered changes with what is looked at."""


def fresh(series: int, direction: int = 0, budget: float = 1.0) -> Memories:
    """Return memories of series of which nothing is known, shape (series,).

    ``direction`` is -1, 0 or 1; ``budget`` counts false onsets a week.
    """
    made = np.zeros(series, MEMORY)
    made["mark"] = MARK
    made["direction"] = direction
    made["budget"] = budget
    return made


def pack(memories: Memories) -> list[bytes]:
    """Return the bytes of each memory, at most 4096."""
    whole, size = memories.tobytes(), MEMORY.itemsize
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def unpack(states: list[bytes]) -> Memories:
    """Return the memories that :func:`pack` made into bytes, shape (states,), to be written to.

    Raises ``UsageError`` for bytes that are no state, or of another version.
    """
    mark = MARK.to_bytes(8, "little")
    for state in states:
        if len(state) != MEMORY.itemsize or not state.startswith(mark):
            message = (
                f"these {len(state)} bytes are no state of a ScarOperator of this version: "
                "feed it the stored points again instead"
            )
            raise UsageError(message)
    return np.frombuffer(b"".join(states), MEMORY).copy()
