"""Arrow to what the REST door takes, and back: an object for each series.

Numbers go in as PostgreSQL writes arrays and come out as ``array_send`` in base64. JSON's own
numbers would not do: in a ``jsonb``, -0 becomes 0 and there is no NaN.
"""

import base64
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from scarline.kinds import METRIC_POINT, Kind
from scarline.series import series_bounds, series_digest, series_names

EPOCH_MICROSECONDS = 946_684_800_000_000
"""1 January 2000 UTC, from which PostgreSQL counts, in microseconds since 1970."""

_INTERVAL = METRIC_POINT.series.index("interval_seconds")

_ARRAY_HEAD_BYTES = 20  # dimensions, has nulls, element type, length, lower bound
_FLAT_WITHOUT_NULLS = struct.pack(">ii", 1, 0)


def packed(kind: Kind, rows: pa.RecordBatch) -> list[dict[str, Any]]:
    """Return ``rows`` as ``scarline_commit`` takes a batch; see ``migrations/0004_rest.sql``."""
    bounds = series_bounds(kind, rows)
    names = series_names(kind, rows, bounds)
    times = rows.column("ts").cast(pa.int64()).to_numpy()
    words = _words(rows.column("value").to_numpy())
    columns = kind.series + kind.described
    batch = []
    for name, start, end, gaps in zip(
        names, bounds[:-1].tolist(), bounds[1:].tolist(), _uneven(times, bounds, names), strict=True
    ):
        own = times[start:end]
        series = dict(zip(columns, name, strict=True))
        series |= {"starts": int(own[0]), "ends": int(own[-1])}
        if gaps:
            series["offsets"] = _literal(_words(own - own[0]))
        series["values"] = _literal(words[start:end])
        batch.append(series)
    return batch


def _uneven(
    times: npt.NDArray[np.int64],
    bounds: npt.NDArray[np.int64],
    names: Sequence[Sequence[Any]],
) -> npt.NDArray[np.bool_]:
    """Return for each series whether any two of its times are not one interval apart."""
    steps = np.array([name[_INTERVAL] for name in names], dtype=np.int64) * 1_000_000
    off = np.diff(times, prepend=times[:1]) != np.repeat(steps, np.diff(bounds))
    off[bounds[:-1]] = False
    return np.logical_or.reduceat(off, bounds[:-1]) if len(steps) else off


def _words(values: npt.NDArray[np.generic]) -> list[str]:
    """Return numbers as PostgreSQL reads them; doubles in their shortest exact form."""
    if not np.isfinite(values).all():  # JSON has no words for those
        return [repr(value) for value in values.tolist()]
    text = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)
    return text[1:-1].decode().split(",")


def _literal(words: Sequence[str]) -> str:
    return "{" + ",".join(words) + "}"


def numbers(text: str) -> npt.NDArray[np.float64]:
    """Return the doubles of an ``array_send`` in base64."""
    return _cells(text, ">f8").astype("<f8")


def counts(text: str) -> npt.NDArray[np.int64]:
    """Return the whole numbers of an ``array_send`` in base64."""
    return _cells(text, ">i8").astype("<i8")


def _cells(text: str, form: str) -> npt.NDArray[np.generic]:
    """Return the cells of an array; ``ValueError`` if it is not one row of numbers, none null."""
    cell = np.dtype([("length", ">i4"), ("value", form)])
    array = base64.b64decode(text)
    cells = np.frombuffer(array, cell, offset=_ARRAY_HEAD_BYTES)
    if array[:8] != _FLAT_WITHOUT_NULLS:
        message = "the array has nulls in it, or more than one dimension"
        raise ValueError(message)
    found: npt.NDArray[np.generic] = cells["value"]
    return found


def table(kind: Kind, rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Return what ``scarline_find`` found, [series and unit, times, values], as rows."""
    names = kind.series + kind.described
    times = [counts(row[-2]) + EPOCH_MICROSECONDS for row in rows]
    values = [numbers(row[-1]) for row in rows]
    which = pa.array(np.repeat(np.arange(len(rows), dtype=np.int32), [len(it) for it in times]))
    columns = []
    for place, name in enumerate(names):
        form = kind.schema.field(name).type
        words = pa.array([row[place] for row in rows], getattr(form, "value_type", form))
        column = words.dictionary_encode() if pa.types.is_dictionary(form) else words
        columns.append(column.take(which))
    flat = np.concatenate(times) if rows else np.empty(0, dtype=np.int64)
    columns.append(pa.array(flat).cast(kind.schema.field("ts").type))
    columns.append(pa.array(np.concatenate(values) if rows else np.empty(0)))
    return pa.Table.from_arrays(columns, schema=kind.schema)


def sighting_digest(row: Sequence[Any]) -> bytes:
    """Return the digest of a sighting: [series and unit, starts, offsets, values].

    Arrays that no batch can have made give a digest that no batch has.
    """
    *name, starts, offsets, texts = row
    try:
        values = numbers(texts)
        if offsets is None:
            after = np.arange(len(values), dtype=np.int64) * (name[_INTERVAL] * 1_000_000)
        else:
            after = counts(offsets)
    except ValueError:
        return b""
    return series_digest(tuple(name), after + starts, values)
