"""Rows as series: where each begins, what it is called, what all of them add up to.

Nothing here loops over points, only over series. Records are in no series: see ``records``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import reduce
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scarline.errors import StoreRefused, UsageError
from scarline.kinds import Kind
from scarline.model import stamp
from scarline.series.records import pieces, plain, row_forms

WHOLE = range(-(2**63), 2**63)
"""What a column of whole numbers can hold."""


def codes(column: pa.Array) -> npt.NDArray[np.int64]:
    """Return one integer for each row, equal where the values are equal; -1 for null."""
    encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    indices = pc.fill_null(encoded.indices, -1)
    return np.asarray(indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def series_bounds(kind: Kind, rows: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """Return where each series begins in ``rows``, and the number of rows at the end.

    Shape ``(series + 1,)``. A series begins wherever one of its columns changes.
    """
    if rows.num_rows == 0:
        return np.zeros(1, dtype=np.int64)
    changed = np.zeros(rows.num_rows - 1, dtype=bool)
    for name in kind.series + kind.described:
        code = codes(rows.column(name))
        changed |= code[1:] != code[:-1]
    return np.concatenate(([0], np.flatnonzero(changed) + 1, [rows.num_rows]))


def series_names(
    kind: Kind, rows: pa.RecordBatch, bounds: npt.NDArray[np.int64]
) -> list[tuple[str | int | None, ...]]:
    """Return the series columns and described columns at the start of each series."""
    starts = pa.array(bounds[:-1])
    firsts = [rows.column(name).take(starts) for name in kind.series + kind.described]
    columns = [
        (it.dictionary_decode() if pa.types.is_dictionary(it.type) else it).to_pylist()
        for it in firsts
    ]
    return list(zip(*columns, strict=True))


def tally(kind: Kind, rows: pa.RecordBatch) -> dict[str, dict[str, int | str]]:
    """Return for each subject how many rows and series there are, and from when to when.

    Records have no number of series.
    """
    if kind.of_records:
        return _tally_records(kind, rows)
    bounds = series_bounds(kind, rows)
    subjects = rows.column(kind.subject).take(pa.array(bounds[:-1])).to_pylist()
    times = rows.column("ts").cast(pa.int64()).to_numpy()
    parts: dict[str, list[int]] = {}
    for subject, start, end in zip(subjects, bounds[:-1], bounds[1:], strict=True):
        first, last = int(times[start]), int(times[end - 1])
        before = parts.get(subject, [0, 0, first, last])
        parts[subject] = [
            before[0] + int(end - start),
            before[1] + 1,
            min(before[2], first),
            max(before[3], last),
        ]
    return {
        subject: {"rows": part[0], "series": part[1], "first": _at(part[2]), "last": _at(part[3])}
        for subject, part in parts.items()
    }


def wholes(kind: Kind, rows: pa.RecordBatch) -> list[str]:
    """Return the subjects of which ``rows`` say that this was everything: see ``Kind.whole``."""
    others = [plain(rows.column(name)) for name in kind.key if name not in kind.whole]
    marks = reduce(pc.and_, [pc.equal(column, "") for column in others])
    return sorted(pc.unique(plain(rows.column(kind.subject)).filter(marks)).to_pylist())


def _tally_records(kind: Kind, rows: pa.RecordBatch) -> dict[str, dict[str, int | str]]:
    subjects = plain(rows.column(kind.subject)).fill_null("")
    times = rows.column(kind.at).cast(pa.int64())
    grouped = pa.table({"subject": subjects, "at": times}).group_by("subject")
    parts = grouped.aggregate([("at", "min"), ("at", "max"), ([], "count_all")]).to_pylist()
    marks = Counter(wholes(kind, rows) if kind.whole else ())
    return {
        part["subject"]: {"rows": part["count_all"] - marks[part["subject"]], **_stretch(part)}
        for part in parts
    }


def _stretch(part: Mapping[str, int | None]) -> dict[str, str]:
    """Return from when to when records are; nothing where none of them has a time."""
    first, last = part["at_min"], part["at_max"]
    return {} if first is None or last is None else {"first": _at(first), "last": _at(last)}


def merged(parts: Iterable[Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Return the tallies of the batches of a run as one.

    The series of one batch return in the next. A record is a series of its own.
    """
    total: dict[str, dict[str, Any]] = {}
    for tally in parts:
        for subject, part in tally.items():
            before = total.setdefault(subject, dict(part) | {"rows": 0})
            before["rows"] += part["rows"]
            before["series"] = max(before.get("series", 0), part.get("series", before["rows"]))
            for name, outer in (("first", min), ("last", max)):
                told = [it[name] for it in (before, part) if name in it]
                if told:
                    before[name] = outer(told)
    return total


def _at(microseconds: int) -> str:
    return stamp(datetime.fromtimestamp(microseconds / 1e6, UTC))


def content_digest(kind: Kind, rows: pa.RecordBatch) -> str:
    """Return the SHA-256 of what ``rows`` say, whatever the order of the series or records.

    The digest of each series covers its names, its times as little-endian microseconds
    since 1970 and its values as little-endian doubles, that of a record its
    :func:`row_forms`; the digest of the batch covers those of the series or records in
    sorted order. A store can take it again from what it keeps.
    """
    if kind.of_records:
        digests: list[bytes] = []
        for piece in pieces(rows):
            digests += [sha256(form).digest() for form in row_forms(piece).to_pylist()]
        return combined_digest(digests)
    bounds = series_bounds(kind, rows)
    times = np.ascontiguousarray(rows.column("ts").cast(pa.int64()).to_numpy(), dtype="<i8")
    values = np.ascontiguousarray(rows.column("value").to_numpy(), dtype="<f8")
    names = series_names(kind, rows, bounds)
    return combined_digest(
        series_digest(name, times[start:end], values[start:end])
        for name, start, end in zip(names, bounds[:-1], bounds[1:], strict=True)
    )


def series_digest(
    name: tuple[str | int | None, ...],
    times: npt.NDArray[np.int64],
    values: npt.NDArray[np.float64],
) -> bytes:
    """Return the SHA-256 of one series of a batch; see :func:`content_digest`."""
    digest = sha256(repr(name).encode())
    digest.update(times.data)
    digest.update(values.data)
    return digest.digest()


def combined_digest(digests: Iterable[bytes]) -> str:
    """Return one digest for many, whatever their order."""
    return sha256(b"".join(sorted(digests))).hexdigest()


def conditions(kind: Kind, where: Mapping[str, Sequence[str]]) -> dict[str, list[str] | list[int]]:
    """Return the values that ``where`` allows, each as its column has it.

    Points are found by what names or describes their series, records by any column of text
    or of whole numbers. Raises ``UsageError`` for another column, and for a word where a
    whole number of 64 bits stands.
    """
    names = kind.schema.names if kind.of_records else kind.series + kind.described
    forms = {name: _value_type(kind.schema.field(name).type) for name in names}
    unknown = {
        name
        for name in where
        if name not in forms or not (pa.types.is_string(forms[name]) or _is_whole(forms[name]))
    }
    if unknown:
        message = f"{kind.name} cannot be searched by {', '.join(sorted(unknown))}"
        raise UsageError(message)
    return {
        name: [_whole(name, word) for word in words] if _is_whole(forms[name]) else list(words)
        for name, words in where.items()
    }


def columns_of(kind: Kind, wanted: Sequence[str] | None) -> list[str]:
    """Return the columns to show, all for None; raises ``UsageError`` for one that is not there."""
    names = kind.schema.names
    unknown = sorted(set(wanted or ()) - set(names))
    if unknown:
        message = f"{kind.name} has no column {', '.join(unknown)}; it has {', '.join(names)}"
        raise UsageError(message)
    return names if wanted is None else list(wanted)


def only_records(kind: Kind) -> None:
    """Raise ``StoreRefused`` for a kind that is not one of records."""
    if not kind.of_records:
        raise StoreRefused(f"{kind.name} is in series: what a run told of it is not kept by rows")


def _is_whole(form: pa.DataType) -> bool:
    return bool(pa.types.is_integer(form))


def _whole(name: str, word: str) -> int:
    with suppress(ValueError):
        if (number := int(word)) in WHOLE:
            return number
    message = f"{name} is a whole number of 64 bits: {word!r} is none"
    raise UsageError(message)


def _value_type(form: pa.DataType) -> pa.DataType:
    return getattr(form, "value_type", form)
