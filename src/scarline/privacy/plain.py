r"""The plain form of a text: what a person would read, with the way back to what stands there.

Rules look at the plain form, in which full-width letters, digits of any script, soft
hyphens, ``%40``, ``&#64;`` and ``\u0040`` hide nothing. What they find there is taken
away in the text itself.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import numpy as np

MOST_LEVELS = 4
"""How often a text is unwrapped; what is wrapped more often stays wrapped."""

MOST_PIECES = 100_000
"""Escapes, or characters that are read as others, in one text; one with more is refused."""

# Escapes as they are written: %XX (as many as make one character in UTF-8), &name; &#N; &#xN;,
# and a backslash with u, x or one letter.
_ESCAPE = re.compile(
    r"%[0-7][0-9A-Fa-f]|%[CDcd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]"
    r"|%[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2}|%[Ff][0-7](?:%[89ABab][0-9A-Fa-f]){3}|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8}[0-9]{0,2});"
    r"|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[\"'\\/abfnrtv])"
)
_BACKSLASH = {"n": "\n", "r": "\r", "t": "\t", "a": " ", "b": " ", "f": " ", "v": " "}
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2024": ".", "\u3002": "."}
_FOLDED: dict[str, str] = dict.fromkeys(_DASHES, "-") | _QUOTES
_FEW = 64  # characters: so many passes are faster than one that looks each up
_CONTINUING = 0b10  # the first bits of a byte that goes on with a character in UTF-8
_ODD: set[str] = set()  # the characters seen so far that are read as none, or as several


class Unreadable(ValueError):
    """The text cannot be brought into its plain form."""


class _Level(NamedTuple):
    """Pieces of a text and of its plainer form, by where each begins; ``same`` if unchanged."""

    plainer: list[int]
    written: list[int]
    same: list[bool]

    def start(self, at: int) -> int:
        piece = bisect_right(self.plainer, at) - 1
        return self.written[piece] + (at - self.plainer[piece] if self.same[piece] else 0)

    def end(self, at: int) -> int:
        piece = bisect_right(self.plainer, at - 1) - 1
        if self.same[piece]:
            return self.written[piece] + at - self.plainer[piece]
        return self.written[piece + 1]


@dataclass(frozen=True, slots=True)
class Plain:
    """The plain form of a text: ``text``, its UTF-8 ``data``, and the way back."""

    text: str
    data: bytes
    levels: tuple[_Level, ...]

    def characters(self, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return spans of ``data`` as spans of ``text``."""
        if len(self.data) == len(self.text):
            return list(spans)
        # Each byte that does not continue a character begins one.
        begins = (np.frombuffer(self.data, np.uint8) >> 6) != _CONTINUING
        at = np.concatenate(([0], np.cumsum(begins)))
        return [(int(at[start]), int(at[end])) for start, end in spans]

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return a span of ``text`` as a span of the text that this is the plain form of."""
        for level in reversed(self.levels):
            start, end = level.start(start), level.end(end)
        return start, end


def plain(text: str) -> Plain:
    """Return the plain form of ``text``.

    Raises ``Unreadable`` for what is no text (half a surrogate pair) and for more than
    ``MOST_PIECES`` escapes.
    """
    levels: list[_Level] = []
    for _ in range(MOST_LEVELS):
        before = text
        if not text.isascii():
            text = _folded(text, levels)
        if "\\" in text or "%" in text or "&" in text:
            text = _replaced(text, _ESCAPE, _unescaped, levels)
        if text == before:
            break
    try:
        return Plain(text, text.encode(), tuple(levels))
    except UnicodeEncodeError:
        raise Unreadable("half a character") from None


def _folded(text: str, levels: list[_Level]) -> str:
    """Fold every character of ``text``; note a level only if lengths change."""
    characters = set(text)
    for new in characters - _FOLDED.keys():
        _FOLDED[new] = _fold(new)
        if len(_FOLDED[new]) != 1:
            _ODD.add(new)
    table = {ord(it): _FOLDED[it] for it in characters if it > "\x7f" and it != _FOLDED[it]}
    odd = characters & _ODD
    if not table:
        return text
    if not odd:
        return _translated(text, table)
    pattern = re.compile("[" + re.escape("".join(sorted(odd))) + "]+")
    text = _replaced(text, pattern, lambda it: "".join(map(_FOLDED.__getitem__, it)), levels)
    return _translated(text, table)


def _translated(text: str, table: dict[int, str]) -> str:
    """Return ``text`` with each character of ``table`` replaced; few of them one by one."""
    if len(table) > _FEW:
        return text.translate(table)
    for code, character in table.items():
        text = text.replace(chr(code), character)
    return text


def _fold(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None and unicodedata.category(character) == "Nd":
        return str(digit)
    category = unicodedata.category(character)
    # Cf: marks that only steer how text is laid out. Variation selectors are marks, but alike.
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""
    if category == "Zs":
        return " "
    return unicodedata.normalize("NFKC", character)


def _unescaped(escape: str) -> str:
    if escape[0] == "%":
        try:
            return unquote_to_bytes(escape).decode()
        except UnicodeDecodeError:
            return escape
    if escape[0] == "&":
        return html.unescape(escape)
    if escape[1] in "ux":
        character = chr(int.from_bytes(bytes.fromhex(escape[2:])))
        return escape if "\ud800" <= character <= "\udfff" else character
    return _BACKSLASH.get(escape[1], escape[1])


def _replaced(
    text: str, pattern: re.Pattern[str], plainer: Callable[[str], str], levels: list[_Level]
) -> str:
    """Replace what ``pattern`` matches and note how the pieces lie."""
    pieces: list[str] = []
    level = _Level([], [], [])
    at = length = 0

    def add(piece: str, written: int, *, same: bool) -> None:
        nonlocal length
        pieces.append(piece)
        level.plainer.append(length)
        level.written.append(written)
        level.same.append(same)
        length += len(piece)

    for match in pattern.finditer(text):
        piece = plainer(match.group())
        if piece == match.group():
            continue
        add(text[at : match.start()], at, same=True)
        add(piece, match.start(), same=False)
        at = match.end()
        if len(pieces) > MOST_PIECES:
            raise Unreadable("too many escapes")
    if not pieces:
        return text
    add(text[at:], at, same=True)
    level.written.append(len(text))
    levels.append(level)
    return "".join(pieces)
