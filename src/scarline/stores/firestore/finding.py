"""Which documents answer a question: what Firestore looks for, and what is sifted here.

Firestore is asked for what it finds with the indexes of single fields: equal values, and the day of
a fact. All conditions are held against what it brings, so it may be asked for less than is wanted.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scarline.kinds import Kind
from scarline.model import Window
from scarline.ports import Query
from scarline.series import columns_of, conditions
from scarline.series.records import key_digests, plain
from scarline.stores.firestore import asks, shown
from scarline.stores.firestore.asks import DAY, OWN, Ask, Condition
from scarline.stores.firestore.documents import Documents
from scarline.stores.firestore.layout import Layout
from scarline.stores.firestore.values import instant

MOST_IN_ORDER = 1_000
"""Up to so many rows of everything are asked for in the order of their key."""

Allowed = Mapping[str, Sequence[str] | Sequence[int]]


def planned(layout: Layout, query: Query, allowed: Allowed, fields: tuple[str, ...]) -> Ask:
    """Return what Firestore is asked for: all that ``query`` wants, perhaps more."""
    kind, limit = query.kind, query.limit
    where: list[Condition] = []
    days = _days(query.window) if query.window else []
    if query.window and len(days) <= asks.MOST_VALUES:
        where.append((DAY, "in", days))
    for name, values in allowed.items():
        if asks.searchable(kind, kind.schema.field(name)):
            several = len(values) > 1 and any(op == "in" for _, op, _ in where)
            if len(values) == 1:
                where.append((name, "==", values[0]))
            elif not several and len(values) <= asks.MOST_VALUES:
                where.append((name, "in", list(values)))
    if where:
        return Ask(layout.shown(kind), tuple(where), fields=fields)
    if query.window is not None:
        ends = ((DAY, ">=", days[0]), (DAY, "<=", days[-1]))
        return Ask(layout.shown(kind), ends, fields=(*fields, DAY))
    everything = not allowed and not kind.whole
    if everything and limit is not None and limit <= MOST_IN_ORDER:
        return asks.in_order(layout, kind, limit, fields)
    return asks.all_of(layout.shown(kind), fields)


async def found(documents: Documents, query: Query, at: int) -> pa.Table:
    """Return the rows that show at a moment, in the order of their key.

    ``at`` is in microseconds since 1970, at most an hour ago. Raises ``UsageError`` as
    ``Store.find`` does.
    """
    kind = query.kind
    allowed = conditions(kind, query.where)
    wanted = columns_of(kind, query.columns)
    if query.limit == 0 or any(not values for values in allowed.values()):
        return kind.schema.empty_table().select(wanted)
    needed = {*wanted, *kind.key, *allowed, *([kind.at] if query.window else [])}
    names = [name for name in kind.schema.names if name in needed]
    ask = planned(documents.layout, query, allowed, (*names, *([OWN] if kind.whole else [])))
    floors = await _floors(documents, kind, at)
    tables = []
    async for page in documents.pages(ask, at):
        rows = shown.table(kind, _above(kind, page, floors), names)
        tables.append(rows.filter(_wanted(kind, rows, query.window, allowed)))
    rows = pa.concat_tables(tables).unify_dictionaries()
    return in_order(kind, rows).slice(0, query.limit).select(wanted)


def in_order(kind: Kind, rows: pa.Table) -> pa.Table:
    """Return rows in the order of their key: texts by their letters' numbers, as Python has it."""
    columns = {str(at): plain_column(rows.column(name)) for at, name in enumerate(kind.key)}
    order = pc.sort_indices(pa.table(columns), [(name, "ascending") for name in columns])
    return rows.take(order).combine_chunks()


def last_of_each(kind: Kind, told: Sequence[pa.Table]) -> pa.Table:
    """Return of each key the row that comes last in ``told``, in the order of the key."""
    if not told:
        return kind.schema.empty_table()
    rows = in_order(kind, pa.concat_tables(told).unify_dictionaries())  # equal keys stay in order
    (batch,) = rows.to_batches() or [None]
    if batch is None:
        return rows
    ids = key_digests([batch.column(name) for name in kind.key])
    last = pc.not_equal(ids, pa.concat_arrays([ids.slice(1), pa.array([""])]))
    return rows.filter(last)


def plain_column(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array without a dictionary."""
    return plain(column.combine_chunks())


def _wanted(kind: Kind, rows: pa.Table, window: Window | None, allowed: Allowed) -> pa.Array:
    """Return for each row whether all conditions hold."""
    tests = [pa.array([True] * rows.num_rows, pa.bool_())]
    for name, values in allowed.items():
        column = plain_column(rows.column(name))
        form = pa.string() if pa.types.is_string(column.type) else pa.int64()
        tests.append(pc.is_in(column.cast(form), pa.array(list(values), form)))
    if window is not None:
        at = plain_column(rows.column(kind.at)).cast(pa.int64())
        start, end = instant(window.start).microseconds, instant(window.end).microseconds
        tests += [pc.greater_equal(at, start), pc.less(at, end)]
    return reduce(pc.and_, tests)


async def _floors(documents: Documents, kind: Kind, at: int) -> Mapping[tuple[str, ...], int]:
    """Return since which run everything was told, by what it was told of."""
    if not kind.whole:
        return {}
    marks = await documents.ask(asks.all_of(documents.layout.wholes(kind), (*kind.whole, OWN)), at)
    return {_scope(kind, mark): _began(mark) for mark in marks}


def _above(kind: Kind, page: Sequence[Any], floors: Mapping[tuple[str, ...], int]) -> Sequence[Any]:
    if not floors:
        return page
    return [it for it in page if _began(it) >= floors.get(_scope(kind, it), 0)]


def _scope(kind: Kind, document: Any) -> tuple[str, ...]:
    return tuple(document.fields[name].string_value for name in kind.whole)


def _began(document: Any) -> int:
    return int(document.fields[OWN].map_value.fields["began"].integer_value)


def _days(window: Window) -> list[str]:
    """Return the UTC days of a window; no more of them than are asked for one by one, and one."""
    first = instant(window.start).microseconds
    last = instant(window.end - timedelta(microseconds=1)).microseconds
    whole = 86_400_000_000
    if (last - first) // whole > asks.MOST_VALUES:
        return [shown.day(first)] * asks.MOST_VALUES + [shown.day(last)]
    return [*dict.fromkeys([*map(shown.day, range(first, last, whole)), shown.day(last)])]
