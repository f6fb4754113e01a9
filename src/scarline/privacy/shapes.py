"""Shapes of things that look personal and are not: identifiers, times, digests, versions.

What lies wholly within one of them is left alone, unless a keyword says what it is.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

import re2

from scarline.privacy.rules import quiet

_MARK = r"\[[a-z][a-z0-9_]*(?::[a-z0-9]+)*\]"  # what stands where something was taken away

_SHAPES = (
    r"\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b",  # UUID
    r"\b(?:[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{128})\b",
    r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?\b",
    r"\b[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z| ?UTC|[+-][0-9]{2}:?[0-9]{2})?\b",
    r"\b[01][0-9A-HJKMNP-TV-Z]{25}\b",  # ULID
    r"\b1[0-9]{9}(?:[0-9]{3}|[0-9]{6}|[0-9]{9})?\b",  # seconds to nanoseconds since 1970
    r"\b[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?\b",  # numbers with a point
    r"\bv?[0-9]{1,4}\.[0-9]{1,3}\.[0-9]{1,5}(?:[-+][A-Za-z][0-9A-Za-z.-]*)?\b",  # semantic versions
    r"\b(?:call|toolu|chatcmpl|run|msg|req|resp|thread|asst|step|batch|file|fc|rs|cmpl)[_-][A-Za-z0-9_-]{6,}",
    _MARK,
)

_PROTECTED = re2.compile("|".join(f"(?:{it})" for it in _SHAPES).encode(), quiet())

_MARKS = re2.compile(rf"(?:{_MARK}|[^0-9A-Za-z\x{{80}}-\x{{10ffff}}])+")
_ONE_MARK = re.compile(_MARK.encode())
_MIXED = re2.compile(rb"(?s)[0-9]*[^0-9].*|1[0-9]{9,18}", quiet())


def protected(data: bytes) -> list[tuple[int, int]]:
    """Return where in UTF-8 ``data`` such shapes lie; mere digits are one only as a time."""
    spans = (it.span() for it in _PROTECTED.finditer(data))
    return [(start, end) for start, end in spans if _MIXED.fullmatch(data, start, end)]


def within(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Return whether a stretch lies in one of ``spans``, which ascend and do not overlap."""
    last = bisect_right(spans, start, key=itemgetter(0)) - 1
    return last >= 0 and end <= spans[last][1]


def only_marks(text: str) -> bool:
    """Return whether ``text`` says nothing beside what was taken away already."""
    return _MARKS.fullmatch(text) is not None


def without_marks(data: bytes) -> bytes:
    """Return ``data`` with blanks where something was taken away: names of rules are no words."""
    return _ONE_MARK.sub(_blanks, data) if b"[" in data else data


def _blanks(mark: re.Match[bytes]) -> bytes:
    return b" " * len(mark.group())
