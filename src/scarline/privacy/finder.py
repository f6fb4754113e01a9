"""Where rules match: a few passes for all of them, then each that may match by itself.

Which rules can match at all is told in few passes, however many rules there are: by the
literals in their patterns, by the patterns in which nothing is literal, and by keywords.
Only those rules are searched for.
"""

from bisect import bisect_right
from collections.abc import Sequence

from scarline.privacy.fields import words
from scarline.privacy.keywords import Words
from scarline.privacy.needs import traits
from scarline.privacy.rules import Category, Rule
from scarline.privacy.search import BLOCK, Found, Left, Near, Refused, Search
from scarline.privacy.sets import Filter, Shapes, without_literals
from scarline.privacy.shapes import protected, within

MARGIN = 4_096
"""Bytes around a block that are read with it on either side, so that nothing that begins in it is
missed: the longest private keys have 3,300."""

REFUSED = -1
"""Stands for the number of a rule where a block was refused: it goes, unread."""

_LONG = 16  # bytes of a shape that nothing else looks like: a time of a day, a UUID
_MOST_LABELS = 100_000  # remembered; names that are made of data are without end


class Finder:
    """Finds what a sequence of rules names, in UTF-8 bytes."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Make ready to look for ``rules``.

        What lies in a protected shape is left alone by all but those with keywords and the
        secrets.
        """
        searches = [Search(number, rule) for number, rule in enumerate(rules)]
        self._open = [rule.category is Category.SECRET for rule in rules]
        bare = [search for search in searches if not search.rule.keywords]
        shapes = without_literals([search.rule.pattern for search in bare])
        self._literal = [it for at, it in enumerate(bare) if at not in shapes]
        self._literals = Filter([it.rule.pattern for it in self._literal])
        self._signed = [it for at, it in enumerate(bare) if at in shapes and it.signed]
        self._shaped = [it for at, it in enumerate(bare) if at in shapes and not it.signed]
        self._shapes = Shapes([it.rule.pattern for it in self._shaped])
        keywords = dict.fromkeys(rule.keywords for rule in rules if rule.keywords)
        self._told = [[it for it in searches if it.rule.keywords == own] for own in keywords]
        self._words = Words(list(keywords))
        self._labelled: dict[str, frozenset[int]] = {}

    def heeds(self, label: str) -> bool:
        """Return whether the name of a field has a keyword, so that it tells what its value is."""
        return bool(self._label(label))

    def find(self, data: bytes, label: str = "") -> list[Found]:
        """Return what is found in ``data``, the value of a field that is named ``label``.

        Where there is too much to check, a whole block stands as found by ``REFUSED``.
        """
        found: list[Found] = []
        for begin in range(0, len(data), BLOCK):
            first, end = max(0, begin - MARGIN), min(len(data), begin + BLOCK)
            try:
                own = self._block(data[first : end + MARGIN], label)
            except Refused:
                found.append(Found(begin, end, REFUSED))
                continue
            found += [
                Found(first + it.start, first + it.end, it.rule)
                for it in own
                if begin <= first + it.start < end
            ]
        return found

    def _block(self, data: bytes, label: str) -> list[Found]:
        found: list[Found] = []
        left, has = Left(), traits(data)
        for hit in self._literals.hits(data):
            found += self._literal[hit].run(data, has, left)
        for hit in self._shapes.hits(data, has):
            found += self._shaped[hit].run(data, has, left)
        for search in self._signed if b"@" in data else ():
            found += search.run(data, has, left)
        told: list[Found] = []
        labelled, near = self._label(label), Near(data)
        for hit in labelled | self._words.hits(data):
            for search in self._told[hit]:
                told += search.run(data, has, left, None if hit in labelled else near)
        if not found and not told:
            return []
        shapes = protected(data)
        found = [it for it in found if self._open[it.rule] or not within(it.start, it.end, shapes)]
        return found + [it for it in told if not _cuts_into(it, shapes)]

    def _label(self, label: str) -> frozenset[int]:
        """Return the numbers of the keywords that the name of a field has."""
        if label not in self._labelled:
            if len(self._labelled) > _MOST_LABELS:
                self._labelled.clear()
            name = " ".join(words(label))
            near = self._words.hits(name.encode())
            told = (at for at in near if self._told[at][0].told_by(name))
            self._labelled[label] = frozenset(told)
        return self._labelled[label]


def _cuts_into(it: Found, shapes: Sequence[tuple[int, int]]) -> bool:
    """Return whether ``it`` begins within a long one of ``shapes`` and goes on behind its end."""
    last = bisect_right(shapes, it.start, key=_begin) - 1
    if last < 0:
        return False
    start, end = shapes[last]
    return start < it.start < end < it.end and end - start >= _LONG


def _begin(shape: tuple[int, int]) -> int:
    return shape[0]
