"""Values that are split over the items of a list, as streamed answers come.

The texts that stand at the same place in each item are read as one; what goes over a border
between two of them goes from both.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Any

from scarline.privacy.account import Account
from scarline.privacy.cuts import Cut, merged
from scarline.privacy.rules import Category
from scarline.privacy.texts import Texts
from scarline.privacy.wrapped import is_json, parsed

MOST_ITEMS = 10_000
"""Items of a list that are read as one; in a longer list only the first."""

_ENDS = 100  # characters of a long text that are read: its beginning and its end
_ROUNDS = 4  # until nothing changes: what was taken away may leave its neighbours looking like more
_FEW = 2  # pieces of what is not streamed word by word
_SHORT = 40  # characters of a piece, in the middle, of what is streamed word by word
_ENDED = re.compile(r"[.?!:;,>)}\]\"'\s]\Z")
_TAG = re.compile(r"[A-Za-z][\w./-]{0,60}:\S")  # a name and its value, as Datadog has tags
_DEEPEST = 4
_WORD = re.compile(r"[^\W\d_]{2}")
_STRONG = frozenset((Category.SECRET, Category.FINANCIAL))  # also in what has no words: numbers

Path = tuple[str | int, ...]
Piece = tuple[int, str]  # the number of its item, and a text in it

Joined = tuple[str, bool]
"""What pieces join to, and whether it is prose: streamed word by word."""

Known = Mapping[Joined, Sequence[Cut]]
"""What is found in texts that were searched already."""


def all_joined(values: Sequence[Any]) -> tuple[dict[str, Any], list[Joined]]:
    """Return what all lists in ``values`` join to, and what their texts of JSON say.

    So that it can be searched at once: each list would cost a search of its own.
    """
    said: dict[str, Any] = {}
    joins: list[Joined] = []
    left = list(values)
    while left:
        value = left.pop()
        if isinstance(value, str) and is_json(value):
            with suppress(ValueError):
                said[value] = parsed(value)
                left.append(said[value])
        elif isinstance(value, dict):
            left += value.values()
        elif isinstance(value, (list, tuple)):
            joins += (_joined(_shown(pieces)) for pieces in _places(value).values())
            left += value
    return said, joins


def rejoined(items: Sequence[Any], texts: Texts, account: Account, known: Known) -> Sequence[Any]:
    """Return ``items`` without what is split over them; ``known`` is what was found before."""
    result: list[Any] = list(items)
    for path, pieces in _places(items).items():
        left = pieces
        for _ in range(_ROUNDS):
            changed = _crossing(left, texts, account, known)
            if not changed:
                break
            left = [(number, changed.get(number, text)) for number, text in left]
            for number, after in changed.items():
                result[number] = _put(result[number], path, after)
    return result


def _places(items: Sequence[Any]) -> dict[Path, list[Piece]]:
    """Return the texts that may be split over ``items``, by their place in each of them."""
    places: dict[Path, list[Piece]] = {}
    for number, item in enumerate(items[:MOST_ITEMS] if len(items) > 1 else ()):
        for path, text in _leaves(item, (), _DEEPEST):
            places.setdefault(path, []).append((number, text))
    return {
        path: pieces
        for path, pieces in places.items()
        if len(pieces) > 1 and not _apart([text for _, text in pieces])
    }


def _leaves(item: Any, path: Path, depth: int) -> Iterator[tuple[Path, str]]:
    if isinstance(item, str):
        yield path, item
    elif isinstance(item, int) and not isinstance(item, bool) and not path:
        yield path, str(item)
    elif isinstance(item, dict) and depth:
        for key, value in item.items():
            if isinstance(value, (str, dict, list)):
                yield from _leaves(value, (*path, key), depth - 1)
    elif isinstance(item, list) and depth and len(item) == 1:
        yield from _leaves(item[0], (*path, 0), depth - 1)


def _apart(texts: Sequence[str]) -> bool:
    """Return whether nothing is split over ``texts``: long ones that end as sentences do, tags."""
    return all(len(it) > 2 * _SHORT and _ENDED.search(it) is not None for it in texts[:-1]) or all(
        _TAG.match(it) for it in texts
    )


def _shown(pieces: Sequence[Piece]) -> list[str]:
    """Return the parts of the pieces in which what goes over a border can lie."""
    return [
        text if len(text) <= 2 * _ENDS else f"{text[:_ENDS]}\n{text[-_ENDS:]}" for _, text in pieces
    ]


def _joined(shown: Sequence[str]) -> Joined:
    whole = "".join(shown)
    return whole, len(shown) > _FEW and " " in whole and len(whole) <= _SHORT * len(shown)


def _stands_alone(cut: Cut, begins: Sequence[int], texts: Texts) -> bool:
    """Return whether a finding lies in one piece, and is found there without the others.

    It is if the rule asks for nothing beside the value: neither keywords, nor more to match.
    """
    rules = texts.policy.rules
    if bisect_right(begins, cut.start) != bisect_right(begins, cut.end - 1):
        return False
    rule = rules[cut.rank] if cut.rank < len(rules) else None
    return rule is None or not (rule.keywords or "(?P<value>" in rule.pattern)


def _crossing(
    pieces: Sequence[Piece], texts: Texts, account: Account, known: Known
) -> dict[int, str]:
    """Return by the number of its item each piece that loses a part of a split value."""
    shown = _shown(pieces)
    begins = list(accumulate(map(len, shown), initial=0))[:-1]
    whole = _joined(shown)
    words = _WORD.search(whole[0]) is not None
    cuts: dict[int, list[tuple[int, int, str]]] = {}
    found = known[whole] if whole in known else texts.found_in([whole])[whole]
    for cut in merged([it for it in found if not _stands_alone(it, begins, texts)]):
        first = bisect_right(begins, cut.start) - 1
        last = bisect_right(begins, cut.end - 1) - 1
        if first == last and shown[first] != pieces[first][1]:
            continue
        if cut.instead is not None or (not words and cut.category not in _STRONG):
            continue
        mark = texts.policy.marks.of(cut.name, cut.category, whole[0][cut.start : cut.end])
        account.count(cut.name, cut.category)
        for at in range(first, last + 1):
            start = max(cut.start - begins[at], 0)
            end = min(cut.end - begins[at], len(shown[at]))
            cuts.setdefault(at, []).append((start, end, mark if at == first else ""))
    return {pieces[at][0]: _cut(pieces[at][1], shown[at], own) for at, own in cuts.items()}


def _cut(text: str, shown: str, cuts: Sequence[tuple[int, int, str]]) -> str:
    """Return ``text`` without stretches of what was ``shown`` of it."""
    for start, end, mark in sorted(cuts, reverse=True):
        ahead = len(text) - len(shown) if shown != text and start > _ENDS else 0
        text = text[: start + ahead] + mark + text[end + ahead :]
    return text


def _put(item: Any, path: Path, text: str) -> Any:
    """Return ``item`` with ``text`` at ``path``; what is on the way there is copied."""
    if not path:
        return text
    copied = item.copy()
    copied[path[0]] = _put(item[path[0]], path[1:], text)
    return copied
