"""Where rules match: a few passes for all of them, then each that may match by itself.

Which rules can match at all is told in few passes, however many rules there are: by the
literals in their patterns, by the patterns in which nothing is literal, and by keywords.
Only those rules are searched for. Of many texts those passes are made over all together.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scarline.privacy.fields import words
from scarline.privacy.keywords import Words
from scarline.privacy.lines import Lines, within_lines
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

_TOGETHER = 32_768  # bytes of texts that are searched at once, about
_LONG = 16  # bytes of a shape that nothing else looks like: a time of a day, a UUID
_MOST_LABELS = 100_000  # remembered; names that are made of data are without end


@dataclass(slots=True)
class Sought:
    """What may be in a text: rules by their patterns, those that its label tells, and keywords."""

    bare: list[Search] = field(default_factory=list)
    labelled: list[Search] = field(default_factory=list)
    near: list[int] = field(default_factory=list)


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
        patterns = [within_lines(search.rule.pattern) for search in bare]
        shapes = without_literals(patterns)
        self._literal = [it for at, it in enumerate(bare) if at not in shapes]
        self._literals = Filter([it for at, it in enumerate(patterns) if at not in shapes])
        self._signed = [it for at, it in enumerate(bare) if at in shapes and it.signed]
        self._shaped = [it for at, it in enumerate(bare) if at in shapes and not it.signed]
        self._shapes = Shapes([within_lines(it.rule.pattern) for it in self._shaped])
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
            part = data[first : end + MARGIN]
            try:
                own = self._searched(part, self._sought(part, label))
            except Refused:
                found.append(Found(begin, end, REFUSED))
                continue
            found += [
                Found(first + it.start, first + it.end, it.rule)
                for it in own
                if begin <= first + it.start < end
            ]
        return found

    def find_each(self, texts: Sequence[tuple[str, bytes]]) -> list[list[Found]]:
        """Return for each text, after the name of its field, what ``find`` finds in it."""
        found: list[list[Found]] = [[] for _ in texts]
        for label, places in self._together(texts):
            own = [texts[at][1] for at in places]
            if len(places) == 1:
                found[places[0]] = self.find(own[0], label)
                continue
            for line, sought in self._by_line(own, label).items():
                try:
                    found[places[line]] = self._searched(own[line], sought)
                except Refused:
                    found[places[line]] = [Found(0, len(own[line]), REFUSED)]
        return found

    def _together(self, texts: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, list[int]]]:
        """Yield the numbers of texts that are searched at once, with the label of all of them."""
        parts: dict[str, list[int]] = {}
        sizes: dict[str, int] = {}
        for at, (label, data) in enumerate(texts):
            if len(data) > _TOGETHER:
                yield label, [at]
                continue
            heeded = label if self.heeds(label) else ""
            parts.setdefault(heeded, []).append(at)
            sizes[heeded] = sizes.get(heeded, 0) + len(data)
            if sizes[heeded] > _TOGETHER:
                yield heeded, parts.pop(heeded)
                del sizes[heeded]
        yield from parts.items()

    def _sought(self, data: bytes, label: str) -> Sought:
        """Return what may be in ``data``."""
        bare = [self._literal[hit] for hit in self._literals.hits(data)]
        bare += [self._shaped[hit] for hit in self._shapes.hits(data, traits(data))]
        bare += self._signed if b"@" in data else ()
        labelled = self._label(label)
        told = [search for hit in labelled for search in self._told[hit]]
        return Sought(bare, told, [hit for hit in self._words.hits(data) if hit not in labelled])

    def _by_line(self, texts: Sequence[bytes], label: str) -> dict[int, Sought]:
        """Return what may be in each of ``texts``, by its number, where there may be anything."""
        lines = Lines(texts)
        anywhere = self._sought(lines.data, label)
        sought: dict[int, Sought] = {}
        for search in anywhere.bare:
            for at in set(lines.touched(search.probe)):
                sought.setdefault(at, Sought()).bare.append(search)
        for search in anywhere.labelled:
            for at in set(lines.touched(search.probe)):
                sought.setdefault(at, Sought()).labelled.append(search)
        near = Near(lines.data).data if anywhere.near else b""
        words: dict[int, set[int]] = {}
        for hit in anywhere.near:
            for at in set(lines.touched(self._told[hit][0].keyword, near)):
                if at not in words:
                    words[at] = self._words.hits(texts[at])
                if hit in words[at]:
                    sought.setdefault(at, Sought()).near.append(hit)
        return sought

    def _searched(self, data: bytes, sought: Sought) -> list[Found]:
        """Return what of ``sought`` is in ``data``."""
        left, has = Left(), traits(data)
        found = [it for search in sought.bare for it in search.run(data, has, left)]
        told = [it for search in sought.labelled for it in search.run(data, has, left)]
        near = Near(data) if sought.near else None
        for hit in sought.near:
            for search in self._told[hit]:
                told += search.run(data, has, left, near)
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
