"""From a document of LLM Observability to a span: one shape, whatever it was told in. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from scarline.errors import SourceChanged
from scarline.failures.span import Evaluation, Span
from scarline.failures.statuses import status_code_of
from scarline.sources.datadog.spans_errors import failing, trouble
from scarline.sources.datadog.spans_values import (
    MICRO,
    Tags,
    instant,
    mapping,
    named,
    number,
    tagged,
    tags,
    text,
    whole,
)

NS_PER_MS = 1_000_000

ROOTS = ("", "0", "undefined", "null")
"""What a span without a parent says of its parent; documented is ``undefined``."""

USERS = ("user_id", "usr.id", "user.id", "user", "user_handle", "usr.email", "user_email")
SESSIONS = ("session_id", "session.id", "session")
"""Neither has a field of its own: they are tags, or metadata."""

NOT_AN_OBJECT = "span that is not an object"
NO_TRACE = "span without trace_id"
NO_SPAN = "span without span_id"
NO_START = "span without a start time"

ESTIMATED = "estimated_total_cost"
ESTIMATED_PARTS = ("estimated_input_cost", "estimated_output_cost")


class Malformed(SourceChanged):
    """A span that cannot be kept; the reason is one that is counted, and holds nothing of it."""


def read_llm(document: Any) -> Span:
    """Return the span in ``document``; raises ``Malformed`` with the reason if there is none."""
    told = attributes(document)
    trace_id, span_id = identity(told)
    start = begins(told.get("start_ns"))
    listed, metadata = tags(told.get("tags")), mapping(told.get("metadata"))
    metrics, output = mapping(told.get("metrics")), told.get("output")
    failed = failing(told.get("status"), listed)
    places = (told, mapping(told.get("meta")), metadata)
    wrong = trouble(places, listed, output if failed else None)
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        started_at=start,
        name=text(told.get("name")) or "",
        kind=(text(told.get("span_kind")) or "").lower(),
        status="error" if failed else "ok",
        parent_id=parent(told.get("parent_id")),
        duration_ms=milliseconds(told.get("duration")),
        ml_app=text(told.get("ml_app")) or tagged(listed, "ml_app"),
        service=text(told.get("service")) or tagged(listed, "service"),
        env=tagged(listed, "env"),
        version=tagged(listed, "version"),
        model=text(told.get("model_name")),
        provider=text(told.get("model_provider")),
        user=person(listed, metadata, USERS),
        session=text(told.get("session_id")) or person(listed, metadata, SESSIONS),
        input=told.get("input"),
        output=output,
        metadata=metadata,
        tags=listed,
        evaluations=tuple(evaluations(told.get("evaluation"))),
        error_type=wrong.type,
        error_message=wrong.message,
        error_stack=wrong.stack,
        status_code=status_code_of(metadata, listed, wrong.message),
        input_tokens=whole(metrics.get("input_tokens")),
        output_tokens=whole(metrics.get("output_tokens")),
        cost_usd=cost(metrics),
        told=told,
    )


def attributes(document: Any) -> Mapping[str, Any]:
    """Return the attributes of a row; raises ``Malformed`` where there are none."""
    told = document.get("attributes") if isinstance(document, dict) else None
    if not isinstance(told, dict):
        raise Malformed(NOT_AN_OBJECT)
    return told


def identity(told: Mapping[str, Any]) -> tuple[str, str]:
    """Return the ids of trace and span as they are told, decimal or hexadecimal."""
    trace_id, span_id = text(told.get("trace_id")), text(told.get("span_id"))
    if trace_id is None:
        raise Malformed(NO_TRACE)
    if span_id is None:
        raise Malformed(NO_SPAN)
    return trace_id, span_id


def begins(value: Any) -> datetime:
    """Return when a span began; without a time it lies in no window."""
    start = instant(value)
    if start is None:
        raise Malformed(NO_START)
    return start


def milliseconds(value: Any) -> float | None:
    """Return a duration that is told in nanoseconds."""
    found = number(value)
    return None if found is None else found / NS_PER_MS


def parent(value: Any) -> str | None:
    """Return the id of the parent, None for a root."""
    found = text(value)
    return None if found is None or found in ROOTS else found


def person(listed: Tags, metadata: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """Return who or which session it was, by tags first."""
    return tagged(listed, *names) or (named(metadata, *names) if metadata else None)


def cost(metrics: Mapping[str, Any]) -> float | None:
    """Return US dollars: estimated costs are told in millionths."""
    told = number(metrics.get(ESTIMATED))
    parts = [number(metrics.get(name)) for name in ESTIMATED_PARTS] if told is None else [told]
    known = [part for part in parts if part is not None]
    return sum(known) / MICRO if known else None


def evaluations(value: Any) -> Iterator[Evaluation]:
    """Yield what evaluators said: an object of them by name."""
    for name, given in mapping(value).items():
        one = given if isinstance(given, dict) else {"value": given}
        yield Evaluation(
            name=name,
            value=one.get("value"),
            form=text(one.get("eval_metric_type")),
            assessment=text(one.get("assessment")),
            status=text(one.get("status")),
            reasoning=text(one.get("reasoning")),
        )
