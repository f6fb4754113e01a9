"""The kinds of fact that Scarline keeps, and the batches that carry them.

A kind has one Arrow schema, declared here and nowhere else. A :class:`Batch` is a
``RecordBatch`` of one kind together with the cursor that follows it and an account of
what was asked and what is missing. A :class:`CleanBatch` is a batch without personal
data; only :func:`scarline.privacy.redact` makes one, and stores take nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NewType

import pyarrow as pa

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
    that belong to the series without identifying it (the newest answer holds). A kind
    without series is one of records: each row stands for itself.
    ``subject`` names the column that a run is summed up by, ``at`` the time of the fact.
    ``json`` names the columns that hold JSON, ``trace`` the one whose equal values say that
    rows tell of one conversation.
    ``named`` is the column that names the row by a digest of its key, as that is kept.
    ``whole`` names columns of the key for which a run may tell of everything there is: it says
    so with a row whose other texts of the key are empty. Such a row shows nowhere, and nor
    does what earlier runs told of the same.
    """

    name: str
    schema: pa.Schema
    key: tuple[str, ...]
    series: tuple[str, ...]
    described: tuple[str, ...]
    subject: str
    at: str
    json: tuple[str, ...] = ()
    trace: str | None = None
    named: str | None = None
    whole: tuple[str, ...] = ()

    @property
    def of_records(self) -> bool:
        """Return whether each row stands for itself, in no series."""
        return not self.series


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
    at="ts",
)

LLM_FAILURE = Kind(
    name="llm_failure",
    schema=pa.schema(
        [
            pa.field("trace_id", pa.string(), nullable=False),
            pa.field("span_id", pa.string(), nullable=False),
            pa.field("fetched_at", INSTANT, nullable=False),
            pa.field("failed_at", INSTANT, nullable=False),
            pa.field("service_name", TEXT),
            pa.field("ml_app", TEXT),
            pa.field("span_kind", TEXT),
            pa.field("model", TEXT),
            pa.field("version", TEXT),
            pa.field("status_code", pa.int32()),
            pa.field("quality_score", pa.float64()),
            pa.field("failure_type", TEXT, nullable=False),
            pa.field("severity", TEXT, nullable=False),
            pa.field("signature", TEXT),
            pa.field("user_hash", pa.string()),
            pa.field("trace_payload", pa.string()),
            pa.field("evaluations", pa.string()),
            pa.field("datadog_url", pa.string()),
            pa.field("input_tokens", pa.int64()),
            pa.field("output_tokens", pa.int64()),
            pa.field("cost_usd", pa.float64()),
        ]
    ),
    key=("trace_id", "span_id"),
    series=(),
    described=(),
    subject="failure_type",
    at="failed_at",
    json=("trace_payload", "evaluations"),
    trace="trace_id",
)

INTEGRATION_FLOW = Kind(
    name="integration_flow",
    schema=pa.schema(
        [
            pa.field("source", TEXT, nullable=False),
            pa.field("env", TEXT, nullable=False),  # "" where none is told
            pa.field("system_from", TEXT, nullable=False),
            pa.field("system_to", TEXT, nullable=False),  # "" for a system that calls none
            pa.field("flow_id", pa.string(), nullable=False),  # a digest of the four before
            pa.field("status", TEXT, nullable=False),  # healthy, degraded, failed, unknown
            pa.field("last_seen", INSTANT),
            pa.field("latency_ms", pa.float64()),
            pa.field("error_rate", pa.float64()),  # 0 to 1
            pa.field("owner_team", TEXT),
            pa.field("known_by", TEXT, nullable=False),  # observed, declared, inferred
            pa.field("confidence", pa.float64()),  # as the source tells it, 0 to 1; mostly null
            pa.field("tags", TEXT, nullable=False),  # "tier:1,type:web", sorted
        ]
    ),
    key=("source", "env", "system_from", "system_to"),
    series=(),
    described=(),
    subject="env",
    at="last_seen",
    named="flow_id",
    whole=("source", "env"),
)


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
    time, each key once. ``cursor`` says where to go on once this batch is stored; None where
    that is still the beginning.
    ``kept_out`` counts the rows that were answered but cannot be kept, by reason.
    """

    kind: Kind
    rows: pa.RecordBatch
    cursor: Cursor | None
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
