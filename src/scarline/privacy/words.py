"""Columns of words, such as names of systems and hosts: most are plainly clean, soon told.

A word here is one of ASCII letters, digits and a few signs, so that it is its own plain form; and
nothing is wrapped in it. Such words are searched many at once, and need no node, no text and no
account of their own.
"""

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from scarline.privacy.finder import Finder
from scarline.privacy.wrapped import wrapped

_WORD = re.compile(r"[A-Za-z0-9 ._:/@,-]{1,200}")
_PLAIN = "^" + _WORD.pattern + "$"
_LONG = "[A-Za-z0-9+/_-]{16}"  # without it, and without a bracket, nothing is wrapped in a word
_MANY = 1_024
_REMEMBERED = 200_000  # words, at most


class Words:
    """Knows words in which nothing is found."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._clean: set[str] = set()

    def clean(self, words: Sequence[str | None], label: str) -> set[str]:
        """Return those of ``words``, values of a field of that name, in which nothing is found."""
        if self._finder.heeds(label):
            return self._searched([it for it in words if it], label)
        new = [it for it in words if it and it not in self._clean]
        if len(self._clean) + len(new) > _REMEMBERED:
            self._clean.clear()
            new = [it for it in words if it]
        self._clean |= self._searched(new, "")
        return self._clean

    def bare(self, words: pa.Array, label: str) -> bool:
        """Return whether nothing is found in any of ``words``, values of a field of that name.

        A column of a hundred thousand words is told in a few calls; False may be too careful.
        """
        own = words.filter(pc.not_equal(words, ""))
        if not len(own):
            return True
        plain = pc.all(pc.match_substring_regex(own, _PLAIN)).as_py()
        if not plain or pc.any(pc.match_substring_regex(own, _LONG)).as_py():
            return False
        heeded = label if self._finder.heeds(label) else ""
        bounds = [*range(0, len(own), _MANY), len(own)]
        lines = pc.binary_join(pa.ListArray.from_arrays(bounds, own), "\n").to_pylist()
        return not any(self._finder.find(it.encode(), heeded) for it in lines)

    def _searched(self, words: Sequence[str], label: str) -> set[str]:
        plain = [it for it in words if _WORD.fullmatch(it) and not wrapped(it)]
        found = self._finder.find_each([(label, it.encode()) for it in plain])
        return {it for it, own in zip(plain, found, strict=True) if not own}
