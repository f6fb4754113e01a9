"""What shows of some keys, folded anew from what the batches told: after a rollback, or a crash."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from scarline.errors import StoreError
from scarline.kinds import Kind
from scarline.stores.firestore import asks, shown
from scarline.stores.firestore.batches import Told, aligned, is_staged, told, unpacked
from scarline.stores.firestore.documents import Documents
from scarline.stores.firestore.shown import Place
from scarline.stores.firestore.values import fields

PAGE = 20
"""How many batches are looked at at once, newest first."""

_CACHED = 8
_LAST = 2**62

Batch = tuple[str, int]
"""Stream and position of an entry that wrote a batch."""


class Fold:
    """Folds keys of one kind. Nothing may be written of it meanwhile: see :mod:`settling`."""

    def __init__(self, documents: Documents, kind: Kind, without: str | None) -> None:
        self._documents, self._kind, self._without = documents, kind, without
        self._cached: OrderedDict[Batch, Told] = OrderedDict()
        self._places: dict[Batch, Place] = {}

    async def shows(self, ids: Sequence[str]) -> Mapping[str, Any]:
        """Return for each key that shows the write of its document; ids are those of the keys."""
        seen: dict[str, list[Batch]] = {}
        for first in range(0, len(ids), asks.MOST_VALUES):
            seen |= await self._sightings(ids[first : first + asks.MOST_VALUES])
        earliest = await self._earliest(seen)
        last: dict[Batch, list[str]] = {}
        for own, batches in seen.items():
            last.setdefault(batches[0], []).append(own)
        writes: dict[str, Any] = {}
        for batch, owned in last.items():
            parts = await self._told(batch)
            rows = {own: row for row, own in enumerate(parts.ids)}
            made = shown.documents(
                self._documents.layout,
                parts,
                [rows[own] for own in owned],
                self._places[batch],
                [earliest.get(own) for own in owned],
            )
            writes |= dict(zip(owned, made, strict=True))
        return writes

    async def _sightings(self, ids: Sequence[str]) -> dict[str, list[Batch]]:
        """Return the batches of each key: all of them, or the last one if that is enough."""
        seen: dict[str, list[Batch]] = {}
        left, before, page = set(ids), _LAST, PAGE
        while left and page == PAGE:
            keys = [bytes.fromhex(own) for own in sorted(left)]
            ask = asks.told_of(self._documents.layout, keys, before, PAGE)
            found = await self._documents.ask(ask)
            page = len(found)
            for document in found:
                about = fields(document)
                before = about["seq"]
                if about["kind"] == self._kind.name and about["run"] != self._without:
                    batch = (about["stream"], about["position"])
                    self._places[batch] = Place(before, about["began"])
                    mine = left & {key.hex() for key in about["keys"]}
                    for own in mine:
                        seen.setdefault(own, []).append(batch)
                    left -= mine if self._kind.fetched is None else set()
        return seen

    async def _earliest(self, seen: Mapping[str, Sequence[Batch]]) -> dict[str, int]:
        """Return when each key was first fetched, in microseconds since 1970."""
        if self._kind.fetched is None:
            return {}
        earliest: dict[str, int] = {}
        for batch in dict.fromkeys(it for batches in seen.values() for it in batches):
            parts = await self._told(batch)
            times = parts.rows.column(self._kind.fetched).cast(pa.int64()).to_pylist()
            for own, at in zip(parts.ids, times, strict=True):
                if batch in seen.get(own, ()):
                    earliest[own] = min(at, earliest.get(own, at))
        return earliest

    async def _told(self, batch: Batch) -> Told:
        """Return what a batch told; the last few are kept at hand."""
        if batch in self._cached:
            self._cached.move_to_end(batch)
            return self._cached[batch]
        ask = asks.told_at(self._documents.layout.told, *batch)
        parts = [it for it in await self._documents.ask(ask) if not is_staged(it)]
        rows = unpacked(parts) if parts else None
        if rows is None:
            message = (
                f"what entry {batch[1]} of {batch[0]} told was changed after it was written: "
                "`scarline verify` tells of all that does not hold"
            )
            raise StoreError(message)
        self._cached[batch] = told(self._kind, aligned(self._kind, rows))
        while len(self._cached) > _CACHED:
            self._cached.popitem(last=False)
        return self._cached[batch]
