"""The documents of one database: read, asked for, and written in transactions.

All calls of Google's client are here. A call whose answer is lost is made again; a transaction
that is begun again is told so, because the first may have been carried out.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import stamina
from google.cloud.firestore_v1 import types
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient

from scarline.errors import StoreError
from scarline.stores.firestore.asks import Ask, ranges, structured
from scarline.stores.firestore.layout import Layout
from scarline.stores.firestore.pace import Pace
from scarline.stores.firestore.sentences import AnswerLost, Contended, told
from scarline.stores.firestore.values import message, micros, timed

T = TypeVar("T")

ATTEMPTS = 8
"""How often a call is made whose answer does not come: over some ten seconds."""

CONTENDED_ATTEMPTS = 30
"""How often a transaction is begun that others are in the way of: over more than the minute for
which Google keeps what a killed process had read."""

TIMEOUT_SECONDS = 60.0
"""How long one call may take; a transaction may take 270 s, and none of ours nears that."""

PAGE = 300
"""How many documents one answer brings at most: of 1 MiB each, they still fit in memory."""

_Commit = message(types.CommitRequest)
_Get = message(types.BatchGetDocumentsRequest)
_RunQuery = message(types.RunQueryRequest)

Document = Any
"""A plain ``Document`` message."""


class Transaction:
    """Reads, then writes: all of it at one moment, or none.

    ``again`` says that an attempt before may have been carried out, its answer lost. ``at`` is the
    server's time of the reads, in microseconds since 1970.
    """

    def __init__(self, documents: "Documents", *, again: bool) -> None:
        self._documents, self.again = documents, again
        self.id = b""
        self.at = 0
        self.writes: list[Any] = []

    async def get(
        self, names: Sequence[str], fields: Sequence[str] = ()
    ) -> dict[str, Document | None]:
        """Return documents by their full names, None for those that are not there."""
        found, self.at = await self._documents.read(names, fields, self)
        return found

    async def ask(self, ask: Ask) -> list[Document]:
        """Return the documents that a query with a limit finds."""
        request = self._documents.request(ask)
        request.transaction = self.id
        return await self._documents.run(request)

    def write(self, *writes: Any) -> None:
        """Add writes, to be made when the transaction ends."""
        self.writes += writes


class Documents:
    """One database, through Google's client."""

    def __init__(
        self,
        client: FirestoreAsyncClient,
        database: str,
        layout: Layout,
        pace: Pace,
        metadata: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._client, self._database, self.layout, self._pace = client, database, layout, pace
        self._how: dict[str, Any] = {
            "metadata": [*metadata, ("google-cloud-resource-prefix", database)],
            "retry": None,
            "timeout": TIMEOUT_SECONDS,
        }

    async def transact(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Do ``work`` in a transaction, anew if others were in its way.

        ``work`` reads first, by at least one ``get``; it may be called several times.
        """
        begun: list[Transaction] = []

        async def attempt() -> T:
            transaction = Transaction(self, again=bool(begun))
            begun.append(transaction)
            try:
                done = await work(transaction)
                await self._commit(transaction.writes, transaction.id)
            except BaseException:
                await self._roll_back(transaction)
                raise
            return done

        return await _patiently(attempt)

    async def write(self, writes: Sequence[Any]) -> None:
        """Write documents at once or not at all: what changes nothing more the second time."""
        await _patiently(lambda: self._commit(writes, b""))

    async def get(self, name: str) -> tuple[Document | None, int]:
        """Return a document, or None, and the server's time in microseconds since 1970."""
        found, at = await _patiently(lambda: self.read([name], ()))
        return found[name], at

    async def ask(self, ask: Ask, at: int | None = None) -> list[Document]:
        """Return all documents that a query finds; ``at`` is a moment of the past hour."""
        return [it async for page in self.pages(ask, at) for it in page]

    async def pages(self, ask: Ask, at: int | None = None) -> AsyncGenerator[list[Document], None]:
        """Yield what a query finds, some documents at once; without an order, by their names."""
        if ask.order or ask.limit is not None:
            yield await self._page(ask, at, None)
            return
        page: list[Document] | None = None
        while page is None or len(page) == PAGE:
            after = page[-1] if page else None
            page = await self._page(replace(ask, limit=PAGE), at, after)
            yield page

    def request(self, ask: Ask) -> Any:
        """Return the request for a query."""
        request = _RunQuery()
        request.parent = self.layout.root
        request.structured_query.CopyFrom(structured(ask))
        return request

    async def run(self, request: Any) -> list[Document]:
        """Run one query."""
        kind = types.RunQueryResponse
        with told():
            answers = await self._client.run_query(
                request=types.RunQueryRequest.wrap(request), **self._how
            )
            plain = [kind.pb(answer) async for answer in answers]
        return [it.document for it in plain if it.HasField("document")]

    async def read(
        self, names: Sequence[str], fields: Sequence[str], within: Transaction | None = None
    ) -> tuple[dict[str, Document | None], int]:
        """Return documents by name, and the server's time; the first read begins a transaction.

        It has its id as soon as that is known: a read that breaks off holds what it read so far.
        """
        request = _Get()
        request.database = self._database
        request.documents.extend(names)
        if fields:  # an empty mask is one that lets nothing through
            request.mask.field_paths.extend(fields)
        if within is not None and within.id:
            request.transaction = within.id
        elif within is not None:
            request.new_transaction.read_write.SetInParent()
        found: dict[str, Document | None] = {}
        at = 0
        with told():
            answers = await self._client.batch_get_documents(
                request=types.BatchGetDocumentsRequest.wrap(request), **self._how
            )
            async for answer in answers:
                plain = types.BatchGetDocumentsResponse.pb(answer)
                if within is not None and plain.transaction:
                    within.id = plain.transaction
                at = micros(plain.read_time) or at
                if plain.HasField("found"):
                    found[plain.found.name] = plain.found
                elif plain.missing:
                    found[plain.missing] = None
        return found, at

    async def _page(self, ask: Ask, at: int | None, after: Document | None) -> list[Document]:
        request = self.request(ask)
        if at is not None:
            timed(request.read_time, at)
        if after is not None:
            query = request.structured_query
            for name in ranges(ask):  # by which Firestore orders, when asked for no order
                query.order_by.add(direction=1).field.field_path = name
                query.start_at.values.add().CopyFrom(after.fields[name])
            query.order_by.add(direction=1).field.field_path = "__name__"
            query.start_at.values.add().reference_value = after.name
        return await _patiently(lambda: self.run(request))

    async def _commit(self, writes: Iterable[Any], transaction: bytes) -> None:
        request = _Commit()
        request.database, request.transaction = self._database, transaction
        request.writes.extend(writes)
        await self._pace.take(len(request.writes))
        with told():
            await self._client.commit(request=types.CommitRequest.wrap(request), **self._how)

    async def _roll_back(self, transaction: Transaction) -> None:
        """Let go of what a transaction holds: others would wait for it until its time is over."""
        if not transaction.id:
            return
        what: Mapping[str, Any] = {"database": self._database, "transaction": transaction.id}
        with suppress(StoreError), told():
            await self._client.rollback(request=dict(what), **self._how)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    lost = stamina.AsyncRetryingCaller(
        attempts=ATTEMPTS, timeout=None, wait_initial=0.05, wait_max=5.0
    )
    contended = stamina.AsyncRetryingCaller(
        attempts=CONTENDED_ATTEMPTS, timeout=None, wait_initial=0.05, wait_max=4.0, wait_jitter=2.0
    )
    return await contended(Contended, lost, _is_lost, call)


def _is_lost(error: Exception) -> bool:
    return isinstance(error, AnswerLost) and not isinstance(error, Contended)
