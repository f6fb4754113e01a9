"""What marks change: which scars are quiet, and why. All of it follows from scars and marks.

A scar that resembles what people marked noise or expected is quiet, unless it is much larger. And
of a series on which they did so often, a scar needs a higher score to be told:

    needs = ALERT_LINE + STEP * (marks noise or expected - marks real)

within ALERT_LINE and MOST_NEEDED. Only scars that began before count, so that a mark changes what
comes after it and nothing that was told before.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scarline.model import stamp
from scarline.scars.marks import NOISE, REAL, Mark, Standing, subject_of
from scarline.scars.operator import ALERT_LINE
from scarline.scars.twins import ALIKE, Forms, Twins, forms, likenesses, twins

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

STEP = 0.05
MOST_NEEDED = 0.75
"""A score of 0.75 is twice the surprise of the alert line, see `judging.py`: what is as strange
as that is told, whatever was said of the series."""

VOICES = 3
"""How many marked twins, the likest, say whether a scar is quiet."""

MUCH_LARGER = 2.0
"""Times that a scar misses by more than the largest of them, to be told all the same."""

_AT_ONCE = 256  # scars whose likeness to all marked ones is held in hand
_QUOTED = 200  # characters of a note in a sentence


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What follows for each scar of a table, by row.

    ``marks`` is what stands of people's marks, ``needs`` the score that a scar of that series
    needs to be told then, ``why`` the reason why a scar is quiet, None for one that is told.
    ``echo`` is the row of its likest marked twin, -1 without one.
    """

    subjects: Sequence[str]
    marks: Sequence[Mark | None]
    twins: Twins
    forms: Forms
    needs: Floats
    why: Sequence[str | None]
    echo: Longs

    def quiet(self, scars: pa.Table) -> frozenset[tuple[str, datetime]]:
        """Return series and onset of the scars that are quiet."""
        keys = zip(scars["series"].to_pylist(), scars["onset"].to_pylist(), strict=True)
        return frozenset(key for key, why in zip(keys, self.why, strict=True) if why is not None)


def judged(scars: pa.Table, stands: Standing) -> Judged:
    """Return what follows for each of ``scars``, rows of SCAR in any order."""
    keys = zip(scars["series"].to_pylist(), scars["onset"].to_pylist(), strict=True)
    subjects = [subject_of(*key) for key in keys]
    marks = [_said(stands.last(it)) for it in subjects]
    own = forms(scars)
    needs = _needs(own, marks)
    heard = _heard(own, marks)
    missed = np.abs(np.nan_to_num(scars["missed_by"].cast(pa.float64()).to_numpy()))
    scores = scars["peak_score"].to_numpy()
    hosts = scars["host"].cast(pa.string()).to_pylist()
    why: list[str | None] = []
    for row, mark in enumerate(marks):
        if mark is not None:
            why.append(_of_mark(mark))
            continue
        voices = [(it, marks[it]) for it in heard.get(row, ())]
        spoken = _of_twins([it for it in voices if it[1]], missed, row, hosts)
        why.append(spoken or _of_series(float(needs[row]), float(scores[row])))
    echo = np.array([heard[row][0] if row in heard else -1 for row in range(len(marks))], np.int64)
    return Judged(subjects, marks, twins(scars, own), own, needs, why, echo)


def _said(mark: Mark | None) -> Mark | None:
    return None if mark is None or mark.mark is None else mark


def _needs(own: Forms, marks: Sequence[Mark | None]) -> Floats:
    """Return the score that each scar needs, by the marks of earlier scars of its series."""
    needs = np.full(len(marks), ALERT_LINE)
    rows = np.array([row for row, it in enumerate(marks) if it is not None], np.int64)
    for series in np.unique(own.series[rows]):
        said = rows[own.series[rows] == series]
        said = said[np.argsort(own.onset[said])]
        steps = [-STEP if (it := marks[row]) and it.mark == REAL else STEP for row in said]
        sums = np.concatenate(([0.0], np.cumsum(steps)))
        mine = np.flatnonzero(own.series == series)
        before = np.searchsorted(own.onset[said], own.onset[mine])
        needs[mine] = np.clip(ALERT_LINE + sums[before], ALERT_LINE, MOST_NEEDED)
    return needs.round(6)


def _heard(own: Forms, marks: Sequence[Mark | None]) -> dict[int, list[int]]:
    """Return the rows of the likest marked twins of each scar that has any."""
    said = np.array([row for row, it in enumerate(marks) if it is not None], np.int64)
    heard: dict[int, list[int]] = {}
    for metric in np.unique(own.metric[said]):
        others = said[own.metric[said] == metric]
        # The latest first: of equals it is the one that is heard.
        others = others[np.lexsort((own.series[others], own.onset[others]))][::-1]
        rows = np.flatnonzero(own.metric == metric)
        for part in np.split(rows, range(_AT_ONCE, len(rows), _AT_ONCE)):
            alike = likenesses(own, part, others)
            for row in np.flatnonzero((alike >= ALIKE).any(axis=1)):
                order = np.argsort(-alike[row], kind="stable")[:VOICES]
                near = order[alike[row][order] >= ALIKE]
                heard[int(part[row])] = others[near].tolist()
    return heard


def _of_mark(mark: Mark) -> str | None:
    if mark.mark == REAL:
        return None
    return f"{mark.who} marked it {mark.mark} at {stamp(mark.at)}{_quoted(mark)}"


def _of_twins(
    voices: Sequence[tuple[int, Mark | None]], missed: Floats, row: int, hosts: Sequence[str]
) -> str | None:
    """Return why a scar is quiet by what was said of its likest marked twins, None if not."""
    against = [(it, mark) for it, mark in voices if mark is not None and mark.mark != REAL]
    if 2 * len(against) <= len(voices):
        return None
    if missed[row] > MUCH_LARGER * max(missed[it] for it, _ in against):
        return None
    (twin, mark), words = against[0], Counter(it.mark for _, it in against)
    count = len(against)
    which = "a scar" if count == 1 else f"{count} scars"
    where = f" on {hosts[twin]}" if hosts[twin] else ""
    often = " and ".join(word or "" for word, _ in words.most_common())
    likest = f"the likest{where} by {mark.who} at {stamp(mark.at)}"
    return f"it resembles {which} marked {often}, {likest}{_quoted(mark)}"


def _of_series(needs: float, score: float) -> str | None:
    if score >= needs:
        return None
    return (
        f"scars of this series were marked {NOISE} or expected more often than real: they are told "
        f"from a score of {needs:.2f} on, and this one has {score:.2f}"
    )


def _quoted(mark: Mark) -> str:
    note = " ".join((mark.why or "").split())
    short = note if len(note) <= _QUOTED else f"{note[: _QUOTED - 1]}…"
    return f': "{short}"' if short else ""
