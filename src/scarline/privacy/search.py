"""One rule, searched for in one block of a text."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import re2

from scarline.privacy.keywords import JOINTS, whole_words
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
    """A block as keywords are looked for in it: without marks, its joints as blanks."""

    def __init__(self, data: bytes) -> None:
        self._data = without_marks(data).translate(JOINTS)

    def windows(self, keyword: Any) -> list[tuple[int, int]]:
        """Return where a match must begin to have ``keyword`` near it, ascending."""
        return [
            (max(0, it.start() - AFTER - _LONGEST), it.end() + BEFORE)
            for it in keyword.finditer(self._data)
        ]

    def tells(self, keyword: Any, start: int, end: int) -> bool:
        """Return whether ``keyword`` stands shortly before the stretch, or right after it."""
        around = (
            self._data[max(0, start - BEFORE) : start] + b" \n " + self._data[end : end + AFTER]
        )
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
    def _keyword(self) -> Any:
        return re2.compile(whole_words(self.rule.keywords).encode(), quiet())

    @cached_property
    def _check(self) -> Callable[[str], bool] | None:
        return self.rule.valid()

    def told_by(self, text: str) -> bool:
        """Return whether ``text`` has one of the keywords."""
        return self._keyword.search(text.encode()) is not None

    def run(self, data: bytes, has: Traits, left: Left, near: Near | None = None) -> list[Found]:
        """Return where the rule matches and what it asks for holds.

        ``near`` tells where its keyword must stand; without it that is known to be so.
        """
        if not self._needs.met_by(has):
            return []
        left.spend(data)
        windows = near.windows(self._keyword) if near is not None else [(0, len(data))]
        found, at = [], windows[0][0] if windows else len(data)
        while (match := self._pattern.search(data, at)) is not None:
            start, end = match.span(self._group)
            window = _window(windows, match.start())
            if window is None:
                break
            if match.start() < window[0]:
                at = window[0]
                continue
            left.matches -= 1
            if left.matches < 0:
                raise Refused
            if (
                _bordered(data, start, end)
                and (near is None or near.tells(self._keyword, start, end))
                and self._valid(data[start:end], left)
            ):
                found.append(Found(start, end, self.number))
                at = max(match.end(), at + 1)
            else:
                at = match.start() + 1
        return found

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


def _window(windows: Sequence[tuple[int, int]], at: int) -> tuple[int, int] | None:
    """Return the window that ``at`` lies in, or the next one behind it."""
    which = bisect_left(windows, at, key=_end)
    return windows[which] if which < len(windows) else None


def _end(window: tuple[int, int]) -> int:
    return window[1]


def _bordered(data: bytes, start: int, end: int) -> bool:
    """Return whether no letter or digit continues the stretch on either side."""
    if start and data[start - 1] in _ALNUM and data[start] in _ALNUM:
        return False
    return end >= len(data) or data[end] not in _ALNUM or data[end - 1] not in _ALNUM
