"""Pages of spans: a walk over the minutes of a window, and a cursor that says where it goes on.

A cursor holds the time and tie-break of the last row that was given, so it stays true whatever
arrives in the meantime, and what then arrives before that place is missed, as in the real API.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import orjson

from scarline.sandbox import traces
from scarline.sandbox.endpoint import Ask, Refusal
from scarline.sandbox.estate import WEEK
from scarline.sandbox.span_query import Wanted
from scarline.sandbox.traces import MINUTE, SECOND_NS, Row

RETENTION_SECONDS = WEEK
"""How long spans are kept."""

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of an answer: how many rows, behind which cursor, in which direction of time."""

    limit: int
    cursor: str | None
    newest_first: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a page, and whether there are more behind it."""

    rows: list[Row]
    more: bool

    @property
    def after(self) -> str:
        """The cursor of the next page."""
        return _cursor(_place(self.rows[-1]))


def find(ask: Ask, wanted: Wanted, page: Page) -> Found:
    """Give one page of what can be found now."""
    behind = _read(page.cursor) if page.cursor else None
    rows = _walk(ask, wanted, behind, newest_first=page.newest_first)
    found = list(islice(rows, page.limit + 1))
    return Found(found[: page.limit], len(found) > page.limit)


def of_trace(ask: Ask, number: int) -> list[Row]:
    """Give the rows of one trace that can be found now, by time."""
    begun = (number >> 32) // MINUTE
    wanted = Wanted(begun * MINUTE, (begun + traces.LATEST_MINUTES) * MINUTE)
    return [row for row in _walk(ask, wanted, None, newest_first=False) if row.trace.id == number]


def _walk(ask: Ask, wanted: Wanted, behind: Place | None, *, newest_first: bool) -> Iterator[Row]:
    start = max(wanted.start, ask.now - RETENTION_SECONDS)
    end = min(wanted.end, ask.now)
    low, high = round(start * SECOND_NS), round(end * SECOND_NS)
    for minute in _minutes(wanted, start, end, behind, newest_first=newest_first):
        rows = traces.rows(ask.world.seed, ask.world.spans_a_day, minute)
        for row in reversed(rows) if newest_first else rows:
            passed = behind is not None and (
                _place(row) >= behind if newest_first else _place(row) <= behind
            )
            known = low <= row.at < high and row.seen <= ask.now
            if known and not passed and wanted.fits(row):
                yield row


def _minutes(
    wanted: Wanted, start: float, end: float, behind: Place | None, *, newest_first: bool
) -> range:
    """Give the minutes to look at: of one trace only its own, behind a cursor only what is left."""
    first, last = int(start // MINUTE), int(-(-end // MINUTE)) - 1
    number = wanted.trace_number()
    if number is not None:
        begun = (number >> 32) // MINUTE
        first, last = max(first, begun), min(last, begun + traces.LATEST_MINUTES - 1)
    if behind is not None:
        here = behind[0] // SECOND_NS // MINUTE
        first, last = (first, min(last, here)) if newest_first else (max(first, here), last)
    return range(last, first - 1, -1) if newest_first else range(first, last + 1)


def _place(row: Row) -> Place:
    return row.at, row.order


def _cursor(place: Place) -> str:
    return urlsafe_b64encode(orjson.dumps({"after": place})).decode()


def _read(cursor: str) -> Place:
    try:
        at, order = orjson.loads(urlsafe_b64decode(cursor))["after"]
        return int(at), int(order)
    except (ValueError, TypeError, KeyError):
        raise Refusal(400, "the cursor of the page is invalid") from None
