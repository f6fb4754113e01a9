"""Identity tokens of OpenID Connect, checked by PyJWT, which comes with the extra ``oidc``.

The token is a JWT (RFC 7519) that its issuer signed. It must be meant for us (``aud``), be valid
now, and name a caller on our list. One library checks it for every issuer, Google among them.
"""

from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any

import jwt

from scarline.web.jobs.issuer import Oidc, Unproven

ALGORITHMS = ("RS256", "ES256")
"""Signatures of a private key: a secret that both sides know is none (RFC 8725, section 3.1)."""

LEEWAY_SECONDS = 30
"""How far the issuer's clock and ours may be apart."""

KEYS_SECONDS = 300
"""How long an issuer's keys are kept: one that it takes away is good for no longer than that."""

ANSWER_SECONDS = 5

SAID: Mapping[type[Exception], str] = {
    jwt.ExpiredSignatureError: "the identity token has expired",
    jwt.ImmatureSignatureError: "the identity token is not valid yet",
    jwt.InvalidAudienceError: "the identity token is meant for another audience",
    jwt.InvalidIssuerError: "the identity token is of another issuer",
    jwt.InvalidAlgorithmError: "the identity token is signed in a way that proves nothing",
    jwt.InvalidSignatureError: "the identity token is not signed by its issuer",
    jwt.MissingRequiredClaimError: "the identity token lacks one of exp, iat, iss, aud and sub",
}
UNKNOWN = "this is no token that is known here, nor an identity token"


class Proof:
    """Checks identity tokens, and keeps the keys of their issuer for a while."""

    def __init__(self, oidc: Oidc) -> None:
        self._oidc = oidc
        self._keys = jwt.PyJWKClient(
            oidc.keys,
            lifespan=KEYS_SECONDS,
            cooldown_duration=oidc.new_key_seconds,
            timeout=ANSWER_SECONDS,
        )

    def check(self, token: str) -> None:
        """Return if ``token`` proves a caller on the list; asks the issuer for keys if it must.

        Raises ``Unproven``: 401 for a token that is none of ours, 403 for a caller that is not
        on the list, 503 while the issuer's keys cannot be had. No sentence holds what was sent.
        """
        try:
            claims = self._claims(token)
        except (jwt.PyJWKClientConnectionError, jwt.PyJWKSetError, JSONDecodeError):
            raise Unproven(503, "the issuer's keys cannot be had now: ask again") from None
        except jwt.PyJWTError as error:
            raise Unproven(401, SAID.get(type(error), UNKNOWN)) from None
        if not listed(claims, self._oidc.callers):
            raise Unproven(403, "the caller of this identity token is not on the list")

    def _claims(self, token: str) -> Mapping[str, Any]:
        key = self._keys.get_signing_key_from_jwt(token)
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=self._oidc.audiences,
            issuer=self._oidc.issuers,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
        return claims


def listed(claims: Mapping[str, Any], callers: frozenset[str]) -> bool:
    """Return whether the caller is on the list: by a verified address, or by its subject.

    A subject with an @ in it is never taken for an address: any issuer may give such a one.
    """
    address, subject = claims.get("email"), str(claims["sub"])
    verified = claims.get("email_verified") is True and isinstance(address, str)
    return (verified and address in callers) or ("@" not in subject and subject in callers)
