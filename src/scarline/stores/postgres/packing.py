"""Arrow to PostgreSQL and back, in PostgreSQL's own binary form: a row for each series.

A batch is packed as ``COPY … (FORMAT binary)`` takes it, with the values of a series as
one array; arrays read back come through ``array_send``. Both forms are those of
https://www.postgresql.org/docs/current/sql-copy.html and ``array_send`` in
``src/backend/utils/adt/arrayfuncs.c``. Nothing here loops over points.
"""

import struct
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scarline.kinds import Kind
from scarline.series import series_bounds, series_names

EPOCH_MICROSECONDS = 946_684_800_000_000
"""1 January 2000 UTC, from which PostgreSQL counts, in microseconds since 1970."""

FLOAT8, INT8 = 701, 20
"""Type numbers of ``pg_type``."""

# What a binary COPY begins and ends with.
HEADER = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)

_NULL = struct.pack(">i", -1)
_ARRAY_HEAD = struct.Struct(">iiiii")  # dimensions, has nulls, element type, length, lower bound


def packed(kind: Kind, rows: pa.RecordBatch) -> Iterator[bytes]:
    """Yield ``rows`` as binary COPY for the table ``staged``, one piece for each series."""
    bounds = series_bounds(kind, rows)
    times = rows.column("ts").cast(pa.int64()).to_numpy() - EPOCH_MICROSECONDS
    values = rows.column("value").to_numpy()
    names = series_names(kind, rows, bounds)
    uneven = _uneven(times, bounds, np.array([name[4] for name in names], dtype=np.int64))
    yield HEADER
    for name, start, end, gaps in zip(names, bounds[:-1], bounds[1:], uneven, strict=True):
        own = times[start:end]
        yield b"".join(
            (
                struct.pack(">h", len(name) + 4),
                *map(_field, name),
                struct.pack(">iqiq", 8, own[0], 8, own[-1]),
                _array(own - own[0], INT8, ">i8") if gaps else _NULL,
                _array(values[start:end], FLOAT8, ">f8"),
            )
        )
    yield TRAILER


def _uneven(
    times: npt.NDArray[np.int64], bounds: npt.NDArray[np.int64], steps: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Return for each series whether any two of its times are not one interval apart."""
    expected = np.repeat(steps * 1_000_000, np.diff(bounds))
    off = np.diff(times, prepend=times[:1]) != expected
    off[bounds[:-1]] = False
    return np.logical_or.reduceat(off, bounds[:-1]) if len(steps) else off


def _field(value: str | int | None) -> bytes:
    if value is None:
        return _NULL
    if isinstance(value, int):
        return struct.pack(">ii", 4, value)
    text = value.encode()
    return struct.pack(">i", len(text)) + text


def _array(values: npt.NDArray[np.generic], element: int, form: str) -> bytes:
    cells = np.empty(len(values), dtype=[("length", ">i4"), ("value", form)])
    cells["length"] = 8
    cells["value"] = values
    body = _ARRAY_HEAD.pack(1, 0, element, len(values), 1) + cells.tobytes()
    return struct.pack(">i", len(body)) + body


def numbers(array: bytes) -> npt.NDArray[np.float64]:
    """Return the doubles of an ``array_send``."""
    return _cells(array, ">f8").astype("<f8")


def counts(array: bytes) -> npt.NDArray[np.int64]:
    """Return the whole numbers of an ``array_send``."""
    return _cells(array, ">i8").astype("<i8")


def holds_null(array: bytes) -> bool:
    """Return whether an ``array_send`` has a null in it, which none of ours ever has."""
    has_nulls: int = _ARRAY_HEAD.unpack_from(array)[1]
    return has_nulls != 0


def instants(array: bytes) -> npt.NDArray[np.int64]:
    """Return an array of ``timestamptz`` as microseconds since 1970."""
    return counts(array) + EPOCH_MICROSECONDS


def _cells(array: bytes, form: str) -> npt.NDArray[np.generic]:
    cell = np.dtype([("length", ">i4"), ("value", form)])
    cells: npt.NDArray[np.generic] = np.frombuffer(array, cell, offset=_ARRAY_HEAD.size)["value"]
    return cells


def table(
    kind: Kind,
    names: Sequence[Sequence[str | int | None]],
    times: Sequence[npt.NDArray[np.int64]],
    values: Sequence[npt.NDArray[np.float64]],
) -> pa.Table:
    """Return series, given by their names, times (µs since 1970) and values, as rows."""
    lengths = [len(own) for own in times]
    which = np.repeat(np.arange(len(names), dtype=np.int32), lengths)
    columns: list[pa.Array] = []
    for place, name in enumerate(kind.series + kind.described):
        field = kind.schema.field(name)
        words = pa.array(
            [own[place] for own in names], getattr(field.type, "value_type", field.type)
        )
        column = words.dictionary_encode() if pa.types.is_dictionary(field.type) else words
        columns.append(column.take(pa.array(which)))
    flat_times = np.concatenate(times) if times else np.empty(0, dtype=np.int64)
    flat_values = np.concatenate(values) if values else np.empty(0)
    columns.append(pa.array(flat_times).cast(kind.schema.field("ts").type))
    columns.append(pa.array(flat_values))
    return pa.Table.from_arrays(columns, schema=kind.schema)
