"""Values that are split over the items of a list, as streamed answers come.

The texts that stand at the same place in each item are read as one; what goes over a border
between two of them goes from both.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from scarline.privacy.account import Account
from scarline.privacy.rules import Category
from scarline.privacy.texts import Texts

MOST_ITEMS = 10_000
"""Items of a list that are read as one; in a longer list only the first."""

_ENDS = 100  # characters of a long text that are read: its beginning and its end
_ROUNDS = 4  # until nothing changes: what was taken away may leave its neighbours looking like more
_FEW = 2  # pieces of what is not streamed word by word
_SHORT = 40  # characters of a piece, in the middle, of what is streamed word by word
_ENDED = re.compile(r"[.?!:;,>)}\]\"'\s]\Z")
_DEEPEST = 4
_NAMES = frozenset(("person", "place"))
_WORD = re.compile(r"[^\W\d_]{2}")
_STRONG = frozenset((Category.SECRET, Category.FINANCIAL))  # also in what has no words: numbers

Path = tuple[str | int, ...]


def rejoined(items: Sequence[Any], texts: Texts, account: Account) -> Sequence[Any]:
    """Return ``items`` without what is split over them."""
    if len(items) <= 1:
        return items
    places: dict[Path, list[tuple[int, str]]] = {}
    for number, item in enumerate(items[:MOST_ITEMS]):
        for path, text in _leaves(item, (), _DEEPEST):
            places.setdefault(path, []).append((number, text))
    result: list[Any] = list(items)
    for path, pieces in places.items():
        left = [] if _apart([text for _, text in pieces]) else pieces
        for _ in range(_ROUNDS):
            changed = _crossing(left, texts, account) if len(left) > 1 else {}
            if not changed:
                break
            left = [(number, changed.get(number, text)) for number, text in left]
            for number, after in changed.items():
                result[number] = _put(result[number], path, after)
    return result


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
    """Return whether long ``texts`` all end as a sentence does: nothing is split over them."""
    return all(len(it) > 2 * _SHORT and _ENDED.search(it) is not None for it in texts[:-1])


def _crossing(pieces: Sequence[tuple[int, str]], texts: Texts, account: Account) -> dict[int, str]:
    """Return by the number of its item each piece that loses a part of a split value."""
    shown = [
        text if len(text) <= 2 * _ENDS else f"{text[:_ENDS]}\n{text[-_ENDS:]}" for _, text in pieces
    ]
    begins, length = [], 0
    for text in shown:
        begins.append(length)
        length += len(text)
    cuts: dict[int, list[tuple[int, int, str]]] = {}
    joined = "".join(shown)
    words = _WORD.search(joined) is not None
    streamed = len(pieces) > _FEW and " " in joined and len(joined) <= _SHORT * len(pieces)
    for cut in texts.found(joined, prose=streamed):
        first = bisect_right(begins, cut.start) - 1
        last = bisect_right(begins, cut.end - 1) - 1
        if first == last and (cut.name in _NAMES or shown[first] != pieces[first][1]):
            continue  # what lies within one item is found there, but for rules with keywords
        if cut.instead is not None or (not words and cut.category not in _STRONG):
            continue
        mark = texts.policy.marks.of(cut.name, cut.category, joined[cut.start : cut.end])
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
