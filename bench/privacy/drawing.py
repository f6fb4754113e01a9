"""Values drawn from templates, and the check digits that several of them share."""

import re
import string
from random import Random

_ALPHABETS = {
    "d": string.digits,
    "n": "123456789",
    "h": string.digits + "abcdef",
    "H": string.digits + "ABCDEF",
    "l": string.ascii_lowercase,
    "u": string.ascii_uppercase,
    "a": string.ascii_letters + string.digits,
    "L": string.ascii_lowercase + string.digits,
    "U": string.ascii_uppercase + string.digits,
    "b": string.ascii_letters + string.digits + "-_",
    "B": string.ascii_letters + string.digits + "+/",
}
_FILLER = re.compile(r"\{([dnhHluaLUbBwW])(\d*)\}")
_SYLLABLES = [
    "ka",
    "lo",
    "mi",
    "ra",
    "ten",
    "vor",
    "sa",
    "del",
    "qui",
    "nox",
    "bra",
    "li",
    "mon",
    "tar",
    "fe",
    "zu",
    "gar",
    "hel",
    "pin",
    "dov",
]


def drawn(dice: Random, template: str) -> str:
    """Return ``template`` with its fillers drawn: ``{d4}`` four digits, ``{w}`` a made-up word."""

    def fill(match: re.Match[str]) -> str:
        kind, count = match.groups()
        if kind in "wW":
            word = "".join(dice.choices(_SYLLABLES, k=dice.choice((2, 2, 3))))
            return word.title() if kind == "W" else word
        return "".join(dice.choices(_ALPHABETS[kind], k=int(count)))

    return _FILLER.sub(fill, template)


def luhn(digits: str) -> str:
    """Return the check digit that ISO/IEC 7812-1, annex B, gives ``digits``."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        own = int(digit) * (2 - at % 2)
        total += own - 9 if own > 9 else own
    return str(-total % 10)


def weighted(digits: str, weights: tuple[int, ...]) -> int:
    """Return the sum of ``digits``, each times its weight."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
