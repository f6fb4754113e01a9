"""The metric query language, as far as this sandbox speaks it.

    avg:system.cpu.idle{env:prod,!role:db} by {host}.rollup(avg, 60)

Facts: Datadog docs "Metrics / Advanced filtering" and "Rollup"; the words of a parse error are
those of public reports. Known here: one aggregator, one metric, a scope (`*`, `key:value` with
`*` inside, `!` or `NOT`, comma or `AND`, `key IN (a,b)`), `by {...}`, `.rollup(...)`, and
`.as_count()` / `.as_rate()`, which change nothing on gauges. No arithmetic, no `OR`.
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

Method = Literal["avg", "sum", "min", "max", "count"]

_QUERY = re.compile(
    r"(?:(?P<aggr>\w+)\s*:\s*)?(?P<metric>[A-Za-z][\w.]*)\s*\{(?P<scope>[^{}]*)\}"
    r"(?:\s*by\s*\{(?P<by>[^{}]+)\})?(?P<calls>(?:\.\w+\([^()]*\))*)"
)
_CALL = re.compile(r"\.(\w+)\(([^()]*)\)")
_IN = re.compile(
    r"(?P<key>[\w.-]+)\s+(?P<word>(?:NOT\s+)?IN)\s*\((?P<values>[^()]*)\)", re.IGNORECASE
)
_AND = re.compile(r"\s+AND\s+", re.IGNORECASE)
_AGGREGATORS = ("avg", "sum", "min", "max")
_METHODS = (*_AGGREGATORS, "count")


class QueryError(ValueError):
    """The query cannot be read; the text is what Datadog would put into `errors`."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition of a scope: the tag's value is (or with `negated`: is not) one of `values`."""

    key: str
    values: tuple[str, ...]
    negated: bool
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query as parts. `aggregator` is None where none was written (Datadog then takes avg).

    `rollup` is the way to fold readings in time, `interval` the asked bucket width in seconds.
    """

    text: str
    aggregator: Method | None
    metric: str
    filters: tuple[Filter, ...]
    group_by: tuple[str, ...]
    rollup: Method
    interval: int | None
    calls: str

    def expression(self, scope: str) -> str:
        """Write the query of one series, as v1 does: its own scope, no `by`."""
        head = f"{self.aggregator}:" if self.aggregator else ""
        return f"{head}{self.metric}{{{scope}}}{self.calls}"


def parse_all(text: str) -> list[Query]:
    """Read the comma separated queries of a v1 request. Raises QueryError."""
    return [parse(part) for part in _split(text, "{(", ")}")]


def parse(text: str) -> Query:
    """Read one query. Raises QueryError with a sentence."""
    found = _QUERY.fullmatch(text.strip())
    if not found:
        raise QueryError(f"Error parsing query: unable to parse {text.strip()}: no scope found")
    aggregator = found["aggr"].lower() if found["aggr"] else None
    if aggregator is not None and aggregator not in _AGGREGATORS:
        raise QueryError(f"Error parsing query: unknown aggregator {aggregator} in {text.strip()}")
    rollup, interval = _calls(found["calls"])
    groups = sorted({key.strip().lower() for key in (found["by"] or "").split(",")} - {""})
    return Query(
        text=text.strip(),
        aggregator=cast("Method | None", aggregator),
        metric=found["metric"],
        filters=_filters(found["scope"]),
        group_by=tuple(groups),
        rollup=rollup,
        interval=interval,
        calls=found["calls"],
    )


def _split(text: str, opening: str, closing: str) -> list[str]:
    """Split at the commas that stand outside all brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in opening) - (sign in closing)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _calls(text: str) -> tuple[Method, int | None]:
    rollup: Method = "avg"
    interval: int | None = None
    for name, inside in _CALL.findall(text):
        words = [word.strip().lower() for word in inside.split(",") if word.strip()]
        if name in {"as_count", "as_rate"} and not words:
            continue
        if name != "rollup" or not 1 <= len(words) <= 2:
            raise QueryError(f"Error parsing query: unable to apply .{name}({inside})")
        if not words[0].isdigit():
            rollup = _method(words.pop(0))
        if words:
            interval = _seconds(words[0])
    return rollup, interval


def _method(word: str) -> Method:
    if word not in _METHODS:
        raise QueryError(f"Error parsing query: unknown rollup method {word}")
    return cast("Method", word)


def _seconds(word: str) -> int:
    if not word.isdigit() or int(word) < 1:
        raise QueryError(f"Error parsing query: rollup interval {word} is not a number of seconds")
    return int(word)


def _filters(scope: str) -> tuple[Filter, ...]:
    parts = [part for piece in _split(scope, "(", ")") for part in _AND.split(piece.strip())]
    if not any(parts):
        raise QueryError("Error parsing query: the scope is empty, write {*} for everything")
    return tuple(_filter(part.strip()) for part in parts if part.strip() != "*")


def _filter(text: str) -> Filter:
    listed = _IN.fullmatch(text)
    if listed:
        values = tuple(sorted(value.strip().lower() for value in listed["values"].split(",")))
        return Filter(listed["key"].lower(), values, "NOT" in listed["word"].upper(), text)
    negated = text.startswith("!") or text.upper().startswith("NOT ")
    bare = (text[1:] if text.startswith("!") else text[4:] if negated else text).strip()
    key, colon, value = bare.partition(":")
    if not colon or not key or not value or " " in bare:
        raise QueryError(f"Error parsing query: Rule 'scope_expr' didn't match at '{text}'")
    return Filter(key.lower(), (value.lower(),), negated, text)
