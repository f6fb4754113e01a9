"""Many short texts searched at once: in most of them nothing is found, and that is soon told.

A search costs more than the bytes of a short text. So the texts of a batch are joined, a line
each, and only the lines in which something is found are searched again, one by one. Sound, because
what is found in a text is found between two lines, too: a test holds every rule to it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from scarline.privacy.finder import Finder
from scarline.privacy.plain import Plain

_TOGETHER = 32  # texts that are searched at once
_SHORT = 200  # bytes of a text, at most


def nothing_in(finder: Finder, texts: Sequence[tuple[str, Plain | None]]) -> set[int]:
    """Return the numbers of texts, each with the name of its field, in which nothing is found."""
    alike: dict[str, list[tuple[int, bytes]]] = {}
    for at, (label, own) in enumerate(texts):
        if own is not None and len(own.data) <= _SHORT:
            alike.setdefault(label if finder.heeds(label) else "", []).append((at, own.data))
    return {
        at
        for label, own in alike.items()
        for first in range(0, len(own), _TOGETHER)
        for at in sifted(finder, label, own[first : first + _TOGETHER])
    }


def sifted(finder: Finder, label: str, part: Sequence[tuple[int, bytes]]) -> Iterator[int]:
    """Yield the numbers of those texts, each with its number, in which nothing is found."""
    found = finder.find(b"\n".join([data for _, data in part]), label)
    if not found:
        yield from (at for at, _ in part)
        return
    ends = list(accumulate(len(data) + 1 for _, data in part))
    hit: set[int] = set()
    for it in found:
        hit.update(range(bisect_right(ends, it.start), bisect_left(ends, it.end) + 1))
    yield from (at for place, (at, _) in enumerate(part) if place not in hit)
