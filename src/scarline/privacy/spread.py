"""What was found in one place of a document is taken away in every other."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import re2

from scarline.privacy.account import Account, Values
from scarline.privacy.marks import Marks
from scarline.privacy.names import lists
from scarline.privacy.rules import Category, quiet
from scarline.privacy.texts import Text

MOST_VALUES = 2_000
"""Values of one document that are looked for elsewhere in it; the longest come first."""

_SHORTEST = 6  # characters, of a value that is no name
_ORDINARY = np.uint16(lists.DICTIONARY | lists.FOREIGN | lists.TECHNICAL | lists.CALENDAR)
_PATTERN_BYTES = 256 << 20
_NAME_PART = re.compile(r"[^\W\d_]{3,}")
_TELLING = re.compile(r"[0-9@]")


def spread(
    texts: Sequence[Text],
    cleaned: list[str],
    values: Mapping[int, Values],
    marks: Marks,
    account: Account,
) -> list[int]:
    """Take away from ``cleaned``, in place, what was found elsewhere in the same document.

    ``cleaned`` are what ``texts`` have become. Returns the numbers of those that changed.
    """
    own: dict[int, list[int]] = {}
    for at, text in enumerate(texts):
        if text.trace in values:
            own.setdefault(text.trace, []).append(at)
    changed = []
    for trace, places in own.items():
        sought = _sought(values[trace])
        pattern = _any_of(sought)
        for at in places if sought else ():
            if pattern.search(cleaned[at]) is not None:
                after = _without(cleaned[at], pattern, sought, marks, account)
                if after != cleaned[at]:
                    cleaned[at] = after
                    changed.append(at)
    return changed


def _any_of(sought: Mapping[str, Any]) -> Any:
    """Return a pattern for any of the values, the longer ones first."""
    longest = sorted(sought, key=lambda it: (-len(it), it))[:MOST_VALUES]
    options = quiet()
    options.max_mem = _PATTERN_BYTES
    return re2.compile("(?i)(?:" + "|".join(map(re2.escape, longest)) + ")", options)


def _sought(values: Values) -> dict[str, tuple[str, Category]]:
    """Return by lower case what is telling enough to be looked for anywhere."""
    sought: dict[str, tuple[str, Category]] = {}
    names: dict[str, tuple[str, Category]] = {}
    for value, kind in values.items():
        text = value.strip().lower()
        if kind[0] == "person":
            names |= dict.fromkeys([text, *_NAME_PART.findall(text)], kind)
        elif len(text) >= _SHORTEST and (_TELLING.search(text) or " " in text):
            sought[text] = kind
    words = list(names)
    telling = lists.words().look_up(lists.hashes_of(words)) & _ORDINARY == 0
    return sought | {it: names[it] for it, own in zip(words, telling, strict=True) if own}


def _without(
    text: str,
    pattern: Any,
    sought: Mapping[str, tuple[str, Category]],
    marks: Marks,
    account: Account,
) -> str:
    pieces, at = [], 0
    for match in pattern.finditer(text):
        start, end = match.span()
        found = sought.get(match.group().lower())
        if found is None or _continues(text, start, end):
            continue
        name, category = found
        if name == "person" and text[start].islower():
            continue  # in small letters it may be a word
        account.count(name, category)
        pieces += [text[at:start], marks.of(name, category, match.group())]
        at = end
    return "".join([*pieces, text[at:]])


def _continues(text: str, start: int, end: int) -> bool:
    """Return whether a letter or digit goes on where the stretch begins or ends."""
    before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    return before or (end < len(text) and text[end].isalnum() and text[end - 1].isalnum())
