"""Texts cut to a size, with a note of how much was cut: a Firestore document holds 1 MiB."""

from typing import Any

import orjson

NOTE = "scarline_cut"
"""The name under which the note stands in JSON."""

_SHORTEST = 32
"""What is left at least of each text in JSON, in characters, before JSON is no longer kept."""


def cut_text(text: str, most_bytes: int) -> str:
    """Return the beginning of ``text`` and a note, in so many bytes of UTF-8."""
    told = text.encode()
    if len(told) <= most_bytes:
        return text
    note = f" [cut: {len(told)} bytes]"
    return told[: max(0, most_bytes - len(note))].decode(errors="ignore") + note


def cut_json(text: str, most_bytes: int) -> str:
    """Return JSON in so many bytes of UTF-8 that tells most of what ``text`` tells, and a note.

    Texts within it are cut, the longest ones most, so that all else stays where it is. Only if it
    has too many small parts is it kept as one text instead. What is no JSON is taken as a text.
    """
    if len(text.encode()) <= most_bytes:
        return text
    try:
        value = orjson.loads(text)
        return _fitting(text, most_bytes, lambda most: _shortened(value, most), _SHORTEST)
    except (orjson.JSONDecodeError, RecursionError, _TooLong):
        return _fitting(text, most_bytes, lambda most: {"begins": text[:most]}, 0)


class _TooLong(Exception):
    """However short its texts are made, it does not fit."""


def _fitting(text: str, most_bytes: int, shortened: Any, least: int) -> str:
    """Return what fits of ``shortened(characters)`` for the largest number of characters."""
    best = None
    low, high = least, len(text)
    while low <= high:
        middle = (low + high) // 2
        written = _noted(shortened(middle), len(text.encode()))
        if len(written) <= most_bytes:
            best, low = written, middle + 1
        else:
            high = middle - 1
    if best is None:
        raise _TooLong
    return best.decode()


def _noted(value: Any, whole: int) -> bytes:
    kept = len(orjson.dumps(value))
    note = {NOTE: f"{max(0, whole - kept)} of {whole} bytes were cut: a document holds 1 MiB"}
    return orjson.dumps(note | value if isinstance(value, dict) else note | {"value": value})


def _shortened(value: Any, most: int) -> Any:
    """Return a JSON value whose texts have so many characters at most, each cut one with a sign."""
    if isinstance(value, str):
        return value if len(value) <= most else f"{value[:most]}…"
    if isinstance(value, list):
        return [_shortened(it, most) for it in value]
    if isinstance(value, dict):
        return {name: _shortened(it, most) for name, it in value.items()}
    return value
