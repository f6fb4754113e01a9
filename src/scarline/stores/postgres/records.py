"""Records in PostgreSQL: any kind without series, by its name and schema.

A kind has a table ``<name>_seen`` and a view ``<name>`` (``migrations/0005_llm_failure.sql``).
Their columns are those of the schema, in its order: no name in a statement comes from elsewhere.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from scarline.kinds import Kind
from scarline.ledger import Entry
from scarline.ports import Query, Written
from scarline.series import columns_of, conditions, only_records
from scarline.series.records import BYTES, joined, lengths, pieces, value_forms
from scarline.stores.postgres.packing import EPOCH_MICROSECONDS, HEADER, TRAILER
from scarline.stores.postgres.queries import query

ROWS_AT_ONCE = 1_000
"""How many records are turned into Arrow at once."""

PIECE_BYTES = 1_000_000
"""How much is packed at once: the server takes one piece in while the next is packed."""

_PLACE = struct.Struct(">iiiq")  # length and value of run_no, length and value of position


async def keep(
    connection: AsyncConnection[TupleRow], kind: Kind, rows: pa.RecordBatch, entry: Entry
) -> Written:
    """Copy ``rows`` to where they stay, in the transaction that added ``entry``."""
    place: dict[str, Any] = {"run": entry.run, "position": entry.position, "kind": kind.name}
    (number,) = await (await connection.execute(query("run_number"), place)).fetchone() or ()
    tail = _PLACE.pack(4, number, 8, entry.position)
    async with connection.cursor() as cursor, cursor.copy(_copy(kind)) as copy:
        for piece in packed(rows, tail):
            await copy.write(piece)
    row = await (await connection.execute(query("count_records"), place)).fetchone()
    return Written(*(row or ()))


def packed(rows: pa.RecordBatch, tail: bytes) -> Iterator[bytes | memoryview]:
    """Yield ``rows`` as binary COPY, piece by piece, each row with ``tail`` at its end."""
    count = pa.scalar(struct.pack(">h", rows.num_columns + 2), BYTES)
    yield HEADER
    for piece in pieces(rows, PIECE_BYTES):
        parts = [count]
        for column in piece.columns:
            values = value_forms(column, EPOCH_MICROSECONDS)
            parts += [lengths(values), values]
        told = joined(*parts, pa.scalar(tail, BYTES))
        _, ends, data = told.buffers()  # one row after the other, as COPY takes them
        yield memoryview(data)[: np.frombuffer(ends, dtype=np.int64)[len(told)]]
    yield TRAILER


async def found(connection: AsyncConnection[TupleRow], asked: Query) -> pa.Table:
    """Return the records that show now, in the order of their key."""
    kind = asked.kind
    values: dict[str, Any] = dict(conditions(kind, asked.where))
    tests = [
        sql.SQL("{} = any({})").format(sql.Identifier(name), sql.Placeholder(name))
        for name in values
    ]
    if asked.window is not None:
        test = sql.SQL("{at} >= %(window start)s and {at} < %(window end)s")
        tests.append(test.format(at=sql.Identifier(kind.at)))
        values |= {"window start": asked.window.start, "window end": asked.window.end}
    names = columns_of(kind, asked.columns)
    schema = pa.schema([kind.schema.field(name) for name in names])
    statement = sql.SQL(
        "select {columns} from scarline.{view} where {tests} order by {key} limit %(most rows)s"
    ).format(
        columns=_names(names),
        view=sql.Identifier(kind.name),
        tests=sql.SQL(" and ").join([sql.SQL("true"), *tests]),
        key=_names(kind.key),
    )
    return await _read(connection, statement, values | {"most rows": asked.limit}, schema)


async def seen(
    connection: AsyncConnection[TupleRow],
    kind: Kind,
    runs: Sequence[str],
    wanted: Sequence[str] | None,
) -> pa.Table:
    """Return the records that these runs told, of each key the last, in the order of the key."""
    only_records(kind)
    names = columns_of(kind, wanted)
    statement = sql.SQL(
        "select distinct on ({key}) {columns} from scarline.{table} join scarline.run r "
        "using (run_no) where r.run = any(%(runs)s) order by {key}, run_no desc, position desc"
    ).format(columns=_names(names), key=_names(kind.key), table=sql.Identifier(f"{kind.name}_seen"))
    schema = pa.schema([kind.schema.field(name) for name in names])
    return await _read(connection, statement, {"runs": list(runs)}, schema)


async def _read(
    connection: AsyncConnection[TupleRow],
    statement: sql.Composed,
    values: Mapping[str, Any],
    schema: pa.Schema,
) -> pa.Table:
    cursor = connection.cursor(binary=True)
    await cursor.execute(statement, values)
    batches = []
    while rows := await cursor.fetchmany(ROWS_AT_ONCE):
        batches.append(_batch(schema, rows))
    return pa.Table.from_batches(batches, schema).unify_dictionaries()


def _copy(kind: Kind) -> sql.Composed:
    names = (*kind.schema.names, "run_no", "position")
    statement = sql.SQL("copy scarline.{} ({}) from stdin (format binary)")
    return statement.format(sql.Identifier(f"{kind.name}_seen"), _names(names))


def _names(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _batch(schema: pa.Schema, rows: Sequence[TupleRow]) -> pa.RecordBatch:
    arrays = []
    for field, values in zip(schema, zip(*rows, strict=True), strict=True):
        words = pa.array(values, getattr(field.type, "value_type", field.type))
        arrays.append(words.dictionary_encode() if pa.types.is_dictionary(field.type) else words)
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
