"""Texts made to be slow: each of a million characters, for Scarline; shorter for the others."""

import json
from base64 import b64encode
from collections.abc import Iterator
from random import Random

_PRINTABLE = "".join(chr(it) for it in range(32, 127))
PREFIXES = (
    "sk_live_",
    "AKIA",
    "eyJ",
    "ghp_",
    "-----BEGIN PRIVATE KEY-----",
    "xoxb-",
    "+49 ",
    "AIza",
)
KEYWORDS = ("password ", "phone: ", "SSN ", "passport number ", "address ", "card ", "born on ")
UNITS = {
    "a.a.a.": "a.",
    "@": "@",
    "a@": "a@",
    "a@a.": "a@a.",
    "a-a-a-": "a-",
    "1-1-1-": "1-",
    "12 34 56": "12 ",
    "1.1.1.": "1.",
    "4111 1111 ...": "4111 1111 1111 1111 ",
    "digits": "1234567890",
    "+1+1+1": "+1",
    "((((": "(",
    "::::": "a:",
    "//": "http://a/",
    "?a=": "?a=b&",
    "%40": "%40",
    "%2540": "%2540",
    "&#64;": "&#64;",
    "\\u0040": "\\u0040",
    "\\\\": "\\",
    "zero width": "a\u200b",
    "soft hyphens": "1\u00ad",
    "full width": "\uff11",
    "blanks": " ",
    "lines": "\n",
    "quotes": '"',
    "[email] marks": "[email] ",
    "Capital Words": "Mary Smith ",
    "of Of OF": "de la ",
    "cjk": "王",
    "base64 of itself": b64encode(b"hello there, ").decode().rstrip("="),
    '{"a":': '{"a":',
    "[[[[": "[",
    '{"': '{"',
}


def hostile(dice: Random, length: int) -> Iterator[tuple[str, str]]:
    """Yield names and texts of ``length`` characters."""
    for name, unit in UNITS.items():
        yield name, (unit * (length // len(unit) + 1))[:length]
    for prefix in PREFIXES:
        yield f"prefix {prefix.strip()} again", (prefix * (length // len(prefix) + 1))[:length]
    for keyword in KEYWORDS:
        yield f"keyword {keyword.strip()} again", (keyword * (length // len(keyword) + 1))[:length]
    yield "random base64", b64encode(dice.randbytes(length)).decode()[:length]
    yield "random printable", "".join(dice.choices(_PRINTABLE, k=length))
    yield "random digits, separated", "".join(dice.choices("0123456789 -./", k=length))
    yield "random letters of .@-_", "".join(dice.choices("ab1.@-_+:/", k=length))
    yield "random hexadecimal", dice.randbytes(length // 2).hex()
    yield "random Unicode", "".join(chr(dice.randrange(0x20, 0xD7FF)) for _ in range(length))
    depth = 10_000
    yield "JSON, 10,000 deep", "[" * depth + json.dumps("x" * (length - 2 * depth)) + "]" * depth
    wrapped = "a@example.com"
    while len(wrapped) < length // 2:
        wrapped = json.dumps({"a": wrapped})
    yield "JSON in JSON in JSON ...", wrapped
    yield "base64 in base64 ...", _nested(length)


def _nested(length: int) -> str:
    inner = b"mail to somebody@example.com please"
    while len(inner) * 4 < length * 3:
        inner = b64encode(inner)
    return inner.decode()
