"""The ScarOperator of one series: a value in, a score out; and whole series at once."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from scarline.errors import UsageError
from scarline.scars.compiled import Floats, judge_many, judged
from scarline.scars.memory import (
    BELOW_THE_LINE,
    EXPERTS,
    JUDGEMENT,
    STATES,
    Memories,
    fresh,
    pack,
    unpack,
)
from scarline.scars.options import DEFAULT, Direction, Options

ALERT_LINE = 0.5
SIDES = (Direction.BOTH, Direction.HIGH, Direction.LOW)
"""By 0, 1 and -1."""
_NUMERIC = "biufO"
"""Kinds of arrays that may hold numbers; text that reads as one, and dates, are refused: nobody
could say of what unit they are."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was said of one value.

    ``expert`` is the one that found it strangest. ``expected`` and the band from ``low`` to
    ``high``, in which it would have said nothing, are in the unit of the series; ``missed_by`` is
    how far the value is off, in mean absolute deviations. They are nan where nothing was judged.
    ``state`` is one of `memory.STATES`; ``onset`` is True for the one value that begins an alert.
    """

    score: float
    expert: str | None
    expected: float
    low: float
    high: float
    missed_by: float
    state: str
    onset: bool
    direction: Direction


class ScarOperator:
    """Judges the values of one series as they come, knowing nothing of it beforehand.

    >>> operator = ScarOperator()
    >>> operator.update(1_700_000_000.0, 42.0)
    0.0
    >>> operator.last.state
    'warming'
    """

    def __init__(self, options: Options = DEFAULT, metric: str = "") -> None:
        self._remember(fresh(1, options.sign(metric), options.false_onsets_per_week))

    @classmethod
    def resumed(cls, state: bytes) -> Self:
        """Return the operator that gave ``state``: it goes on as if never stopped.

        Raises ``UsageError`` for bytes that are no state, or of another version.
        """
        operator = cls()
        operator._remember(unpack([state]))
        return operator

    def state(self) -> bytes:
        """Return all that is remembered, with the options, in at most 4096 bytes."""
        return pack(self._memories)[0]

    def _remember(self, memories: Memories) -> None:
        self._memories = memories
        self._slots, self._bounds = np.zeros(1, np.int64), np.array([0, 1])
        self._ts, self._values = np.zeros(1), np.zeros(1)
        self._out = np.zeros(1, JUDGEMENT)
        self._out["expert"] = -1
        self._score = self._out["score"]

    def update(self, ts: float, value: float) -> float:
        """Judge ``value`` of time ``ts`` (seconds since 1970), then learn it; return its score.

        The score is in [0, 1]; 0.5 is the alert line. It is 0 while warming, for a value that is
        missing (nan), and for one that is no later than the one before.
        """
        self._ts[0] = ts
        self._values[0] = value
        judge_many()(self._memories, self._slots, self._bounds, self._ts, self._values, self._out)
        return float(self._score[0])

    @property
    def last(self) -> Judgement:
        """Return what was said of the newest value."""
        return _told(self._out[0])


def _told(row: Any) -> Judgement:
    expert = int(row["expert"])
    return Judgement(
        score=float(row["score"]),
        expert=EXPERTS[expert] if expert >= 0 else None,
        expected=float(row["expected"]),
        low=float(row["low"]),
        high=float(row["high"]),
        missed_by=float(row["missed_by"]),
        state=STATES[row["state"]],
        onset=bool(row["onset"]),
        direction=SIDES[row["direction"]],
    )


def score_series(ts: npt.ArrayLike, values: npt.ArrayLike, options: Options = DEFAULT) -> Floats:
    """Return the score of each value: what :meth:`ScarOperator.update` says, one after another.

    ``ts`` are seconds since 1970, ``values`` numbers or nan; both, and what is returned, have
    shape (values,). Raises ``UsageError`` if they are no numbers or not of that shape.
    """
    return np.ascontiguousarray(_judged(ts, values, options)["score"])


def alert_series(ts: npt.ArrayLike, values: npt.ArrayLike, options: Options = DEFAULT) -> Floats:
    """Return scores that reach 0.5 once for each alert, where it begins.

    What goes on after an onset, and the one shift of a level, raise nothing more until it has
    been calm. Arguments are those of :func:`score_series`.
    """
    rows = _judged(ts, values, options)
    return np.where(rows["onset"] == 1, rows["score"], np.minimum(rows["score"], BELOW_THE_LINE))


def _judged(ts: npt.ArrayLike, values: npt.ArrayLike, options: Options) -> npt.NDArray[np.void]:
    times, numbers = _floats(ts, "times"), _floats(values, "values")
    if times.ndim != 1 or times.shape != numbers.shape:
        message = (
            f"{times.shape} times and {numbers.shape} values: "
            "give one time for each value, in one dimension"
        )
        raise UsageError(message)
    memories = fresh(1, options.sign(""), options.false_onsets_per_week)
    bounds = np.array([0, times.size])
    return judged(memories, np.zeros(1, np.int64), bounds, times, numbers)


def _floats(given: npt.ArrayLike, what: str) -> Floats:
    with suppress(TypeError, ValueError):
        numbers = np.asarray(given)
        if numbers.dtype.kind in _NUMERIC:
            return np.asarray(numbers, dtype=np.float64, order="C")
    message = (
        f"the {what} are not all numbers: give a flat list or array of them, "
        "times in seconds since 1970, nan for a value that is missing"
    )
    raise UsageError(message)
