"""The same values where they do not stand as they are: encoded, split, escaped, as numbers.

Each way comes with how it is read back, so that what is only spelled otherwise in the output
counts as kept.
"""

import binascii
import codecs
import html
import json
import re
import unicodedata
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any
from urllib.parse import quote, unquote

from bench.privacy.cases import Case, in_document, shown
from bench.privacy.contact import VALUES

_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_HIDDEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_INVISIBLE = re.compile(f"[{_HIDDEN}]")
_ESCAPE = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_AROUND = ("Please send it to ", " by noon, thank you.")


def percent(value: str) -> str:
    """Percent-encode what is no letter or digit (RFC 3986), the unreserved marks too."""
    return quote(value, safe="").replace(".", "%2E").replace("-", "%2D")


def every_percent(value: str) -> str:
    """Percent-encode every byte."""
    return "".join(f"%{it:02x}" for it in value.encode())


def entities(value: str) -> str:
    """Write what is no letter or digit as decimal HTML entities."""
    return "".join(it if it.isalnum() else f"&#{ord(it)};" for it in value)


def every_entity(value: str) -> str:
    """Write every character as a hexadecimal HTML entity."""
    return "".join(f"&#x{ord(it):x};" for it in value)


def escapes(value: str) -> str:
    """Write what is no letter or digit as an escape of JSON (RFC 8259)."""
    return "".join(it if it.isalnum() else _escape(it) for it in value)


def every_escape(value: str) -> str:
    """Write every character as an escape of JSON."""
    return "".join(map(_escape, value))


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1] if ord(character) > 127 else f"\\u{ord(character):04x}"


def _hidden(dice: Random, value: str) -> str:
    at = dice.randrange(1, len(value))
    sign = dice.choice(_HIDDEN)
    return value[:at] + sign + value[at:] if dice.random() < 0.5 else sign.join(value)


def wide(value: str) -> str:
    """Write ASCII in its full-width forms (Unicode, U+FF01 to U+FF5E)."""
    return "".join(chr(ord(it) + 0xFEE0) if "!" <= it <= "~" else it for it in value)


def unescaped(text: str) -> str:
    """Read the escapes of JSON in a text, pairs of surrogates too."""

    def read(match: re.Match[str]) -> str:
        raw = codecs.decode(match.group(), "unicode_escape")
        return raw.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    return _ESCAPE.sub(read, text)


def unwrapped(text: str) -> str:
    """Replace what is readable text in base64, base64url or hexadecimal by that text."""

    def read(match: re.Match[str]) -> str:
        token = match.group()
        try:
            return bytes.fromhex(token).decode()
        except ValueError:
            pass
        bare = token.rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
        try:
            return b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
        except (binascii.Error, ValueError):
            return token

    return _TOKEN.sub(read, text)


def folded(text: str) -> str:
    """Take out what is not seen and write full-width characters as ASCII."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", text)


Spell = Callable[[str], str]
_SPELLED: Sequence[tuple[str, Spell, Callable[[str], str]]] = (
    ("percent", percent, unquote),
    ("percent, twice", lambda it: percent(percent(it)), lambda it: unquote(unquote(it))),
    ("percent, every byte", every_percent, unquote),
    ("entities", entities, html.unescape),
    ("entities, every one", every_entity, html.unescape),
    (r"\u escapes", escapes, unescaped),
    (r"\u escapes, every one", every_escape, unescaped),
    ("full width", wide, lambda it: unicodedata.normalize("NFKC", it)),
)
_PACKED: Sequence[tuple[str, Callable[[bytes], str]]] = (
    ("base64", lambda it: b64encode(it).decode()),
    ("base64url", lambda it: urlsafe_b64encode(it).decode().rstrip("=")),
    ("hexadecimal", bytes.hex),
)


def spelled(dice: Random, value: str) -> Iterator[Case]:
    """Yield ``value`` written in other ways, in text."""
    before, after = _AROUND
    for kind, spell, read in _SPELLED:
        yield Case(kind, before + spell(value) + after, before, read(spell(value)), after, read)
    yield Case(
        "zero width, soft hyphen",
        before + _hidden(dice, value) + after,
        before,
        _visible(value),
        after,
        _visible,
    )
    for kind, pack in _PACKED:
        inner = before + value + after
        yield Case(
            kind,
            f"log: {pack(inner.encode())} ok",
            f"log: {before}",
            value,
            f"{after} ok",
            unwrapped,
        )
        if len(value) >= 12:
            yield Case(
                f"{kind}, alone",
                f"log: {pack(value.encode())} ok",
                "log: ",
                value,
                " ok",
                unwrapped,
            )


def documents(dice: Random, value: str) -> Iterator[Case]:
    """Yield ``value`` in documents: split, escaped, as a key, as a number."""
    before, after = _AROUND
    text = before + value + after
    yield Case("streamed deltas", _streamed(dice, text), before, value, after, _joined)
    yield Case("list of pieces", _cut(dice, text), before, value, after, "".join)
    inner = json.dumps({"to": value, "n": 1})
    yield _flat("JSON in JSON", {"arguments": inner}, value)
    yield _flat("JSON in JSON in JSON", {"body": json.dumps({"arguments": inner})}, value)
    yield _flat("JSON in JSON in text", {"text": f"called with {json.dumps(inner)} twice"}, value)
    yield _flat("Python's repr", {"text": f"kwargs={ {'to': value, 'n': 1}!r}"}, value)
    yield in_document("key", {"counts": {value: 3, "other": 1}}, value)
    yield _flat(
        "key in JSON in JSON", {"body": json.dumps({value: [1]}, ensure_ascii=False)}, value
    )
    digits = value.replace(" ", "").replace("-", "")
    if digits.isdigit():
        yield in_document("number", {"output": {"found": int(digits), "page": 1}}, digits)
        yield in_document("number in a list", {"values": [7, int(digits), 9]}, digits)
        yield in_document("number in JSON in JSON", {"a": json.dumps({"v": int(digits)})}, digits)


def _flat(kind: str, document: dict[str, Any], value: str) -> Case:
    """Return a case that is read without backslashes, however often it is wrapped."""
    before, found, after = _plain(document).partition(_unquoted(value))
    assert found, document
    return Case(kind, document, before, found, after, _plain)


def _plain(output: Any) -> str:
    return _unquoted(unescaped(re.sub(r"\\+u", r"\\u", shown(output))))


def _unquoted(text: str) -> str:
    return text.replace("\\", "")


def _cut(dice: Random, text: str) -> list[str]:
    pieces = []
    while text:
        size = dice.choice((1, 2, 3, 4, 5, 6))
        pieces.append(text[:size])
        text = text[size:]
    return pieces


def _streamed(dice: Random, text: str) -> list[dict[str, Any]]:
    return [
        {"choices": [{"index": 0, "delta": {"content": piece}}], "object": "chat.completion.chunk"}
        for piece in _cut(dice, text)
    ]


def _joined(output: Any) -> str:
    try:
        return "".join(it["choices"][0]["delta"]["content"] for it in output)
    except (TypeError, KeyError):
        return shown(output)


def wrapped(dice: Random, count: int) -> Iterator[Case]:
    """Yield about ``count`` cases of each way, over all kinds of value."""
    for make in VALUES.values():
        for _ in range(max(1, count // len(VALUES))):
            value = make(dice)
            yield from spelled(dice, value)
            yield from documents(dice, value)
