"""What a run asked for and what it got, as stretches of time that can be drawn."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # it brings Arrow with it, which --help does without
    from scarline.ledger import Run

MOST_PIECES = 120
"""Stretches of one strip: more cannot be told apart on a page."""

MOST_REASONS = 20

MOST_LANES = 100

Told = Mapping[str, str]
"""What the ledger says of one thing that was asked, or is missing: ``what``, ``window``."""

_STATES = ("unasked", "answered", "missing")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in which as many things were asked, and as many of them are missing."""

    start: datetime
    end: datetime
    asked: int
    missing: int

    @property
    def state(self) -> str:
        """Whether something is missing, all was answered, or nothing was asked."""
        return _STATES[self.look[0]]

    @property
    def look(self) -> tuple[int, float]:
        """What can be seen of it, the worst last: its state, and the share that is missing."""
        if self.missing:
            return 2, self.missing / self.asked
        return (1 if self.asked else 0), 0.0


def coverage(run: "Run") -> dict[str, Any]:
    """Return what was asked, answered and missing, why, and when: ``strip`` is by rising time."""
    reasons = Counter(gap["reason"] for gap in run.missing)
    return {
        "asked": len(run.asked),
        "answered": len(run.asked) - len(run.missing),
        "missing": [dict(gap) for gap in run.missing],
        "reasons": [
            {"reason": reason, "count": count}
            for reason, count in reasons.most_common(MOST_REASONS)
        ],
        "strip": drawn(run.asked, run.missing),
    }


def lanes(run: "Run") -> list[dict[str, Any]]:
    """Return the same for each thing that was asked, those first of which most is missing."""
    asked: dict[str, list[Told]] = {}
    missing: dict[str, list[Told]] = {}
    for told, where in ((run.asked, asked), (run.missing, missing)):
        for it in told:
            where.setdefault(it["what"], []).append(it)
    names = sorted(asked.keys() | missing.keys(), key=lambda it: (-len(missing.get(it, ())), it))
    return [
        {
            "what": name,
            "asked": len(asked.get(name, ())),
            "missing": len(missing.get(name, ())),
            "strip": drawn(asked.get(name, ()), missing.get(name, ())),
        }
        for name in names[:MOST_LANES]
    ]


def drawn(asked: Sequence[Told], missing: Sequence[Told]) -> list[dict[str, Any]]:
    """Return a strip as it is written as JSON."""
    found = strip([_ends(it) for it in asked], [_ends(it) for it in missing])
    return [
        {
            "from": it.start,
            "to": it.end,
            "state": it.state,
            "asked": it.asked,
            "missing": it.missing,
        }
        for it in found
    ]


Ends = tuple[datetime, datetime]


def strip(asked: Iterable[Ends], missing: Iterable[Ends]) -> list[Stretch]:
    """Return all time from the first to the last that was asked, at most :data:`MOST_PIECES`.

    Of what is too fine to be told apart the worst shows.
    """
    found = list(_merged(_swept(asked, missing)))
    if len(found) <= MOST_PIECES:
        return found
    start, end = found[0].start, found[-1].end
    edges = [start + (end - start) * at / MOST_PIECES for at in range(MOST_PIECES + 1)]
    return list(_merged(_coarse(found, edges)))


def _swept(asked: Iterable[Ends], missing: Iterable[Ends]) -> Iterator[Stretch]:
    """Yield a stretch from each moment at which something begins or ends to the next.

    What is missing was asked, whatever else is said of that.
    """
    steps: dict[datetime, list[int]] = {}
    for which, windows in enumerate((asked, missing)):
        for start, end in windows:
            steps.setdefault(start, [0, 0])[which] += 1
            steps.setdefault(end, [0, 0])[which] -= 1
    counts = [0, 0]
    for start, end in pairwise(sorted(steps)):
        counts = [count + step for count, step in zip(counts, steps[start], strict=True)]
        asked_now, missing_now = counts
        yield Stretch(start, end, max(asked_now, missing_now), missing_now)


def _merged(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Join neighbours that look alike."""
    for _, alike in groupby(stretches, key=_alike):
        own = list(alike)
        yield replace(own[0], end=own[-1].end, asked=max(it.asked for it in own))


def _alike(it: Stretch) -> tuple[str, int, int]:
    return it.state, it.missing, it.asked if it.missing else 0


def _coarse(found: Sequence[Stretch], edges: Sequence[datetime]) -> Iterator[Stretch]:
    at = 0
    for start, end in pairwise(edges):
        while found[at].end <= start:
            at += 1
        last = at
        while last + 1 < len(found) and found[last + 1].start < end:
            last += 1
        worst = max(found[at : last + 1], key=lambda it: it.look)
        yield Stretch(start, end, worst.asked, worst.missing)


def _ends(told: Told) -> Ends:
    start, _, end = told["window"].partition("/")
    return datetime.fromisoformat(start), datetime.fromisoformat(end)
