"""Stretches of a text that go, and how those that overlap become one."""

from collections.abc import Sequence
from typing import NamedTuple

from scarline.privacy.rules import Category


class Cut(NamedTuple):
    """A stretch of a text that goes. Of two that are alike the lower ``rank`` gives the name.

    ``instead`` is the cleaned form of something wrapped; without it, the policy decides what
    stands there.
    """

    start: int
    end: int
    rank: int
    name: str
    category: Category
    instead: str | None = None


def merged(cuts: Sequence[Cut]) -> list[Cut]:
    """Return ``cuts`` in order, with those that overlap as one: all of it goes.

    The longest gives the name. What is found within something wrapped, which was cleaned
    by itself, gives way to that.
    """
    result: list[Cut] = []
    for cut in sorted(cuts, key=lambda it: (it.start, -it.end, it.instead is None, it.rank)):
        if not result or cut.start >= result[-1].end:
            result.append(cut)
            continue
        last = result[-1]
        if last.instead is not None and cut.end <= last.end:
            if (cut.start, cut.end) == (last.start, last.end):
                result[-1] = cut
            continue
        named = max((last, cut), key=lambda it: (it.instead is None, it.end - it.start, -it.rank))
        result[-1] = named._replace(start=last.start, end=max(last.end, cut.end), instead=None)
    return result
