"""Where rules match: a few passes for all of them, then each that may match by itself.

Which rules can match at all is told in few passes, however many rules there are: by the
literals in their patterns, by the patterns in which nothing is literal, and by keywords.
Only those rules are searched for.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import re2

from scarline.privacy.fields import words
from scarline.privacy.keywords import JOINTS, Words, whole_words
from scarline.privacy.needs import Needs, Traits, needs, traits
from scarline.privacy.plain import Unreadable
from scarline.privacy.rules import Category, Rule, quiet
from scarline.privacy.sets import Filter, Shapes, without_literals
from scarline.privacy.shapes import protected, without_marks

BEFORE, AFTER = 60, 24
"""How many bytes before a value, and after it, a keyword is looked for."""

MOST_CHECKED = 2_000
"""Values that are put to validators in one text; beyond that each counts as found, unchecked:
so a hostile text costs no more, and nothing gets through."""

MOST_MATCHES = 25_000
"""Matches of all rules in one text; one with more is refused."""

MOST_BYTES = 150_000_000
"""Bytes that are searched in one text, once for each rule that may match; one with more is
refused. A quarter of a second's work."""

_MOST_LABELS = 100_000  # remembered; names that are made of data are without end
_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class Found(NamedTuple):
    """A stretch of bytes and the number of the rule that it is about."""

    start: int
    end: int
    rule: int


@dataclass(slots=True)
class _Left:
    """What may still be done for one text."""

    matches: int = MOST_MATCHES
    checks: int = MOST_CHECKED
    searched: int = MOST_BYTES

    def spend(self, data: bytes) -> None:
        """Search ``data`` once more; raises ``Unreadable`` if that is too often."""
        self.searched -= len(data)
        if self.searched < 0:
            raise Unreadable("too much in it to check")


class _Search:
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
        return re2.compile(whole_words(self.rule.keywords), quiet()) if self.rule.keywords else None

    @cached_property
    def _check(self) -> Callable[[str], bool] | None:
        return self.rule.valid()

    def told_by(self, text: str) -> bool:
        """Return whether ``text`` has one of the keywords, or none is asked for."""
        return self._keyword is None or self._keyword.search(text) is not None

    def run(self, data: bytes, has: Traits, left: _Left, *, told: bool) -> list[Found]:
        """Return where the rule matches and what it asks for holds; ``told``: its keyword is."""
        if not self._needs.met_by(has):
            return []
        left.spend(data)
        found, at = [], 0
        while (match := self._pattern.search(data, at)) is not None:
            left.matches -= 1
            if left.matches < 0:
                raise Unreadable("too much in it to check")
            start, end = match.span(self._group)
            if (
                _bordered(data, start, end)
                and (told or self._told(data, start, end))
                and self._valid(data[start:end], left)
            ):
                found.append(Found(start, end, self.number))
                at = max(match.end(), at + 1)
            else:
                at = match.start() + 1
        return found

    def _told(self, data: bytes, start: int, end: int) -> bool:
        around = data[max(0, start - BEFORE) : start] + b" \n " + data[end : end + AFTER]
        return self.told_by(without_marks(around.decode("utf-8", "replace")).translate(JOINTS))

    def _valid(self, value: bytes, left: _Left) -> bool:
        if self._check is None:
            return True
        left.checks -= 1
        if left.checks < 0:
            return True
        try:
            return self._check(value.decode())
        except Exception:  # noqa: BLE001 - a check that fails lets nothing through
            return True


class Finder:
    """Finds what a sequence of rules names, in UTF-8 bytes."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Make ready to look for ``rules``.

        What lies in a protected shape is left alone by all but those with keywords and the
        secrets.
        """
        searches = [_Search(number, rule) for number, rule in enumerate(rules)]
        self._open = [rule.category is Category.SECRET for rule in rules]
        bare = [search for search in searches if not search.rule.keywords]
        shapes = without_literals([search.rule.pattern for search in bare])
        self._literal = [it for at, it in enumerate(bare) if at not in shapes]
        self._literals = Filter([it.rule.pattern for it in self._literal])
        self._shaped = [it for at, it in enumerate(bare) if at in shapes]
        self._shapes = Shapes([it.rule.pattern for it in self._shaped])
        keywords = dict.fromkeys(rule.keywords for rule in rules if rule.keywords)
        self._told = [[it for it in searches if it.rule.keywords == own] for own in keywords]
        self._words = Words(list(keywords))
        self._labelled: dict[str, frozenset[int]] = {}

    def find(self, data: bytes, label: str = "", text: str | None = None) -> list[Found]:
        """Return what is found in ``data``, the value of a field that is named ``label``.

        ``text`` is the same as characters, if at hand. Raises ``Unreadable`` for more than
        ``MOST_MATCHES``.
        """
        found: list[Found] = []
        left, has = _Left(), traits(data)
        for hit in self._literals.hits(data):
            found += self._literal[hit].run(data, has, left, told=True)
        for hit in self._shapes.hits(data, has):
            found += self._shaped[hit].run(data, has, left, told=True)
        if found:
            shapes = protected(data)
            found = [it for it in found if self._open[it.rule] or not _within(it, shapes)]
        labelled = self._label(label)
        for hit in labelled | self._words.hits(data.decode() if text is None else text):
            for search in self._told[hit]:
                found += search.run(data, has, left, told=hit in labelled)
        return found

    def _label(self, label: str) -> frozenset[int]:
        """Return the numbers of the keywords that the name of a field has."""
        if label not in self._labelled:
            if len(self._labelled) > _MOST_LABELS:
                self._labelled.clear()
            name = " ".join(words(label))
            near = self._words.hits(name)
            told = (at for at in near if self._told[at][0].told_by(name))
            self._labelled[label] = frozenset(told)
        return self._labelled[label]


def _bordered(data: bytes, start: int, end: int) -> bool:
    """Return whether no letter or digit continues the stretch on either side."""
    if start and data[start - 1] in _ALNUM and data[start] in _ALNUM:
        return False
    return end >= len(data) or data[end] not in _ALNUM or data[end - 1] not in _ALNUM


def _within(it: Found, shapes: Sequence[tuple[int, int]]) -> bool:
    """Return whether ``it`` lies in one of ``shapes``, which ascend and do not overlap."""
    last = bisect_right(shapes, it.start, key=_begin) - 1
    return last >= 0 and it.end <= shapes[last][1]


def _begin(shape: tuple[int, int]) -> int:
    return shape[0]
