"""A store without a disk: what the others are measured against, and gone with the process."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from operator import eq
from typing import Any

import pyarrow as pa

from scarline.errors import RunInProgress, StoreConflict
from scarline.kinds import Kind
from scarline.ledger import Entry, Head, head_of
from scarline.model import CleanBatch, Window
from scarline.ports import Audit, Check, Note, Query, Written
from scarline.series import columns_of, conditions, content_digest, only_records
from scarline.series.records import row_forms

Row = dict[str, Any]


class MemoryStore:
    """Keeps every batch as it was written and folds them anew at each question."""

    def __init__(self, max_rows_per_batch: int = 1_000_000) -> None:
        self.max_rows_per_batch = max_rows_per_batch
        self._entries: list[Entry] = []
        self._heads: dict[str, Head] = {}
        self._batches: dict[tuple[str, int], tuple[Kind, pa.RecordBatch]] = {}
        self._held: set[str] = set()
        self._notes: dict[str, Note] = {}

    async def entries(self, stream: str | None = None) -> Sequence[Entry]:
        """Return the entries of one stream, or of all, by stream and position."""
        wanted = [entry for entry in self._entries if stream in (None, entry.stream)]
        return sorted(wanted, key=lambda entry: (entry.stream, entry.position))

    async def heads(self) -> Mapping[str, Head]:
        """Return the head of each chain."""
        return dict(self._heads)

    async def append(self, entry: Entry) -> None:
        """Add ``entry`` to its chain; raises ``StoreConflict`` if it does not follow."""
        head = self._heads.get(entry.stream, Head())
        if (entry.position, entry.previous) != (head.position + 1, head.digest):
            message = (
                f"entry {entry.position} of {entry.stream} does not follow the head of its "
                "chain: another process wrote first; nothing was stored"
            )
            raise StoreConflict(message)
        self._entries.append(entry)
        self._heads[entry.stream] = head_of([entry])

    async def commit(self, batch: CleanBatch, entry: Entry) -> Written:
        """Add the rows of ``batch`` and ``entry``: both or neither."""
        if not isinstance(batch, CleanBatch):
            message = f"a store takes a CleanBatch, not a {type(batch).__name__}"
            raise TypeError(message)
        kind, rows = batch.batch.kind, batch.batch.rows
        last = self._last(kind)
        await self.append(entry)
        self._batches[entry.run, entry.position] = (kind, rows)
        told = [row for row in rows.to_pylist() if not (kind.whole and _tells_of_all(kind, row))]
        again = [row for row in told if _identity(kind, row) in last]
        before = [last[_identity(kind, row)][1] for row in again]
        same = sum(map(eq, _said(kind, before), _said(kind, again)))
        return Written(new=len(told) - len(again), changed=len(again) - same, same=same)

    async def retract(self, run: str, entry: Entry) -> int:
        """Take away all that ``run`` wrote and add ``entry``; return the number of rows."""
        await self.append(entry)
        mine = [key for key in self._batches if key[0] == run]
        return sum(self._batches.pop(key)[1].num_rows for key in mine)

    async def find(self, query: Query) -> pa.Table:
        """Return the rows that show now, in the order of their key."""
        allowed = conditions(query.kind, query.where)
        rows = [row for row in self._shown(query.kind) if _matches(row, query, allowed)]
        rows.sort(key=lambda row: _identity(query.kind, row))
        names = columns_of(query.kind, query.columns)
        return pa.Table.from_pylist(rows[: query.limit], schema=query.kind.schema).select(names)

    async def seen(
        self, kind: Kind, runs: Sequence[str], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Return the records that these runs told, in the order of their key."""
        only_records(kind)
        last = {
            _identity(kind, row): row
            for (run, _), (held, rows) in self._batches.items()
            for row in (rows.to_pylist() if run in runs and held is kind else ())
        }
        told = [last[identity] for identity in sorted(last)]
        return pa.Table.from_pylist(told, schema=kind.schema).select(columns_of(kind, columns))

    async def audit(self) -> Audit:
        """Take the digest of every batch again."""
        held = {key: own for key, own in self._batches.items() if own[1].num_rows}
        return Audit({key: content_digest(*own) for key, own in held.items()})

    @asynccontextmanager
    async def lease(self, stream: str) -> AsyncIterator[None]:
        """Hold ``stream`` within this process."""
        if stream in self._held:
            message = f"a pull of {stream} is under way already: wait for its end"
            raise RunInProgress(message)
        self._held.add(stream)
        try:
            yield
        finally:
            self._held.discard(stream)

    async def leased(self, stream: str) -> bool:
        """Return whether somebody holds ``stream``."""
        return stream in self._held

    async def note(self, name: str) -> Note:
        """Return the shared note of that name."""
        return self._notes.get(name, Note())

    async def swap(self, name: str, text: str, version: int) -> bool:
        """Write the note if it still has ``version``."""
        if self._notes.get(name, Note()).version != version:
            return False
        self._notes[name] = Note(text, version + 1)
        return True

    async def check(self) -> Sequence[Check]:
        """Say that nothing here outlives the process."""
        return [Check("store", well=True, finding="memory: gone when this process ends")]

    def _last(self, kind: Kind) -> dict[tuple[Any, ...], tuple[str, Row]]:
        """Return of each key the row that was told last, and the run that told it."""
        last: dict[tuple[Any, ...], tuple[str, Row]] = {}
        described: dict[tuple[Any, ...], Row] = {}
        for (run, _), (held, rows) in self._batches.items():
            for row in rows.to_pylist() if held is kind else ():
                if kind.fetched is not None and (before := last.get(_identity(kind, row))):
                    row[kind.fetched] = min(row[kind.fetched], before[1][kind.fetched])
                last[_identity(kind, row)] = (run, row)
                series = tuple(row[name] for name in kind.series)
                described[series] = {name: row[name] for name in kind.described}
        return {
            identity: (run, row | described[tuple(row[name] for name in kind.series)])
            for identity, (run, row) in last.items()
        }

    def _shown(self, kind: Kind) -> list[Row]:
        last = self._last(kind)
        if not kind.whole:
            return [row for _, row in last.values()]
        order = {run: at for at, run in enumerate(dict.fromkeys(it.run for it in self._entries))}
        told_all = {
            _scope(kind, row): order[run] for run, row in last.values() if _tells_of_all(kind, row)
        }
        return [
            row
            for run, row in last.values()
            if not _tells_of_all(kind, row)
            and order[run] >= told_all.get(_scope(kind, row), order[run])
        ]


def _identity(kind: Kind, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in kind.key)


def _tells_of_all(kind: Kind, row: Row) -> bool:
    """Return whether ``row`` only says that its run told of everything there is."""
    return not any(row[name] for name in kind.key if name not in kind.whole)


def _scope(kind: Kind, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in kind.whole)


def _said(kind: Kind, rows: Sequence[Row]) -> list[Any]:
    """Return what makes each row the same as another of its key, or a changed one."""
    if kind.of_records:
        told = pa.RecordBatch.from_pylist(list(rows), kind.schema)
        names = [name for name in kind.schema.names if name != kind.fetched]
        forms: list[bytes] = row_forms(told.select(names)).to_pylist()
        return forms
    return [row["value"] for row in rows]


def _matches(row: Row, query: Query, allowed: Mapping[str, Sequence[str | int]]) -> bool:
    window = query.window
    if window is not None and not _lies_in(row[query.kind.at], window):
        return False
    return all(row[name] in values for name, values in allowed.items())


def _lies_in(at: datetime | None, window: Window) -> bool:
    return at is not None and window.start <= at < window.end
