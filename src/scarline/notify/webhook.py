"""Sending a bundle to a webhook: signed, once, to nowhere that was not meant.

Signed as Standard Webhooks has it (github.com/standard-webhooks/standard-webhooks, spec 1.0):
HMAC-SHA256 over ``id.timestamp.body`` in the header ``webhook-signature``, so that the libraries
of receivers verify it.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import ipaddress
import socket
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

import httpx2

from scarline.errors import ConfigError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that may be called by plain HTTP, and by these names although they are private."""

SHORTEST_SECRET = 16
"""Characters of a secret; a shorter one could be guessed."""

MEDIA = "application/x-ndjson"

AGAIN = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""Answers that say to come again, besides all from 500 on."""

_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where bundles are sent. ``secret`` is any text, or ``whsec_`` and base64.

    ``allow_private`` lets the name lead to an address of a private network.
    """

    url: str
    secret: str = field(repr=False)
    allow_private: bool = False
    timeout_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one attempt; ``detail`` is a sentence. ``again``: it is worth another one."""

    delivered: bool
    again: bool
    status: int | None
    detail: str


def checked(hook: Webhook) -> Webhook:
    """Return ``hook`` if it can be used; raises ``ConfigError`` if not."""
    try:
        url = httpx2.URL(hook.url)
    except httpx2.InvalidURL:
        raise ConfigError("the URL of the webhook cannot be read: write https://…") from None
    if url.scheme != "https" and not (url.scheme == "http" and url.host in LOOPBACK):
        raise ConfigError("the URL of the webhook must be https; http is for loopback only")
    if not url.host or url.userinfo:
        raise ConfigError("the URL of the webhook needs a host, and holds no name or password")
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


async def send(hook: Webhook, name: str, at: datetime, body: bytes) -> Sent:
    """Send ``body`` once and return what became of it; raises nothing that the other side causes.

    ``name`` is the same for each attempt, so that a receiver takes it once. Redirects are not
    followed, and the answer's body is not read. The address is looked up once, checked, and it is
    that address which is called: a name that leads elsewhere a moment later changes nothing.
    """
    url = httpx2.URL(hook.url)
    headers = {
        "host": url.netloc.decode("ascii"),
        "content-type": MEDIA,
        "user-agent": "scarline",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(hook.secret, name, at, body),
    }
    try:
        async with asyncio.timeout(hook.timeout_seconds):
            address = await _address(url, allow_private=hook.allow_private)
            if address is None:
                return Sent(
                    delivered=False,
                    again=False,
                    status=None,
                    detail="its name leads to a private address, which is not allowed",
                )
            async with (
                httpx2.AsyncClient(follow_redirects=False, trust_env=False) as client,
                client.stream(
                    "POST",
                    url.copy_with(host=address),
                    content=body,
                    headers=headers,
                    extensions={"sni_hostname": url.raw_host.decode("ascii")},
                ) as answer,
            ):
                return _told(answer.status_code)
    except TimeoutError:
        told = f"no answer within {hook.timeout_seconds:g} seconds"
    except (httpx2.HTTPError, OSError) as error:
        told = f"it could not be reached: {type(error).__name__}"
    return Sent(delivered=False, again=True, status=None, detail=told)


def _told(status: int) -> Sent:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Sent(delivered=True, again=False, status=status, detail="it was taken")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        detail = f"it answered {status}: redirects are not followed, name the last address"
        return Sent(delivered=False, again=False, status=status, detail=detail)
    again = status in AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Sent(delivered=False, again=again, status=status, detail=f"it answered {status}")


async def _address(url: httpx2.URL, *, allow_private: bool) -> str | None:
    """Return the address to call; None if any that the name leads to is private."""
    port = url.port or (443 if url.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.raw_host.decode("ascii"), port, type=socket.SOCK_STREAM)
    addresses = [str(it[4][0]) for it in found]
    if not allow_private and url.host not in LOOPBACK and not all(map(is_public, addresses)):
        return None
    return addresses[0]


def is_public(address: str) -> bool:
    """Return whether an address is of the public internet, as is any that it carries within."""
    own = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(own, ipaddress.IPv6Address):
        within = own.ipv4_mapped or own.sixtofour
        if within is not None:
            own = within
        elif own in _NAT64:
            own = ipaddress.IPv4Address(int(own) & 0xFFFFFFFF)
    return own.is_global and not own.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: IPv4 in its last 32 bits


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ConfigError("after whsec_ the secret of the webhook must be base64") from None
