"""``scarline watch``: judges a series as it comes, a line for each line."""

import csv
import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, islice

from scarline.errors import UsageError
from scarline.scars import Judgement, Options, ScarOperator

HEADER = ("timestamp", "value")

EARLIEST, LATEST = -62_135_596_800.0, 253_402_300_800.0
"""The years 1 to 9999, as RFC 3339 has them: what is later is milliseconds, as many write."""

ALERT = {True: "1", False: "0"}


Draw = Callable[[float, float, Judgement], None]
"""Is given time, value and judgement of each point."""


def nothing(_ts: float, _value: float, _said: Judgement) -> None:
    """Draw nothing."""


def watched(
    lines: Iterable[str],
    options: Options,
    metric: str,
    tell: Callable[[int, str], None],
    draw: Draw = nothing,
) -> Iterator[str]:
    """Yield lines of CSV, ``timestamp,value,score,alert``, for lines of ``timestamp,value``.

    Time is in seconds since 1970 or as RFC 3339 has it, in UTC where it says no offset; an empty
    value is a missing one. ``alert`` is 1 for the one point that begins an alert. ``tell`` is given
    the number and the reason of a line that cannot be read; the others are judged. Raises
    ``UsageError`` if the first line does not name both columns.
    """
    rows = _rows(lines)
    titles = [it.strip().lower() for it in next(rows, (0, []))[1]]
    if not set(HEADER) <= set(titles):
        raise UsageError("the first line must name the columns: timestamp,value")
    places = [titles.index(name) for name in HEADER]
    operator = ScarOperator(options, metric)
    yield "timestamp,value,score,alert\n"
    for line, row in rows:
        try:
            at, value = (row[place].strip() for place in places)
            ts, number = _seconds(at), _number(value)
        except (ValueError, IndexError):
            tell(line, "no time in seconds or as RFC 3339, and number: kept out")
            continue
        score, said = operator.update(ts, number), operator.last
        draw(ts, number, said)
        yield f"{at},{value},{score:.6g},{ALERT[said.onset]}\n"


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty with the number of its line; one that is none has no cells.

    A byte order mark is left out, in front of which csv would not see a quote.
    """
    rest = iter(lines)
    rows = csv.reader(chain((it.removeprefix("\ufeff") for it in islice(rest, 1)), rest))
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:  # a cell without an end, such as behind a quote that is never closed
            yield rows.line_num, []
            continue
        if row:
            yield rows.line_num, row


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not EARLIEST <= seconds < LATEST:  # nor is what is no number
        raise ValueError("a time is in seconds, in the years 1 to 9999")
    return seconds


def _number(text: str) -> float:
    return float(text) if text else math.nan
