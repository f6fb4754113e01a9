"""Bringing to its end what one transaction does not take: a large commit, or a rollback.

The entry's transaction leaves a document that says what is under way. While it is there nothing
else is written, and who reads or writes next brings it to its end, as its own process does: what
shows is folded anew from what was told, so doing that twice changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scarline.kinds import Kind
from scarline.ledger import Entry
from scarline.stores.firestore import asks, shown
from scarline.stores.firestore.batches import kind_of
from scarline.stores.firestore.documents import Documents, Transaction
from scarline.stores.firestore.folding import Fold
from scarline.stores.firestore.groups import FIELDS, Change, regrouped
from scarline.stores.firestore.layout import KINDS, Layout
from scarline.stores.firestore.values import fields, put, remove

KEYS_AT_ONCE = 150
_WRITES_OF_ONE = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """What one transaction takes.

    Google takes 10 MiB, and took 500 writes for years; its emulator takes 4 MiB.
    """

    writes: int = 500
    size: int = 3_500_000


ONE_TRANSACTION = Limits()


def takes(limits: Limits, writes: Sequence[Any]) -> bool:
    """Return whether one transaction takes these writes."""
    within = len(writes) <= limits.writes
    return within and sum(write.ByteSize() + 8 for write in writes) <= limits.size


async def settle(documents: Documents, limits: Limits) -> None:
    """Bring to its end what is under way, if anything is."""
    while (document := (await documents.get(documents.layout.unfinished))[0]) is not None:
        await _Task(documents, limits, fields(document)).finish()


async def discard(documents: Documents, limits: Limits, ask: asks.Ask) -> None:
    """Take away all documents that a query finds."""
    names = [it.name for it in await documents.ask(ask)]
    for first in range(0, len(names), limits.writes):
        await documents.write([remove(name) for name in names[first : first + limits.writes]])


def under_way(layout: Layout, entry: Entry, *, retracted: bool) -> Any:
    """Return the write that says that an entry's commit or rollback is under way."""
    about = {"stream": entry.stream, "position": entry.position, "run": entry.run}
    return put(layout.unfinished, {**about, "retracted": retracted, "entry": entry.digest})


@dataclass(frozen=True, slots=True)
class _Task:
    """What is under way: ``about`` is what its document says."""

    documents: Documents
    limits: Limits
    about: Mapping[str, Any]

    async def finish(self) -> None:
        """Fold all keys that it told of, and say that it is done."""
        run, retracted = self.about["run"], self.about["retracted"]
        for kind, ids in (await self._told()).items():
            fold = Fold(self.documents, kind, run if retracted else None)
            for first in range(0, len(ids), KEYS_AT_ONCE):
                some = ids[first : first + KEYS_AT_ONCE]
                await self._show(kind, some, await fold.shows(some))
        if retracted:
            layout = self.documents.layout
            for collection in (layout.told, layout.keys):  # the keys last: they lead to the rest
                ask = asks.told_by(collection, [run], ("run",))
                await discard(self.documents, self.limits, ask)
        await self.documents.transact(self._end)

    async def _told(self) -> dict[Kind, list[str]]:
        """Return the keys that it told of, by kind."""
        layout, about = self.documents.layout, self.about
        if about["retracted"]:
            ask = asks.told_by(layout.keys, [about["run"]])
        else:
            ask = asks.told_at(layout.keys, about["stream"], about["position"])
        ids: dict[str, dict[str, None]] = {}
        for document in await self.documents.ask(ask):
            if (kind := kind_of(document)) is not None:
                own = {key.hex(): None for key in fields(document)["keys"]}
                ids.setdefault(kind.name, {}).update(own)
        return {KINDS[name]: list(own) for name, own in ids.items()}

    async def _show(self, kind: Kind, ids: Sequence[str], shows: Mapping[str, Any]) -> None:
        """Make what shows of these keys what ``shows`` says, in the transactions that it takes."""
        left = list(ids)
        while left:

            async def some(transaction: Transaction, left: Sequence[str] = left) -> int:
                return await self._show_some(transaction, kind, left, shows)

            left = left[await self.documents.transact(some) :]

    async def _show_some(
        self, transaction: Transaction, kind: Kind, ids: Sequence[str], shows: Mapping[str, Any]
    ) -> int:
        """Do what one transaction takes of :meth:`_show`; return how many keys that were."""
        layout = self.documents.layout
        if not await self._is_under_way(transaction):
            return len(ids)
        collections = [layout.shown(kind), *([layout.wholes(kind)] if kind.whole else [])]
        names = {own: [layout.document(it, own) for it in collections] for own in ids}
        known = (asks.OWN, *FIELDS, *([kind.fetched] if kind.fetched else []))
        olds = await transaction.get([it for own in names.values() for it in own], known)
        changes: list[Change] = []
        done = 0
        for own in ids:
            changed = _changes(kind, names[own], olds, shows.get(own))
            writes = [it.write for it in [*changes, *changed]]
            # Each of them may change two groups, with a write for each.
            full = len(writes) * _WRITES_OF_ONE > self.limits.writes
            if changes and (full or not takes(self.limits, writes)):
                break
            changes += changed
            done += 1
        transaction.write(*[it.write for it in changes])
        transaction.write(*await regrouped(transaction, layout, changes))
        return done

    async def _is_under_way(self, transaction: Transaction) -> bool:
        """Return whether nobody else has brought it to its end."""
        name = self.documents.layout.unfinished
        document = (await transaction.get([name]))[name]
        return document is not None and fields(document) == self.about

    async def _end(self, transaction: Transaction) -> None:
        if await self._is_under_way(transaction):
            transaction.write(remove(self.documents.layout.unfinished))


def _changes(
    kind: Kind, names: Sequence[str], olds: Mapping[str, Any], write: Any | None
) -> list[Change]:
    """Return what makes the document of a key, which may stand at ``names``, as it should be."""
    if write is None:
        return [Change(olds[it], remove(it)) for it in names if olds[it] is not None]
    old = olds[write.update.name]
    if old is not None and shown.stands(kind, old) == shown.stands(kind, write.update):
        return []
    return [Change(old, write)]
