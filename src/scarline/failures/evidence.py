"""What a span tells of its error, wherever a source or an application put it.

Messages have no field of their own at most sources: they stand in outputs, in metadata and in
tags, and tools often hand them to the model as a text while their span is called ok.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scarline.failures.layers import Layer, chained, layers
from scarline.failures.span import Span

_ERRORS = ("error", "error.message", "error_message", "exception", "exception.message", "err")
_TYPES = ("error.type", "error_type", "exception.type", "exception_type")
_HINTS = (
    *("code", "error_code", "error.code", "sqlstate", "db.response.status_code", "errno"),
    *("constraint", "finish_reason", "stop_reason", "gen_ai.response.finish_reasons"),
    *(
        "response.finish_reason",
        "refusal",
        "exit_code",
        "signal",
        "grpc_code",
        "rpc.grpc.status_code",
    ),
)
_REASONS = ("finish_reason", "stop_reason", "gen_ai.response.finish_reasons")
_LIMITS = ("max_tokens", "max_output_tokens", "max_completion_tokens", "gen_ai.request.max_tokens")
_READERS = frozenset({"task", "tool"})
_GUARDS = ("guardrails", "guardrail", "rails")
_STOPS = frozenset({"BLOCKED", "BLOCK", "DENIED", "DENY", "INTERVENED", "GUARDRAIL_INTERVENED"})
_RULE_NAMES = ("name", "type", "category", "policy", "rule", "guardrail", "validator")
_DEEPEST = 5  # as an assessment of a guardrail nests: policies, their kinds, what each found
_AN_ERROR = re.compile(
    r"(?i)^(?!.*(?:type|code|count|rate|id|kind)$).*(?:error|exception|failure|stderr|status.?message"
    r"|status.?description)"
)
_AS_TEXT = re.compile(
    r"(?i)(?:error|exception|traceback|failed|failure|fehler|erreur|errore)"
    r"|\b(?:not (?:found|a valid|allowed|available|supported|permitted)|unknown|invalid|unable"
    r"|cannot|could not|can't|must be|refused|denied|rejected|no such|no [a-z ]{1,40} found"
    r"|timed out|unavailable|unreachable|missing|expired|blocked|too (?:many|long|large|big)"
    r"|took (?:more|longer)|gave up|aborted|did not)\b"
)
_STOPPED = re.compile(
    r"(?i)(?:agent |run |workflow )?(?:error\b|failed\b|exception\b|stopped due to)"
)
_BEGINNING = 120  # characters of an output that say whether it is an error
_MOST = 4_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is told of an error.

    ``message`` holds the layers of what was said, ``stack`` those of the stack beside it,
    outermost first. ``hints`` are codes and reasons in a text of their own, in no order that
    matters. ``guards`` are guardrails that failed. ``read`` is all text
    that may show what the application failed to read.
    """

    message: tuple[Layer, ...]
    stack: tuple[Layer, ...]
    hints: str
    guards: tuple[str, ...]
    read: str


def evidence_of(span: Span) -> Evidence:
    """Return what ``span`` tells of its error."""
    kind = span.error_type or next(_texts(span, _TYPES), None)
    others = sorted(it for it in (*span.metadata, *span.tags) if _AN_ERROR.search(it))
    names = (*_ERRORS, *(it for it in others if it not in _TYPES and it not in _HINTS))
    message = span.error_message or next(_texts(span, names), "") or _given_back(span)
    hints = sorted(f"{name}: {value}" for name in _HINTS for value in _texts(span, (name,)))
    stack = chained(span.error_stack)
    told = layers(kind, message)
    if not message and stack:
        told, stack = stack, ()
    return Evidence(
        told, stack, "\n".join(hints), tuple(sorted(_guards(span))), _read(span, message)
    )


def _texts(span: Span, names: tuple[str, ...]) -> Iterator[str]:
    """Yield what stands under these names in the metadata and the tags of a span, as text."""
    for name in names:
        value = span.metadata.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            yield str(value)
        elif isinstance(value, Mapping | list) and value:
            yield json.dumps(value, sort_keys=True, default=str)
        yield from (it for it in span.tags.get(name, ()) if it.strip())


def _given_back(span: Span) -> str:
    """Return the output where that is an error: of a tool, or of a span that is called failed."""
    output: Any = span.output
    if isinstance(output, Mapping) and set(output) == {"value"}:
        output = output["value"]
    failed = span.status == "error"
    if isinstance(output, Mapping | list):
        told = isinstance(output, Mapping) and _tells_of_one(output)
        return json.dumps(output, sort_keys=True, default=str)[:_MOST] if failed or told else ""
    text = output.strip() if isinstance(output, str) else ""
    if text[:1] == "{" and span.kind == "tool" and _tells_of_one(_read_json(text)):
        return text[:_MOST]
    says = _AS_TEXT.search(text[:_BEGINNING]) if span.kind == "tool" else _STOPPED.match(text)
    return text[:_MOST] if failed or says is not None else ""


def _tells_of_one(output: Mapping[str, Any]) -> bool:
    """Return whether an object that was given back says that it is an error."""
    flags = any(output.get(it) is True for it in ("isError", "is_error", "error"))
    against = any(output.get(it) is False for it in ("ok", "success"))
    named = any(
        value and re.fullmatch(r"(?i)(?:error|err|fault|exception)_?(?:s|msgs?|messages?)?", name)
        for name, value in output.items()
    )
    return flags or against or named or output.get("status") in {"error", "failed", "failure"}


def _read_json(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _read(span: Span, message: str) -> str:
    """Return what may have been read: a step that reads a reply has it for its input.

    Where a reply is cut off, it says so as a model does: its reason to end is length.
    """
    given = [span.output, *span.metadata.values(), span.error_stack]
    given += [span.input] if span.kind in _READERS else []
    texts = [it if isinstance(it, str) else json.dumps(it, default=str) for it in given if it]
    reasons = [f"{it}: {span.metadata[it]}" for it in _REASONS if it in span.metadata]
    most = next((span.metadata[it] for it in _LIMITS if it in span.metadata), None)
    full = most is not None and most == span.output_tokens
    ends = full or any(_is_open(it) for it in given if isinstance(it, str))
    reasons += ["finish_reason: length"] if ends else []
    return "\n".join(it[:_MOST] for it in (message, *texts, *reasons))


def _is_open(text: str) -> bool:
    """Return whether a text begins as JSON and does not end so."""
    text = text.strip().removeprefix("```json").removeprefix("```").strip()
    return text[:1] in {"{", "["} and text[-1:] not in {"}", "]", "`"}


def _guards(span: Span) -> Iterator[str]:
    for name in _GUARDS:
        told = span.metadata.get(name)
        if isinstance(told, Mapping):
            failed = told.get("failed") or told.get("blocked") or told.get("triggered")
            yield from (it for it in _listed(failed) if isinstance(it, str))
            yield from _stopping(told, _DEEPEST)
    yield from _stopping(span.output, _DEEPEST)


def _stopping(value: Any, left: int) -> Iterator[str]:
    """Yield the names of the innermost rules that stopped something, as an object tells it."""
    if isinstance(value, list) and left:
        for it in value:
            yield from _stopping(it, left - 1)
    if not isinstance(value, Mapping) or not left:
        return
    inner = [name for it in value.values() for name in _stopping(it, left - 1)]
    yield from inner
    if not inner and str(value.get("action", "")).upper() in _STOPS:
        names = (value.get(it) for it in _RULE_NAMES)
        yield from (it for it in [next(filter(None, names), "")] if it and isinstance(it, str))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
