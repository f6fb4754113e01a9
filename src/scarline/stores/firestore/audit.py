"""Reading everything again: what was told against the ledger, what shows against what was told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from scarline.kinds import LLM_FAILURE, Kind
from scarline.ports import Audit
from scarline.series import content_digest
from scarline.stores.firestore import batches, shown
from scarline.stores.firestore.asks import OWN, all_of
from scarline.stores.firestore.batches import Parts, Told
from scarline.stores.firestore.committing import fetched_times
from scarline.stores.firestore.documents import Document, Documents
from scarline.stores.firestore.groups import Group, failure
from scarline.stores.firestore.layout import KINDS, Layout
from scarline.stores.firestore.shown import Place
from scarline.stores.firestore.values import fields

UNREADABLE = "what was told cannot be read"
"""Stands for the digest of a batch that was changed so that it holds no rows."""

Batch = tuple[str, int]
"""Run and position of the entry that wrote a batch."""


@dataclass(slots=True)
class Last:
    """What was told last of one key, and what its document should be."""

    seq: int
    told: bytes
    fetched: int
    began: int
    form: bytes


@dataclass(slots=True)
class Fold:
    """What should show of a kind: by the name of the document, what was told last."""

    layout: Layout
    kind: Kind
    last: dict[str, Last] = field(default_factory=dict)

    def add(self, told: Told, place: Place) -> None:
        """Take in one batch; they may come in any order."""
        rows = range(len(told.ids))
        times: Sequence[int | None] = fetched_times(told) or [None] * len(rows)
        made = [it.update for it in shown.documents(self.layout, told, rows, place, times)]
        for document in made:
            form = _form(self.kind, document)
            digest, at, began = shown.stands(self.kind, document)
            before = self.last.get(document.name)
            if before is None or before.seq < place.seq:
                at = at if before is None else min(at, before.fetched)
                self.last[document.name] = Last(place.seq, digest, at, began, form)
            else:
                before.fetched = min(at, before.fetched)


async def audit(documents: Documents, at: int) -> Audit:
    """Read all there was at a moment and say what does not agree.

    ``at`` is in microseconds since 1970, at most an hour ago, with nothing under way then.
    """
    folds = {kind.name: Fold(documents.layout, kind) for kind in KINDS.values()}
    digests = await _digests(documents, at, folds)
    faults = []
    groups: dict[str, Group] = {}
    for fold in folds.values():
        faults += await _misfolded(documents, at, fold, groups)
    return Audit(digests, faults + await _misgrouped(documents, at, groups))


async def _digests(documents: Documents, at: int, folds: Mapping[str, Fold]) -> dict[Batch, str]:
    """Return the digest of each batch, taken again, and fold them."""
    digests: dict[Batch, str] = {}
    waiting: dict[Batch, Parts] = {}
    keys = {
        batch: _summed(about)
        async for page in documents.pages(all_of(documents.layout.keys), at)
        for batch, about in _about(page)
    }
    async for page in documents.pages(all_of(documents.layout.told), at):
        for batch, parts in batches.by_batch(page).items():
            known = waiting.setdefault(batch, [])
            known += parts
            if len(known) == known[0].fields["parts"].integer_value:
                digests[batch] = _digest(waiting.pop(batch), keys.pop(batch, b""), folds)
    return digests | dict.fromkeys([*waiting, *keys], UNREADABLE)


def _about(page: Sequence[Document]) -> Iterator[tuple[Batch, dict[str, Any]]]:
    """Yield what documents say of the keys of batches."""
    for document in page:
        about = fields(document)
        yield (about.get("run", ""), about.get("position", 0)), about


def _summed(about: Mapping[str, Any]) -> bytes:
    """Return a digest of what has to be the same in the keys of a batch and in its parts."""
    said = [about.get(name) for name in ("stream", "kind", "seq", "began", "keys")]
    return sha256(repr(said).encode()).digest()


def _digest(parts: Parts, keys: bytes, folds: Mapping[str, Fold]) -> str:
    kind, rows = batches.kind_of(parts[0]), batches.unpacked(parts)
    if kind is None or rows is None:
        return UNREADABLE
    told = batches.told(kind, batches.aligned(kind, rows))
    about = fields(parts[0])
    if _summed({**about, "keys": [bytes.fromhex(own) for own in told.ids]}) != keys:
        return UNREADABLE
    place = Place(about["seq"], about["began"])
    folds[kind.name].add(told, place)
    return content_digest(kind, rows)


async def _misfolded(
    documents: Documents, at: int, fold: Fold, groups: dict[str, Group]
) -> list[str]:
    """Return a sentence if what shows of a kind is not what was told; group its failures."""
    kind, layout = fold.kind, documents.layout
    wrong = 0
    for collection in (layout.shown(kind), *([layout.wholes(kind)] if kind.whole else [])):
        async for page in documents.pages(all_of(collection), at):
            for document in page:
                last = fold.last.pop(document.name, None)
                stood = shown.stands(kind, document)
                wrong += last is None or (last.told, last.fetched, last.began, last.form) != (
                    *stood,
                    _form(kind, document),
                )
                if kind is LLM_FAILURE and (signature := fields(document).get("signature")):
                    groups.setdefault(signature, Group()).add(failure(document))
    wrong += len(fold.last)
    if not wrong:
        return []
    return [
        f"{wrong} documents of {layout.shown(kind)} show something else than the live runs told"
    ]


async def _misgrouped(documents: Documents, at: int, groups: Mapping[str, Group]) -> list[str]:
    """Return a sentence if the groups are not what the failures that show make."""
    layout = documents.layout
    found = {it.name: fields(it) for it in await documents.ask(all_of(layout.groups), at)}
    made = {layout.group(own): group.document(own) for own, group in groups.items()}
    wrong = sum(found.get(name) != made.get(name) for name in found.keys() | made.keys())
    if not wrong:
        return []
    return [f"{wrong} documents of {layout.groups} do not agree with the failures that show"]


def _form(kind: Kind, document: Document) -> bytes:
    """Return a digest of what a document shows, cut or not, but for when it was fetched."""
    shows = type(document)()
    for name in document.fields:
        if name not in (OWN, kind.fetched):
            shows.fields[name].CopyFrom(document.fields[name])
    return sha256(shows.SerializeToString(deterministic=True)).digest()
