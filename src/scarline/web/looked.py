"""What all live runs of a stream looked at: each search with its stretches of time."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from scarline.ledger import Run
from scarline.model import Window
from scarline.web.health.standing import standing

Account = tuple[Sequence[Mapping[str, str]], Sequence[Mapping[str, str]]]
"""What one run asked and what it is missing, as the ledger has it: ``what``, ``window``, and the
``reason`` of what is missing. A window is two times of RFC 3339 with a slash between them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)

Stretch = tuple[int, int]  # microseconds since 1970, without the last


@dataclass(frozen=True, slots=True)
class Looked:
    """What all live runs looked at: stretches by search, rising, none touching another.

    ``lacking`` is what runs could not get, with the reason, the latest run's last. ``brought`` has
    the searches by the subject of what they brought, such as a metric. ``usual_seconds`` usually
    lie between two runs; None where they keep no rhythm. ``never`` names what somebody asks for
    and no run looked at, ever, with the reason.
    """

    asked: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    answered: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    lacking: Sequence[tuple[str, Stretch, str]] = ()
    brought: Mapping[str, frozenset[str]] = field(default_factory=dict)
    usual_seconds: float | None = None
    never: Sequence[tuple[str, str]] = ()

    def first(self) -> datetime | None:
        """Return the earliest time that any run asked for, None without any."""
        starts = [own[0][0] for own in self.asked.values() if own]
        return moment(min(starts)) if starts else None

    def last(self) -> datetime | None:
        """Return until when any run asked, None without any."""
        ends = [own[-1][1] for own in self.asked.values() if own]
        return moment(max(ends)) if ends else None

    def about(self, subject: str) -> "Looked":
        """Return what searches looked at that name ``subject``, or that brought something of it."""
        own = {it for it in self.asked if names(it, subject)} | self.brought.get(subject, set())
        return replace(
            self,
            asked={it: own_asked for it, own_asked in self.asked.items() if it in own},
            answered={it: answers for it, answers in self.answered.items() if it in own},
            lacking=[it for it in self.lacking if it[0] in own or it[0] not in self.asked],
        )


def looked(accounts: Iterable[Account]) -> Looked:
    """Return what live runs looked at; ``accounts`` in the order of the runs.

    A run answered what it asked but for what it is missing; what a later run got is no longer
    missing.
    """
    asked: dict[str, list[Stretch]] = {}
    answered: dict[str, list[Stretch]] = {}
    lacking: list[tuple[str, Stretch, str]] = []
    for own_asked, own_missing in accounts:
        holes: dict[str, list[Stretch]] = {}
        for it in own_missing:
            holes.setdefault(it["what"], []).append(_stretch(it["window"]))
            lacking.append((it["what"], _stretch(it["window"]), it["reason"]))
        for it in own_asked:
            stretch = _stretch(it["window"])
            asked.setdefault(it["what"], []).append(stretch)
            own = without([stretch], holes.get(it["what"], ()))
            answered.setdefault(it["what"], []).extend(own)
    return Looked(
        {what: joined(own) for what, own in asked.items()},
        {what: joined(own) for what, own in answered.items()},
        lacking,
    )


def looked_by(runs: Sequence[Run]) -> Looked:
    """Return what those of ``runs``, oldest first, that are live looked at, and what they brought.

    What a run brought without naming it in a search is of all its searches.
    """
    live = [run for run in runs if run.live]
    brought: dict[str, set[str]] = {}
    for run in live:
        searches = {it["what"] for it in run.asked}
        for subject in run.tally:
            named = {it for it in searches if names(it, subject)}
            brought.setdefault(subject, set()).update(named or searches)
    return replace(
        looked([(run.asked, run.missing) for run in live]),
        brought={subject: frozenset(own) for subject, own in brought.items()},
        usual_seconds=standing("", None, runs[::-1]).usual_seconds,
    )


def names(search: str, subject: str) -> bool:
    """Return whether a search has ``subject`` in it, and not as a part of a longer name."""
    return re.search(rf"(?<![\w.-]){re.escape(subject)}(?![\w.-])", search) is not None


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return the same times as stretches that rise and do not touch."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def within(stretches: Iterable[Stretch], whole: Stretch) -> list[Stretch]:
    """Return the parts of ``stretches`` that lie in ``whole``."""
    cut = [(max(start, whole[0]), min(end, whole[1])) for start, end in stretches]
    return [it for it in cut if it[0] < it[1]]


def without(stretches: Iterable[Stretch], holes: Iterable[Stretch]) -> list[Stretch]:
    """Return the parts of ``stretches`` that lie in no hole."""
    left = list(stretches)
    for hole in holes:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, hole[0])), (max(start, hole[1]), end))
            if part[0] < part[1]
        ]
    return left


def _stretch(text: str) -> Stretch:
    start, _, end = text.partition("/")
    return micros(datetime.fromisoformat(start)), micros(datetime.fromisoformat(end))


def micros(at: datetime) -> int:
    """Return the microseconds since 1970."""
    return (at - _EPOCH) // _US


def moment(micros: int) -> datetime:
    """Return the time so many microseconds after 1970 began."""
    return _EPOCH + micros * _US


def window(stretch: Stretch) -> Window:
    """Return a stretch as two aware times."""
    return Window(moment(stretch[0]), moment(stretch[1]))
