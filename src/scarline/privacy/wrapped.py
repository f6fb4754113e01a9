"""Texts within texts: JSON, base64 and hexadecimal that stand in a text.

What is wrapped is taken out, cleaned and, if that changed it, wrapped again in its place.
Only what unwraps to readable text counts: pictures and digests are left as they are.
"""

import binascii
import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
import re2

from scarline.privacy.plain import Unreadable
from scarline.privacy.rules import quiet

SHORTEST = 10
"""Characters: in what is shorter nothing is wrapped."""

MOST_JSON = 8
"""How many values of JSON are looked for in one text, beside one that it is as a whole."""

_OPENING = re2.compile(r"[{\[]\s*[\"{\[]", quiet())
# 16 characters: of what is shorter too much looks like base64. RE2 tells fast whether there is
# any; re, which cannot go back here, is the faster one in telling where all of them are.
_TOKEN_LENGTH = 16
_LONG = re2.compile(r"[A-Za-z0-9+/_-]{16}", quiet())
_TOKEN = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re2.compile(r"(?:[0-9A-Fa-f]{2})+", quiet())
_ANYWHERE = json.JSONDecoder(parse_float=lambda it: msgspec.Raw(it.encode()))
_WHOLE = msgspec.json.Decoder(float_hook=lambda it: msgspec.Raw(it.encode()))


class Wrapped(NamedTuple):
    """Something wrapped: where it stands, what it is, and how to wrap it again."""

    start: int
    end: int
    value: Any
    wrap: Callable[[Any], str]


def parsed(text: str | bytes) -> Any:
    """Return the JSON value that ``text`` is as a whole; its fractions keep their digits.

    Raises ``ValueError`` if it is none, ``Unreadable`` if it is too deep to tell.
    """
    try:
        return _WHOLE.decode(text)
    except RecursionError:
        raise Unreadable("too deep") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:  # what Python writes and JSON does not know: NaN, half a pair of surrogates
        value, end = _ANYWHERE.raw_decode(text if isinstance(text, str) else text.decode())
    except RecursionError:
        raise Unreadable("too deep") from None
    if text[end:].strip():
        raise ValueError("there is more after its end")
    return value


def written(value: Any) -> str:
    """Return ``value`` as JSON, in one line."""
    return msgspec.json.encode(value).decode()


def is_json(text: str) -> bool:
    """Return whether ``text`` may be an object, a list or a text of JSON as a whole."""
    return len(text) > 1 and text[0] in '{["' and text.rstrip()[-1:] in '}]"'


def wrapped(text: str) -> list[Wrapped]:
    """Return what is wrapped in ``text``, in order, none within another."""
    found = list(_json_in(text)) if "{" in text or "[" in text else []
    if len(text) < _TOKEN_LENGTH or _LONG.search(text) is None:
        return found
    at = 0
    tokens: list[Wrapped] = []
    for start, end in [*((it.start, it.end) for it in found), (len(text), len(text))]:
        for match in _TOKEN.finditer(text, at, start):
            inner = _decoded(match.group())
            if inner is not None:
                tokens.append(Wrapped(*match.span(), *inner))
        at = end
    return sorted(found + tokens, key=lambda it: it.start)


def _json_in(text: str) -> Iterator[Wrapped]:
    at = 0
    for _ in range(MOST_JSON):
        match = _OPENING.search(text, at)
        if match is None:
            return
        found = _json_at(text, match.start())
        at = match.start() + 1
        if found is not None:
            yield found
            at = found.end


def _json_at(text: str, start: int) -> Wrapped | None:
    try:
        value, end = _ANYWHERE.raw_decode(text, start)
    except RecursionError:
        raise Unreadable("too deep") from None
    except ValueError:
        return None
    return Wrapped(start, end, value, written)


def _decoded(token: str) -> tuple[str, Callable[[str], str]] | None:
    """Return what ``token`` says if it is readable text in base64 or hexadecimal."""
    if token.isalpha() and (token.islower() or token.isupper()):
        return None  # a word: base64 of that length mixes its letters
    if _HEX.fullmatch(token):
        raw, wrap = binascii.unhexlify(token), _hex(token)
    else:
        bare = token.rstrip("=")
        if len(bare) % 4 == 1:
            return None
        urlsafe = "-" in bare or "_" in bare
        try:
            raw = b64decode(
                bare + "=" * (-len(bare) % 4), altchars=b"-_" if urlsafe else None, validate=True
            )
        except binascii.Error:
            return None
        wrap = _base64(padded=token != bare or len(bare) % 4 == 0, urlsafe=urlsafe)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    readable = all(it.isprintable() or it in "\n\r\t" for it in text[:64])
    return (text, wrap) if readable else None


def _hex(token: str) -> Callable[[str], str]:
    return lambda text: text.encode().hex() if token.islower() else text.encode().hex().upper()


def _base64(*, padded: bool, urlsafe: bool) -> Callable[[str], str]:
    encode = urlsafe_b64encode if urlsafe else b64encode

    def wrap(text: str) -> str:
        token = encode(text.encode()).decode()
        return token if padded else token.rstrip("=")

    return wrap
