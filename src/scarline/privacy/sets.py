"""Many patterns at once: which of them can match in a text, told in a few quick passes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import re2

from scarline.privacy.needs import Needs, Traits, needs
from scarline.privacy.rules import quiet

_BYTES = 64 << 20  # for the states of one automaton
_MOST = 8  # patterns in one automaton
_DIGITS, _WORDS = (0, 1, 5, 8), (0, 6, 12, 20)  # needs, rounded down to these
_REMEMBERED = 10_000  # combinations of traits


class Filter:
    """Patterns in which something is literal: only those whose literals a text has can match."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._filter = re2.Filter()
        for pattern in patterns:
            self._filter.Add(pattern, quiet())
        self._filter.Compile()

    def hits(self, data: bytes) -> Sequence[int]:
        """Return the numbers of those that may match in ``data``."""
        hits: Sequence[int] = self._filter.Match(data, potential=True) or ()
        return hits


class Shapes:
    """Patterns in which nothing is literal.

    An automaton for many patterns has as many states as there are combinations of what it
    follows, and each costs time when it is first met. So patterns that need the same of a
    text share an automaton, few to each, and only those whose needs are met are run.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        alike: dict[Needs, list[int]] = {}
        for number, pattern in enumerate(patterns):
            alike.setdefault(_rounded(needs(pattern)), []).append(number)
        self._sets = [
            (need, part, _Set([patterns[it] for it in part]))
            for need, numbers in alike.items()
            for part in _parts(numbers)
        ]
        self._chosen: dict[Traits, list[tuple[list[int], _Set]]] = {}

    def hits(self, data: bytes, traits: Traits) -> Iterator[int]:
        """Yield the numbers of those that match in ``data``, which has these traits."""
        key = Traits(_floor(traits.digits, _DIGITS), _floor(traits.word, _WORDS), traits.marks)
        chosen = self._chosen.get(key)
        if chosen is None:
            chosen = [(numbers, it) for need, numbers, it in self._sets if need.met_by(key)]
            if len(self._chosen) < _REMEMBERED:
                self._chosen[key] = chosen
        for numbers, compiled in chosen:
            for hit in compiled.hits(data):
                yield numbers[hit]


class _Set:
    """A few patterns, compiled when they are first needed."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = patterns
        self._compiled: Any = None

    def hits(self, data: bytes) -> Iterable[int]:
        """Return which of the patterns match in ``data``; all, if the pass broke off.

        The empty pattern at their end matches everywhere, and so tells whether it did.
        """
        if self._compiled is None:
            self._compiled = _compiled([*self._patterns, ""])
        hits: Sequence[int] = self._compiled.Match(data) or ()
        if len(hits) == 1 and hits[0] == len(self._patterns):
            return ()
        always = len(self._patterns)
        return [it for it in hits if it != always] if always in hits else range(always)


def without_literals(patterns: Sequence[str]) -> set[int]:
    """Return the numbers of the patterns in which nothing is literal."""
    return set(Filter(patterns).hits(b"")) if patterns else set()


def _compiled(patterns: Sequence[str]) -> Any:
    options = quiet()
    options.max_mem = _BYTES
    compiled = re2.Set.SearchSet(options)
    for pattern in patterns:
        compiled.Add(pattern)
    compiled.Compile()
    return compiled


def _parts(numbers: Sequence[int]) -> Iterator[list[int]]:
    for first in range(0, len(numbers), _MOST):
        yield list(numbers[first : first + _MOST])


def _rounded(need: Needs) -> Needs:
    return Needs(_floor(need.digits, _DIGITS), _floor(need.word, _WORDS), marks=need.marks)


def _floor(number: int, steps: Sequence[int]) -> int:
    return max(step for step in steps if step <= number)
