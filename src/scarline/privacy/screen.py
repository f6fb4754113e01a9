"""Many short texts searched at once: in most of them nothing is found, and that is soon told.

A search costs more than the bytes of a short text. So the texts of a batch are joined, a line
each, and halved where something is found. Sound, because what is found in a text is found
between two lines, too: a test holds every rule to it.
"""

from collections.abc import Iterator, Sequence

from scarline.privacy.finder import Finder
from scarline.privacy.plain import Plain

_TOGETHER, _FEW = 32, 4  # texts that are searched at once, and one by one
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
    if not finder.find(b"\n".join([data for _, data in part]), label):
        yield from (at for at, _ in part)
    elif len(part) > _FEW:
        half = len(part) // 2
        yield from sifted(finder, label, part[:half])
        yield from sifted(finder, label, part[half:])
