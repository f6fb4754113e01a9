"""The store itself: the verbs of :class:`scarline.ports.Store`, each one transaction."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from scarline.errors import RunInProgress, StoreRefused
from scarline.kinds import METRIC_POINT, Kind
from scarline.ledger import Entry, Head, word
from scarline.model import CleanBatch, stamp
from scarline.ports import Audit, Check, Note, Query, Written
from scarline.series import columns_of, combined_digest, conditions, series_digest
from scarline.stores.postgres import records
from scarline.stores.postgres.packing import counts, holds_null, instants, numbers, packed, table
from scarline.stores.postgres.queries import query
from scarline.stores.postgres.sentences import told

PATIENCE_SECONDS = 2.0
"""How long to wait for a stream: the server needs a moment to notice that a process died."""


class PostgresStore:
    """Keeps metric points, records of any kind and the ledger in one PostgreSQL database."""

    max_rows_per_batch = 2_000_000  # a transaction of some seconds, which others wait for

    def __init__(
        self, pool: AsyncConnectionPool[AsyncConnection[TupleRow]], applied: Sequence[str] = ()
    ) -> None:
        self._pool = pool
        self.applied = applied

    async def entries(self, stream: str | None = None) -> Sequence[Entry]:
        """Return the entries of one stream, or of all, by stream and position."""
        rows = await self._rows("entries", stream=stream)
        return [_entry(*row) for row in rows]

    async def heads(self) -> Mapping[str, Head]:
        """Return the head of each chain as it is kept beside the entries."""
        rows = await self._rows("heads")
        return {stream: Head(position, digest) for stream, position, digest in rows}

    async def append(self, entry: Entry) -> None:
        """Add ``entry`` to its chain; raises ``StoreConflict`` if it does not follow."""
        await self._rows("append", entry=_as_json(entry))

    async def commit(self, batch: CleanBatch, entry: Entry) -> Written:
        """Add the rows of ``batch`` and ``entry`` in one transaction."""
        if not isinstance(batch, CleanBatch):
            message = f"a store takes a CleanBatch, not a {type(batch).__name__}"
            raise TypeError(message)
        kind = _held(batch.batch.kind)
        async with self._transaction() as connection:
            await connection.execute(query("append"), {"entry": _as_json(entry)})
            if kind.of_records:
                return await records.keep(connection, kind, batch.batch.rows, entry)
            await connection.execute(query("stage"))
            async with connection.cursor() as cursor, cursor.copy(query("copy")) as copy:
                for piece in packed(kind, batch.batch.rows):
                    await copy.write(piece)
            place = {"run": entry.run, "position": entry.position}
            row = await (await connection.execute(query("absorb"), place)).fetchone()
        return Written(*(row or ()))

    async def retract(self, run: str, entry: Entry) -> int:
        """Take away all that ``run`` wrote and add ``entry``, in one transaction."""
        async with self._transaction() as connection:
            await connection.execute(query("append"), {"entry": _as_json(entry)})
            row = await (await connection.execute(query("retract"), {"run": run})).fetchone()
        return int(row[0]) if row else 0

    async def find(self, query_: Query) -> pa.Table:
        """Return the rows that show now, in the order of their key."""
        kind = _held(query_.kind)
        names = columns_of(kind, query_.columns)
        if kind.of_records:
            with told():
                async with self._pool.connection() as connection:
                    return await records.found(connection, query_)
        found = await self._rows("find", **_filters(query_))
        return table(
            kind,
            [row[:7] for row in found],
            [instants(row[7]) for row in found],
            [numbers(row[8]) for row in found],
        ).select(names)

    async def seen(
        self, kind: Kind, runs: Sequence[str], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Return the records that these runs told, in the order of their key."""
        with told():
            async with self._pool.connection() as connection:
                return await records.seen(connection, _held(kind), runs, columns)

    async def audit(self) -> Audit:
        """Read everything again: the digests of what was seen, and whether what shows agrees."""
        parts: dict[tuple[str, int], list[bytes]] = {}
        async with (
            self._transaction() as connection,
            connection.cursor("sightings", binary=True) as cursor,
        ):
            await cursor.execute(query("sightings"))
            async for run, position, *row in cursor:
                parts.setdefault((run, position), []).append(_sighting_digest(row))
        digests = {key: combined_digest(own) for key, own in parts.items()}
        for run, position, digest in await self._rows("record_digests"):
            # Points and records that claim one entry: it told of one of them.
            digests[run, position] = digest + digests.get((run, position), "")
        folds = await self._rows("misfolded")
        strays = await self._rows("strays")
        faults = [
            f"{points} points of {metric} on {host or tags or 'all'} show something else than "
            "the live runs saw"
            for metric, host, tags, points in folds
        ]
        faults += [f"{count} points belong to no series" for (count,) in strays if count]
        return Audit(digests, faults)

    @asynccontextmanager
    async def lease(self, stream: str) -> AsyncIterator[None]:
        """Hold ``stream`` for as long as this process lives and does not let go."""
        with told():
            async with self._pool.connection() as connection:
                await _hold(connection, stream)
                try:
                    yield
                finally:
                    await connection.execute(query("release"), {"stream": stream})

    async def leased(self, stream: str) -> bool:
        """Return whether somebody holds ``stream``."""
        return bool((await self._rows("held", stream=stream))[0][0])

    async def note(self, name: str) -> Note:
        """Return the shared note of that name."""
        rows = await self._rows("note", name=name)
        return Note(*rows[0]) if rows else Note()

    async def swap(self, name: str, text: str, version: int) -> bool:
        """Write the note if it still has ``version``."""
        rows = await self._rows("swap", name=name, body=text, version=version)
        return bool(rows[0][0])

    async def check(self) -> Sequence[Check]:
        """Look at the connection, the role and the room that is taken."""
        version, role, size, read_only, _ = (await self._rows("about"))[0]
        finding = f"PostgreSQL {version} as {role}, {size / 1e6:.1f} MB"
        writable = read_only == "off"
        return [
            Check(
                "store",
                well=writable,
                finding=finding if writable else f"{finding}, read-only",
                remedy="" if writable else "point DATABASE_URL at the primary",
            )
        ]

    async def _rows(self, statement: str, /, **values: Any) -> list[TupleRow]:
        with told():
            async with self._pool.connection() as connection:
                cursor = connection.cursor(binary=True)
                await cursor.execute(query(statement), values)
                return await cursor.fetchall()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection[TupleRow]]:
        with told():
            async with self._pool.connection() as connection, connection.transaction():
                yield connection


def _held(kind: Kind) -> Kind:
    if kind is not METRIC_POINT and not kind.of_records:
        message = f"this version keeps no {kind.name} in PostgreSQL"
        raise StoreRefused(message)
    return kind


def _entry(stream: str, position: int, run: str, said: str, *rest: Any) -> Entry:
    return Entry(stream, position, run, word(said, stream, position), *rest)


def _as_json(entry: Entry) -> Jsonb:
    return Jsonb(asdict(entry) | {"at": stamp(entry.at)})


def _filters(asked: Query) -> dict[str, Any]:
    window = asked.window
    names = asked.kind.series + asked.kind.described
    return {
        **dict.fromkeys(names),
        **conditions(asked.kind, asked.where),
        "start": window.start if window else None,
        "end": window.end if window else None,
        "limit": asked.limit,
    }


def _sighting_digest(row: Sequence[Any]) -> bytes:
    *name, starts, offsets, packed_values = row
    if any(holds_null(array) for array in (offsets, packed_values) if array is not None):
        return b"no batch had such values"
    values = numbers(packed_values)
    if offsets is None:
        after = np.arange(len(values), dtype=np.int64) * (name[4] * 1_000_000)
    else:
        after = counts(offsets)
    first = int(np.datetime64(starts.replace(tzinfo=None), "us").astype(np.int64))
    return series_digest(tuple(name), after + first, values)


async def _hold(connection: AsyncConnection[TupleRow], stream: str) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE_SECONDS
    while True:
        row = await (await connection.execute(query("hold"), {"stream": stream})).fetchone()
        if row is not None and row[0]:
            return
        if loop.time() > until:
            message = (
                f"another process is pulling or rolling back {stream}: wait for its end "
                "(`scarline runs` shows how far it is)"
            )
            raise RunInProgress(message)
        await asyncio.sleep(0.1)
