"""Spans that are not as documented: the kinds that real accounts have sent, one change each."""

from collections.abc import Callable, Mapping
from typing import Any

Span = dict[str, Any]
"""A span of an answer: id, type, attributes."""

_MEGABYTE = 1_000_000


def _without(name: str) -> Callable[[Span], None]:
    def change(span: Span) -> None:
        del span["attributes"][name]

    return change


def _with(name: str, value: object) -> Callable[[Span], None]:
    def change(span: Span) -> None:
        span["attributes"][name] = value

    return change


def _start_as_text(span: Span) -> None:
    span["attributes"]["start_ns"] = f"{span['attributes']['start_ns']} ns"


def _tags_as_object(span: Span) -> None:
    tags = span["attributes"]["tags"]
    span["attributes"]["tags"] = dict(tag.partition(":")[::2] for tag in tags)


def _metrics_as_text(span: Span) -> None:
    metrics = span["attributes"]["metrics"]
    told = {name: str(value) for name, value in metrics.items()}
    span["attributes"]["metrics"] = {"total_tokens": "unknown", **told}


def _no_attributes(span: Span) -> None:
    span["attributes"] = None


def _arguments_as_text(span: Span) -> None:
    call = {"name": "look_up_order", "arguments": '{"order_id": "', "tool_id": "call_0"}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    span["attributes"]["output"] = {"messages": [message]}


def _huge_output(span: Span) -> None:
    text = "A line of a log that nobody wanted to keep. "
    span["attributes"]["output"] = {"value": text * (_MEGABYTE // len(text) + 1)}


CHANGES: Mapping[str, Callable[[Span], None]] = {
    "no-trace-id": _without("trace_id"),
    "no-span-id": _without("span_id"),
    "no-start": _without("start_ns"),
    "start-as-text": _start_as_text,
    "duration-null": _with("duration", None),
    "tags-as-object": _tags_as_object,
    "metrics-as-text": _metrics_as_text,
    "arguments-as-text": _arguments_as_text,
    "input-as-list": _with("input", ["hello", 1, None]),
    "unknown-kind": _with("span_kind", "daydream"),
    "no-attributes": _no_attributes,
    "huge-output": _huge_output,
}
"""What each kind does to a good span, in place."""

MALFORMED = tuple(CHANGES)
"""The kinds, in the order in which they come round."""
