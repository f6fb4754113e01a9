"""Whose identity tokens are taken, and who may come with one: plain values, checked once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from scarline.errors import ConfigError

GOOGLE = ("https://accounts.google.com", "accounts.google.com")
"""What stands in ``iss`` of Google's tokens, in either of its two spellings.

Source: developers.google.com/identity/openid-connect/openid-connect, "Validating an ID token".
"""

GOOGLE_KEYS = "https://www.googleapis.com/oauth2/v3/certs"

NEW_KEY_SECONDS = 30.0

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Oidc:
    """Whose tokens are taken: for one of ``audiences``, from a caller on the list.

    ``callers``: addresses, which the issuer must have verified, or subjects, which have no @.
    ``keys`` is the address of the issuer's JSON Web Key Set (RFC 7517); it is asked again for a
    key that is new at most every ``new_key_seconds``.

    Raises ``ConfigError`` for what would let anybody in.
    """

    audiences: tuple[str, ...]
    callers: frozenset[str]
    issuers: tuple[str, ...] = GOOGLE
    keys: str = GOOGLE_KEYS
    new_key_seconds: float = NEW_KEY_SECONDS

    def __post_init__(self) -> None:
        """Refuse what would let anybody in."""
        if not (self.audiences and self.callers and self.issuers):
            message = (
                "identity tokens need an audience, an issuer and the callers that may come: "
                "without one of them, anybody's token would do"
            )
            raise ConfigError(message)
        address = urlsplit(self.keys)
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            message = f"the keys of an issuer must come by https: {self.keys} does not"
            raise ConfigError(message)


def accepted(
    audiences: Sequence[str], callers: Sequence[str], issuer: str | None, keys: str | None
) -> Oidc | None:
    """Return whose tokens settings say are taken: Google's if they name no issuer; None for none.

    Raises ``ConfigError`` for settings that say half of it.
    """
    if not (audiences or callers or issuer or keys):
        return None
    if (issuer is None) is not (keys is None):
        message = "an issuer of identity tokens and the address of its keys are set together"
        raise ConfigError(message)
    if issuer is None or keys is None:
        return Oidc(tuple(audiences), frozenset(callers))
    return Oidc(tuple(audiences), frozenset(callers), (issuer,), keys)


class Unproven(Exception):
    """A token proves nothing that lets its caller in; ``status`` is that of the answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


Prove = Callable[[str], None]
"""Returns if a token proves a caller on the list; raises ``Unproven``."""
