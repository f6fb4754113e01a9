"""What a span says went wrong: type, message and stack, wherever they stand. Pure.

Neither search has fields of its own for them: they are in the span's tags, its metadata, or
its output, under the names that tracers and people give them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from scarline.sources.datadog.spans_values import Tags, heads, mapping, named, tagged, text

TYPES = ("error.type", "error_type", "exception.type")
MESSAGES = ("error.message", "error.msg", "error_message", "exception.message")
STACKS = ("error.stack", "error_stack", "error.stacktrace", "exception.stacktrace")

IN_AN_OBJECT = (("type", "code", "name", "kind"), ("message", "msg", "detail"), ("stack",))
"""What type, message and stack are called within an object that is the error."""

LONGEST = 20_000
"""Characters of an output that is read as an error: more is no message."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong; None where it is not told."""

    type: str | None = None
    message: str | None = None
    stack: str | None = None


NONE = Trouble()

_FLAT = (TYPES, MESSAGES, STACKS)
_TAGS = frozenset({*TYPES, *MESSAGES, *STACKS})
_TELLING = heads("error", *TYPES, *MESSAGES, *STACKS)


def trouble(places: Iterable[Mapping[str, Any]], tagged_as: Trouble, output: Any) -> Trouble:
    """Return what the first of ``places`` that knows it says, then the tags, then ``output``.

    ``output`` is None for a span that did not fail: what it says is no error then.
    """
    found = NONE
    for place in places:
        if not place.keys().isdisjoint(_TELLING):
            found = _with(found, _in_place(place))
    found = _with(found, tagged_as)
    return found if output is None else _with(found, _in_output(output))


def trouble_of_tags(told: Tags) -> Trouble:
    """Return what the tags of a span say of its error."""
    if told.keys().isdisjoint(_TAGS):
        return NONE
    return Trouble(*[tagged(told, *names) for names in _FLAT])


def failing(status: Any, told: Tags, flag: Any = None) -> bool:
    """Return whether a span says that it failed, by its status, its flag or its tag."""
    named = text(status)
    if named:
        return named.lower() == "error"
    return (text(flag) or tagged(told, "error") or "0") not in ("0", "false", "False")


def _in_place(place: Mapping[str, Any]) -> Trouble:
    inner = place.get("error")
    found = _of(inner) if inner else NONE
    return _with(found, Trouble(*[named(place, *names) for names in _FLAT]))


def _of(error: Any) -> Trouble:
    """Return what an error says: a text is its message, an object has its parts."""
    if isinstance(error, str):
        return Trouble(message=error)
    inner = mapping(error)
    return Trouble(
        *[next((it for key in keys if (it := text(inner.get(key)))), None) for keys in IN_AN_OBJECT]
    )


def _in_output(output: Any) -> Trouble:
    """Return the error that a failing span's output is: an object with one, or the text itself."""
    value = mapping(output).get("value", output)
    if isinstance(value, str) and value.lstrip().startswith("{") and len(value) <= LONGEST:
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return Trouble(message=value)
    if isinstance(value, str):
        return Trouble(message=value[:LONGEST] or None)
    return _of(mapping(value).get("error", value))


def _with(found: Trouble, more: Trouble) -> Trouble:
    if more is NONE:
        return found
    return Trouble(
        found.type or more.type, found.message or more.message, found.stack or more.stack
    )
