"""What is found in texts, many at once: by rules, and people and places by name."""

from collections.abc import Iterable, Iterator, Sequence

from scarline.privacy.cuts import Cut
from scarline.privacy.finder import REFUSED, Finder
from scarline.privacy.marks import DROPPED
from scarline.privacy.plain import Plain, Unreadable, plain
from scarline.privacy.policy import Policy
from scarline.privacy.rules import Category
from scarline.privacy.search import Found
from scarline.privacy.shapes import protected, within

TOO_MUCH = "too much in it to check"
"""The name of what stands for a block that was refused."""

_TOGETHER = 200_000  # characters that are searched for names together, about
_NAMED = {"person": Category.PERSON, "place": Category.PLACE}


class Findings:
    """Finds what a policy names."""

    def __init__(self, policy: Policy) -> None:
        self.finder = Finder(policy.rules)
        self._policy = policy

    def by_rules(self, texts: Sequence[tuple[str, Plain]]) -> list[list[Cut]]:
        """Return for each text, after the name of its field, what rules find in it."""
        found = self.finder.find_each([(label, own.data) for label, own in texts])
        return [self._cuts(own, each) for (_, own), each in zip(texts, found, strict=True)]

    def by_name(self, texts: Sequence[Plain]) -> list[list[Cut]]:
        """Return for each text the people and places in it."""
        return [cuts for part in _parts(texts) for cuts in self._named(part)]

    def of_each(self, texts: Iterable[tuple[str, bool]]) -> dict[tuple[str, bool], list[Cut]]:
        """Return what is found in each text; by name, too, if it is prose.

        What cannot be read is as if there were nothing in it.
        """
        found: dict[tuple[str, bool], list[Cut]] = {}
        read: dict[tuple[str, bool], Plain] = {}
        for text, prose in texts:
            found[text, prose] = []
            try:
                read[text, prose] = plain(text)
            except Unreadable:
                continue
        cuts = self.by_rules([("", own) for own in read.values()])
        found.update(zip(read, cuts, strict=True))
        proses = [it for it in read if it[1]]
        for it, named in zip(proses, self.by_name([read[it] for it in proses]), strict=True):
            found[it] += named
        return found

    def _named(self, texts: Sequence[Plain]) -> Iterator[list[Cut]]:
        rank = len(self._policy.rules)
        for own, named in zip(texts, self._policy.names([it.text for it in texts]), strict=True):
            shapes = own.characters(protected(own.data)) if named else []
            yield [
                Cut(*own.written(start, end), rank, name, _NAMED[name])
                for start, end, name in named
                if not within(start, end, shapes)
            ]

    def _cuts(self, own: Plain, found: Sequence[Found]) -> list[Cut]:
        if not found:
            return []
        cuts = []
        spans = own.characters([hit[:2] for hit in found])
        for (start, end), hit in zip(spans, found, strict=True):
            if hit.rule == REFUSED:
                cuts.append(Cut(*own.written(start, end), 0, TOO_MUCH, Category.SECRET, DROPPED))
            else:
                rule = self._policy.rules[hit.rule]
                cuts.append(Cut(*own.written(start, end), hit.rule, rule.name, rule.category))
        return cuts


def _parts(texts: Sequence[Plain]) -> Iterator[Sequence[Plain]]:
    """Yield ``texts`` in parts that are searched for names together."""
    begin = length = 0
    for at, own in enumerate(texts, start=1):
        length += len(own.text)
        if length > _TOGETHER or at == len(texts):
            yield texts[begin:at]
            begin, length = at, 0
