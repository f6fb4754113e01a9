"""What a text must have for a pattern to match at all: so many digits, so long a word.

Both are lower bounds, read off the pattern (RE2's syntax, https://github.com/google/re2/wiki/Syntax),
and both are told of a text in a moment: most texts have neither, and most patterns need one.
"""

from dataclasses import dataclass, replace
from functools import cache, reduce
from typing import NamedTuple

import re2

from scarline.privacy.rules import quiet

_DIGITS = b"0123456789"
_MARKS = frozenset(b"@:=-/+<|\"'?[(&")
_ZERO_WIDTH = frozenset("bBAzG")
_SAMPLE = "".join(map(chr, range(1, 128))) + "é中\u00a0"
_MOST = 40  # repetitions that are counted


@dataclass(frozen=True, slots=True)
class Needs:
    """The least that a text has: ``digits``, a ``word`` (a run without blanks) so long, ``marks``.

    ``before`` and ``after`` are the lengths of the runs at the ends; ``solid`` says that no
    blank can be matched at all, and then all three are the least length.
    """

    digits: int = 0
    word: int = 0
    before: int = 0
    after: int = 0
    solid: bool = True
    marks: frozenset[str] = frozenset()

    def __add__(self, other: "Needs") -> "Needs":
        return Needs(
            self.digits + other.digits,
            max(self.word, other.word, self.after + other.before),
            self.before + other.before if self.solid else self.before,
            other.after + self.after if other.solid else other.after,
            self.solid and other.solid,
            self.marks | other.marks,
        )

    def __or__(self, other: "Needs") -> "Needs":
        return Needs(
            min(self.digits, other.digits),
            min(self.word, other.word),
            min(self.before, other.before),
            min(self.after, other.after),
            self.solid and other.solid,
            self.marks & other.marks,
        )

    def met_by(self, of: "Traits") -> bool:
        """Return whether a text with these traits has what is needed."""
        return self.digits <= of.digits and self.word <= of.word and self.marks <= of.marks


class Traits(NamedTuple):
    """How many digits a text has, how long its longest word is, and which marks are in it."""

    digits: int
    word: int
    marks: frozenset[str]


def traits(data: bytes) -> Traits:
    """Return the traits of a text."""
    return Traits(
        len(data) - len(data.translate(None, _DIGITS)),
        max(map(len, data.split()), default=0),
        frozenset(map(chr, _MARKS.intersection(data))),
    )


NOTHING = Needs()
_LETTER = Needs(0, 1, 1, 1)
_DIGIT = Needs(1, 1, 1, 1)
_BLANK = Needs(solid=False)


def needs(pattern: str) -> Needs:
    """Return what a text must have for ``pattern`` to match."""
    found, at = _alternatives(pattern, 0)
    return found if at == len(pattern) else _BLANK


def _alternatives(pattern: str, at: int) -> tuple[Needs, int]:
    branches = []
    while True:
        found = NOTHING
        while at < len(pattern) and pattern[at] not in "|)":
            piece, at = _piece(pattern, at)
            found += piece
        branches.append(found)
        if at >= len(pattern) or pattern[at] == ")":
            return reduce(Needs.__or__, branches), at
        at += 1


def _piece(pattern: str, at: int) -> tuple[Needs, int]:
    """Read one atom and how often it stands."""
    atom, at = _atom(pattern, at)
    least, more = 1, False
    while at < len(pattern) and pattern[at] in "?*+{":
        mark = pattern[at]
        if mark == "{":
            end = pattern.find("}", at)
            low, comma, high = pattern[at + 1 : end].partition(",")
            if not low.isdigit():
                break
            least, more, at = min(int(low), _MOST), more or (comma != "" and high != low), end + 1
        else:
            least, more, at = (least if mark == "+" else 0), True, at + 1
    found = reduce(Needs.__add__, [atom] * least, NOTHING)
    return (found + (atom | NOTHING) if more else found), at


def _atom(pattern: str, at: int) -> tuple[Needs, int]:
    mark = pattern[at]
    if mark == "(":
        return _group(pattern, at + 1)
    if mark == "[":
        return _class(pattern, at + 1)
    if mark == "\\":
        return _escape(pattern, at + 1)
    if mark in "^$":
        return NOTHING, at + 1
    return (_BLANK if mark == "." else _literal(mark)), at + 1


def _group(pattern: str, at: int) -> tuple[Needs, int]:
    if pattern.startswith("?", at):
        end = min(
            (it for it in (pattern.find(":", at), pattern.find(">", at)) if it > 0), default=at
        )
        close = pattern.find(")", at)
        if close < end or end == at:  # (?i): flags alone
            return NOTHING, close + 1
        at = end + 1
    found, at = _alternatives(pattern, at)
    return found, at + 1


def _escape(pattern: str, at: int) -> tuple[Needs, int]:
    mark = pattern[at]
    if mark in _ZERO_WIDTH:
        return NOTHING, at + 1
    end = at + 1
    if mark in "pPx":
        end = pattern.find("}", at) + 1 if pattern.startswith("{", end) else at + 2 + (mark == "x")
    return (_matching(pattern[at - 1 : end]) if mark.isalnum() else _literal(mark)), end


def _literal(mark: str) -> Needs:
    found = _matching(re2.escape(mark))
    marks = frozenset(mark) if mark.isascii() and ord(mark) in _MARKS else frozenset()
    return replace(found, marks=marks)


def _class(pattern: str, at: int) -> tuple[Needs, int]:
    start, at = at - 1, at + pattern.startswith("^", at)
    first = at
    while pattern[at] != "]" or at == first:
        if pattern.startswith("[:", at):
            at = pattern.index(":]", at) + 2
        else:
            at += 2 if pattern[at] == "\\" else 1
    return _matching(pattern[start : at + 1]), at + 1


@cache
def _matching(one: str) -> Needs:
    """Return what a pattern of one character needs, told by what it matches."""
    matched = set(re2.compile(one, quiet()).findall(_SAMPLE))
    if not matched <= set(_SAMPLE) or matched & set(" \t\n\r\f\v"):
        return _BLANK
    return _DIGIT if matched and matched <= set("0123456789") else _LETTER
