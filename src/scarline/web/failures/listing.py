"""Failures and groups as they are asked for: filtered, in their order, page by page."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scarline.failures.export import failure_as_data, worst_first
from scarline.failures.groups import SEVERITIES, Group
from scarline.web.failures.asked import WantedFailures, WantedGroups
from scarline.web.failures.backlog import LISTED
from scarline.web.paging import cursor_after, key_of

SEARCHED = ("title", "span_name", "error_type")
"""The columns in which a text is looked for."""

SHOWN = (*LISTED, "group", "state")
"""What is told of a failure in a list, in order."""

_WIDTH = 20  # digits of a number in a cursor: texts of one length are in the order of numbers
_SHIFT = 10**18  # is added to numbers, so that those below zero are in order too
_GROUP_PARTS = 4  # of a cursor among groups: severity, failures, last seen, id
_ORDER = ("rank", "failed_at", "trace_id", "span_id")  # of failures, all falling


def having(rows: pa.Table, wanted: WantedFailures) -> pa.Table:
    """Return the failures that are asked for, whatever their order and page."""
    same = {
        "ml_app": wanted.application,
        "service_name": wanted.service,
        "failure_type": wanted.type,
        "state": wanted.state,
        "signature": wanted.signature,
        "group": wanted.group,
    }
    tests = [pc.equal(_text(rows[name]), value) for name, value in same.items() if value]
    tests += _times(rows, wanted.since, wanted.until)
    if wanted.severity:
        least = SEVERITIES.index(wanted.severity)
        tests.append(pc.is_in(_text(rows["severity"]), pa.array(SEVERITIES[least:])))
    if wanted.text:
        found = [
            pc.match_substring(_text(rows[name]), wanted.text, ignore_case=True).fill_null(
                fill_value=False
            )
            for name in SEARCHED
        ]
        tests.append(pc.or_(pc.or_(found[0], found[1]), found[2]))
    return rows.filter(reduce(pc.and_, tests)) if tests else rows


def groups_in(rows: pa.Table, since: datetime | None, until: datetime | None) -> set[str]:
    """Return the ids of the groups that have a failure in a stretch of time."""
    tests = _times(rows, since, until)
    rows = rows.filter(reduce(pc.and_, tests)) if tests else rows
    return set(pc.unique(_text(rows["group"])).to_pylist())


def page(
    rows: pa.Table, order: str, limit: int, cursor: str
) -> tuple[list[dict[str, Any]], str | None]:
    """Return ``limit`` failures after ``cursor`` as they are told, and the cursor after them.

    ``order`` is ``newest``, or ``severity``: the worst first, of those the newest. Raises
    ``UsageError`` for a cursor that is none.
    """
    ranks = pc.index_in(_text(rows["severity"]), pa.array(SEVERITIES)).fill_null(0)
    if order == "newest":
        ranks = pc.multiply(ranks, 0)
    rows = rows.append_column("rank", ranks)
    rows = rows.take(pc.sort_indices(rows, [(it, "descending") for it in _ORDER]))

    def key(at: int) -> tuple[str, ...]:
        rank, when, trace, span = (rows[name][at] for name in _ORDER)
        micros = int(when.cast(pa.int64()).as_py()) + _SHIFT
        return str(rank.as_py()), f"{micros:0{_WIDTH}}", trace.as_py(), span.as_py()

    first = _place(rows.num_rows, key, cursor) if cursor else 0
    shown = rows.slice(first, limit)
    more = first + limit < rows.num_rows
    following = cursor_after(key(first + limit - 1)) if more else None
    return [failure_as_data(it) for it in shown.select(list(SHOWN)).to_pylist()], following


def _place(count: int, key: Callable[[int], tuple[str, ...]], cursor: str) -> int:
    """Return how many rows, which fall by ``key``, stand up to the one of the cursor."""
    before = key_of(cursor, len(_ORDER))
    return bisect_left(range(count), x=True, key=lambda at: key(at) < before)


def groups_having(
    groups: Sequence[Group], wanted: WantedGroups, within: set[str] | None
) -> list[Group]:
    """Return the groups that are asked for, worst first, then the largest, then the newest.

    ``within`` are the ids of those that were seen in the stretch that was asked, None for all.
    """
    least = SEVERITIES.index(wanted.severity) if wanted.severity else 0
    listed: Sequence[tuple[str, Callable[[Group], Sequence[str]]]] = (
        (wanted.application, lambda it: it.applications),
        (wanted.service, lambda it: it.services),
        (wanted.type, lambda it: it.failure_types),
        (wanted.state, lambda it: (it.state,)),
        (wanted.trend, lambda it: (it.trend,)),
    )
    text = wanted.text.casefold()
    found = [
        it
        for it in groups
        if SEVERITIES.index(it.severity) >= least
        and (within is None or it.id in within)
        and text in it.title.casefold()
        and all(not value or value in of(it) for value, of in listed)
    ]
    return sorted(found, key=worst_first)


def groups_page(groups: Sequence[Group], limit: int, cursor: str) -> tuple[list[Group], str | None]:
    """Return ``limit`` groups after ``cursor`` and the cursor after them; as ``page`` does."""
    rest = list(groups)
    if cursor:
        after = key_of(cursor, _GROUP_PARTS)
        rest = [it for it in rest if _group_key(it) > after]
    shown = rest[:limit]
    return shown, cursor_after(_group_key(shown[-1])) if len(rest) > limit else None


def _group_key(group: Group) -> tuple[str, ...]:
    """Return what groups are ordered by, as texts that rise in that order."""
    *numbers, name = worst_first(group)
    return (*(f"{int(it) + _SHIFT:0{_WIDTH}}" for it in numbers), name)


def _times(rows: pa.Table, since: datetime | None, until: datetime | None) -> list[Any]:
    tests = []
    if since is not None:
        tests.append(pc.greater_equal(rows["failed_at"], _instant(since)))
    if until is not None:
        tests.append(pc.less(rows["failed_at"], _instant(until)))
    return tests


def _instant(at: datetime) -> pa.Scalar:
    return pa.scalar(at, pa.timestamp("us", tz="UTC"))


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
