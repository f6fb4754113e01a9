"""Failures whose cause is known: by their wording, by a code of HTTP, by a guardrail's name."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from scarline.failures.evidence import Evidence
from scarline.failures.frames import frame_of
from scarline.failures.layers import Layer
from scarline.failures.places import (
    caller_of,
    dependency_of,
    name_of,
    place_of,
    provider_of,
)
from scarline.failures.span import Span
from scarline.failures.template import FEW_WORDS, concepts, cut, plain, words
from scarline.failures.wording import Cause, bare_type, causes

GUARDRAIL = "guardrail"
"""The cause that is known by the name of a guardrail, as if an evaluation of it had failed."""

Parts = dict[str, Any]
"""What a signature is made of, by name, with ``title`` for people; what is empty does not count."""

_LONG_TYPE = len("timeout")  # an application's own type may end in one of so many letters
_ID = re.compile(r"(?<=/)(?!v\d+(?:/|$))[^/]*\d[^/]*")  # a part of a path with digits is an id


def by_cause(span: Span, told: Evidence, tool: str) -> Parts:
    """Return the parts of a failure whose cause is known by its wording, innermost first."""
    hints = (Layer(text=told.hints),) if told.hints else ()
    all_told = (*hints, *told.stack, *told.message)
    texts = [cut(layer.text) for layer in all_told]
    for layer, text in zip(reversed(all_told), reversed(texts), strict=True):
        cause = _cause(layer.type, text)
        if cause is not None:
            cause = _of_family(cause, told.read)
            return of_cause(span, cause, all_told, layer, tool)
    return {}


def by_code(span: Span, told: Evidence, tool: str) -> Parts:
    """Return the parts of a failure whose HTTP status code alone says what it is."""
    at = causes().by_code.get(span.status_code or 0)
    if at is None:
        return {}
    inner = told.message[-1] if told.message else Layer()
    return of_cause(span, causes().rows[at], (*told.stack, *told.message), inner, tool)


def _cause(kind: str, text: str) -> Cause | None:
    table = causes()
    rows: list[Cause] = [table.rows[at] for at in sorted(table.found.Match(text) or ())]
    meant = [it for it in rows if it.unless is None or it.unless.search(text) is None]
    if meant:
        return meant[0]
    name = bare_type(kind)
    ends = (it for it in table.by_type if len(it) >= _LONG_TYPE and name.endswith(it))
    at = table.by_type.get(name, table.by_type.get(next(ends, "")))
    return None if at is None else table.rows[at]


def _of_family(cause: Cause, read: str) -> Cause:
    """Return the cause of the same family that what was read shows, else ``cause``."""
    family = [it for it in causes().rows if it.family and it.family == cause.family]
    return next((it for it in family if it.seen is not None and it.seen.search(read)), cause)


def of_cause(span: Span, cause: Cause, told: Sequence[Layer], layer: Layer, tool: str) -> Parts:
    """Return the parts of a failure of ``cause``, which ``layer`` of all that was told names."""
    texts = [cut(it.text) for it in told]
    named = [f"{it.type} {text}" for it, text in zip(told, texts, strict=True)]
    parts: Parts = {"cause": cause.name}
    match cause.keyed_by:
        case "tool":
            parts["tool"] = tool if span.kind == "tool" else ""
        case "provider":
            parts["dependency"] = provider_of(span, named)
        case "dependency" | "place" | "text" | "address":
            parts["dependency"] = dependency_of(span, named, tool)
        case "caller":
            parts["place"] = (tool if span.kind != "tool" else "") or caller_of(span)
        case "frame":
            parts["frame"] = plain(frame_of(span.error_stack or span.error_message))
    if cause.keyed_by == "step" or (cause.keyed_by == "place" and not parts["dependency"]):
        parts["place"] = tool or place_of(span)
    parts["object"] = next(_objects(cause, texts), "")
    if cause.name == GUARDRAIL and parts["object"]:
        return by_guard([parts["object"]])
    if cause.keyed_by == "text" or (
        cause.keyed_by in {"object", "frame"} and not parts["object"] and not parts.get("frame")
    ):
        parts["words"] = meant(layer.text, tool)
        if len(parts["words"]) < FEW_WORDS:
            parts["place"] = tool or place_of(span)
    about = next((parts[it] for it in ("object", "dependency", "place") if parts.get(it)), "")
    return parts | {"title": f"{cause.title}: {about}" if about else cause.title}


def _objects(cause: Cause, texts: Sequence[str]) -> Iterator[str]:
    for text in reversed(texts):
        for pattern in cause.objects:
            found = pattern.search(text)
            if found is not None and found["object"]:
                yield _ID.sub("", found["object"].lower()).strip(".-_:/")


def meant(text: str, tool: str) -> tuple[str, ...]:
    """Return what a text is about, without the name of the tool that it is about."""
    return tuple(it for it in concepts(words(text)) if name_of(it) != tool or not tool)


def by_guard(guards: Sequence[str]) -> Parts:
    """Return the parts of a failure that a guardrail tells of by its name."""
    names = sorted({name_of(it) for it in guards})
    return {"evaluations": names, "title": f"Guardrail: {', '.join(names)}"} if names else {}
