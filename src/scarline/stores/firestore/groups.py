"""Groups of failures: one document for each signature, right after every commit and rollback.

A group is what shows of its failures, counted: it changes in the transactions that change them.
What is first or last is looked up anew when it goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from scarline.kinds import LLM_FAILURE
from scarline.stores.firestore.asks import OWN, outermost
from scarline.stores.firestore.documents import Document, Transaction
from scarline.stores.firestore.layout import Layout
from scarline.stores.firestore.values import Instant, fields, micros, put, remove

Failure = tuple[int, str, str]
"""When it happened, in microseconds since 1970, the name of its document, and its title."""

FIELDS = ("signature", LLM_FAILURE.at)
"""What a group needs to know of a failure that changes."""


@dataclass(slots=True)
class Group:
    """What shows of one signature: how many failures, the first of them, and when the last was."""

    failures: int = 0
    first: Failure | None = None
    last_seen: int = 0

    def add(self, failure: Failure) -> None:
        """Count one more."""
        self.first = failure if self.first is None else min(self.first, failure)
        self.last_seen = failure[0] if not self.failures else max(self.last_seen, failure[0])
        self.failures += 1

    def document(self, signature: str) -> dict[str, Any]:
        """Return the group as its document has it."""
        at, name, title = self.first or (0, "", "")
        return {
            "signature": signature,
            "title": title,
            "failures": self.failures,
            "first_seen": Instant(at),
            "last_seen": Instant(self.last_seen),
            OWN: {"first": name.rpartition("/")[2]},
        }


@dataclass(slots=True)
class Change:
    """One document of what shows: as it was, and the write that makes it otherwise."""

    old: Document | None
    write: Any

    @property
    def new(self) -> Document | None:
        """The document as it will be; None if it goes."""
        return self.write.update if self.write.HasField("update") else None


@dataclass(slots=True)
class _Moves:
    gone: list[Document] = field(default_factory=list)
    come: list[Failure] = field(default_factory=list)


async def regrouped(
    transaction: Transaction, layout: Layout, changes: Sequence[Change]
) -> list[Any]:
    """Return the writes that keep the groups right when these documents change."""
    moves: dict[str, _Moves] = {}
    for change in changes:
        for document, side in ((change.old, "gone"), (change.new, "come")):
            signature = _text(document, "signature") if document is not None else ""
            if document is not None and signature:
                moved = moves.setdefault(signature, _Moves())
                getattr(moved, side).append(document if side == "gone" else failure(document))
    if not moves:
        return []
    names = {signature: layout.group(signature) for signature in moves}
    found = await transaction.get(list(names.values()))
    writes = []
    for signature, moved in moves.items():
        group = _read(layout, fields(found[names[signature]]))
        await _take(transaction, layout, signature, group, moved.gone)
        for one in moved.come:
            group.add(one)
        write = put(names[signature], group.document(signature))
        writes.append(write if group.failures else remove(names[signature]))
    return writes


def failure(document: Document) -> Failure:
    """Return what a group needs to know of a failure that shows."""
    at = micros(document.fields[LLM_FAILURE.at].timestamp_value)
    return at, document.name, _text(document, "title")


async def _take(
    transaction: Transaction,
    layout: Layout,
    signature: str,
    group: Group,
    gone: Sequence[Document],
) -> None:
    """Take failures away from a group; look for its first and last one anew if they go."""
    group.failures -= len(gone)
    if not gone:
        return
    if group.failures <= 0:
        group.failures, group.first = 0, None
        return
    times = [micros(it.fields[LLM_FAILURE.at].timestamp_value) for it in gone]
    names = {it.name for it in gone}
    if group.first is None or group.first[1] in names:
        group.first = await _end(transaction, layout, signature, names, last=False)
    if group.last_seen in times:
        last = await _end(transaction, layout, signature, names, last=True)
        group.last_seen = last[0] if last else 0


async def _end(
    transaction: Transaction, layout: Layout, signature: str, without: set[str], *, last: bool
) -> Failure | None:
    ask = outermost(layout, signature, len(without) + 1, last=last)
    left = [it for it in await transaction.ask(ask) if it.name not in without]
    return failure(left[0]) if left else None


def _read(layout: Layout, told: dict[str, Any]) -> Group:
    if not told:
        return Group()
    name = layout.document(layout.shown(LLM_FAILURE), told[OWN]["first"])
    first = (told["first_seen"].microseconds, name, told["title"])
    return Group(told["failures"], first, told["last_seen"].microseconds)


def _text(document: Document, name: str) -> str:
    return str(document.fields[name].string_value) if name in document.fields else ""
