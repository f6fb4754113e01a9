"""From a document of LLM Observability to a span: one shape, whatever it was told in. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scarline.errors import SourceChanged
from scarline.failures.span import Evaluation, Span
from scarline.failures.statuses import status_code_of
from scarline.sources.datadog.spans_errors import failing, trouble
from scarline.sources.datadog.spans_tags import SESSIONS, USERS, read_tags
from scarline.sources.datadog.spans_values import (
    MICRO,
    heads,
    instant,
    mapping,
    named,
    number,
    text,
    whole,
)

NS_PER_MS = 1_000_000

ROOTS = ("", "0", "undefined", "null")
"""What a span without a parent says of its parent; documented is ``undefined``."""

NOT_AN_OBJECT = "span that is not an object"
NO_TRACE = "span without trace_id"
NO_SPAN = "span without span_id"
NO_START = "span without a start time"

ESTIMATED = "estimated_total_cost"
ESTIMATED_PARTS = ("estimated_input_cost", "estimated_output_cost")

_PERSONS = heads(*USERS, *SESSIONS)


class Malformed(SourceChanged):
    """A span that cannot be kept; the reason is one that is counted, and holds nothing of it."""


def read_llm(document: Any) -> Span:
    """Return the span in ``document``; raises ``Malformed`` with the reason if there is none."""
    told = attributes(document)
    trace_id, span_id = identity(told)
    start = begins(told.get("start_ns"))
    tagged, metadata = read_tags(told.get("tags")), mapping(told.get("metadata"))
    metrics, output = mapping(told.get("metrics")), told.get("output")
    failed = failing(told.get("status"), tagged.values)
    places = (told, mapping(told.get("meta")), metadata)
    wrong = trouble(places, tagged.trouble, output if failed else None)
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        started_at=start,
        name=text(told.get("name")) or "",
        kind=(text(told.get("span_kind")) or "").lower(),
        status="error" if failed else "ok",
        parent_id=parent(told.get("parent_id")),
        duration_ms=milliseconds(told.get("duration")),
        ml_app=text(told.get("ml_app")) or tagged.ml_app,
        service=text(told.get("service")) or tagged.service,
        env=tagged.env,
        version=tagged.version,
        model=text(told.get("model_name")),
        provider=text(told.get("model_provider")),
        user=tagged.user or person(metadata, USERS),
        session=text(told.get("session_id")) or tagged.session or person(metadata, SESSIONS),
        input=told.get("input"),
        output=output,
        metadata=metadata,
        tags=tagged.values,
        evaluations=evaluations(told.get("evaluation")),
        error_type=wrong.type,
        error_message=wrong.message,
        error_stack=wrong.stack,
        status_code=status_code_of(metadata, tagged.status_codes, wrong.message),
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


def person(metadata: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """Return who or which session it was, as metadata tell it."""
    return None if metadata.keys().isdisjoint(_PERSONS) else named(metadata, *names)


def cost(metrics: Mapping[str, Any]) -> float | None:
    """Return US dollars: estimated costs are told in millionths."""
    told = number(metrics.get(ESTIMATED))
    if told is None and metrics:
        parts = [number(metrics.get(name)) for name in ESTIMATED_PARTS]
        known = [part for part in parts if part is not None]
        told = sum(known) if known else None
    return None if told is None else told / MICRO


def evaluations(value: Any) -> tuple[Evaluation, ...]:
    """Return what evaluators said: an object of them by name."""
    if not isinstance(value, dict):
        return ()
    return tuple([_evaluation(name, given) for name, given in value.items()])


def _evaluation(name: str, given: Any) -> Evaluation:
    one = given if isinstance(given, dict) else {"value": given}
    get = one.get
    form, assessment = text(get("eval_metric_type")), text(get("assessment"))
    status, reasoning = text(get("status")), text(get("reasoning"))
    return Evaluation(name, get("value"), form, assessment, status, reasoning)
