"""The two doors: ``Source`` (facts come in) and ``Store`` (facts stay).

Everything outside is behind one of them. A source or a store is a folder that nothing
else names; it keeps the duties written here, and the laws in ``tests`` hold it to them.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from scarline.kinds import Kind
from scarline.ledger import Entry, Head
from scarline.model import Batch, CleanBatch, Cursor, Usage, Window

Clock = Callable[[], datetime]
"""Tells the time: aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pull has come. ``left`` is what remains of the tightest quota, if known."""

    done: int
    total: int
    usage: Usage
    rows: int = 0
    left: int | None = None
    waiting_seconds: float = 0.0


Notify = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Take no notice of progress."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a pull asks of a source: a stream, perhaps a window, and where it last ended.

    Without a window the source goes on after ``cursor``, or begins where its settings say.
    """

    stream: str
    window: Window | None = None
    cursor: Cursor | None = None
    notify: Notify = silent


@dataclass(frozen=True, slots=True)
class Planned:
    """One request that a pull would send, and the rows that it may bring at most."""

    request: str
    what: str
    window: Window


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pull would send, and what that costs: nothing was sent to make it."""

    requests: Sequence[Planned]
    costs: Sequence[str] = ()  # sentences: share of the quota, time under the caps


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that ``doctor`` looked at. ``remedy`` says what to do if it is not well."""

    name: str
    well: bool
    finding: str
    remedy: str = ""


class Source(Protocol):
    """Where facts come from.

    A source reads only. It waits out rate limits and repeats what is worth repeating by
    itself, and it never fails a pull for what the other side said: what it could not get
    it names in ``Batch.missing``. It raises for what is wrong here (a bad window, a bad
    setting), before anything is sent.
    """

    @property
    def name(self) -> str:
        """What the source is called, in rows and on the ledger."""
        ...

    def streams(self) -> Mapping[str, Kind]:
        """Return the streams that it offers, and the kind of each."""
        ...

    def pull(self, ask: Ask) -> AsyncGenerator[Batch, None]:
        """Yield what was asked for, oldest first, each batch with the cursor after it.

        A batch may be thrown away or repeated by the caller: the cursor of the batch
        before must lead here again. A cursor never passes what is missing. What tells of
        everything there is (``Kind.whole``) comes whole in each pull, and moves no cursor.
        """
        ...

    async def plan(self, ask: Ask) -> Plan:
        """Return what :meth:`pull` would send. Sends nothing."""
        ...

    async def check(self) -> Sequence[Check]:
        """Look at keys, permissions and clock, with as few requests as that takes."""
        ...


@dataclass(frozen=True, slots=True)
class Query:
    """Which facts to find: of a kind, in a window, with these values in these columns."""

    kind: Kind
    window: Window | None = None
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limit: int | None = None
    columns: Sequence[str] | None = None  # to return, in this order; None for all


@dataclass(frozen=True, slots=True)
class Written:
    """What a commit changed: facts that are new, that replaced another value, that were known."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class Audit:
    """What a store finds when it reads all it holds.

    ``digests`` are taken again from the rows, by run and position of the entry that wrote
    them; ``faults`` are sentences about rows that do not agree with one another.
    """

    digests: Mapping[tuple[str, int], str]
    faults: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A small shared text with the number of its version; version 0 is not yet written."""

    text: str = ""
    version: int = 0


class Notes(Protocol):
    """Small texts that processes share. A source keeps its account of a quota in one."""

    async def note(self, name: str) -> Note:
        """Return the shared note of that name."""
        ...

    async def swap(self, name: str, text: str, version: int) -> bool:
        """Write the note if it still has ``version``; return whether it was written."""
        ...


class Store(Notes, Protocol):
    """Where facts stay. What it shows is a fold over the live runs.

    In the order in which they were written, each row replaces the one of the same key if
    its value differs. So the same row seen twice stays the first one, and taking a run
    away, whichever, leaves what the others make without it. When a row was fetched
    (``Kind.fetched``) is no part of its value: the first time of those that saw it shows.
    """

    @property
    def max_rows_per_batch(self) -> int:
        """Return how many rows one commit can take; larger batches come in parts."""
        ...

    async def entries(self, stream: str | None = None) -> Sequence[Entry]:
        """Return the entries of one stream, or of all, by stream and position."""
        ...

    async def heads(self) -> Mapping[str, Head]:
        """Return the head of each chain as it is kept beside the entries."""
        ...

    async def append(self, entry: Entry) -> None:
        """Add ``entry`` to its chain.

        Raises ``StoreConflict`` if it does not follow the head.
        """
        ...

    async def commit(self, batch: CleanBatch, entry: Entry) -> Written:
        """Add the rows of ``batch`` and ``entry`` in one transaction: both or neither.

        Raises ``StoreConflict`` as ``append`` does, ``StoreRefused`` for a kind that it
        does not hold, ``TypeError`` for anything but a ``CleanBatch``.
        """
        ...

    async def retract(self, run: str, entry: Entry) -> int:
        """Take away all that ``run`` wrote and add ``entry``, in one transaction.

        Returns the number of rows that the run had written.
        """
        ...

    async def find(self, query: Query) -> pa.Table:
        """Return the rows that show now, in the order of their key, as the kind's schema.

        Raises ``UsageError`` for a column that is not there or cannot be searched: points are
        found by their series, records by any column of text or of whole numbers.
        """
        ...

    async def seen(
        self, kind: Kind, runs: Sequence[str], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Return the records that these runs told, of each key the last, in the order of the key.

        With those that say that this was everything (``Kind.whole``); none of a run that was
        rolled back. Raises ``StoreRefused`` for a kind that is not one of records.
        """
        ...

    async def audit(self) -> Audit:
        """Read everything again and say what does not agree."""
        ...

    def lease(self, stream: str) -> AbstractAsyncContextManager[None]:
        """Hold ``stream`` for one pull or rollback; free again when the holder is gone.

        Raises ``RunInProgress`` when another holds it.
        """
        ...

    async def leased(self, stream: str) -> bool:
        """Return whether somebody holds ``stream``."""
        ...

    async def check(self) -> Sequence[Check]:
        """Look at the connection, the permissions, the migrations and the room left."""
        ...
