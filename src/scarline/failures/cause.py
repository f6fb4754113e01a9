"""Failures whose cause is known: by their wording, by a code of HTTP, by a guardrail's name."""

import re
from collections.abc import Iterator, Sequence

from scarline.failures.evidence import Evidence
from scarline.failures.keys import KEYS, Parts, Told
from scarline.failures.layers import Layer, short
from scarline.failures.places import judged_name, name_of
from scarline.failures.span import Span
from scarline.failures.template import concepts, cut, words
from scarline.failures.wording import Cause, bare_type, causes

GUARDRAIL = "guardrail"
"""The cause that is known by the name of a guardrail, as if an evaluation of it had failed."""

_COUNTED = re.compile(r"^.*\.\d+\.(?=[a-z_])")  # which of a list an item is: items.3.price


def by_cause(span: Span, told: Evidence, tool: str, *, weak: bool = False) -> Parts:
    """Return the parts of a failure whose cause is known by its wording, innermost first.

    ``weak`` asks for the causes that only a general wording names, and for no others.
    """
    hints = (Layer(text=told.hints),) if told.hints else ()
    all_told = (*hints, *told.stack, *told.message)
    texts = [cut(layer.text) for layer in all_told]
    for layer, text in zip(reversed(all_told), reversed(texts), strict=True):
        cause = _cause(layer.type, text, weak=weak)
        if cause is not None:
            cause = _of_family(cause, told.read)
            return of_cause(span, cause, all_told, tool)
    return {}


def by_code(span: Span, told: Evidence, tool: str, *, weak: bool = False) -> Parts:
    """Return the parts of a failure whose HTTP status code alone says what it is.

    ``weak`` asks for the codes that say little more than that it was refused.
    """
    at = causes().by_code.get(span.status_code or 0)
    if at is None or causes().rows[at].weak is not weak:
        return {}
    return of_cause(span, causes().rows[at], (*told.stack, *told.message), tool)


def _cause(kind: str, text: str, *, weak: bool) -> Cause | None:
    table = causes()
    for row in table.speaking(text, weak=weak):
        if row.unless is None or row.unless.search(f"{kind} {text}") is None:
            return row
    name = bare_type(kind)
    ending = name.endswith(table.endings) and next(it for it in table.endings if name.endswith(it))
    at = table.by_type.get(name, table.by_type.get(ending or ""))
    return None if at is None or table.rows[at].weak is not weak else table.rows[at]


def _of_family(cause: Cause, read: str) -> Cause:
    """Return the cause of the same family that what was read shows, else ``cause``."""
    family = [it for it in causes().rows if it.family and it.family == cause.family]
    return next((it for it in family if it.seen is not None and it.seen.search(read)), cause)


def of_cause(span: Span, cause: Cause, told: Sequence[Layer], tool: str) -> Parts:
    """Return the parts of a failure of ``cause``, of which all these layers are told."""
    texts = [cut(it.text) for it in told]
    own = next(_objects(cause, texts), "")
    if cause.name == GUARDRAIL and own:
        return by_guard([own])
    named = [f"{short(it.type)} {text}" for it, text in zip(told, texts, strict=True)]
    parts = KEYS[cause.keyed_by](Told(span, texts, named, tool, own))
    about = next((parts[it] for it in ("object", "dependency", "place") if parts.get(it)), "")
    title = f"{cause.title}: {about}" if about else cause.title
    return {"cause": cause.name, **parts, "title": title}


def _objects(cause: Cause, texts: Sequence[str]) -> Iterator[str]:
    for text in reversed(texts):
        for pattern in cause.objects:
            found = pattern.search(text)
            if found is not None and found["object"]:
                yield _COUNTED.sub("", found["object"].lower()).strip(".-_:/")


def meant(text: str, tool: str) -> tuple[str, ...]:
    """Return what a text is about, without the name of the tool that it is about."""
    return tuple(it for it in concepts(words(text)) if name_of(it) != tool or not tool)


def by_guard(guards: Sequence[str]) -> Parts:
    """Return the parts of a failure that a guardrail tells of by its name."""
    names = sorted({judged_name(it) for it in guards})
    return {"evaluations": names, "title": f"Guardrail: {', '.join(names)}"} if names else {}
