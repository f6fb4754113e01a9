"""Receivers with their secrets: checked before anything is sent, and a message sent to one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scarline.alerts import Receiver
from scarline.errors import ConfigError
from scarline.notify import alertmanager, apprise_targets, hooked, pagerduty, slack
from scarline.notify.message import Message
from scarline.notify.sending import Sent, checked_url
from scarline.notify.webhook import SHORTEST_SECRET, Webhook


@dataclass(frozen=True, slots=True)
class Target:
    """A receiver that can be sent to. ``apprise`` is what sends, for one of that type."""

    receiver: Receiver
    url: str = field(repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    apprise: Any = field(default=None, repr=False)


def target(receiver: Receiver, secrets: Mapping[str, str]) -> Target:
    """Return ``receiver`` with its secrets, by the names of the variables that hold them.

    Raises ``ConfigError`` that names the receiver and the variable, never what is in it.
    """
    missing = sorted({it for it in receiver.secrets.values() if not secrets.get(it)})
    if missing:
        raise ConfigError(
            f"receiver {receiver.name} needs {', '.join(missing)}, which is not set: set it in the "
            "environment, in .env or in Secret Manager"
        )
    own = {role: secrets[name] for role, name in receiver.secrets.items()}
    url = own.get("url") or receiver.url or pagerduty.URL
    if receiver.type == "apprise":
        return Target(receiver, url, own, apprise_targets.opened(url, receiver.name))
    plain = receiver.allow_private and receiver.type == "alertmanager"
    checked_url(url, f"receiver {receiver.name}", plain=plain)
    if receiver.type == "webhook" and len(own["secret"]) < SHORTEST_SECRET:
        raise ConfigError(
            f"the secret of receiver {receiver.name} is too short: take {SHORTEST_SECRET} "
            "characters or more"
        )
    return Target(receiver, url, own)


async def send(to: Target, message: Message, now: datetime, attempt: str) -> Sent:
    """Send a message once and return what became of it.

    ``attempt`` names the notice, the same for each attempt at it. Nothing that the other side
    causes is raised.
    """
    private = to.receiver.allow_private
    match to.receiver.type:
        case "slack":
            return await slack.send(to.url, message, allow_private=private)
        case "pagerduty":
            key = to.secrets["key"]
            return await pagerduty.send(to.url, key, message, allow_private=private)
        case "webhook":
            hook = Webhook(to.url, to.secrets["secret"], private)
            return await hooked.send(hook, message, now, attempt)
        case "apprise":
            return await apprise_targets.send(to.apprise, message, allow_private=private)
        case _:
            return await alertmanager.send(
                to.url,
                message,
                now,
                resend=to.receiver.resend,
                token=to.secrets.get("token"),
                allow_private=private,
            )
