"""Whether a text declines to answer, by how it begins: phrases as data, in several languages.

Only the beginning counts, and a regret alone is none: "I'm sorry for the delay" goes on to
answer. A phrase is an opening, perhaps, then either a whole phrase, or a beginning that goes on
as listed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_LOOKED_AT = 300  # characters
_SIGNS = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'"})
_LEAD = re.compile(r"(?:\W|_)+")  # quotes, marks of lists and headings, points, in any script
_PARTS = ("openings", "begins", "goes_on", "phrases")
_MOST_OPENINGS = 3
_LETTERS = range(1, 5)


@dataclass(frozen=True, slots=True)
class Refusals:
    """Phrases in small letters, straight apostrophes and single blanks."""

    openings: tuple[str, ...]
    phrases: tuple[str, ...]
    pairs: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]  # what begins, how it goes on
    _firsts: frozenset[str] = field(init=False)  # letters of all, by which most texts are none

    def __post_init__(self) -> None:
        begins = [it for own, _ in self.pairs for it in own]
        firsts = frozenset(it[: _LETTERS[-1]] for it in (*self.openings, *self.phrases, *begins))
        object.__setattr__(self, "_firsts", firsts)

    def found(self, text: str) -> bool:
        """Return whether ``text`` declines to answer."""
        start = _led(_start(text))
        if self._firsts.isdisjoint([start[:many] for many in _LETTERS]):
            return False
        for _ in range(_MOST_OPENINGS):
            if self._declines(start):
                return True
            opening = _longest(start, self.openings)
            if not opening:
                return False
            start = _led(start[len(opening) :])
        return self._declines(start)

    def joined(self, others: "Refusals") -> "Refusals":
        """Return these phrases and others."""
        return Refusals(
            self.openings + others.openings,
            self.phrases + others.phrases,
            self.pairs + others.pairs,
        )

    def _declines(self, start: str) -> bool:
        if start.startswith(self.phrases):
            return True
        for begins, goes_on in self.pairs:
            if start.startswith(begins):
                rest = start[len(_longest(start, begins)) :].lstrip()
                if rest.startswith(goes_on):
                    return True
        return False


def read_refusals(table: Any) -> Refusals:
    """Return the phrases under ``[refusal.LANGUAGE]``; raises ``ValueError`` for what is none."""
    if table is not None and not isinstance(table, Mapping):
        raise ValueError("[refusal] holds a table for each language")
    openings: list[str] = []
    phrases: list[str] = []
    pairs = []
    for language, own in (table or {}).items():
        parts = _parts(language, own)
        openings += parts["openings"]
        phrases += parts["phrases"]
        pairs.append((parts["begins"], parts["goes_on"]))
    return Refusals(tuple(openings), tuple(phrases), tuple(pairs))


def _parts(language: str, table: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(table, Mapping) or not table.keys() <= set(_PARTS):
        raise ValueError(f"[refusal.{language}] holds lists: {', '.join(_PARTS)}")
    found = {}
    for part in _PARTS:
        told = table.get(part, [])
        if not isinstance(told, list) or not all(isinstance(it, str) and it.strip() for it in told):
            raise ValueError(f"[refusal.{language}] {part} is a list of phrases")
        found[part] = tuple(_start(it) for it in told)
    return found


def _start(text: str) -> str:
    start = text[:_LOOKED_AT]
    straight = start if start.isascii() else start.translate(_SIGNS)
    return " ".join(straight.lower().split())


def _led(start: str) -> str:
    """Return ``start`` without the signs before its first letter."""
    signs = _LEAD.match(start)
    return start[signs.end() :] if signs else start


def _longest(start: str, choices: tuple[str, ...]) -> str:
    return max((it for it in choices if start.startswith(it)), key=len, default="")
