"""What stands where something was taken away: nothing, its type, or a pseudonym.

A pseudonym is an HMAC-SHA256 (RFC 2104, FIPS 198-1) of the value's canonical form under a
secret key: who has no key can neither reverse it nor try values against it, and whoever
holds the key can. That makes it pseudonymisation in the words of GDPR Art. 4(5), not
anonymisation.
"""

import hmac
import unicodedata
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import SecretBytes

from scarline.errors import ConfigError
from scarline.privacy.rules import Category

DROPPED = "[dropped]"
"""Stands where a text was that could not be cleaned."""

KEY_BYTES = 32
"""How long a key must be at least: the size of the hash (NIST SP 800-107r1 §5.3.4)."""

_TOKEN_BYTES = 15
"""120 bits: 24 characters without padding, and no two people share one."""


class Mode(StrEnum):
    """How what is taken away is replaced."""

    REMOVE = "remove"
    MASK = "mask"
    PSEUDONYM = "pseudonym"


@dataclass(frozen=True)
class Marks:
    """Makes what stands where something was taken away.

    Raises ``ConfigError`` for a pseudonym without a key and for a key that is too short.
    """

    modes: Mapping[Category, Mode] = field(default_factory=dict)
    key: SecretBytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.key is None:
            if Mode.PSEUDONYM in self.modes.values():
                message = (
                    "pseudonyms need a key: set SCARLINE_PSEUDONYM_KEY (or _FILE) to at least "
                    f"{KEY_BYTES} random characters, such as `openssl rand -hex 32` prints"
                )
                raise ConfigError(message)
        elif len(self.key.get_secret_value()) < KEY_BYTES:
            message = f"SCARLINE_PSEUDONYM_KEY is too short: it needs {KEY_BYTES} characters"
            raise ConfigError(message)

    @property
    def key_id(self) -> str | None:
        """Return what tells this key from another, or None without one."""
        if self.key is None:
            return None
        return _hash(self.key, b"scarline key id")[:4]

    def of(self, rule: str, category: Category, value: str) -> str:
        """Return what stands for ``value``, which ``rule`` found."""
        match self.modes.get(category, Mode.MASK):
            case Mode.REMOVE:
                return ""
            case Mode.PSEUDONYM:
                return f"[{rule}:{self.key_id}:{self.pseudonym(category, value)}]"
            case _:
                return f"[{rule}]"

    def pseudonym(self, category: Category, value: str) -> str:
        """Return the pseudonym of ``value``: the same for all its spellings, under one key.

        24 characters of a-z and 2-7. The category keeps equal values of different sorts
        apart. Raises ``ConfigError`` without a key.
        """
        if self.key is None:
            message = "there is no key for pseudonyms: set SCARLINE_PSEUDONYM_KEY"
            raise ConfigError(message)
        return _hash(self.key, f"{category}\0{canonical(category, value)}".encode())


def canonical(category: Category, value: str) -> str:
    """Return the one spelling of ``value`` that its pseudonym is made of."""
    text = unicodedata.normalize("NFKC", value).strip()
    if category in {Category.SECRET, Category.PLACE, Category.HEALTH}:
        return " ".join(text.split())
    if category in {Category.PERSON, Category.ACCOUNT} or "@" in text:
        return " ".join(text.casefold().split())
    # Numbers people write in groups: phones, cards, accounts, addresses of machines.
    return "".join(it for it in text.casefold() if it.isalnum() or it in ":.")


def _hash(key: SecretBytes, message: bytes) -> str:
    digest = hmac.digest(key.get_secret_value(), message, "sha256")
    return b32encode(digest[:_TOKEN_BYTES]).decode().lower()
