"""Whether a guardrail stopped a span or failed it, wherever that is told.

No field of a span is made for it: evaluations, metadata and tags whose name has ``guardrail`` in
it are read, the type of the error, and why the model stopped.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from scarline.failures.answer import plain
from scarline.failures.evaluations import Evaluated, holds
from scarline.failures.span import Span

_NAME = "guardrail"
_NAMES = (_NAME, "guardrails")
_STOPPED = frozenset(
    {
        *("failed", "fail", "failure", "blocked", "block", "intervened", "guardrail_intervened"),
        *("violated", "violation", "violations", "tripped", "triggered", "rejected", "denied"),
        *("deny", "flagged"),
    }
)
_WELL = frozenset({"passed", "pass", "ok", "success", "valid"})
_SETTINGS = frozenset({"mode", "policy", "config", "settings"})
_DEEPEST = 3


def guardrail(span: Span, found: Sequence[Evaluated], reasons: frozenset[str]) -> str | None:
    """Return a sentence that says how a guardrail failed; None if none is said to have."""
    for it in found:
        named = holds(it.name, _NAMES)
        if named and (it.passed is False or (it.passed is None and it.words & _STOPPED)):
            return f"the guardrail evaluation {it.told} says that it failed"
    if "guardrail_intervened" in reasons:
        return "the model stopped because a guardrail intervened"
    if span.error_type and _NAME in span.error_type.lower():
        return "the type of the error is that of a guardrail"
    for place, told in (("metadata", span.metadata), ("tags", span.tags)):
        for key, value in told.items():
            if (_NAME in key or _NAME in key.lower()) and _stopped(plain(key), value):
                return f"the {place} say that a guardrail failed"
    return None


def _stopped(name: str, value: Any, depth: int = 0) -> bool:
    """Return whether what stands under a plain name says that something was stopped.

    What a guardrail would do (``on_fail: block``) says nothing of what it did.
    """
    if name.startswith("on_") or name.rsplit("_", 1)[-1] in _SETTINGS:
        return False
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return any(_stopped(plain(str(key)), own, depth + 1) for key, own in value.items())
    if isinstance(value, list | tuple) and depth < _DEEPEST:
        return any(_stopped(name, own, depth + 1) for own in value)
    last = name.rsplit("_", 1)[-1]
    word = plain(str(value))
    if word in {"true", "false"}:
        return last in (_STOPPED if word == "true" else _WELL)
    if isinstance(value, int | float):
        return last in _STOPPED and value > 0
    return word in _STOPPED
