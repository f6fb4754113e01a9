"""Adding a batch and its entry: in one transaction, or what is too large for one in two steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from scarline.ledger import Entry
from scarline.ports import Written
from scarline.stores.firestore import asks, batches, chains, shown
from scarline.stores.firestore.batches import Told
from scarline.stores.firestore.documents import Document, Documents, Transaction
from scarline.stores.firestore.groups import FIELDS, Change, regrouped
from scarline.stores.firestore.layout import Layout
from scarline.stores.firestore.settling import Limits, takes, under_way
from scarline.stores.firestore.shown import Place
from scarline.stores.firestore.values import patch, put

STAGED_FROM = 0.25
"""What takes more than this share of a transaction's bytes is brought before it."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One batch on its way, and the entry that tells of it."""

    documents: Documents
    limits: Limits
    told: Told
    entry: Entry
    parts: Sequence[bytes]

    @property
    def staged(self) -> bool:
        """Whether what is told is brought before the transaction that tells of it."""
        return sum(map(len, self.parts)) > self.limits.size * STAGED_FROM

    async def stage(self) -> None:
        """Bring what is told, for nobody to see until the entry is there."""
        for number in range(len(self.parts)):
            await self.documents.write([self._part(number, {"staged": True})])

    async def transact(self, transaction: Transaction) -> tuple[Written, bool] | None:
        """Add all of it; return what that changed, and whether some of it is still under way.

        Returns None if an earlier attempt was carried out. Raises ``StoreConflict``, and
        ``Unfinished`` if something else is under way.
        """
        layout, kind = self.documents.layout, self.told.kind
        now = await chains.standing(transaction, layout, self.entry, kind)
        if now.repeated:
            return None
        seq = now.batches + 1
        run: dict[str, Any] = {"rows": 0, "began": {}} | now.run
        place = Place(seq, run["began"].get(kind.name, seq))
        olds = await self._olds(transaction)
        written, changes = self._changes(olds, place)
        run["rows"] += len(self.told.ids)
        run["began"] = {**run["began"], kind.name: place.began}
        writes = chains.added(layout, self.entry, run)
        writes.append(put(layout.kind(kind), {"kind": kind.name, "batches": seq}))
        writes += self._told(place)
        groups = []
        if fits := takes(self.limits, [*writes, *[it.write for it in changes]]):
            groups = await regrouped(transaction, layout, changes)
            fits = takes(self.limits, [*writes, *[it.write for it in changes], *groups])
        transaction.write(*writes)
        if fits:
            transaction.write(*[it.write for it in changes], *groups)
        else:
            transaction.write(under_way(layout, self.entry, retracted=False))
        return written, not fits

    async def _olds(self, transaction: Transaction) -> Sequence[Document | None]:
        """Return what stands where the rows of this batch will stand."""
        kind = self.told.kind
        names = shown.names(self.documents.layout, self.told)
        known = (asks.OWN, *FIELDS, *([kind.fetched] if kind.fetched else []))
        found = await transaction.get(names, known) if names else {}
        return [found[name] for name in names]

    def _changes(
        self, olds: Sequence[Document | None], place: Place
    ) -> tuple[Written, list[Change]]:
        """Return what this batch changes; it is the last one, so each of its rows shows."""
        kind, told = self.told.kind, self.told
        fetched, marks = fetched_times(told), shown.marks(told)
        chosen: list[int] = []
        new = same = 0
        for row, old in enumerate(olds):
            if old is None:
                new += not marks[row]
                chosen.append(row)
                continue
            digest, first_fetched, _ = shown.stands(kind, old)
            known = digest == told.digests[row]
            same += known and not marks[row]
            earlier = kind.fetched is not None and fetched[row] < first_fetched
            if not known or earlier or kind.whole:
                chosen.append(row)
            if kind.fetched is not None:
                fetched[row] = min(fetched[row], first_fetched)
        earliest = [fetched[row] if fetched else None for row in chosen]
        made = shown.documents(self.documents.layout, told, chosen, place, earliest)
        changes = [Change(olds[row], write) for row, write in zip(chosen, made, strict=True)]
        return Written(new, marks.count(False) - new - same, same), changes

    def _told(self, place: Place) -> list[Any]:
        """Return the writes by which what was told is there, and found by its keys."""
        if not self.parts:
            return []
        about = {"staged": False, "seq": place.seq, "began": place.began}
        make = self._patch if self.staged else self._part
        name = self.documents.layout.keys_of(self.entry.stream, self.entry.digest)
        keys = [bytes.fromhex(own) for own in self.told.ids]
        order = {"seq": place.seq, "began": place.began}
        return [
            put(name, {**self._about(), **order, "keys": keys}),
            *[make(number, about) for number in range(len(self.parts))],
        ]

    def _patch(self, number: int, about: Mapping[str, Any]) -> Any:
        return patch(self._name(number), about)

    def _part(self, number: int, about: Mapping[str, Any]) -> Any:
        told = {"part": number, "parts": len(self.parts), "rows": self.parts[number]}
        return put(self._name(number), {**self._about(), **told, **about})

    def _about(self) -> dict[str, object]:
        return {
            "stream": self.entry.stream,
            "position": self.entry.position,
            "run": self.entry.run,
            "kind": self.told.kind.name,
        }

    def _name(self, number: int) -> str:
        layout: Layout = self.documents.layout
        return layout.part(self.entry.stream, self.entry.digest, number)


def commit(documents: Documents, limits: Limits, told: Told, entry: Entry) -> Commit:
    """Return what adds a batch and its entry."""
    parts = batches.packed(told.rows) if told.ids else []
    return Commit(documents, limits, told, entry, parts)


def fetched_times(told: Told) -> list[int]:
    """Return when each row was fetched, in microseconds since 1970; nothing if none says."""
    if told.kind.fetched is None:
        return []
    times: list[int] = told.rows.column(told.kind.fetched).cast(pa.int64()).to_pylist()
    return times
