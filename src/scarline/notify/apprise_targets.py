"""Over a hundred other services, by Apprise (github.com/caronc/apprise, BSD-2-Clause, an extra).

It opens its connections itself, so where a private address is not allowed the names in an address
are looked up before: one that leads elsewhere a moment later is not seen.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

import httpx2

from scarline.errors import ConfigError
from scarline.notify.message import Message, text
from scarline.notify.sending import LOOPBACK, REFUSED, TIMEOUT_SECONDS, Sent, address_of

if TYPE_CHECKING:  # it is an extra
    from apprise import Apprise

_LONGEST_SECONDS = 3 * TIMEOUT_SECONDS  # it has timeouts of its own for connecting and reading


def opened(url: str, name: str) -> "Apprise":
    """Return what sends to ``url``; raises ``ConfigError`` that names the receiver, not the URL."""
    try:
        import apprise  # noqa: PLC0415 - comes with an extra
    except ImportError:
        raise ConfigError(
            f"receiver {name} needs a part that is missing: pip install 'scarline[notify]'"
        ) from None
    # Its own log would tell of addresses, in which the secrets are.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    found = apprise.Apprise()
    if not found.add(url) or len(found) != 1:
        raise ConfigError(
            f"the address of receiver {name} is none that Apprise understands: see "
            "github.com/caronc/apprise for how each service is written"
        )
    return found


async def send(target: "Apprise", message: Message, *, allow_private: bool = False) -> Sent:
    """Send a message once; raises nothing that the other side causes."""
    from apprise import NotifyType  # noqa: PLC0415 - comes with an extra

    kinds = {
        "info": NotifyType.INFO,
        "warning": NotifyType.WARNING,
        "error": NotifyType.FAILURE,
        "critical": NotifyType.FAILURE,
    }
    kind = kinds[message.severity] if message.notice.firing else NotifyType.SUCCESS
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            if not allow_private and await _is_private(target):
                return REFUSED
            taken = await target.async_notify(
                body=text(message), title=message.title, notify_type=kind
            )
    except TimeoutError:
        told = f"no answer within {_LONGEST_SECONDS:g} seconds"
        return Sent(delivered=False, again=True, status=None, detail=told)
    except OSError as error:
        told = f"it could not be reached: {type(error).__name__}"
        return Sent(delivered=False, again=True, status=None, detail=told)
    detail = "it was taken" if taken else "the service did not take it"
    return Sent(delivered=bool(taken), again=not taken, status=None, detail=detail)


async def _is_private(target: "Apprise") -> bool:
    """Return whether a host that the address names is private.

    Only where the address has a host: in others a token stands in its place, and nobody is asked
    for the address of a secret.
    """
    for server in target:
        names_host = any("{host}" in str(it) for it in getattr(server, "templates", ()))
        host = getattr(server, "host", None)
        if not names_host or not host or host in LOOPBACK:
            continue
        called = httpx2.URL(scheme="https", host=str(host))
        if await address_of(called, allow_private=False) is None:
            return True
    return False
