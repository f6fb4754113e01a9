# ruff: noqa: RUF001 - it is about letters that look alike
"""The table of letters: for each code point its class, and the plain letter that it folds to.

It is made here and shipped, so that the same text gives the same findings whatever Unicode
version the Python of the user knows.
"""

import unicodedata

import numpy as np
import numpy.typing as npt

SIZE = 0x10000  # beyond the basic plane are emoji and rare scripts: all of them symbols here

SPACE, NEWLINE, LOWER, UPPER, UNCASED, IDEOGRAPH, DIGIT, MARK, SYMBOL, MASK = range(10)

IDEOGRAPHS = (
    (0x3005, 0x3006),  # iteration mark
    (0x3041, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # unified ideographs
    (0xAC00, 0xD7A3),  # Hangul
    (0xF900, 0xFAFF),
)
UNDECOMPOSED = {
    "ß": "s", "ø": "o", "æ": "a", "œ": "o", "đ": "d", "ð": "d", "þ": "t", "ł": "l",
    "ı": "i", "ħ": "h", "ŋ": "n", "ə": "e", "’": "'", "ʼ": "'", "ʻ": "'", "‘": "'", "`": "'",
}  # fmt: skip


def letters() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Return the class and the fold of every code point of the basic plane."""
    points = range(SIZE)
    return (
        np.array([_class(point) for point in points], np.uint8),
        np.array([_fold(point) for point in points], np.uint16),
    )


def _class(point: int) -> int:  # noqa: PLR0911 - one return for each class
    letter = chr(point)
    kind = unicodedata.category(letter)
    if letter in "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029":
        return NEWLINE
    if kind in {"Zs", "Cc"}:
        return SPACE
    if kind in {"Nd", "Nl", "No"} or letter == "_":
        return DIGIT
    if kind in {"Mn", "Mc", "Me", "Cf"}:
        return MARK
    if any(low <= point <= high for low, high in IDEOGRAPHS) and kind[0] in "LN":
        return IDEOGRAPH
    if kind in {"Lu", "Lt"}:
        return UPPER
    if kind == "Ll":
        return LOWER
    return UNCASED if kind[0] == "L" else SYMBOL


def _fold(point: int) -> int:
    letter = chr(point)
    syllabic = any(low <= point <= high for low, high in IDEOGRAPHS)
    if 0xD800 <= point <= 0xDFFF or syllabic:  # noqa: PLR2004 - surrogates
        return point
    letter = unicodedata.normalize("NFKD", letter)[0].lower()[:1] or letter
    letter = UNDECOMPOSED.get(letter, letter)
    letter = unicodedata.normalize("NFKD", letter)[0]
    return min(ord(UNDECOMPOSED.get(letter, letter)), SIZE - 1)
