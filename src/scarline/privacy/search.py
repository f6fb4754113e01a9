"""One rule, searched for in one block of a text."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import re2

from scarline.privacy.keywords import JOINTS, whole_words
from scarline.privacy.lines import within_lines
from scarline.privacy.needs import Needs, Traits, needs
from scarline.privacy.rules import Rule, quiet
from scarline.privacy.shapes import without_marks

BEFORE, AFTER = 60, 24
"""How many bytes before a value, and after it, a keyword is looked for."""

MOST_CHECKED = 500
"""Values that are put to validators in one block; beyond that each counts as found, unchecked:
so a hostile text costs no more, and nothing gets through."""

MOST_MATCHES = 2_000
"""Matches of all rules in one block; one with more is refused."""

MOST_SEARCHES = 250
"""Rules that are searched for in a block of the full length; one for which there are more is
refused. A smaller block can have more of them."""

BLOCK = 65_536
"""Bytes of a text that are read at once."""

_LONGEST = 256  # bytes from where a match begins to the end of its value, for a keyword behind it
_REACH = 4_096  # bytes behind where a match must begin: longer ones are cut there
_AT, _MOST_WINDOWS = re.compile(b"@"), 500
_BEFORE_AT = 640  # bytes of what stands before it: 128 characters, and a name before those
_LEADS, _CONTINUED = range(0xC3, 0xE0), range(0x80, 0xC0)  # bytes of U+00C0 to U+07FF in UTF-8
_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class Found(NamedTuple):
    """A stretch of bytes and the number of the rule that it is about."""

    start: int
    end: int
    rule: int


class Refused(Exception):
    """There is too much in a block to check it all."""


@dataclass(slots=True)
class Left:
    """What may still be done for one block."""

    matches: int = MOST_MATCHES
    checks: int = MOST_CHECKED
    searched: int = MOST_SEARCHES * BLOCK

    def spend(self, data: bytes) -> None:
        """Search ``data`` once more; raises ``Refused`` if that is too often."""
        self.searched -= len(data)
        if self.searched < 0:
            raise Refused


class Near:
    """A block as keywords are looked for in it: ``data``, without marks, its joints as blanks."""

    def __init__(self, data: bytes) -> None:
        self.data = without_marks(data).translate(JOINTS)

    def windows(self, keyword: Any) -> list[tuple[int, int]]:
        """Return where a match must begin to have ``keyword`` near it, ascending."""
        places = keyword.finditer(self.data)
        return _merged((max(0, it.start() - AFTER - _LONGEST), it.end() + BEFORE) for it in places)

    def tells(self, keyword: Any, start: int, end: int) -> bool:
        """Return whether ``keyword`` stands shortly before the stretch, or right after it."""
        around = self.data[max(0, start - BEFORE) : start] + b" \n " + self.data[end : end + AFTER]
        return keyword.search(around) is not None


class Search:
    """One rule, compiled when it is first needed."""

    def __init__(self, number: int, rule: Rule) -> None:
        self.number, self.rule = number, rule

    @cached_property
    def _pattern(self) -> Any:
        return re2.compile(self.rule.pattern.encode(), quiet())

    @cached_property
    def _needs(self) -> Needs:
        return needs(self.rule.pattern)

    @cached_property
    def _group(self) -> int:
        return int(self._pattern.groupindex.get(b"value", 0))

    @cached_property
    def probe(self) -> Any:
        """A pattern that matches in a line of many if the rule's does in that line alone."""
        lines = within_lines(self.rule.pattern)
        if self.signed:
            return _AT
        return self._pattern if lines == self.rule.pattern else re2.compile(lines.encode(), quiet())

    @cached_property
    def keyword(self) -> Any:
        """A pattern for any of the rule's keywords."""
        return re2.compile(whole_words(self.rule.keywords).encode(), quiet())

    @cached_property
    def _check(self) -> Callable[[str], bool] | None:
        return self.rule.valid()

    @property
    def signed(self) -> bool:
        """Return whether all that matches has an @ in it: so it is looked for around those."""
        return "@" in self._needs.marks

    def told_by(self, text: str) -> bool:
        """Return whether ``text`` has one of the keywords."""
        return self.keyword.search(text.encode()) is not None

    def run(self, data: bytes, has: Traits, left: Left, near: Near | None = None) -> list[Found]:
        """Return where the rule matches and what it asks for holds.

        ``near`` tells where its keyword must stand; without it that is known to be so.
        """
        if not self._needs.met_by(has):
            return []
        left.spend(data)
        found = []
        for first, last in self._windows(data, near):
            at = first
            while (match := self._pattern.search(data, at, last + _REACH)) is not None:
                if match.start() > last:
                    break
                left.matches -= 1
                if left.matches < 0:
                    raise Refused
                start, end = match.span(self._group)
                if (
                    _bordered(data, start, end)
                    and (near is None or near.tells(self.keyword, start, end))
                    and self._valid(data[start:end], left)
                ):
                    found.append(Found(start, end, self.number))
                    at = max(match.end(), at + 1)
                else:
                    at = match.start() + 1
        return found

    def _windows(self, data: bytes, near: Near | None) -> Sequence[tuple[int, int]]:
        """Return where a match must begin: near a keyword, before the sign that all have."""
        if near is not None:
            return near.windows(self.keyword)
        if self.signed and data.count(b"@") <= _MOST_WINDOWS:
            places = (it.start() for it in _AT.finditer(data))
            return _merged((max(0, it - _BEFORE_AT), it) for it in places)
        return [(0, len(data))]

    def _valid(self, value: bytes, left: Left) -> bool:
        if self._check is None:
            return True
        left.checks -= 1
        if left.checks < 0:
            return True
        try:
            return self._check(value.decode())
        except Exception:  # noqa: BLE001 - a check that fails lets nothing through
            return True


def _merged(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ascending ``windows``, with those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for first, last in windows:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged


def _bordered(data: bytes, start: int, end: int) -> bool:
    """Return whether no letter or digit continues the stretch on either side."""
    return not (_within_word(data, start) or _within_word(data, end))


def _within_word(data: bytes, at: int) -> bool:
    """Return whether letters or digits stand on both sides of ``at``.

    Of letters beyond ASCII those of two bytes count, from Latin to Arabic; those of more
    belong to scripts that write words without blanks, or stand for whole words.
    """
    if not 0 < at < len(data):
        return False
    before, after = data[at - 1], data[at]
    if after not in _ALNUM and after not in _LEADS:
        return False
    return before in _ALNUM or (at > 1 and before in _CONTINUED and data[at - 2] in _LEADS)
