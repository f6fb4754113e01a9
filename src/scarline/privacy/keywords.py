"""Keywords: which of them a text has, told by its words, and the exact pattern of each."""

import re
from collections.abc import Sequence

import re2

_JOINTS = "_-./:"
JOINTS = bytes.maketrans(_JOINTS.encode(), b" " * len(_JOINTS))
"""What joins words in names of fields, as blanks: texts and keywords are compared with those."""

_BLANKS = str.maketrans(_JOINTS, " " * len(_JOINTS))
_ASCII = re.compile(r"[a-z]+")
_LETTERS = re.compile(r"[^\W\d_]+")


class Words:
    """Tells which lists of keywords a text may have one of."""

    def __init__(self, lists: Sequence[Sequence[str]]) -> None:
        self._lists: dict[str, set[int]] = {}
        self._within: dict[str, set[int]] = {}  # of scripts that write words without blanks
        for number, phrases in enumerate(lists):
            for phrase in phrases:
                longest = max(_LETTERS.findall(phrase.lower()), key=len)
                if _is_joined(longest):
                    self._within.setdefault(longest, set()).add(number)
                else:
                    for word in (longest, f"{longest}s"):
                        self._lists.setdefault(word, set()).add(number)
        self._all = frozenset(self._lists)

    def hits(self, text: str) -> set[int]:
        """Return the numbers of the lists that ``text`` has a word of."""
        text = text.lower()
        found: set[int] = set()
        letters = _ASCII if text.isascii() else _LETTERS
        for word in self._all.intersection(letters.findall(text)):
            found |= self._lists[word]
        if not text.isascii():
            for word, numbers in self._within.items():
                if word in text:
                    found |= numbers
        return found


def whole_words(phrases: Sequence[str]) -> str:
    """Return a pattern for any of ``phrases``, whole, in any case; a blank stands for any joint."""
    spelled = "|".join(
        re2.escape(it.translate(_BLANKS)).replace(r"\ ", r"[\s_./:-]{0,2}") for it in phrases
    )
    return rf"(?i)(?:^|[^a-z0-9])(?:{spelled})s?(?:[^a-z]|$)"


def _is_joined(word: str) -> bool:
    """Return whether a word is written without blanks around it: in Han, Kana, Hangul, Thai."""
    return "\u0e00" <= word[0] <= "\u0e7f" or "\u2e80" <= word[0] <= "\ud7ff"
