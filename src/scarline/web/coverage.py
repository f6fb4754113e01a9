"""Which parts of a stretch of time a stream's runs looked at, and which they did not, and why.

"Nothing there" and "could not look" are two answers: what live runs asked and what they are
missing tells them apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from scarline.errors import UsageError
from scarline.model import Missing, Window, stamp
from scarline.pipeline import Pipeline

Account = tuple[Sequence[Mapping[str, str]], Sequence[Mapping[str, str]]]
"""What one run asked and what it is missing, as the ledger has it: ``what``, ``window``, and the
``reason`` of what is missing. A window is two times of RFC 3339 with a slash between them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)

Stretch = tuple[int, int]  # microseconds since 1970, without the last


@dataclass(frozen=True, slots=True)
class Looked:
    """What all live runs looked at: stretches by search, rising, none touching another.

    ``lacking`` is what runs could not get, with the reason, the latest run's last.
    """

    asked: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    answered: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    lacking: Sequence[tuple[str, Stretch, str]] = ()

    def first(self) -> datetime | None:
        """Return the earliest time that any run asked for, None without any."""
        starts = [own[0][0] for own in self.asked.values() if own]
        return _EPOCH + min(starts) * _US if starts else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of ``asked`` was looked at. ``looked`` is false where nothing of it was.

    ``answered`` are the stretches at which one search looked at least; ``missing`` names those
    that some search lacks, with the reason.
    """

    asked: Window | None
    looked: bool
    answered: Sequence[Window]
    missing: Sequence[Missing]


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


def covered(
    road: Pipeline, seen: Looked, since: datetime | None, until: datetime | None, stream: str
) -> dict[str, Any]:
    """Return what was looked at between two times, or all of it until now, as told in JSON."""
    # To the minute, so that what has not changed is the same answer for that long.
    now = road.clock().replace(second=0, microsecond=0)
    return coverage_as_data(coverage(seen, _asked(since, until or now, seen.first()), stream))


def coverage_as_data(known: Coverage) -> dict[str, Any]:
    """Return what was looked at as it is told in JSON."""
    return {
        "asked": None if known.asked is None else window_as_data(known.asked),
        "looked": known.looked,
        "answered": [window_as_data(it) for it in known.answered],
        "missing": [
            {"what": it.what, **window_as_data(it.window), "reason": it.reason}
            for it in known.missing
        ],
    }


def window_as_data(window: Window) -> dict[str, str]:
    """Return a stretch of time as it is told in JSON."""
    return {"from": stamp(window.start), "to": stamp(window.end)}


def coverage(all_looked: Looked, window: Window | None, stream: str) -> Coverage:
    """Return what was looked at of ``window``; of None, nothing was and nothing could be."""
    if window is None:
        return Coverage(None, looked=False, answered=(), missing=())
    never = f"no live run has looked here: scarline pull {stream}, with --from and --to"
    whole = (_micros(window.start), _micros(window.end))
    searches = [it for it, own in all_looked.asked.items() if within(own, whole)]
    seen = joined(
        part for it in searches for part in within(all_looked.answered.get(it, ()), whole)
    )
    missing = [gap for it in sorted(searches) for gap in _gaps(all_looked, it, whole, never)]
    missing += [  # what stands beside the searches, such as the rest of some traces
        Missing(what, _window(part), reason)
        for what, stretch, reason in all_looked.lacking
        if what not in all_looked.asked
        for part in within([stretch], whole)
    ]
    if not searches:
        missing.insert(0, Missing(stream, window, never))
    return Coverage(window, bool(seen), [_window(it) for it in seen], missing)


def _gaps(all_looked: Looked, what: str, whole: Stretch, never: str) -> list[Missing]:
    gaps = without([whole], all_looked.answered.get(what, ()))
    found = []
    for other, stretch, reason in reversed(all_looked.lacking):
        if other == what and (parts := [it for gap in gaps for it in within([stretch], gap)]):
            found += [(it, reason) for it in parts]
            gaps = without(gaps, parts)
    found += [(it, never) for it in gaps]
    return [Missing(what, _window(stretch), reason) for stretch, reason in sorted(found)]


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


def _asked(since: datetime | None, until: datetime, first: datetime | None) -> Window | None:
    """Return the stretch that was asked, from ``first`` where no start was; None if it is empty."""
    start = since if since is not None else first
    try:
        return None if start is None else Window(start, until)
    except UsageError:
        return None


def _stretch(text: str) -> Stretch:
    start, _, end = text.partition("/")
    return _micros(datetime.fromisoformat(start)), _micros(datetime.fromisoformat(end))


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _US


def _window(stretch: Stretch) -> Window:
    return Window(_EPOCH + stretch[0] * _US, _EPOCH + stretch[1] * _US)
