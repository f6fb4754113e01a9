"""From the bytes of an answer to Arrow. Pure, and no loop over points.

v2 has one time axis for all series and a table of values; v1 has a list of pairs for each
series. Both become the same: some series, how many points each has, flat times and values.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from scarline.errors import SourceChanged
from scarline.sources.datadog.points import (
    NO_VALUE,
    SECOND,
    TWICE,
    Floats,
    Found,
    Longs,
    Points,
    Reading,
    Series,
    on_grid,
    places,
    record,
    rhythm,
)
from scarline.sources.datadog.queries import Query, Question
from scarline.sources.datadog.refusals import Complaint, complaints, quoted
from scarline.sources.datadog.shapes import (
    V1,
    V2,
    Columns,
    Series1,
    Units,
    decoded,
    uncollected,
    unit_name,
)
from scarline.sources.datadog.tables import grid, pairs, split
from scarline.sources.datadog.windows import Span

Settled = Mapping[str, int]
"""By key of a query: the interval (seconds) at which Datadog is known to answer it."""

EARLIEST_MS = 1e11
"""1973 in milliseconds: a smaller time is in another unit, or no time at all."""


@uncollected()
def read_v2(body: bytes, question: Question, settled: Settled) -> Reading:
    """Read the answer to all queries of ``question``.

    v2 does not say its interval: it is what ``settled`` says, else the rhythm of the times
    where they have one, else what was asked for. Raises ``Complaint`` for an answer that
    says of itself that it went wrong, ``SourceChanged`` for one of another shape.
    """
    rest, text = split(body)
    columns = _columns(rest, question)
    owners = np.array([it.query_index for it in columns.series], dtype=np.int64)
    times, values = _within(question.span, *_table(columns, text))
    there = np.isfinite(values)
    nobody = ~there.any(axis=0)
    answered, intervals = 0, []
    for place, query in enumerate(question.queries):
        mine = owners == place
        own = (there if mine.all() else there[mine]).any(axis=0)
        intervals.append(_interval(times[own], query.interval, settled.get(query.key)))
        on_grid(times[own], intervals[-1])
        # Times at which only other queries have values say nothing of this one.
        answered += int((own | nobody).sum()) * int(mine.sum())
    absent = answered - int(there.sum())
    naming = [(it.group_tags or (), it.unit) for it in columns.series]
    series = _series(question, intervals, owners, naming)
    first = series.first_of_each()
    kept_out = {NO_VALUE: absent, TWICE: int(there[~first].sum())}
    there &= first[:, np.newaxis]
    flat = np.broadcast_to(times, values.shape)[there]
    return _reading(Points(series, there.sum(axis=1), flat, values[there]), kept_out)


@uncollected()
def read_v1(body: bytes, question: Question) -> Reading:
    """Read the answer to the one query of ``question``; it says its interval itself.

    Raises as :func:`read_v2` does.
    """
    listed = _listed(body)
    (query,) = question.queries
    number, times, values = _pairs(listed)
    intervals = [_stated(listed, question.interval)]
    on_grid(times, intervals[0])
    naming = [(it.tag_set or _scope(it.scope, query), it.unit) for it in listed]
    series = _series(question, intervals, np.zeros(len(listed), dtype=np.int64), naming)
    inside = (times >= question.span.start * SECOND) & (times < question.span.end * SECOND)
    there = inside & np.isfinite(values)
    keep = there & series.first_of_each()[number]
    absent = int(inside.sum()) - int(there.sum())
    kept_out = {NO_VALUE: absent, TWICE: int(there.sum()) - int(keep.sum())}
    lengths = np.bincount(number[keep], minlength=len(listed))
    return _reading(Points(series, lengths, times[keep], values[keep]), kept_out)


def _reading(points: Points, kept_out: dict[str, int]) -> Reading:
    series = points.series
    counts = np.bincount(series.owners, minlength=len(series.queries))
    found = {
        query.key: Found(int(count), interval)
        for query, count, interval in zip(series.queries, counts, series.intervals, strict=True)
    }
    counted = {reason: count for reason, count in kept_out.items() if count}
    return Reading(record(points), found, counted)


def _series(
    question: Question,
    intervals: Sequence[int],
    owners: Longs,
    naming: Sequence[tuple[Sequence[str], Units]],
) -> Series:
    named = [places(tags) for tags, _ in naming]
    return Series(
        question.queries,
        intervals,
        owners,
        hosts=[host for host, _ in named],
        tags=[others for _, others in named],
        units=[unit_name(units) for _, units in naming],
    )


def _columns(body: bytes, question: Question) -> Columns:
    answer = decoded(V2, body)
    _no_complaint(answer.errors)
    if answer.data is None:
        _changed("it has no data")
    columns = answer.data.attributes
    if any(not 0 <= it.query_index < len(question.queries) for it in columns.series):
        _changed("it has a series of no query")
    return columns


def _table(columns: Columns, text: bytes) -> tuple[Longs, Floats]:
    """Return the times in milliseconds, and the values by series and time; NaN for null."""
    times = np.array(columns.times, dtype=np.int64)
    if np.any(np.diff(times) <= 0):
        _changed("its times do not rise")
    values = grid(text or bytes(columns.values), times.size)
    if len(values) != len(columns.series):
        _changed("it has not one value for each series and time")
    return times, values


def _within(span: Span, times: Longs, values: Floats) -> tuple[Longs, Floats]:
    inside = (times >= span.start * SECOND) & (times < span.end * SECOND)
    return (times, values) if inside.all() else (times[inside], values[:, inside])


def _interval(times: Longs, asked: int, settled: int | None) -> int:
    # Buckets begin at multiples of their width: times that keep step beside them are those of
    # a metric that is seldom reported, folded as was asked.
    for interval in (settled, rhythm(times)):
        if interval is not None and not np.any(times % (interval * SECOND)):
            return interval
    return asked


def _listed(body: bytes) -> list[Series1]:
    answer = decoded(V1, body)
    _no_complaint(answer.errors)
    if answer.status != "ok" or answer.error:
        said = quoted(f"{answer.status} {answer.error or ''}")
        message = f"Datadog answered with the status {said}"
        raise Complaint(message)
    return answer.series


def _pairs(series: Sequence[Series1]) -> tuple[Longs, Longs, Floats]:
    """Return for each point the number of its series, its time in milliseconds, its value."""
    texts = [bytes(it.pointlist) for it in series]
    lengths = [text.count(b"[") - 1 for text in texts]
    try:
        table = pairs(texts)
    except SourceChanged:
        _changed("its points are not pairs")
    if not np.all(table[:, 0] > EARLIEST_MS):
        _changed("its times are not milliseconds")
    times = table[:, 0].astype(np.int64)
    number = np.repeat(np.arange(len(series)), lengths)
    if np.any((np.diff(times) <= 0) & (np.diff(number) == 0)):
        _changed("its times do not rise")
    return number, times, table[:, 1]


def _stated(series: Sequence[Series1], asked: int) -> int:
    """Return the interval in seconds that all ``series`` state.

    The specification says milliseconds, recorded answers have seconds: the first is at least
    a thousand times what was asked, the second is not, in a window of 1,500 points.
    """
    stated = {it.interval for it in series} or {asked}
    if len(stated) != 1 or min(stated) < 1:
        _changed("its series have different intervals, or none")
    (interval,) = stated
    return interval // SECOND if interval >= SECOND * asked else interval


def _scope(scope: str, query: Query) -> list[str]:
    """Return the group's tags of ``scope``, which also holds those that were asked for."""
    groups = tuple(f"{key}:" for key in query.group_by)
    return [tag for tag in scope.split(",") if tag.startswith(groups)]


def _no_complaint(errors: Any) -> None:
    said = complaints(errors)
    if said:
        message = f"Datadog answered with an error: {said}"
        raise Complaint(message)


def _changed(what: str) -> NoReturn:
    message = f"the answer is not of the documented shape: {what}"
    raise SourceChanged(message)
