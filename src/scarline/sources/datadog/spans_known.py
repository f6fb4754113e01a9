"""What a pull remembers of the spans it has read: which they were, and who called whom. Bounded."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from scarline.failures.span import Span

MOST_NAMES = 25_000
"""Of how many spans name and parent are remembered, at least: some minutes of many spans."""

DEEPEST = 100
"""A longer path is cut at its root: no trace is so deep, unless its parents are in a circle."""


@dataclass
class Paths:
    """Names and parents of the spans that were read lately.

    It holds hashes and each name once, none of the ids: a small text that stays keeps the memory
    of the page that it came with.
    """

    most: int = MOST_NAMES
    _now: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    _before: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def add(self, trace_id: str, span_id: str, name: str, parent_id: str | None) -> None:
        """Remember the name and the parent of a span."""
        if len(self._now) >= self.most:
            self._before, self._now, self._names = self._now, {}, {}
        above = None if parent_id is None else hash((trace_id, parent_id))
        own = hash((trace_id, span_id))
        self._now[own] = (self._names.setdefault(name, name), above)

    def path(self, span: Span) -> tuple[str, ...]:
        """Return the names from the root, or the first span that is known, down to ``span``."""
        names, parent_id = [span.name], span.parent_id
        above = None if parent_id is None else hash((span.trace_id, parent_id))
        while above is not None and len(names) < DEEPEST:
            known = self._now.get(above) or self._before.get(above)
            if known is None:
                break
            names.append(known[0])
            above = known[1]
        return tuple(reversed(names))


@dataclass
class Seen:
    """Knows again what it was shown: the last ``most`` things at least, twice as many at most.

    Of each thing it keeps a hash of 64 bits: among a million spans the chance that one is taken
    for another is about 1 in 40 million.
    """

    most: int
    _now: set[int] = field(default_factory=set)
    _before: set[int] = field(default_factory=set)

    def again(self, thing: Hashable) -> bool:
        """Return whether ``thing`` was shown before, and remember it."""
        mark = hash(thing)
        if mark in self._now or mark in self._before:
            return True
        if len(self._now) >= self.most:
            self._before, self._now = self._now, set()
        self._now.add(mark)
        return False
