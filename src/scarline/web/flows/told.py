"""Flows as callers tell them in JSON: read row by row, each bad one with its reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf, isfinite
from typing import Any

import pyarrow as pa

from scarline.errors import UsageError
from scarline.flows import TOLD
from scarline.flows.normal import KNOWN_BY
from scarline.web.moments import INSTANT

DEFAULT_SOURCE = "api"

MOST_CHARACTERS = 1_000
"""How long a text of a flow may be: names are shorter by far."""

ALIASES: Mapping[str, str] = {"from": "system_from", "to": "system_to"}

Row = dict[str, Any]


class Unfit(ValueError):
    """A row cannot be kept; the message is the reason, and holds nothing of the row."""


@dataclass(slots=True)
class Reading:
    """What a document told: rows of :data:`TOLD` by source, and the rows that cannot be kept.

    ``bad`` has the number of each such row, from 0, and the reason: a sentence of ours, that
    holds nothing of the row.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    bad: list[tuple[int, str]] = field(default_factory=list)

    def batch(self, source: str) -> pa.RecordBatch:
        """Return the rows of one source as columns."""
        return pa.RecordBatch.from_pylist(self.rows[source], schema=TOLD)


def listed(document: object) -> tuple[list[object], object]:
    """Return the rows of one flow, a list, or ``{"flows": […]}``, and the source beside the list.

    Raises ``UsageError`` for anything else.
    """
    rows: object = document
    source: object = None
    if isinstance(document, dict):
        rows, source = document.get("flows", [document]), document.get("source")
    if not isinstance(rows, list):
        raise UsageError('send one flow as an object, a list of flows, or {"flows": […]}')
    return rows, source


def read(rows: list[object], source: object, clean: Callable[[str], str]) -> Reading:
    """Return what ``rows`` tell, those that name no source as told by ``source``.

    ``clean`` takes from the name of a source what is personal.
    """
    found = Reading()
    names: dict[str, str] = {}
    for number, row in enumerate(rows):
        try:
            name, told = _flow(row, source)
        except Unfit as error:
            found.bad.append((number, str(error)))
            continue
        if name not in names:
            names[name] = clean(name)
        found.rows.setdefault(names[name], []).append(told)
    return found


def _flow(given: object, source: object) -> tuple[str, Row]:
    if not isinstance(given, dict):
        raise Unfit("a flow must be an object")
    row: Row = {}
    for name, value in given.items():
        meant = ALIASES.get(name, name)
        if meant in row:
            raise Unfit(f"{meant} is told twice: leave out its other name")
        row[meant] = value
    told = {name: READERS[name](name, row.get(name)) for name in TOLD.names}
    named = row.get("source")
    return _text("source", source if named is None else named) or DEFAULT_SOURCE, told


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unfit(f"{name} must be a text")
    text = value.strip().replace("\0", "\ufffd")  # as it will be kept: keys are told apart by it
    if len(text) > MOST_CHARACTERS:
        raise Unfit(f"{name} is longer than {MOST_CHARACTERS:,} characters")
    return text


def _needed(name: str, value: object) -> str:
    text = _text(name, value)
    if not text:
        raise Unfit(f"{name} is missing")
    return text


def _optional(name: str, value: object) -> str | None:
    return _text(name, value) or None


def _number(most: float, said: str) -> Callable[[str, object], float | None]:
    def number(name: str, value: object) -> float | None:
        if value is None:
            return None
        wrong = f"{name} must be a number, {said}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unfit(wrong)
        try:
            double = float(value)
        except OverflowError:
            raise Unfit(wrong) from None
        if not (isfinite(double) and 0 <= double <= most):
            raise Unfit(wrong)
        return double

    return number


def _instant(name: str, value: object) -> datetime | None:
    if value is None:
        return None
    wrong = f"{name} must be a time of RFC 3339 with its offset, such as 2026-11-01T08:30:00Z"
    if not isinstance(value, str) or not INSTANT.fullmatch(value.strip()):
        raise Unfit(wrong)
    try:
        return datetime.fromisoformat(value.strip().upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(wrong) from None


def _known_by(name: str, value: object) -> str:
    word = _text(name, value) or "declared"
    if word not in KNOWN_BY:
        raise Unfit(f"{name} must be one of {', '.join(KNOWN_BY)}")
    return word


def _tags(name: str, value: object) -> str:
    parts = value if isinstance(value, list) else _text(name, value).split(",")
    if not all(isinstance(part, str) for part in parts):
        raise Unfit(f"{name} must be a list of texts, or a text with commas")
    several = {part.strip() for text in parts for part in text.split(",")}
    return _text(name, ",".join(sorted(several - {""})))


READERS: Mapping[str, Callable[[str, object], Any]] = {
    "env": _text,
    "system_from": _needed,
    "system_to": _text,
    "status": _optional,
    "last_seen": _instant,
    "latency_ms": _number(inf, "0 or more"),
    "error_rate": _number(1.0, "from 0 to 1"),
    "owner_team": _optional,
    "known_by": _known_by,
    "confidence": _number(1.0, "from 0 to 1"),
    "tags": _tags,
}
"""How each column of :data:`TOLD` is read."""
