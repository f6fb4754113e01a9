"""Columns of words, such as names of systems and hosts: most are plainly clean, soon told.

A word here is one of ASCII letters, digits and a few signs, so that it is its own plain form; and
nothing is wrapped in it. Such words are searched many at once, and need no node, no text and no
account of their own.
"""

import re
from collections.abc import Sequence

from scarline.privacy.finder import Finder
from scarline.privacy.screen import sifted
from scarline.privacy.wrapped import wrapped

_WORD = re.compile(r"[A-Za-z0-9 ._:/@,-]{1,200}")
_TOGETHER = 64
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

    def _searched(self, words: Sequence[str], label: str) -> set[str]:
        plain = [it for it in words if _WORD.fullmatch(it) and not wrapped(it)]
        told = [(at, it.encode()) for at, it in enumerate(plain)]
        parts = [told[at : at + _TOGETHER] for at in range(0, len(told), _TOGETHER)]
        return {plain[at] for part in parts for at in sifted(self._finder, label, part)}
