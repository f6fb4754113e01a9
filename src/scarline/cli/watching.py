"""``scarline watch``: judges a series as it comes, a line for each line."""

import csv
import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from scarline.errors import UsageError
from scarline.scars import Options, ScarOperator

HEADER = ("timestamp", "value")

ALERT = {True: "1", False: "0"}


def watched(
    lines: Iterable[str], options: Options, metric: str, tell: Callable[[int, str], None]
) -> Iterator[str]:
    """Yield lines of CSV, ``timestamp,value,score,alert``, for lines of ``timestamp,value``.

    Time is in seconds since 1970 or as RFC 3339 has it, in UTC where it says no offset; an empty
    value is a missing one. ``alert`` is 1 for the one point that begins an alert. ``tell`` is given
    the number and the reason of a line that cannot be read; the others are judged. Raises
    ``UsageError`` if the first line does not name both columns.
    """
    rows = csv.reader(lines)
    titles = [it.strip().lower().removeprefix("\ufeff") for it in next(rows, [])]
    if not set(HEADER) <= set(titles):
        raise UsageError("the first line must name the columns: timestamp,value")
    places = [titles.index(name) for name in HEADER]
    operator = ScarOperator(options, metric)
    yield "timestamp,value,score,alert\n"
    for row in rows:
        if not row:
            continue
        try:
            at, value = (row[place].strip() for place in places)
            score = operator.update(_seconds(at), _number(value))
        except (ValueError, IndexError):
            tell(rows.line_num, "no time and number as the header says: kept out")
            continue
        yield f"{at},{value},{score:.6g},{ALERT[operator.last.onset]}\n"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(seconds):
        raise ValueError("a time is a number")
    return seconds


def _number(text: str) -> float:
    return float(text) if text else math.nan
