"""Single values out of a span: texts, numbers, times, tags. What is not told is None. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

UNITS = ((10**17, 1_000), (10**14, 1), (10**11, -1_000), (10**8, -1_000_000))
"""From which size on a number of 1973 and later counts nano-, micro-, milliseconds or seconds,
and what it is divided by, or, below 0, multiplied by, to count microseconds.

Documented are nanoseconds, and the documentation's own example has milliseconds."""

LATEST = datetime(2200, 1, 1, tzinfo=UTC)

MICRO = 1_000_000
"""Estimated costs are counted in millionths of a dollar."""

NUMBERS = (int, float)  # a truth value is none

Tags = Mapping[str, Sequence[str]]


def text(value: Any) -> str | None:
    """Return what is told as text; a whole number too, for ids may come as numbers."""
    if type(value) is str:
        return value or None
    return str(value) if type(value) is int else None


def number(value: Any) -> float | None:
    """Return a finite number that is not negative; one may stand in a text."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if type(value) not in NUMBERS:
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if isfinite(found) and found >= 0 else None


def whole(value: Any) -> int | None:
    """Return a count that fits into 64 bits."""
    found = number(value)
    return int(found) if found is not None and found < 2**63 else None


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object as it is, and anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def instant(value: Any) -> datetime | None:
    """Return a time that is told as a number, in the unit that its size says, or as ISO 8601."""
    if isinstance(value, str) and not value.isdecimal():
        return _dated(value)
    try:
        counted = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    for least, divisor in UNITS:
        if counted >= least:
            micros = counted // divisor if divisor > 0 else counted * -divisor
            return _since(micros)
    return None


def _since(micros: int) -> datetime | None:
    try:
        at = EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return None
    return at if at < LATEST else None


def _dated(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def tags(value: Any) -> Tags:
    """Return ``["key:value", ...]`` as values by key; a tag without a value has none.

    Keys may come more than once; each value is kept once, in its order.
    """
    if isinstance(value, dict):
        return {key: tuple(_texts(it)) for key, it in value.items()}
    found: dict[str, tuple[str, ...]] = {}
    for tag in value if isinstance(value, list | tuple) else ():
        if isinstance(tag, str):
            key, _, told = tag.partition(":")
            if key not in found:
                found[key] = (told,) if told else ()
            elif told and told not in found[key]:
                found[key] = (*found[key], told)
    return found


def _texts(value: Any) -> Iterable[str]:
    listed = value if isinstance(value, list) else [value]
    return [told for it in listed if (told := text(it))]


def tagged(told: Tags, *keys: str) -> str | None:
    """Return the first value of the first of ``keys`` that has one."""
    for key in keys:
        if values := told.get(key):
            return values[0]
    return None


def heads(*paths: str) -> frozenset[str]:
    """Return the keys of which an object has one at least if anything stands at ``paths``."""
    return frozenset(key for path in paths for key in (path, path.partition(".")[0]))


def dug(told: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a dotted ``path``: under that very key, or in nested objects."""
    if path in told:
        return told[path]
    head, dot, rest = path.partition(".")
    inner = told.get(head)
    return dug(inner, rest) if dot and isinstance(inner, dict) else None


def named(told: Mapping[str, Any], *paths: str) -> str | None:
    """Return the first text that stands at one of ``paths``."""
    for path in paths:
        if found := text(dug(told, path)):
            return found
    return None
