"""Records through the REST door: any kind without series, by its name and schema.

A batch goes in as many calls as its size asks for and is one transaction all the same: see
``scarline_commit_records`` in ``migrations/0005_llm_failure.sql`` of the PostgreSQL store. Doubles
go as text, which JSON's numbers are not: they know no -0 and no NaN.
"""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

import pyarrow as pa

from scarline.kinds import Kind
from scarline.ports import Query
from scarline.series import conditions
from scarline.series.records import pieces
from scarline.stores.supabase.rest import Rest

BYTES_PER_CALL = 4_000_000
"""How much text of records one call takes, unless a single record has more."""

RECORDS_PER_PAGE = 10_000
"""How many records one answer brings at most; the server ends a page after 4 MB."""


async def keep(
    rest: Rest, kind: Kind, rows: pa.RecordBatch, entry: Mapping[str, Any]
) -> Mapping[str, int]:
    """Send ``rows`` in parts, the last of them with ``entry``; return what that changed."""
    *parcels, last = [_objects(it) for it in pieces(rows, BYTES_PER_CALL)] or [[]]
    for number, part in enumerate(parcels):
        about = {"stream": entry["stream"], "digest": entry["digest"], "part": number}
        await rest.read("scarline_parcel", **about, rows=part)
    told: Mapping[str, int] = await rest.write(
        "scarline_commit_records", entry=entry, kind=kind.name, rows=last, parts=len(parcels)
    )
    return told


async def found(rest: Rest, asked: Query) -> pa.Table:
    """Return the records that show now, in the order of their key."""
    kind, window, most = asked.kind, asked.window, RECORDS_PER_PAGE
    if asked.limit is not None:
        most = min(most, asked.limit)
    values = {
        "kind": kind.name,
        "filters": conditions(kind, asked.where),
        "at": kind.at,
        "start": window.start.isoformat() if window else None,
        "end": window.end.isoformat() if window else None,
        "most": most,
    }
    rows: list[Sequence[Any]] = []
    async with aclosing(rest.pages("scarline_find_records", **values)) as pages:
        async for page in pages:
            rows += page["rows"]
            if asked.limit is not None and len(rows) >= asked.limit:
                break
    return _table(kind, rows).slice(0, asked.limit)


async def seen(rest: Rest, kind: Kind, runs: Sequence[str]) -> pa.Table:
    """Return the records that these runs told, of each key the last, in the order of the key."""
    values = {"kind": kind.name, "runs": list(runs), "most": RECORDS_PER_PAGE}
    async with aclosing(rest.pages("scarline_seen_records", **values)) as pages:
        return _table(kind, [row async for page in pages for row in page["rows"]])


def _objects(rows: pa.RecordBatch) -> list[dict[str, Any]]:
    return [{name: _sent(it) for name, it in row.items()} for row in rows.to_pylist()]


def _sent(value: object) -> object:
    if isinstance(value, float):
        return repr(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _table(kind: Kind, rows: Sequence[Sequence[Any]]) -> pa.Table:
    columns = []
    for place, field in enumerate(kind.schema):
        values, form = [row[place] for row in rows], getattr(field.type, "value_type", field.type)
        if pa.types.is_floating(form):
            values = [None if value is None else float(value) for value in values]
        if pa.types.is_timestamp(form):
            column = pa.array(values, pa.int64()).cast(form)
        else:
            column = pa.array(values, form)
        columns.append(column.dictionary_encode() if pa.types.is_dictionary(field.type) else column)
    return pa.Table.from_arrays(columns, schema=kind.schema)
