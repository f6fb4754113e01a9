"""The store itself: the verbs of :class:`scarline.ports.Store` on the documents of one database."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import uuid4

import pyarrow as pa

from scarline.errors import StoreConflict, StoreUnavailable
from scarline.kinds import Kind
from scarline.ledger import Entry, Head
from scarline.model import CleanBatch
from scarline.ports import Audit, Check, Note, Query, Written
from scarline.series import columns_of, only_records
from scarline.stores.firestore import asks, batches, chains, finding
from scarline.stores.firestore.audit import audit
from scarline.stores.firestore.committing import commit
from scarline.stores.firestore.documents import Documents, Transaction
from scarline.stores.firestore.layout import held
from scarline.stores.firestore.lease import held as leasing
from scarline.stores.firestore.lease import is_held
from scarline.stores.firestore.sentences import Gone
from scarline.stores.firestore.settling import ONE_TRANSACTION, Limits, discard, settle, under_way
from scarline.stores.firestore.values import fields, put

T = TypeVar("T")

MOST_ROWS_PER_BATCH = 400
"""With an entry and its groups, what one transaction of 500 writes takes."""

TRIES = 20
"""How often a verb brings to its end what others left, before it gives up."""


class FirestoreStore:
    """Keeps records of any kind, their groups and the ledger in one Firestore database."""

    max_rows_per_batch = MOST_ROWS_PER_BATCH

    def __init__(
        self, documents: Documents, lease_seconds: float = 30.0, limits: Limits = ONE_TRANSACTION
    ) -> None:
        self._documents, self._layout = documents, documents.layout
        self._lease_seconds, self._limits = lease_seconds, limits

    async def entries(self, stream: str | None = None) -> Sequence[Entry]:
        """Return the entries of one stream, or of all, by stream and position."""
        found = await self._documents.ask(asks.entries(self._layout, stream))
        return sorted(map(chains.entry_of, found), key=lambda it: (it.stream, it.position))

    async def heads(self) -> Mapping[str, Head]:
        """Return the head of each chain as it is kept beside the entries."""
        found = await self._documents.ask(asks.all_of(self._layout.heads))
        return dict(map(chains.head_of, found))

    async def append(self, entry: Entry) -> None:
        """Add ``entry`` to its chain; raises ``StoreConflict`` if it does not follow."""

        async def attempt(transaction: Transaction) -> None:
            now = await chains.standing(transaction, self._layout, entry)
            if not now.repeated:
                transaction.write(*chains.added(self._layout, entry, now.run))

        await self._add(entry, attempt)

    async def commit(self, batch: CleanBatch, entry: Entry) -> Written:
        """Add the rows of ``batch`` and ``entry``: both or neither.

        What is too large for one transaction shows all the same only once ``entry`` is there.
        """
        if not isinstance(batch, CleanBatch):
            message = f"a store takes a CleanBatch, not a {type(batch).__name__}"
            raise TypeError(message)
        told = batches.told(held(batch.batch.kind), batch.batch.rows)
        coming = commit(self._documents, self._limits, told, entry)
        if coming.staged:
            await coming.stage()
        written, left = Written(), False

        async def attempt(transaction: Transaction) -> None:
            nonlocal written, left
            if (done := await coming.transact(transaction)) is not None:
                written, left = done

        await self._add(entry, attempt)
        if left:
            await settle(self._documents, self._limits)
        return written

    async def retract(self, run: str, entry: Entry) -> int:
        """Take away all that ``run`` wrote and add ``entry``; return the number of rows."""
        if entry.run != run:
            raise StoreConflict(f"the entry is of run {entry.run}, and not of {run}")
        rows = 0

        async def attempt(transaction: Transaction) -> None:
            nonlocal rows
            now = await chains.standing(transaction, self._layout, entry)
            if now.repeated:
                return
            rows = now.run.get("rows", 0)
            transaction.write(*chains.added(self._layout, entry, {**now.run, "rows": 0}))
            if rows:
                transaction.write(under_way(self._layout, entry, retracted=True))

        await self._add(entry, attempt)
        await settle(self._documents, self._limits)
        return rows

    async def find(self, query: Query) -> pa.Table:
        """Return the rows that show at one moment, in the order of their key."""
        held(query.kind)
        return await self._at_rest(lambda at: finding.found(self._documents, query, at))

    async def seen(
        self, kind: Kind, runs: Sequence[str], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Return the records that these runs told, in the order of their key."""
        only_records(kind)
        names = columns_of(held(kind), columns)
        return (await self._at_rest(lambda at: self._seen(kind, runs, at))).select(names)

    async def audit(self) -> Audit:
        """Read everything again: what was told, and whether what shows and the groups agree."""
        return await self._at_rest(lambda at: audit(self._documents, at))

    @asynccontextmanager
    async def lease(self, stream: str) -> AsyncIterator[None]:
        """Hold ``stream``; free again ``Config.lease_seconds`` after its holder was killed.

        What commits of the stream left behind that did not come to their end is taken away.
        """
        async with leasing(self._documents, stream, self._lease_seconds):
            await discard(self._documents, self._limits, asks.staged(self._layout, stream))
            yield

    async def leased(self, stream: str) -> bool:
        """Return whether somebody holds ``stream``."""
        return await is_held(self._documents, stream)

    async def note(self, name: str) -> Note:
        """Return the shared note of that name."""
        document, _ = await self._documents.get(self._layout.note(name))
        told = fields(document)
        return Note(told["text"], told["version"]) if told else Note()

    async def swap(self, name: str, text: str, version: int) -> bool:
        """Write the note if it still has ``version``."""
        document, token = self._layout.note(name), uuid4().hex

        async def attempt(transaction: Transaction) -> bool:
            told = fields((await transaction.get([document]))[document])
            if transaction.again and told.get("token") == token:
                return True
            if told.get("version", 0) != version:
                return False
            note = {"name": name, "text": text, "version": version + 1, "token": token}
            transaction.write(put(document, note))
            return True

        return await self._documents.transact(attempt)

    async def check(self) -> Sequence[Check]:
        """Look at the connection, the permissions, and whether anything is under way."""
        document, _ = await self._documents.get(self._layout.unfinished)
        finding = f"Firestore {self._layout.root}, collections {self._layout.prefix}*"
        if document is not None:
            finding += "; a commit or rollback that was cut off ends with the next command"
        return [Check("store", well=True, finding=finding)]

    async def _add(self, entry: Entry, attempt: Callable[[Transaction], Awaitable[None]]) -> None:
        """Add an entry with all that belongs to it, once nothing else is under way."""
        for _ in range(TRIES):
            try:
                await self._documents.transact(attempt)
            except chains.Unfinished:
                await settle(self._documents, self._limits)
            except Gone as gone:
                message = (
                    f"entry {entry.position} of {entry.stream} came too late: another process "
                    "holds the stream; nothing was stored"
                )
                raise StoreConflict(message) from gone
            else:
                return
        raise _busy()

    async def _at_rest(self, read: Callable[[int], Awaitable[T]]) -> T:
        """Read at a moment at which nothing is half in what shows."""
        for _ in range(TRIES):
            document, at = await self._documents.get(self._layout.unfinished)
            if document is None:
                return await read(at)
            await settle(self._documents, self._limits)
        raise _busy()

    async def _seen(self, kind: Kind, runs: Sequence[str], at: int) -> pa.Table:
        told: list[pa.Table] = []
        for first in range(0, len(runs), asks.MOST_VALUES):
            ask = asks.told_by(self._layout.told, runs[first : first + asks.MOST_VALUES])
            for parts in batches.in_order(batches.by_batch(await self._documents.ask(ask, at))):
                rows = batches.unpacked(parts) if batches.kind_of(parts[0]) is kind else None
                if rows is not None:
                    told.append(pa.Table.from_batches([batches.aligned(kind, rows)]))
        return finding.last_of_each(kind, told)


def _busy() -> StoreUnavailable:
    message = (
        "others write to Firestore all the while, and large batches of them are under way: try "
        "again when they are done"
    )
    return StoreUnavailable(message)
