"""Many texts as one, a line each: searched at once, since a search costs more than a short text.

What matches in a text matches between two lines, too, if not the same: so it is told in which
texts there may be anything, and those are searched by themselves for what may be there.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

_BETWEEN = b"\n\n"  # one of them ends what is before, the other begins what is behind
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ENDS = {r"\A": "^", r"\z": "$"}


class Lines:
    """Texts, joined; ``data`` is all of them."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self.data = _BETWEEN.join(texts)
        lengths = accumulate((len(it) + len(_BETWEEN) for it in texts), initial=0)
        self._begins = list(lengths)[:-1]

    def touched(self, pattern: Any, data: bytes | None = None) -> Iterator[int]:
        """Yield the numbers of the texts that matches of ``pattern`` lie in or reach into.

        At least one match is looked for from the beginning of each text. Where given, ``data``
        is searched instead: the same texts at the same places, spelled otherwise.
        """
        searched, at = self.data if data is None else data, 0
        while (match := pattern.search(searched, at)) is not None:
            following = bisect_right(self._begins, match.start() + 1)
            yield from range(following - 1, bisect_right(self._begins, match.end()))
            if following == len(self._begins):
                return
            at = self._begins[following] - 1  # a line end before it is of the next text


def within_lines(pattern: str) -> str:
    """Return ``pattern`` so that a line begins and ends for it as a whole text did."""
    lined = _ESCAPED.sub(lambda it: _ENDS.get(it.group(), it.group()), pattern)
    bare = _CLASS.sub("", lined)
    return "(?m)" + lined if "^" in bare or "$" in bare else pattern
