"""Names of persons, and places that tell of a person, in text: from lists and a small tagger.

No model is fetched and nothing is opened but the three files that lie beside this one. The same
text gives the same findings on every machine, in time linear in its length.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from scarline.privacy.names.east_asian import east_asian
from scarline.privacy.names.lists import BORDER
from scarline.privacy.names.places import places
from scarline.privacy.names.spans import name_tokens, stretches
from scarline.privacy.names.tagger import persons
from scarline.privacy.names.tokens import IDEOGRAPHS, tokens_of

__all__ = ["Found", "find", "find_each"]

Found = tuple[int, int, str]
SHORTEST = 2  # one letter is nobody's name


def find(text: str) -> list[Found]:
    """Return where a text names a person or a person's place: (start, end, "person" or "place").

    Offsets count characters; findings ascend and do not overlap. Masks such as `[person]` are
    never part of one.
    """
    if len(text) < SHORTEST:
        return []
    tokens = tokens_of(text)
    who = name_tokens(tokens, persons(tokens))
    first, where = places(tokens, who)
    named = stretches(tokens, who)
    if np.any(tokens.shapes == IDEOGRAPHS):
        named = _merged(named + east_asian(text, tokens))
    found = [(start, end, "person") for start, end in named]
    found += [(start, end, "place") for start, end in stretches(tokens, where, first)]
    return sorted(found)


def find_each(texts: Sequence[str]) -> list[list[Found]]:
    """Return what `find` does for each text: at once, which is faster when they are short.

    None looks into another, but empty lines at the ends of a text are one with the border, and
    the tagger's budget is one for all: a batch should not be longer than a long text.
    """
    found: list[list[Found]] = [[] for _ in texts]
    sizes = [len(text) + len(BORDER) for text in texts]
    begins = list(accumulate(sizes, initial=0))
    for start, end, kind in find(BORDER.join(texts)):
        which = bisect_right(begins, start) - 1
        if end <= begins[which] + len(texts[which]):
            found[which].append((start - begins[which], end - begins[which], kind))
    return found


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join what overlaps."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
