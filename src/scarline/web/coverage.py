"""Which parts of a stretch of time a stream's runs looked at, and which they did not, and why.

"Nothing there" and "could not look" are two answers: what live runs asked and what they are
missing tells them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scarline.errors import UsageError
from scarline.model import Missing, Window, stamp
from scarline.pipeline import Pipeline
from scarline.web.looked import Looked, Stretch, joined, micros, window, within, without

BY_HAND = timedelta(minutes=15)
"""How long ago the newest look may be for its end to be the end, where pulls keep no rhythm."""

ROUNDS, LEAST = 2, timedelta(minutes=3)
"""How many of the usual times between two pulls it may be ago where they do, and how long at least:
one pull may be late, or still at work."""


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


def covered(
    road: Pipeline, seen: Looked, since: datetime | None, until: datetime | None, stream: str
) -> dict[str, Any]:
    """Return what was looked at between two times, as told in JSON.

    Without a start it is from the first look on. Without an end it is up to the newest look, as
    long as that is no longer ago than the pulls explain; else up to now.
    """
    # To the minute, so that what has not changed is the same answer for that long.
    now = road.clock().replace(second=0, microsecond=0)
    end, slack = (until, timedelta(0)) if until else _end(seen, now, since)
    stretch = _asked(since, end, seen.first())
    return coverage_as_data(coverage(seen, stretch, stream, slack))


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


def coverage(
    all_looked: Looked, asked: Window | None, stream: str, slack: timedelta = timedelta(0)
) -> Coverage:
    """Return what was looked at of the window ``asked``; of None, nothing was, nor could be.

    A search that ends within ``slack`` before its end lacks nothing there.
    """
    if asked is None:
        return Coverage(None, looked=False, answered=(), missing=())
    if all_looked.never:
        lacks = [Missing(what, asked, reason) for what, reason in all_looked.never]
        return Coverage(asked, looked=False, answered=(), missing=lacks)
    never = f"no live run has looked here: scarline pull {stream}, with --from and --to"
    whole = (micros(asked.start), micros(asked.end))
    searches = [it for it, own in all_looked.asked.items() if within(own, whole)]
    seen = joined(
        part for it in searches for part in within(all_looked.answered.get(it, ()), whole)
    )
    missing = [gap for it in sorted(searches) for gap in _gaps(all_looked, it, whole, never)]
    missing = [
        it
        for it in missing
        if not (it.reason == never and it.window.end == asked.end and _length(it) <= slack)
    ]
    missing += [  # what stands beside the searches, such as the rest of some traces
        Missing(what, window(part), reason)
        for what, stretch, reason in all_looked.lacking
        if what not in all_looked.asked
        for part in within([stretch], whole)
    ]
    if not searches:
        missing.insert(0, Missing(stream, asked, never))
    return Coverage(asked, bool(seen), [window(it) for it in seen], missing)


def _gaps(all_looked: Looked, what: str, whole: Stretch, never: str) -> list[Missing]:
    gaps = without([whole], all_looked.answered.get(what, ()))
    found = []
    for other, stretch, reason in reversed(all_looked.lacking):
        if other == what and (parts := [it for gap in gaps for it in within([stretch], gap)]):
            found += [(it, reason) for it in parts]
            gaps = without(gaps, parts)
    found += [(it, never) for it in gaps]
    return [Missing(what, window(stretch), reason) for stretch, reason in sorted(found)]


def _length(gap: Missing) -> timedelta:
    return gap.window.end - gap.window.start


def _end(seen: Looked, now: datetime, since: datetime | None) -> tuple[datetime, timedelta]:
    """Return where a stretch ends whose end nobody asked for, and how much searches may lack there.

    What came since the newest look could not have been looked at yet.
    """
    newest, slack = seen.last(), BY_HAND
    if seen.usual_seconds is not None:
        slack = max(LEAST, ROUNDS * timedelta(seconds=seen.usual_seconds))
    if newest is None or now - newest > slack or (since is not None and newest <= since):
        return now, timedelta(0)
    return newest, slack


def _asked(since: datetime | None, until: datetime, first: datetime | None) -> Window | None:
    """Return the stretch that was asked, from ``first`` where no start was; None if it is empty."""
    start = since if since is not None else first
    try:
        return None if start is None else Window(start, until)
    except UsageError:
        return None
