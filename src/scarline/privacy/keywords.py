"""Keywords: which of them a text has, told by its words, and the exact pattern of each."""

import re
from collections.abc import Sequence

import re2

_JOINTS = "_-./:"
JOINTS = bytes.maketrans(_JOINTS.encode(), b" " * len(_JOINTS))
"""What joins words in names of fields, as blanks: texts and keywords are compared with those."""

_BLANKS = str.maketrans(_JOINTS, " " * len(_JOINTS))
_LETTERS = re.compile(r"[^\W\d_]+")
_MARKS = re.compile("[\u00a1-\u00bf\u060c\u061b\u061f\u2000-\u206f\u3000-\u303f]")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u2e80-\ud7ff]")  # Han, Kana, Hangul, Thai
_LOWER = bytes(it | 0x20 if chr(it).isalpha() else 0x20 for it in range(0x80)) + bytes(
    range(0x80, 0x100)
)
"""ASCII letters in lower case, all else of ASCII as blanks."""

_NONE: frozenset[int] = frozenset()


class Words:
    """Tells which lists of keywords a text may have one of."""

    def __init__(self, lists: Sequence[Sequence[str]]) -> None:
        self._lists: dict[bytes, set[int]] = {}  # by a keyword of one word
        self._phrases: dict[
            bytes, list[tuple[list[bytes], int]]
        ] = {}  # by the longest of its words
        # Of scripts that write words without blanks, by the first character:
        self._within: dict[str, list[tuple[str, int]]] = {}
        for number, phrases in enumerate(lists):
            for phrase in phrases:
                self._add(_LETTERS.findall(phrase.lower()), number)
        self._all = frozenset((*self._lists, *self._phrases))

    def _add(self, words: Sequence[str], number: int) -> None:
        longest = max(words, key=len)
        if _UNSPACED.match(longest):
            self._within.setdefault(longest[0], []).append((longest, number))
            return
        for plural in ("", "s"):
            self._lists.setdefault(("".join(words) + plural).encode(), set()).add(number)
            if len(words) > 1:
                others = [it.encode() for it in words if it != longest]
                self._phrases.setdefault((longest + plural).encode(), []).append((others, number))

    def hits(self, data: bytes) -> set[int]:
        """Return the numbers of the lists that a text may have a keyword of."""
        found: set[int] = set()
        if not data.isascii():
            text = _MARKS.sub(" ", data.decode("utf-8", "replace").lower())
            if _UNSPACED.search(text):
                for first in self._within.keys() & frozenset(text):
                    found.update(number for word, number in self._within[first] if word in text)
            data = text.encode()
        words = frozenset(data.translate(_LOWER).split())
        for word in self._all & words:
            found |= self._lists.get(word, _NONE)
            for others, number in self._phrases.get(word, ()):
                if all(it in words or it + b"s" in words for it in others):
                    found.add(number)
        return found


def whole_words(phrases: Sequence[str]) -> str:
    """Return a pattern for any of ``phrases``, whole, in any case; a blank stands for any joint."""
    spelled = "|".join(
        re2.escape(it.translate(_BLANKS)).replace(r"\ ", r"[\s_./:-]{0,2}") for it in phrases
    )
    return rf"(?i)(?:^|[^a-z0-9])(?:{spelled})s?(?:[^a-z]|$)"
