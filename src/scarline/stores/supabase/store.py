"""The store itself: the verbs of :class:`scarline.ports.Store`, each one call of one function."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pyarrow as pa

from scarline.errors import StoreRefused, StoreUnavailable
from scarline.kinds import METRIC_POINT, Kind
from scarline.ledger import Entry, Head, word
from scarline.model import CleanBatch, stamp
from scarline.ports import Audit, Check, Note, Query, Written
from scarline.series import columns_of, combined_digest, conditions, only_records
from scarline.stores.supabase import records
from scarline.stores.supabase.lease import held
from scarline.stores.supabase.packing import packed, sighting_digest, table
from scarline.stores.supabase.rest import Rest

MOST_ROWS_PER_BATCH = 50_000
"""What one call takes with room to spare: about 1 MB, about a second. See README.md."""

POINTS_PER_PAGE = 200_000
"""How many points one answer brings at most: about 6 MB."""

AUDITS = 3
"""How often an audit begins anew because something was written meanwhile."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class SupabaseStore:
    """Keeps metric points, records of any kind and the ledger in one Supabase project."""

    max_rows_per_batch = MOST_ROWS_PER_BATCH

    def __init__(self, rest: Rest, lease_seconds: float) -> None:
        self._rest = rest
        self._lease_seconds = lease_seconds

    async def entries(self, stream: str | None = None) -> Sequence[Entry]:
        """Return the entries of one stream, or of all, by stream and position."""
        streams = sorted(await self.heads()) if stream is None else [stream]
        return [_entry(*row) for name in streams for row in await self._chain(name)]

    async def heads(self) -> Mapping[str, Head]:
        """Return the head of each chain as it is kept beside the entries."""
        heads = await self._rest.read("scarline_heads")
        return {stream: Head(*head) for stream, head in heads.items()}

    async def append(self, entry: Entry) -> None:
        """Add ``entry`` to its chain; raises ``StoreConflict`` if it does not follow."""
        await self._rest.write("scarline_commit", entry=_as_json(entry))

    async def commit(self, batch: CleanBatch, entry: Entry) -> Written:
        """Add the rows of ``batch`` and ``entry`` in one transaction.

        An answer that is lost is asked for again; the rows are not written twice.
        """
        if not isinstance(batch, CleanBatch):
            message = f"a store takes a CleanBatch, not a {type(batch).__name__}"
            raise TypeError(message)
        kind, rows = _held(batch.batch.kind), batch.batch.rows
        if kind.of_records:
            return Written(**await records.keep(self._rest, kind, rows, _as_json(entry)))
        series = packed(kind, rows)
        counted = await self._rest.write("scarline_commit", entry=_as_json(entry), batch=series)
        return Written(**counted)

    async def retract(self, run: str, entry: Entry) -> int:
        """Take away all that ``run`` wrote and add ``entry``, in one transaction."""
        return int(await self._rest.write("scarline_retract", run=run, entry=_as_json(entry)))

    async def find(self, query: Query) -> pa.Table:
        """Return the rows that show now, in the order of their key.

        Beyond ``POINTS_PER_PAGE`` they come in several calls, each of which reads what
        shows at its own moment.
        """
        kind = _held(query.kind)
        names = columns_of(kind, query.columns)
        if kind.of_records:
            return (await records.found(self._rest, query)).select(names)
        filters, most = _filters(query), POINTS_PER_PAGE
        if query.limit is not None:
            most = min(most, query.limit)
        rows, points = [], 0
        pages = self._rest.pages("scarline_find", filters=filters, most=most)
        async with aclosing(pages):
            async for page in pages:
                rows += page["rows"]
                points += page["points"]
                if query.limit is not None and points >= query.limit:
                    break
        return table(kind, rows).slice(0, query.limit).select(names)

    async def seen(
        self, kind: Kind, runs: Sequence[str], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Return the records that these runs told, in the order of their key."""
        only_records(_held(kind))
        return (await records.seen(self._rest, kind, runs)).select(columns_of(kind, columns))

    async def audit(self) -> Audit:
        """Read everything again: the digests of what was seen, and whether what shows agrees.

        Raises ``StoreUnavailable`` if others write all the while.
        """
        for _ in range(AUDITS):
            moments: set[str | None] = set()
            digests = await self._digests(moments)
            faults = await self._misfolded(moments)
            strays = await self._rest.read("scarline_strays")
            if len(moments) == 1:
                faults += [f"{strays} points belong to no series"] if strays else []
                return Audit(digests, faults)
        message = (
            "the store was written to while it was read, time and again: verify it when no pull "
            "is under way"
        )
        raise StoreUnavailable(message)

    def lease(self, stream: str) -> AbstractAsyncContextManager[None]:
        """Hold ``stream``; free again ``Config.lease_seconds`` after its holder was killed."""
        return held(self._rest, stream, self._lease_seconds)

    async def leased(self, stream: str) -> bool:
        """Return whether somebody holds ``stream``."""
        return bool(await self._rest.read("scarline_leased", stream=stream))

    async def note(self, name: str) -> Note:
        """Return the shared note of that name."""
        told = await self._rest.read("scarline_note", name=name)
        return Note(*told) if told else Note()

    async def swap(self, name: str, text: str, version: int) -> bool:
        """Write the note if it still has ``version``."""
        values = {"name": name, "body": text, "version": version, "token": uuid4().hex}
        return bool(await self._rest.write("scarline_swap", **values))

    async def check(self) -> Sequence[Check]:
        """Look at the connection, the role, the tables and the room that is taken."""
        about = await self._rest.read("scarline_about")
        finding = (
            f"Supabase (PostgreSQL {about['version']}) as {about['role']}, "
            f"{about['bytes'] / 1e6:.1f} MB, tables of migration {about['migration']}"
        )
        if about["read_only"]:
            remedy = "make room or upgrade the project's disk, then end the read-only mode"
            return [Check("store", well=False, finding=f"{finding}, read-only", remedy=remedy)]
        return [Check("store", well=True, finding=finding)]

    async def _chain(self, stream: str) -> list[Sequence[Any]]:
        async with aclosing(self._rest.pages("scarline_entries", stream=stream)) as pages:
            return [row async for page in pages for row in page["rows"]]

    async def _digests(self, moments: set[str | None]) -> Mapping[tuple[str, int], str]:
        parts: dict[tuple[str, int], list[bytes]] = {}
        pages = self._rest.pages("scarline_sightings", most=POINTS_PER_PAGE)
        async with aclosing(pages):
            async for page in pages:
                moments.add(page["heads"])
                for run, position, *row in page["rows"]:
                    parts.setdefault((run, position), []).append(sighting_digest(row))
        digests = {key: combined_digest(own) for key, own in parts.items()}
        async with aclosing(self._rest.pages("scarline_digests")) as pages:
            async for page in pages:
                moments.add(page["heads"])
                for run, position, digest in page["rows"]:
                    # Points and records that claim one entry: it told of one of them.
                    digests[run, position] = digest + digests.get((run, position), "")
        return digests

    async def _misfolded(self, moments: set[str | None]) -> list[str]:
        faults = []
        async with aclosing(self._rest.pages("scarline_misfolded")) as pages:
            async for page in pages:
                moments.add(page["heads"])
                faults += [
                    f"{points} points of {metric} on {host or tags or 'all'} show something else "
                    "than the live runs saw"
                    for metric, host, tags, points in page["rows"]
                ]
        return faults


def _held(kind: Kind) -> Kind:
    if kind is not METRIC_POINT and not kind.of_records:
        message = f"this version keeps no {kind.name} in Supabase"
        raise StoreRefused(message)
    return kind


def _entry(stream: str, position: int, run: str, said: str, at: int, *rest: str) -> Entry:
    spoken = word(said, stream, position)
    return Entry(stream, position, run, spoken, _EPOCH + at * _MICROSECOND, *rest)


def _as_json(entry: Entry) -> dict[str, Any]:
    return asdict(entry) | {"at": stamp(entry.at)}


def _filters(asked: Query) -> dict[str, Any]:
    filters: dict[str, Any] = dict(conditions(asked.kind, asked.where))
    if asked.window is not None:
        filters["start"] = (asked.window.start - _EPOCH) // _MICROSECOND
        filters["end"] = (asked.window.end - _EPOCH) // _MICROSECOND
    return filters
