"""Groups that may be one: suggested to a person, never merged by themselves."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from scarline.failures.groups import Group
from scarline.failures.template import concepts, plain, words

ALIKE = 0.6
"""The share of words that two groups have in common from which on they are suggested."""

_COMMON = 50  # groups that may share a word before it says nothing


@dataclass(frozen=True, slots=True)
class Suggestion:
    """That two groups may be of one cause: ``likeness`` is from ``ALIKE`` to 1."""

    one: str
    other: str
    likeness: float


def suggestions(groups: Sequence[Group], alike: float = ALIKE) -> list[Suggestion]:
    """Return pairs of groups of one application with nearly the same words, likest first.

    The likeness is that of Jaccard: the words that both have, over the words that either has.
    """
    said = {it.id: _words(it) for it in groups}
    apps = {it.id: frozenset(it.applications) for it in groups}
    found = []
    for one, other in sorted(_near(said)):
        if not apps[one] & apps[other] and apps[one] | apps[other]:
            continue
        likeness = len(said[one] & said[other]) / len(said[one] | said[other])
        if likeness >= alike:
            found.append(Suggestion(one, other, likeness))
    return sorted(found, key=lambda it: (-it.likeness, it.one, it.other))


def _words(group: Group) -> frozenset[str]:
    own = group.why.get("words") or concepts(words(plain(group.title)))
    return frozenset(own)


def _near(said: dict[str, frozenset[str]]) -> Iterable[tuple[str, str]]:
    """Return pairs that share a word which not too many have: all others are unlike enough."""
    having = defaultdict(list)
    for group, own in sorted(said.items()):
        for word in own:
            having[word].append(group)
    return {pair for it in having.values() if len(it) <= _COMMON for pair in combinations(it, 2)}
