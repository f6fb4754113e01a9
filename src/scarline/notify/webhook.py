"""Sending to a webhook, signed, so that whoever receives it knows whose it is.

Signed as Standard Webhooks has it (github.com/standard-webhooks/standard-webhooks, spec 1.0):
HMAC-SHA256 over ``id.timestamp.body`` in the header ``webhook-signature``, so that the libraries
of receivers verify it.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

from scarline.errors import ConfigError
from scarline.notify.sending import TIMEOUT_SECONDS, Sent, checked_url, post

SHORTEST_SECRET = 16
"""Characters of a secret; a shorter one could be guessed."""

JSON, JSON_LINES = "application/json", "application/x-ndjson"

_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where something is sent. ``secret`` is any text, or ``whsec_`` and base64.

    ``allow_private`` lets the name lead to an address of a private network.
    """

    url: str
    secret: str = field(repr=False)
    allow_private: bool = False
    timeout_seconds: float = TIMEOUT_SECONDS


def checked(hook: Webhook) -> Webhook:
    """Return ``hook`` if it can be used; raises ``ConfigError`` if not."""
    checked_url(hook.url, "the webhook")
    if len(hook.secret) < SHORTEST_SECRET:
        raise ConfigError(
            f"the secret of the webhook is too short: take {SHORTEST_SECRET} characters or more"
        )
    _key(hook.secret)
    return hook


def signature(secret: str, name: str, at: datetime, body: bytes) -> str:
    """Return the header ``webhook-signature`` of a body that is sent ``at`` a time."""
    signed = f"{name}.{int(at.timestamp())}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


async def send(
    hook: Webhook, name: str, at: datetime, body: bytes, media: str = JSON_LINES
) -> Sent:
    """Send ``body`` once and return what became of it, as :func:`scarline.notify.sending.post`.

    ``name`` is the same for each attempt, so that a receiver takes it once.
    """
    headers = {
        "content-type": media,
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(hook.secret, name, at, body),
    }
    return await post(
        hook.url,
        body,
        headers,
        allow_private=hook.allow_private,
        timeout_seconds=hook.timeout_seconds,
    )


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ConfigError("after whsec_ the secret of the webhook must be base64") from None
