"""Which failures are alike: a versioned digest of what caused them, and why, in words.

The same cause has the same signature in other words, in other wrappers and languages, at another
attempt, and on another path through the application. What only one occurrence has does not
count: ids, numbers, what a user wrote, and whatever redaction takes out or puts in its place.

A failure is known by the first of these that is told:

1. a cause of ``causes.toml``, with what was called;
2. the words of the innermost error, with its type and tool where the words say little;
3. without any text: the evaluations that failed, or the type of the failure, and the step.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from scarline.failures.cause import by_cause, by_code, by_guard, meant
from scarline.failures.evidence import Evidence, evidence_of
from scarline.failures.judged import by_judgement
from scarline.failures.keys import Parts
from scarline.failures.layers import Layer
from scarline.failures.places import CALLERS, place_of
from scarline.failures.record import Grouping
from scarline.failures.span import Span
from scarline.failures.template import FEW_WORDS, concepts, words
from scarline.failures.tools import tool_of
from scarline.failures.wording import wording

VERSION = "v1"
"""Of the parts and of their form. Another version groups only what is captured with it."""

OTHER = "other"
"""The cause of what fails in a step in words that no table knows."""

MOST_TITLE = 100
"""Characters of a title."""

_DIGITS = 32  # hexadecimal: 128 bits, so that no two causes meet by chance


def signature(
    span: Span, failure_type: str, evaluations: Collection[str] | None = None
) -> Grouping:
    """Return which failures ``span`` is like, the same for each of them.

    ``failure_type`` is the type that the rules gave it; ``evaluations`` names those that made it
    a failure (see :func:`blamed`), none if it was something else. Where that is not known (None),
    those count that are assessed as fail. Personal data may be redacted
    before or not; names of people in a message are known as such only by redaction.
    """
    told = evidence_of(span)
    tool = tool_of(span, (*told.stack, *told.message))
    parts = (
        by_cause(span, told, tool)
        or by_guard(told.guards)
        or by_code(span, told, tool)
        or by_cause(span, told, tool, weak=True)
        or by_code(span, told, tool, weak=True)
        or _by_text(span, told, tool)
        or by_judgement(span, failure_type, evaluations, tool)
    )
    title = parts.pop("title")
    own = {"application": (span.ml_app or span.service or "").casefold(), **parts}
    own = {name: value for name, value in own.items() if value}
    return Grouping(f"{VERSION}:{_digest(own)}", _shortened(title), own)


def _digest(parts: Mapping[str, Any]) -> str:
    form = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(form.encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def _by_text(span: Span, told: Evidence, tool: str) -> Parts:
    """Return the parts of a failure by the words of its innermost error that has any."""
    tried = [*reversed(told.message), *reversed(told.stack)]
    said = [(layer, _point(layer.text)) for layer in (*told.message[-1:], *reversed(told.stack))]
    spoken = next((it for layer, it in said if _tells(layer.type, concepts(it))), ())
    spoken = spoken or next((it for it in map(_said, tried) if concepts(it)), ())
    kind = next((it.type for it in tried if it.type and not _is_plain(it.type)), "")
    if not spoken and not kind:
        return {}
    text = " ".join(spoken)
    title = f"{kind}: {text}" if kind and text else text or f"{kind} in {tool or place_of(span)}"
    parts: Parts = {"cause": OTHER, "place": tool or place_of(span)}
    if span.kind in CALLERS and not tool:
        parts = {"words": meant(text, tool)}
        if len(parts["words"]) < FEW_WORDS:
            parts |= {"error_type": kind, "place": place_of(span)}
    return parts | {"title": title}


def _point(text: str) -> tuple[str, ...]:
    """Return the words of what a text comes to: after its last colon that has enough behind it.

    Errors are told as ``what was done: what went wrong``, and callers put more in front.
    """
    told, behind = words(text), text
    while (parts := behind.partition(": "))[2]:
        behind = parts[2]
        said = words(behind)
        told = said if len(concepts(said)) >= FEW_WORDS else told
    return told


def _said(layer: Layer) -> tuple[str, ...]:
    return words(layer.text)


def _tells(kind: str, said: Sequence[str]) -> bool:
    """Return whether words say enough, perhaps with a type that says more than that it failed."""
    return len(said) >= FEW_WORDS or (len(said) > 0 and kind != "" and not _is_plain(kind))


def _is_plain(kind: str) -> bool:
    return kind.lower() in wording().plain_types


def _shortened(title: str) -> str:
    return title if len(title) <= MOST_TITLE else f"{title[: MOST_TITLE - 1].rstrip()}…"
