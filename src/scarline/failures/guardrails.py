"""Whether a guardrail stopped a span or failed it, wherever that is told.

No field of a span is made for it: evaluations, metadata and tags whose name has ``guardrail`` in
it are read, the type of the error, and why the model stopped.
"""

from collections.abc import Sequence
from functools import lru_cache
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
_MOST_KEYS = 1_000  # objects whose keys are remembered


def guardrail(span: Span, found: Sequence[Evaluated], reasons: frozenset[str]) -> str | None:
    """Return a sentence that says how a guardrail failed; None if none is said to have."""
    for it in found:
        if holds(it.name, _NAMES) and (
            it.passed is False or (it.passed is None and it.words & _STOPPED)
        ):
            return f"the guardrail evaluation {it.told} says that it failed"
    if "guardrail_intervened" in reasons:
        return "the model stopped because a guardrail intervened"
    if span.error_type and _NAME in span.error_type.lower():
        return "the type of the error is that of a guardrail"
    for place, told in (("metadata", span.metadata), ("tags", span.tags)):
        for key in _naming(tuple(told)):
            if _stopped(plain(key), told[key]):
                return f"the {place} say that a guardrail failed"
    return None


def may_have_failed(span: Span, found: Sequence[Evaluated], reasons: frozenset[str]) -> bool:
    """Return whether :func:`guardrail` has anything to look at."""
    return bool(
        reasons
        or span.error_type
        or _naming(tuple(span.metadata))
        or _naming(tuple(span.tags))
        or (found and any(_NAME in it.name for it in found))
    )


@lru_cache(_MOST_KEYS)
def _naming(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return those keys of an object that name guardrails; most objects have the same keys."""
    return tuple([key for key in keys if _NAME in key.lower()])


def _stopped(name: str, value: Any, depth: int = 0) -> bool:
    """Return whether what stands under a plain name says that something was stopped.

    What a guardrail would do (``on_fail: block``) says nothing of what it did.
    """
    if name.startswith("on_") or name.rsplit("_", 1)[-1] in _SETTINGS:
        return False
    if isinstance(value, dict) and depth < _DEEPEST:
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
