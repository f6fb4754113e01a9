"""From a document of APM to a span of the same shape, as far as APM tells it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from scarline.failures.span import KINDS, Span
from scarline.failures.statuses import status_code_of
from scarline.sources.datadog.spans_errors import failing, trouble
from scarline.sources.datadog.spans_read import (
    attributes,
    begins,
    identity,
    milliseconds,
    parent,
    person,
)
from scarline.sources.datadog.spans_tags import SESSIONS, USERS, read_tags
from scarline.sources.datadog.spans_values import Tags, dug, instant, mapping, named, text, whole

MS_PER_SECOND = 1_000

OPERATIONS = {
    "chat": "llm",
    "text_completion": "llm",
    "generate_content": "llm",
    "embeddings": "embedding",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "create_agent": "agent",
}
"""``gen_ai.operation.name`` of OpenTelemetry's semantic conventions as kinds of span."""

MODELS = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "model_name")
PROVIDERS = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "model_provider")
SAID = {
    "input": ("input", "gen_ai.input.messages", "gen_ai.input", "gen_ai.prompt", "llm.input"),
    "output": (
        "output",
        "gen_ai.output.messages",
        "gen_ai.output",
        "gen_ai.completion",
        "llm.output",
    ),
}
TOKENS_IN = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "input_tokens")
TOKENS_OUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "output_tokens")
MARKS = ("gen_ai", "llm", "ml_app", "llmobs")
"""Names in a span that only spans of LLM applications have."""


def read_apm(document: Any) -> Span:
    """Return the span in ``document``; raises ``Malformed`` with the reason if there is none.

    Kind, model and tokens are read where the tracer follows OpenTelemetry's conventions for
    generative AI. ``custom`` holds what the application itself has told.
    """
    told = attributes(document)
    trace_id, span_id = identity(told)
    start = begins(told.get("start_timestamp"))
    tagged, custom = read_tags(told.get("tags")), mapping(told.get("custom"))
    failed = _failing(told, custom, tagged.values)
    output = _said(custom, "output")
    wrong = trouble((custom, told), tagged.trouble, output if failed else None)
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        started_at=start,
        name=named(told, "operation_name", "resource_name") or "",
        kind=_kind(told, custom),
        status="error" if failed else "ok",
        parent_id=parent(told.get("parent_id")),
        duration_ms=_lasted(told, custom, start),
        ml_app=named(custom, "ml_app", "llmobs.ml_app") or tagged.ml_app,
        service=text(told.get("service")) or tagged.service,
        env=text(told.get("env")) or tagged.env,
        version=named(custom, "version") or tagged.version,
        model=named(custom, *MODELS),
        provider=named(custom, *PROVIDERS),
        user=tagged.user or person(custom, USERS),
        session=tagged.session or person(custom, SESSIONS),
        input=_said(custom, "input"),
        output=output,
        metadata=custom,
        tags=tagged.values,
        error_type=wrong.type,
        error_message=wrong.message,
        error_stack=wrong.stack,
        status_code=status_code_of(custom, tagged.status_codes, wrong.message),
        input_tokens=whole(_first(custom, TOKENS_IN)),
        output_tokens=whole(_first(custom, TOKENS_OUT)),
        told=told,
    )


def of_llm(span: Span) -> bool:
    """Return whether a span of APM is one of an LLM application, by what it says of itself."""
    if span.kind in KINDS or span.ml_app:
        return True
    return any(mark in span.metadata for mark in MARKS) or any(
        name.startswith("gen_ai.") for name in span.metadata
    )


def _failing(told: Mapping[str, Any], custom: Mapping[str, Any], listed: Tags) -> bool:
    status = told.get("status") or custom.get("status")
    return failing(status, listed, told.get("error")) or bool(mapping(custom.get("error")))


def _lasted(told: Mapping[str, Any], custom: Mapping[str, Any], start: datetime) -> float | None:
    """Return milliseconds: as told in nanoseconds, else from start to end."""
    found, end = milliseconds(custom.get("duration")), instant(told.get("end_timestamp"))
    if found is None and end is not None and end >= start:
        return (end - start).total_seconds() * MS_PER_SECOND
    return found


def _kind(told: Mapping[str, Any], custom: Mapping[str, Any]) -> str:
    operation = named(custom, "gen_ai.operation.name") or ""
    own = named(custom, "span_kind", "llmobs.span.kind") or text(told.get("type")) or ""
    found = (OPERATIONS.get(operation), operation, own.lower())
    return next((kind for kind in found if kind in KINDS), "")


def _said(custom: Mapping[str, Any], which: str) -> Any:
    """Return input or output; messages that are told as a text are read."""
    said = _first(custom, SAID[which])
    if isinstance(said, str) and said.startswith("["):
        try:
            said = orjson.loads(said)
        except orjson.JSONDecodeError:
            return said
    return {"messages": said} if isinstance(said, list) else said


def _first(custom: Mapping[str, Any], paths: tuple[str, ...]) -> Any:
    return next((it for path in paths if (it := dug(custom, path)) is not None), None)
