"""Every query that is asked of Firestore, and the index that each needs.

Nothing else in this folder makes one, so ``deploy/firestore.indexes.json`` can be derived: the
emulator answers queries without their indexes, Google does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from google.cloud.firestore_v1 import types

from scarline.kinds import LLM_FAILURE, Kind
from scarline.stores.firestore.layout import KINDS, Layout
from scarline.stores.firestore.values import fill, message

MOST_VALUES = 30
"""How many values ``in`` and ``array-contains-any`` take."""

DAY = "day"
"""The field with the UTC day of a fact, which stands for its time in queries: it is not sequential
within a day, so an index on it does not hold back writes as one on a time does."""

OWN = "scarline"
"""The field with what the store itself needs to know of a document."""

_Query = message(types.StructuredQuery)
_OPERATORS = {"==": "EQUAL", "in": "IN", "any": "ARRAY_CONTAINS_ANY", "<": "LESS_THAN"}
_OPERATORS |= {">=": "GREATER_THAN_OR_EQUAL", "<=": "LESS_THAN_OR_EQUAL"}
_EQUALITIES = ("==", "in")

Condition = tuple[str, str, Any]
"""Field, operator and value; a list of values for ``in`` and ``any``."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One query of one collection. ``order`` names fields, those that fall with a - before."""

    collection: str
    where: tuple[Condition, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None
    fields: tuple[str, ...] = ()  # none: all of them


def told_by(collection: str, runs: Sequence[str], fields: tuple[str, ...] = ()) -> Ask:
    """Ask for what these runs told, or for its keys."""
    return Ask(collection, (("run", "in", list(runs)),), fields=fields)


def told_at(collection: str, stream: str, position: int) -> Ask:
    """Ask for what the entry at that position told, or for its keys."""
    return Ask(collection, (("stream", "==", stream), ("position", "==", position)))


def told_of(layout: Layout, keys: Sequence[bytes], before: int, limit: int) -> Ask:
    """Ask which batches told of any of these keys, the last first."""
    where = (("keys", "any", list(keys)), ("seq", "<", before))
    return Ask(layout.keys, where, ("-seq",), limit)


def staged(layout: Layout, stream: str) -> Ask:
    """Ask for what was left behind by commits of a stream that did not come to their end."""
    where = (("stream", "==", stream), ("staged", "==", True))
    return Ask(layout.told, where, fields=("stream",))


def entries(layout: Layout, stream: str | None) -> Ask:
    """Ask for the entries of one stream, or of all."""
    return Ask(layout.ledger, () if stream is None else (("stream", "==", stream),))


def all_of(collection: str, fields: tuple[str, ...] = ()) -> Ask:
    """Ask for all documents of a collection."""
    return Ask(collection, fields=fields)


def outermost(layout: Layout, signature: str, limit: int, *, last: bool) -> Ask:
    """Ask for the first, or the last, failures of a group."""
    order = f"-{LLM_FAILURE.at}" if last else LLM_FAILURE.at
    where = (("signature", "==", signature),)
    named = (LLM_FAILURE.at, "title")
    return Ask(layout.shown(LLM_FAILURE), where, (order,), limit, named)


def in_order(layout: Layout, kind: Kind, limit: int, fields: tuple[str, ...]) -> Ask:
    """Ask for the first documents of what shows, in the order of their key."""
    return Ask(layout.shown(kind), (), kind.key, limit, fields)


def structured(ask: Ask) -> Any:
    """Return a query as Firestore takes it."""
    query = _Query()
    query.from_.add().collection_id = ask.collection
    for field, operator, value in ask.where:
        query.where.composite_filter.op = 1  # AND
        one = query.where.composite_filter.filters.add().field_filter
        one.field.field_path = field
        one.op = one.Operator.Value(_OPERATORS[operator])
        fill(one.value, value)
    for field in ask.order:
        by = query.order_by.add()
        by.field.field_path = field.removeprefix("-")
        by.direction = 2 if field.startswith("-") else 1
    for field in ask.fields:
        query.select.fields.add().field_path = field
    if ask.limit is not None:
        query.limit.value = ask.limit
    return query


def index(ask: Ask) -> dict[str, Any] | None:
    """Return the composite index that a query needs; None where indexes of one field do.

    Equalities alone are answered from the indexes of their fields, as is one order or range
    (https://firebase.google.com/docs/firestore/query-data/index-overview).
    """
    fields = [(name, {"order": "ASCENDING"}) for name, op, _ in ask.where if op in _EQUALITIES]
    fields += [(name, {"arrayConfig": "CONTAINS"}) for name, op, _ in ask.where if op == "any"]
    order = ask.order or ranges(ask)
    fields += [
        (name.removeprefix("-"), {"order": "DESCENDING" if name.startswith("-") else "ASCENDING"})
        for name in order
    ]
    if not order or len(fields) == 1:
        return None
    return {
        "collectionGroup": ask.collection,
        "queryScope": "COLLECTION",
        "fields": [{"fieldPath": name} | how for name, how in fields],
    }


def ranges(ask: Ask) -> tuple[str, ...]:
    """Return the fields of which a query wants a stretch."""
    stretched = [name for name, op, _ in ask.where if op not in (*_EQUALITIES, "any")]
    return tuple(dict.fromkeys(stretched))


def exempt(layout: Layout) -> Iterator[tuple[str, str]]:
    """Yield collection and field of what no index is made of.

    Times, because an index on what only grows holds a collection to 500 writes a second; and what
    nobody searches by: doubles, JSON, what is packed, and what the store needs for itself.
    """
    for kind in KINDS.values():
        for field in kind.schema:
            if not searchable(kind, field):
                yield layout.shown(kind), field.name
        yield layout.shown(kind), OWN
    for collection, fields in (
        (layout.groups, ("first_seen", "last_seen", "title", OWN)),
        (layout.told, ("rows", "began", "seq")),
        (layout.keys, ("began", "seq")),
        (layout.ledger, ("at", "body", "digest", "previous")),
    ):
        yield from ((collection, field) for field in fields)


def searchable(kind: Kind, field: pa.Field) -> bool:
    """Return whether Firestore itself may look for the values of a column."""
    form = getattr(field.type, "value_type", field.type)
    whole_or_text = pa.types.is_string(form) or pa.types.is_integer(form)
    return whole_or_text and field.name not in kind.json


def shapes(layout: Layout) -> Iterator[Ask]:
    """Yield one of each query that needs more than the indexes that Firestore makes by itself."""
    yield told_of(layout, [b""], 0, 1)
    yield outermost(layout, "", 1, last=False)
    yield outermost(layout, "", 1, last=True)
    yield from (in_order(layout, kind, 1, ()) for kind in KINDS.values())


def index_file(layout: Layout) -> dict[str, Any]:
    """Return what ``deploy/firestore.indexes.json`` has to say for these collections."""
    return {
        "indexes": [needed for ask in shapes(layout) if (needed := index(ask))],
        "fieldOverrides": [
            {"collectionGroup": collection, "fieldPath": field, "indexes": []}
            for collection, field in exempt(layout)
        ],
    }
