"""The kinds of fact that Scarline keeps, and the batches that carry them.

A kind has one Arrow schema, declared here and nowhere else. A :class:`Batch` is a
``RecordBatch`` of one kind together with the cursor that follows it and an account of
what was asked and what is missing. A :class:`CleanBatch` is a batch without personal
data; only :func:`scarline.privacy.redact` makes one, and stores take nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import NewType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scarline.errors import UsageError

Cursor = NewType("Cursor", str)
"""Where a source goes on. Only the source that made it reads it."""

TEXT = pa.dictionary(pa.int32(), pa.string())
"""Text that repeats: stored once, pointed at by rows."""

INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fact.

    ``key`` names the columns that make a fact the same fact, whoever fetched it.
    ``series`` names those that stay the same along a run of rows; ``described`` those
    that belong to the series without identifying it (the newest answer holds).
    """

    name: str
    schema: pa.Schema
    key: tuple[str, ...]
    series: tuple[str, ...]
    described: tuple[str, ...]
    subject: str


METRIC_POINT = Kind(
    name="metric_point",
    schema=pa.schema(
        [
            pa.field("source", TEXT, nullable=False),
            pa.field("metric", TEXT, nullable=False),
            pa.field("host", TEXT, nullable=False),  # "" where points are not grouped by host
            pa.field("tags", TEXT, nullable=False),  # "env:prod,service:web", sorted, no host
            pa.field("interval_seconds", pa.int32(), nullable=False),
            pa.field("aggregation", TEXT, nullable=False),
            pa.field("unit", TEXT),
            pa.field("ts", INSTANT, nullable=False),  # start of the interval
            pa.field("value", pa.float64(), nullable=False),
        ]
    ),
    key=("source", "metric", "host", "tags", "interval_seconds", "aggregation", "ts"),
    series=("source", "metric", "host", "tags", "interval_seconds", "aggregation"),
    described=("unit",),
    subject="metric",
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (METRIC_POINT,)}


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, from ``start`` up to but without ``end``; both aware, in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            message = "a window needs aware times: add the offset, such as +00:00"
            raise UsageError(message)
        if self.start >= self.end:
            message = (
                f"the window from {self.start.isoformat()} to {self.end.isoformat()} is empty: "
                "its start must be before its end"
            )
            raise UsageError(message)

    def __str__(self) -> str:
        return f"{stamp(self.start)}/{stamp(self.end)}"


def stamp(at: datetime) -> str:
    """Write an aware time the one way the ledger does: UTC, microseconds only if any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that was asked of the source: which, and for what stretch of time."""

    what: str
    window: Window


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that was asked and not answered, with the reason as a sentence."""

    what: str
    window: Window
    reason: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What it cost to get something."""

    requests: int = 0
    retries: int = 0
    answer_bytes: int = 0
    waited_seconds: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.requests + other.requests,
            self.retries + other.retries,
            self.answer_bytes + other.answer_bytes,
            self.waited_seconds + other.waited_seconds,
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as they came, possibly with personal data in them. No store takes it.

    ``rows`` has the schema of ``kind``; the rows of one series stand together, by rising
    time, each key once. ``cursor`` says where to go on once this batch is stored.
    ``kept_out`` counts the rows that were answered but cannot be kept, by reason.
    """

    kind: Kind
    rows: pa.RecordBatch
    cursor: Cursor
    asked: tuple[Asked, ...] = ()
    missing: tuple[Missing, ...] = ()
    kept_out: Mapping[str, int] = field(default_factory=dict)
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class CleanBatch:
    """A batch that passed :func:`scarline.privacy.redact`, which alone makes it.

    ``rules`` is the fingerprint of the rules that were applied, ``redacted`` counts what
    they took away, by rule.
    """

    batch: Batch
    rules: str
    redacted: Mapping[str, int]


def empty(kind: Kind) -> pa.RecordBatch:
    """Return no rows of ``kind``."""
    return pa.RecordBatch.from_pylist([], schema=kind.schema)


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
    columns = [rows.column(name).take(starts).to_pylist() for name in kind.series + kind.described]
    return list(zip(*columns, strict=True))


def tally(kind: Kind, rows: pa.RecordBatch) -> dict[str, dict[str, int | str]]:
    """Return for each subject how many rows and series there are, and from when to when."""
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


def _at(microseconds: int) -> str:
    return stamp(datetime.fromtimestamp(microseconds / 1e6, UTC))


def content_digest(kind: Kind, rows: pa.RecordBatch) -> str:
    """Return the SHA-256 of what ``rows`` say, whatever the order of the series.

    The digest of each series covers its names, its times as little-endian microseconds
    since 1970 and its values as little-endian doubles; the digest of the batch covers
    those of the series in sorted order. A store can take it again from what it keeps.
    """
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
