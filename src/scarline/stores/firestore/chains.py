"""The ledger in documents: entries, the head of each chain, and one document for each run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scarline.errors import StoreConflict, StoreError
from scarline.kinds import Kind
from scarline.ledger import Entry, Head, word
from scarline.stores.firestore.documents import Document, Transaction
from scarline.stores.firestore.layout import Layout
from scarline.stores.firestore.values import Instant, fields, instant, moment, put

MOST_BODY_BYTES = 1_000_000
"""What the body of an entry may have: its document holds 1 MiB."""


class Unfinished(StoreError):
    """A commit or a rollback is not yet in all that shows: it has to be brought to its end."""


@dataclass(slots=True)
class Standing:
    """Where a chain stands when an entry is to be added to it."""

    repeated: bool
    run: dict[str, Any]
    batches: int


async def standing(
    transaction: Transaction, layout: Layout, entry: Entry, kind: Kind | None = None
) -> Standing:
    """Read where things stand; ``batches`` is how many of ``kind`` were written so far.

    ``repeated`` says that an earlier attempt has added this entry, and its answer was lost. Raises
    ``StoreConflict`` if the entry does not follow, ``Unfinished`` if a commit or rollback is.
    """
    own = layout.entry(entry.stream, entry.position)
    names = [layout.head(entry.stream), layout.run(entry.run), layout.unfinished, own]
    names += [layout.kind(kind)] if kind else []
    found = await transaction.get(names)
    head = fields(found[names[0]])
    if transaction.again and fields(found[own]).get("digest") == entry.digest:
        return Standing(repeated=True, run={}, batches=0)
    if (entry.position, entry.previous) != (head.get("position", 0) + 1, head.get("digest", "")):
        message = (
            f"entry {entry.position} of {entry.stream} does not follow the head of its "
            "chain: another process wrote first; nothing was stored"
        )
        raise StoreConflict(message)
    if found[layout.unfinished] is not None:
        raise Unfinished("a commit or a rollback is not yet in all that shows: try again")
    batches = fields(found[layout.kind(kind)]).get("batches", 0) if kind else 0
    return Standing(repeated=False, run=fields(found[names[1]]), batches=batches)


def added(layout: Layout, entry: Entry, run: Mapping[str, Any]) -> list[Any]:
    """Return the writes of an entry, of the head that it is now, and of its run.

    Raises ``StoreError`` for an entry that is longer than a document.
    """
    if len(entry.body.encode()) > MOST_BODY_BYTES:
        message = (
            f"entry {entry.position} of {entry.stream} is longer than a Firestore document: pull "
            "a shorter window, so that it has less to tell"
        )
        raise StoreError(message)
    told = {
        "stream": entry.stream,
        "position": entry.position,
        "run": entry.run,
        "word": str(entry.word),
        "at": instant(entry.at),
        "body": entry.body,
        "previous": entry.previous,
        "digest": entry.digest,
    }
    head = {"stream": entry.stream, "position": entry.position, "digest": entry.digest}
    last = {"run": entry.run, "stream": entry.stream, "last": told["word"], "at": told["at"]}
    return [
        put(layout.entry(entry.stream, entry.position), told, exists=False),
        put(layout.head(entry.stream), head),
        put(layout.run(entry.run), {"rows": 0, "began": {}, **run} | last),
    ]


def entry_of(document: Document) -> Entry:
    """Return the entry of a document; what was changed in it makes another entry, or none."""
    told = fields(document)
    stream, position = str(told.get("stream", "")), _whole(told.get("position"))
    at = told.get("at")
    return Entry(
        stream,
        position,
        str(told.get("run", "")),
        word(str(told.get("word", "")), stream, position),
        moment(at if isinstance(at, Instant) else Instant(0)),
        str(told.get("body", "")),
        str(told.get("previous", "")),
        str(told.get("digest", "")),
    )


def head_of(document: Document) -> tuple[str, Head]:
    """Return a stream and the end of its chain."""
    told = fields(document)
    head = Head(_whole(told.get("position")), str(told.get("digest", "")))
    return str(told.get("stream", "")), head


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
