"""What a batch told, packed: kept as it was, so that its digest and every fold can be taken again.

A batch is an Arrow stream, compressed, in as many parts as documents of 1 MiB ask for. So what many
runs saw again costs one document for each batch, not one for each row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pyarrow as pa

from scarline.kinds import Kind
from scarline.series.records import key_digests, row_forms
from scarline.stores.firestore.layout import KINDS

PART_BYTES = 900_000
"""How much of a packed batch stands in one document: and some about it."""

DIGEST_BYTES = 16

Parts = list[Any]
"""Plain documents: the parts of one batch, in any order."""


@dataclass(frozen=True, slots=True)
class Told:
    """A batch taken apart: of each row its id, by its key, and a digest of what it tells.

    The digest leaves out when the row was fetched: see ``Kind.fetched``.
    """

    kind: Kind
    rows: pa.RecordBatch
    ids: list[str]
    digests: list[bytes]


def told(kind: Kind, rows: pa.RecordBatch) -> Told:
    """Take a batch apart."""
    ids = key_digests([rows.column(name) for name in kind.key]).to_pylist()
    return Told(kind, rows, ids, digests(kind, rows))


def digests(kind: Kind, rows: pa.RecordBatch) -> list[bytes]:
    """Return a digest of what each row tells, equal only if all its values are."""
    names = [name for name in rows.schema.names if name != kind.fetched]
    forms = row_forms(rows.select(names)).to_pylist()
    return [sha256(form).digest()[:DIGEST_BYTES] for form in forms]


def packed(rows: pa.RecordBatch) -> list[bytes]:
    """Return rows as the bytes of each part."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, rows.schema, options=options) as writer:
        writer.write_batch(rows)
    whole = sink.getvalue().to_pybytes()
    return [whole[at : at + PART_BYTES] for at in range(0, len(whole), PART_BYTES)]


def unpacked(parts: Parts) -> pa.RecordBatch | None:
    """Return what a batch told, in the columns that its kind had then; None if it was changed."""
    ordered = sorted(parts, key=lambda it: it.fields["part"].integer_value)
    numbers = [it.fields["part"].integer_value for it in ordered]
    if numbers != list(range(ordered[0].fields["parts"].integer_value)):
        return None
    whole = b"".join(it.fields["rows"].bytes_value for it in ordered)
    try:
        with pa.ipc.open_stream(whole) as reader:
            (rows,) = [batch for batch in reader]  # noqa: C416 - a reader is no sequence
            rows.validate(full=True)
    except (pa.ArrowInvalid, OSError, ValueError):
        return None
    return rows


def aligned(kind: Kind, rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return rows in the columns that their kind has now; null where they had none."""
    names = set(rows.schema.names)
    columns = [
        rows.column(field.name) if field.name in names else pa.nulls(rows.num_rows, field.type)
        for field in kind.schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=kind.schema)


def kind_of(document: Any) -> Kind | None:
    """Return the kind that a part is of; None if it was changed to one that there is not."""
    return KINDS.get(document.fields["kind"].string_value)


def is_staged(document: Any) -> bool:
    """Return whether no entry tells of a part yet."""
    return bool(document.fields["staged"].boolean_value)


def by_batch(documents: Iterable[Any]) -> dict[tuple[str, int], Parts]:
    """Return the parts that an entry tells of, by the run and the position of it."""
    batches: dict[tuple[str, int], Parts] = {}
    for document in documents:
        if not is_staged(document):
            fields = document.fields
            place = (fields["run"].string_value, fields["position"].integer_value)
            batches.setdefault(place, []).append(document)
    return batches


def in_order(batches: dict[tuple[str, int], Parts]) -> Sequence[Parts]:
    """Return batches in the order in which they were written."""
    return sorted(batches.values(), key=lambda parts: parts[0].fields["seq"].integer_value)
