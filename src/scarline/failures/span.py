"""A span of an LLM application as any source tells it, personal data still in it.

The names are those of OpenTelemetry and of Datadog's LLM Observability. A span is read and
judged; what is kept of it is a row of ``LLM_FAILURE``, which is redacted before it is stored.

Nothing here is changed once it is made. It is not frozen all the same: a frozen span takes more
than twice as long to make (3.3 µs instead of 1.3), and there are millions of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KINDS = ("agent", "workflow", "llm", "tool", "task", "retrieval", "embedding")
"""The kinds of span that LLM Observability knows."""


@dataclass(slots=True)
class Evaluation:
    """What an evaluator said of a span.

    ``form`` is score, categorical, boolean or json. ``assessment`` is pass or fail, where the
    evaluator says so; ``status`` is error where it could not judge.
    """

    name: str
    value: Any = None
    form: str | None = None
    assessment: str | None = None
    status: str | None = None
    reasoning: str | None = None


@dataclass(slots=True)
class Span:
    """One span. What the source does not tell is None or empty, never a made-up value.

    ``path`` holds the names of the spans from the root down to this one, as far as they are
    known; its last is ``name``. ``user`` and ``session`` are as told, and only their pseudonyms
    are kept. ``told`` is the span as the source sent it: the payload.
    """

    trace_id: str
    span_id: str
    started_at: datetime
    name: str = ""
    kind: str = ""
    status: str = "ok"  # ok, error
    parent_id: str | None = None  # None for a root
    path: Sequence[str] = ()
    duration_ms: float | None = None
    ml_app: str | None = None
    service: str | None = None
    env: str | None = None
    version: str | None = None
    model: str | None = None
    provider: str | None = None
    user: str | None = None
    session: str | None = None
    input: Any = None
    output: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    evaluations: Sequence[Evaluation] = ()
    error_type: str | None = None
    error_message: str | None = None
    error_stack: str | None = None
    status_code: int | None = None  # of HTTP
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
