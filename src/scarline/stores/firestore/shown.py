"""What shows of a kind, as documents with the plain names of its columns, and back as columns."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from scarline.errors import StoreRefused
from scarline.kinds import Kind
from scarline.series.records import plain
from scarline.stores.firestore.asks import DAY, OWN
from scarline.stores.firestore.batches import Told
from scarline.stores.firestore.cutting import cut_json, cut_text
from scarline.stores.firestore.layout import Layout
from scarline.stores.firestore.values import Write, fill, micros, timed

MOST_DOCUMENT_BYTES = 1_040_000
"""What a document may have as a message: Google counts up to 1,048,576 bytes, in another way."""

_DAY_MICROSECONDS = 86_400_000_000
_SHORTEST_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row was told: the number of its batch and of the first batch of its run.

    Batches of a kind are numbered in the order in which they were written.
    """

    seq: int
    began: int


def names(layout: Layout, told: Told) -> list[str]:
    """Return the full name of the document of each row."""
    shown, wholes = layout.shown(told.kind), layout.wholes(told.kind)
    return [
        layout.document(wholes if mark else shown, own)
        for own, mark in zip(told.ids, marks(told), strict=True)
    ]


def marks(told: Told) -> list[bool]:
    """Return of each row whether it only says that this was everything: see ``Kind.whole``."""
    kind = told.kind
    if not kind.whole:
        return [False] * len(told.ids)
    others = [plain(told.rows.column(it)).to_pylist() for it in kind.key if it not in kind.whole]
    return [not any(words) for words in zip(*others, strict=True)]


def documents(
    layout: Layout,
    told: Told,
    chosen: Sequence[int],
    place: Place,
    fetched: Sequence[int | None],
) -> Iterator[Any]:
    """Yield the write of a document for each chosen row, all of which were told at ``place``.

    ``fetched`` is when each of them was first fetched, in microseconds since 1970, None where its
    kind does not say. What is too long is cut: see :mod:`scarline.stores.firestore.cutting`.
    """
    kind = told.kind
    named = names(layout, told)
    rows = told.rows.take(pa.array(chosen, pa.int64()))
    columns = [(it.name, *_values(rows.column(it.name))) for it in kind.schema]
    for number, row in enumerate(chosen):
        write = Write()
        write.update.name = named[row]
        own = {"began": place.began, "told": told.digests[row]}
        fill(write.update.fields[OWN], own)
        for name, setter, values in columns:
            value = fetched[number] if name == kind.fetched else values[number]
            if value is not None:
                setter(write.update.fields[name], value)
                if name == kind.at:
                    write.update.fields[DAY].string_value = day(value)
        fit(kind, write.update)
        yield write


def day(microseconds: int) -> str:
    """Return the UTC day of a time in microseconds since 1970, such as 2026-03-02."""
    since = microseconds // _DAY_MICROSECONDS
    return date.fromordinal(date(1970, 1, 1).toordinal() + since).isoformat()


def fit(kind: Kind, document: Any) -> None:
    """Cut what is longest until the document fits: JSON first, then other text, never the key."""
    kept = (*kind.key, kind.named)
    texts = [it.name for it in kind.schema if pa.types.is_string(_form(it)) and it.name not in kept]
    while (over := document.ByteSize() - MOST_DOCUMENT_BYTES) > 0:
        sizes = {
            name: len(document.fields[name].string_value.encode())
            for name in texts
            if name in document.fields
        }
        if not sizes:
            message = f"a record of {kind.name} has a key of more than a Firestore document holds"
            raise StoreRefused(message)
        json = {name: size for name, size in sizes.items() if name in kind.json and size > over}
        name = max(json or sizes, key=sizes.__getitem__)
        cut = cut_json if name in kind.json else cut_text
        value = document.fields[name]
        value.string_value = cut(value.string_value, max(sizes[name] - over, _SHORTEST_BYTES))
        texts.remove(name)


def table(kind: Kind, found: Sequence[Any], names: Sequence[str]) -> pa.Table:
    """Return documents as columns of those names, in the order in which they come."""
    schema = pa.schema([kind.schema.field(name) for name in names])
    columns = [_column(field, found) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def stands(kind: Kind, document: Any) -> tuple[bytes, int, int]:
    """Return what of a document has to be right: what it tells, when first fetched, and its run.

    The run, by its first batch, is 0 for a kind in which no run tells of everything.
    """
    own = document.fields[OWN].map_value.fields
    fetched = document.fields[kind.fetched].timestamp_value if kind.fetched else None
    began = own["began"].integer_value if kind.whole else 0
    return own["told"].bytes_value, micros(fetched) if fetched is not None else 0, began


def _form(field: pa.Field) -> pa.DataType:
    return getattr(field.type, "value_type", field.type)


def _values(column: pa.Array) -> tuple[Any, list[Any]]:
    """Return what sets a value of a column, and its values; times are microseconds."""
    own = plain(column)
    if pa.types.is_timestamp(own.type):
        return _set_time, own.cast(pa.int64()).to_pylist()
    if pa.types.is_string(own.type):
        return _set_text, own.to_pylist()
    return (_set_double if pa.types.is_floating(own.type) else _set_whole), own.to_pylist()


def _set_time(value: Any, microseconds: int) -> None:
    timed(value.timestamp_value, microseconds)


def _set_text(value: Any, text: str) -> None:
    value.string_value = text


def _set_whole(value: Any, number: int) -> None:
    value.integer_value = number


def _set_double(value: Any, number: float) -> None:
    value.double_value = math.nan if math.isnan(number) else number  # there is one NaN


def _column(field: pa.Field, found: Sequence[Any]) -> pa.Array:
    form = _form(field)
    if pa.types.is_timestamp(form):
        column = pa.array([_read(it, field.name, "timestamp_value") for it in found], pa.int64())
        return column.cast(form)
    if pa.types.is_string(form):
        column = pa.array([_read(it, field.name, "string_value") for it in found], form)
        return column.dictionary_encode() if pa.types.is_dictionary(field.type) else column
    if pa.types.is_floating(form):
        return pa.array([_read(it, field.name, "double_value") for it in found], form)
    # Too wide a number was put there by somebody else: it is another one then, not an error.
    whole = pa.array([_read(it, field.name, "integer_value") for it in found], pa.int64())
    return whole.cast(form, safe=False)


def _read(document: Any, name: str, form: str) -> Any:
    """Return a value of that form; None for another, which somebody else has put there."""
    if name not in document.fields:
        return None
    value = document.fields[name]
    if value.WhichOneof("value_type") != form:
        return None
    return micros(value.timestamp_value) if form == "timestamp_value" else getattr(value, form)
