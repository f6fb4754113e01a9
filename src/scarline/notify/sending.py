"""Sending a body over HTTP: once, to nowhere that was not meant, and saying what became of it."""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx2

from scarline.errors import ConfigError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that may be called by plain HTTP, and by these names although they are private."""

TIMEOUT_SECONDS = 10.0
"""The longest wait for one answer."""

AGAIN = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""Answers that say to come again, besides all from 500 on."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one attempt; ``detail`` is a sentence. ``again``: it is worth another one."""

    delivered: bool
    again: bool
    status: int | None
    detail: str


def checked_url(url: str, what: str, *, plain: bool = False) -> httpx2.URL:
    """Return an address that may be called; raises ``ConfigError`` that names ``what``, not it.

    ``plain`` lets it be HTTP without TLS; to loopback it always may be.
    """
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise ConfigError(f"the URL of {what} cannot be read: write https://…") from None
    if parsed.scheme != "https" and not (
        parsed.scheme == "http" and (plain or parsed.host in LOOPBACK)
    ):
        raise ConfigError(f"the URL of {what} must be https; http is for loopback only")
    if not parsed.host or parsed.userinfo:
        raise ConfigError(f"the URL of {what} needs a host, and holds no name or password")
    return parsed


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool = False,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Sent:
    """Send ``body`` once and return what became of it; raises nothing that the other side causes.

    Redirects are not followed, and the answer's body is not read. The address is looked up once,
    checked, and it is that address which is called: a name that leads elsewhere a moment later
    changes nothing.
    """
    called = httpx2.URL(url)
    own = {"host": called.netloc.decode("ascii"), "user-agent": "scarline", **headers}
    try:
        async with asyncio.timeout(timeout_seconds):
            address = await address_of(called, allow_private=allow_private)
            if address is None:
                return REFUSED
            async with (
                httpx2.AsyncClient(timeout=None, follow_redirects=False, trust_env=False) as client,
                client.stream(
                    "POST",
                    called.copy_with(host=address),
                    content=body,
                    headers=own,
                    extensions={"sni_hostname": called.raw_host.decode("ascii")},
                ) as answer,
            ):
                return _told(answer.status_code)
    except TimeoutError:
        told = f"no answer within {timeout_seconds:g} seconds"
    except (httpx2.HTTPError, OSError) as error:
        told = f"it could not be reached: {type(error).__name__}"
    return Sent(delivered=False, again=True, status=None, detail=told)


REFUSED = Sent(
    delivered=False,
    again=False,
    status=None,
    detail="its name leads to a private address, which is not allowed",
)


def _told(status: int) -> Sent:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Sent(delivered=True, again=False, status=status, detail="it was taken")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        detail = f"it answered {status}: redirects are not followed, name the last address"
        return Sent(delivered=False, again=False, status=status, detail=detail)
    again = status in AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Sent(delivered=False, again=again, status=status, detail=f"it answered {status}")


async def address_of(url: httpx2.URL, *, allow_private: bool) -> str | None:
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
