"""The slow reader: record by record, for what the fast one cannot read.

Arrow's reader gives up on a whole block for one row with too many cells, a quote inside a cell,
a quote that is never closed, or bytes that are no UTF-8. Here such a row is named with its line,
and the rows around it are read. Blocks without such rows never come here.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scarline.sources.csv_services.form import BROKEN, UTF8, Form

MOST_LINES = 200
"""The most lines that one record may take, so that a quote which nobody closes costs one row,
and a file of such quotes a bounded time."""

NOT_PARTED = "cannot be parted into cells"
CELL_COUNT = "too few or too many cells"
NOT_DECODED = "bytes that cannot be decoded"


class Bad(NamedTuple):
    """A row that is kept out: its first line (the header's is 1), the reason, what was there."""

    line: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Walked:
    """Rows as cells, the first line of each, the bad ones, and the bytes that all took."""

    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    bad: Sequence[Bad]
    used: int


def walked(data: bytes, line: int, form: Form, *, final: bool) -> Walked:
    """Return the records in ``data``, which begins with the line of that number.

    Unless it is ``final``, a record that may go on after it is left for the next time.
    """
    raw = data.split(b"\n")
    rest = raw.pop()
    if final and rest:
        raw.append(rest)
    texts = [it.decode(UTF8, "replace") + "\n" for it in raw]
    rows, lines, bad = [], [], []
    used, width = len(texts), len(form.titles)
    for start, found in _records(texts, form.separator):
        if isinstance(found, csv.Error):
            if not final and _goes_on(found, start, len(texts)):
                used = start
                break
            bad.append(Bad(line + start, NOT_PARTED, str(found)))
        elif any(BROKEN in cell for cell in found):
            bad.append(Bad(line + start, NOT_DECODED, f"it is not {form.encoding}"))
        elif len(found) != width:
            bad.append(Bad(line + start, CELL_COUNT, f"it has {len(found)}, the header {width}"))
        else:
            rows.append(found)
            lines.append(line + start)
    return Walked(rows, lines, bad, min(len(data), sum(len(it) + 1 for it in raw[:used])))


def _goes_on(error: csv.Error, start: int, end: int) -> bool:
    """Return whether a record stopped only because the text did."""
    return "unexpected end" in str(error) and end - start < MOST_LINES


def _records(texts: Sequence[str], separator: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Yield where each record starts, and its cells or why it has none; empty lines are none.

    After a record that cannot be read it goes on with the line after its first.
    """
    start = 0
    while start < len(texts):
        first = begin = start
        feed = _Feed(texts, first)
        reader = csv.reader(feed, delimiter=separator, strict=True, skipinitialspace=True)
        try:
            for cells in reader:
                if cells:
                    yield begin, cells
                feed.begin = begin = first + reader.line_num
        except csv.Error as error:
            yield begin, error
            start = begin + 1
        else:
            return


class _Feed:
    """Lines from one on, but not more than a record may take."""

    def __init__(self, texts: Sequence[str], first: int) -> None:
        self._texts, self._next, self.begin = texts, first, first

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        number = self._next
        if number >= len(self._texts) or number - self.begin >= MOST_LINES:
            raise StopIteration
        self._next += 1
        return self._texts[number]
