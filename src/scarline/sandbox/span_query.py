"""What a search for spans asks for: a stretch of time, and which of the spans in it.

The words of the query are a usable part of Datadog's: `@status:error`, `ml_app:x`, `service:x`,
`@trace_id:x`, any tag `key:value`, `-` in front to leave out, `*` at the end of a value, quotes
around it; terms side by side must all hold. OR and brackets are refused.
Times: ISO 8601, `now`, `now-15m`, milliseconds since the epoch; always texts (a number is refused,
as the real API does, in the words of public reports).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scarline.sandbox import llm_spans
from scarline.sandbox.endpoint import Refusal
from scarline.sandbox.estate import DAY, HOUR, WEEK
from scarline.sandbox.traces import Row

DEFAULT_SECONDS = 15 * 60
"""How far back a search looks that does not say from when."""

_UNITS = {"s": 1, "m": 60, "h": HOUR, "d": DAY, "w": WEEK}
_MATH = re.compile(r"now(?:-(?P<count>\d{1,6})(?P<unit>[smhdw]))?")
_TERM = re.compile(
    r"""\s*(?P<no>-)?(?:(?P<key>@?[\w.]+):(?P<value>"[^"]*"|[^\s"()]+)|(?P<all>\*))"""
)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: a field or tag, the value that it has, or must not have."""

    key: str
    value: str
    no: bool = False

    def holds(self, row: Row) -> bool:
        """Tell whether a span fits."""
        own = _values(self.key, row)
        if self.value.endswith("*"):
            return any(it.startswith(self.value[:-1]) for it in own) != self.no
        return (self.value in own) != self.no


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: [start, end) in epoch seconds, and the terms that must all hold."""

    start: float
    end: float
    terms: Sequence[Term] = ()

    def fits(self, row: Row) -> bool:
        """Tell whether a span is wanted, whenever it was."""
        return all(term.holds(row) for term in self.terms)

    def trace_number(self) -> int | None:
        """Give the number of the trace, where only one is asked for."""
        for term in self.terms:
            if term.key == "trace_id" and not term.no and (number := trace_number(term.value)):
                return number
        return None


FIELDS: Mapping[str, Callable[[Row], Sequence[str]]] = {
    "trace_id": lambda row: (row.trace.trace_id, row.trace.hex_id, str(row.trace.id)),
    "span_id": lambda row: (str(row.trace.span_id(row.place)),),
    "status": lambda row: (llm_spans.status(row),),
    "ml_app": lambda row: (row.trace.agent.ml_app,),
    "service": lambda row: (row.trace.agent.service,),
    "span_kind": lambda row: (row.trace.plot.steps[row.place].kind,),
    "span_name": lambda row: (llm_spans.name(row),),
}
"""What can be asked of a span by itself; all else is looked for in its tags."""

_ALIASES = {
    "meta.span.kind": "span_kind",
    "kind": "span_kind",
    "name": "span_name",
    "resource_name": "span_name",
}


def _values(key: str, row: Row) -> Sequence[str]:
    if key in FIELDS:
        return FIELDS[key](row)
    return [tag[len(key) + 1 :] for tag in llm_spans.tags(row) if tag.startswith(f"{key}:")]


def parse(text: str) -> list[Term]:
    """Read a query. Raises Refusal (400) for what is not understood here."""
    terms, place = [], 0
    while text[place:].strip():
        found = _TERM.match(text, place)
        if not found or found["value"] == "OR":
            raise Refusal(400, f"the query cannot be read at '{text[place:].strip()[:40]}'")
        if found["key"]:
            key = found["key"].removeprefix("@")
            terms.append(
                Term(_ALIASES.get(key, key), found["value"].strip('"'), no=bool(found["no"]))
            )
        place = found.end()
    return terms


def moment(value: object, name: str, now: float, default: float) -> float:
    """Read a time as epoch seconds. Raises Refusal (400) for a number, or what is no time."""
    if value is None:
        return default
    if not isinstance(value, str):
        kind = "number" if isinstance(value, int | float) else type(value).__name__
        raise Refusal(400, f'error decoding attribute "filter.{name}": invalid type {kind}')
    math = _MATH.fullmatch(value)
    if math:
        return now - int(math["count"] or 0) * _UNITS[math["unit"] or "s"]
    if value.isascii() and value.isdigit() and len(value) <= 15:
        return int(value) / 1000
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise Refusal(400, f"'{value}' is no time for filter.{name}") from None
    return at.replace(tzinfo=at.tzinfo or UTC).timestamp()


def trace_number(text: str) -> int | None:
    """Read a trace id, 32 hexadecimal or up to 39 decimal digits, as its low 64 bits."""
    try:
        number = int(text, 16) if len(text) == 32 else int(text)
    except ValueError:
        return None
    return number % 2**64
