"""Records as bytes: what their digest covers and what a store is sent, made column by column."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

BYTES = pa.large_binary()

_NAME_BYTES = 16

PIECE_BYTES = 4_000_000
"""How much text of a batch is taken in hand at once, unless a single record has more."""


def row_forms(rows: pa.RecordBatch) -> pa.Array:
    """Return what each record says as bytes, equal only if all its values are equal.

    For each column in the order of the schema, unless it is null: the length of its name,
    the name, the length of the value, the value, as :func:`value_forms` has it. Lengths
    are 4 bytes, big-endian. A column that is added later and is null changes nothing.
    """
    parts: list[pa.Array | pa.Scalar] = [pa.repeat(pa.scalar(b"", BYTES), rows.num_rows)]
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        parts += _field(name, column)
    return joined(*parts)


def _field(name: str, column: pa.Array) -> list[pa.Array | pa.Scalar]:
    """Return what a column adds to the forms of rows, in parts that are joined."""
    head = len(name).to_bytes(4, "big") + name.encode()
    if _is_constant(column):
        (word,) = value_forms(column.dictionary).to_pylist()
        return [pa.scalar(head + len(word).to_bytes(4, "big") + word, BYTES)]
    values = value_forms(column)
    if values.null_count == len(values):
        return []
    parts = [pa.scalar(head, BYTES), lengths(values), values]
    return [joined(*parts, null_handling="emit_null")] if values.null_count else parts


def _is_constant(column: pa.Array) -> bool:
    """Return whether all rows plainly have the same word."""
    if not pa.types.is_dictionary(column.type) or len(column.dictionary) != 1:
        return False
    return not column.null_count and not column.dictionary.null_count


def value_forms(column: pa.Array, epoch: int = 0) -> pa.Array:
    """Return each value of a column as bytes; null stays null.

    Text is UTF-8. Whole numbers and doubles (IEEE 754) are big-endian, as wide as their
    type, and there is one NaN, 7ff8000000000000. Instants are microseconds since ``epoch``
    (itself in microseconds since 1970) in 8 bytes, big-endian.
    """
    own = plain(column)
    if pa.types.is_string(own.type):
        return own.cast(BYTES)
    if pa.types.is_floating(own.type):
        doubles = own.fill_null(0.0).to_numpy()
        cells = _cells(np.where(np.isnan(doubles), np.nan, doubles))
    elif pa.types.is_timestamp(own.type):
        cells = _cells(own.cast(pa.int64()).fill_null(0).to_numpy() - epoch)
    else:
        cells = _cells(own.fill_null(0).to_numpy())
    return pc.if_else(own.is_valid(), cells, pa.scalar(None, BYTES))


def lengths(values: pa.Array) -> pa.Array:
    """Return the number of bytes of each value in 4 bytes, big-endian; -1 where it is null."""
    return _cells(pc.binary_length(values).fill_null(-1).to_numpy().astype(np.int32))


def joined(*parts: pa.Array | pa.Scalar, null_handling: str = "replace") -> pa.Array:
    """Return, row by row, the bytes of all parts in a row; those that are null count for none."""
    nothing = pa.scalar(b"", BYTES)
    return pc.binary_join_element_wise(*parts, nothing, null_handling=null_handling)


def pieces(rows: pa.RecordBatch, most_bytes: int = PIECE_BYTES) -> Iterator[pa.RecordBatch]:
    """Yield records in their order, in slices of so many bytes of text, or of one record."""
    sizes = np.full(rows.num_rows, 8 * rows.num_columns, dtype=np.int64)
    for column in rows.columns:
        if pa.types.is_dictionary(column.type):
            sizes += (
                pc.binary_length(column.dictionary).take(column.indices).fill_null(0).to_numpy()
            )
        elif pa.types.is_string(column.type):
            sizes += pc.binary_length(column).fill_null(0).to_numpy()
    ends = np.cumsum(sizes)
    first = 0
    while first < rows.num_rows:
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + most_bytes, side="right")))
        yield rows.slice(first, last - first)
        first = last


def key_digests(key: Sequence[pa.Array]) -> pa.Array:
    """Return a name for each row of the columns of a key that stays the same wherever it is made.

    The first 32 hexadecimal digits of the SHA-256 of the texts of the key, each as UTF-8 after
    its length in 4 bytes, big-endian, so that no two keys run into one another.
    """
    parts = []
    for column in key:
        repeats = pa.types.is_dictionary(column.type)
        words = value_forms(column.dictionary if repeats else column)
        told = joined(lengths(words), words)
        parts.append(told.take(column.indices) if repeats else told)
    digests = b"".join([sha256(form).digest() for form in joined(*parts).to_pylist()])
    whole = np.frombuffer(digests, dtype=np.uint8).reshape(-1, sha256().digest_size)
    digits = whole[:, :_NAME_BYTES].tobytes().hex().encode()
    ends = np.arange(len(whole) + 1, dtype=np.int32) * (2 * _NAME_BYTES)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(digits)]
    return pa.Array.from_buffers(pa.string(), len(whole), buffers)


def storable(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return ``rows`` with U+FFFD for each U+0000, which PostgreSQL's text cannot hold."""
    columns = [_without_nul(column) for column in rows.columns]
    return pa.RecordBatch.from_arrays(columns, schema=rows.schema)


def _without_nul(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        words = _without_nul(column.dictionary)
        if words is column.dictionary:
            return column
        once = words.dictionary_encode()  # two words may be one now
        return pa.DictionaryArray.from_arrays(once.indices.take(column.indices), once.dictionary)
    if not pa.types.is_string(column.type) or not pc.any(pc.match_substring(column, "\0")).as_py():
        return column
    return pc.replace_substring(column, "\0", "\ufffd")


def plain(column: pa.Array) -> pa.Array:
    """Return a column without a dictionary."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _cells(numbers: npt.NDArray[Any]) -> pa.Array:
    cells = numbers.astype(numbers.dtype.newbyteorder(">")).tobytes()
    form = pa.binary(numbers.dtype.itemsize)
    return pa.Array.from_buffers(form, len(numbers), [None, pa.py_buffer(cells)]).cast(BYTES)
