"""From an answer to batches: the rows, what was asked, what is missing, the cursor. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from scarline.kinds import METRIC_POINT
from scarline.model import Asked, Batch, Cursor, Missing, Usage, empty
from scarline.sources.datadog.asking import Answer
from scarline.sources.datadog.queries import Query
from scarline.sources.datadog.windows import Span

BATCH_ROWS = 500_000
"""An answer with more rows is yielded in parts, of about 22 MB each."""


@dataclass
class Account:
    """What there is to tell of a part of a pull besides its rows."""

    asked: list[Asked] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    kept_out: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)

    def have(self, query: Query, span: Span) -> None:
        """Tell that ``query`` was answered for ``span``."""
        if span.start < span.end:
            self.asked.append(Asked(query.text, span.window))

    def miss(self, query: Query, span: Span, reason: str) -> None:
        """Tell that ``query`` was wanted for ``span`` and is not there."""
        self.have(query, span)
        self.lack(query, span, reason)

    def lack(self, query: Query, span: Span, reason: str) -> None:
        """Tell that the answer for ``query`` lacks ``span``."""
        if span.start < span.end:
            self.missing.append(Missing(query.text, span.window, reason))

    def batch(self, rows: pa.RecordBatch, cursor: Cursor) -> Batch:
        """Return ``rows`` with this account."""
        asked, missing = tuple(self.asked), tuple(self.missing)
        kept_out = dict(self.kept_out)
        return Batch(METRIC_POINT, rows, cursor, asked, missing, kept_out, self.usage)


def batches(
    answer: Answer, end: int, account: Account, cursors: tuple[Cursor, Cursor]
) -> Iterator[Batch]:
    """Yield the rows of ``answer`` before ``end`` in parts.

    ``account`` and the second of ``cursors`` come with the last part: the parts before it
    have the first, so that whoever stops among them begins again with the whole answer.
    """
    before, after = cursors
    rows = [reading.rows for reading in answer.readings]
    parts = [
        part.slice(first, BATCH_ROWS)
        for part in (_until(end, it) for it in rows)
        for first in range(0, part.num_rows, BATCH_ROWS)
    ]
    for part in parts[:-1]:
        yield Batch(METRIC_POINT, part, before)
    yield account.batch(parts[-1] if parts else empty(METRIC_POINT), after)


def begins(answer: Answer, query: Query) -> int | None:
    """Return the first time at which ``answer`` has a row of ``query``, None without rows."""
    rows = [reading.rows for reading in answer.readings]
    mine = [it.filter(pc.equal(it.column("metric"), query.metric)) for it in rows]
    first = [pc.min(it.column("ts")).as_py() for it in mine if it.num_rows]
    return int(min(first).timestamp()) if first else None


def _until(end: int, rows: pa.RecordBatch) -> pa.RecordBatch:
    """Leave out rows from ``end`` on: their buckets are not complete."""
    late = pc.greater_equal(rows.column("ts"), pa.scalar(end * 1_000_000, rows.column("ts").type))
    return rows.filter(pc.invert(late)) if pc.any(late).as_py() else rows
