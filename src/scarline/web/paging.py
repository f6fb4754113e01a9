"""Cursors: where a list goes on, as a text that only we read."""

import base64
import binascii
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated

import msgspec
from pydantic import Field

from scarline.errors import UsageError

MOST_CHARACTERS = 33_000
"""How long a cursor may be: four names, each as long as it can be told, and all of it escaped."""

Cursor = Annotated[
    str,
    Field(
        description="`next` of the page before",
        max_length=MOST_CHARACTERS,
        pattern="^[A-Za-z0-9_-]*$",
    ),
]

_CHECK_BYTES = 6  # against a cursor that was cut off or mistyped; nothing in it is secret


def cursor_after(key: Sequence[str]) -> str:
    """Return a cursor that goes on after the item of that key."""
    body = msgspec.json.encode(list(key))
    return base64.urlsafe_b64encode(_check(body) + body).rstrip(b"=").decode()


def key_of(cursor: str, parts: int) -> tuple[str, ...]:
    """Return the key of so many texts that ``cursor`` goes on after; raises ``UsageError``."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        whole = base64.b64decode(padded, altchars=b"-_", validate=True)
        check, body = whole[:_CHECK_BYTES], whole[_CHECK_BYTES:]
        key = msgspec.json.decode(body, type=tuple[str, ...])
    except (binascii.Error, UnicodeEncodeError, msgspec.DecodeError):
        raise _no_cursor() from None
    if check != _check(body) or len(key) != parts:
        raise _no_cursor()
    return key


def _no_cursor() -> UsageError:
    return UsageError('the cursor is none of this list: take "next" of its last page as it is')


def _check(body: bytes) -> bytes:
    return sha256(body).digest()[:_CHECK_BYTES]
