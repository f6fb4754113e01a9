"""Batches: rows of one kind of fact on their way, with an account of themselves.

A :class:`Batch` is a ``RecordBatch`` of one kind together with the cursor that follows it
and an account of what was asked and what is missing. A :class:`CleanBatch` is a batch without
personal data; only :func:`scarline.privacy.redact` makes one, and stores take nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NewType

import pyarrow as pa

from scarline.errors import UsageError
from scarline.kinds import Kind

Cursor = NewType("Cursor", str)
"""Where a source goes on. Only the source that made it reads it."""


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
