"""Receivers: who is told, and which settings hold the secrets of that. No secret is in here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from scarline.alerts.fields import Fields

ALERTMANAGER = "alertmanager"

TYPES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "slack": (("url",), ()),
    "pagerduty": (("key",), ("url",)),
    "webhook": (("url", "secret"), ("url",)),
    "apprise": (("url",), ()),
    ALERTMANAGER: ((), ("url", "token")),
}
"""The types of receivers, each with the secrets that it needs and those that it may have."""

PLAIN_URL = frozenset({"pagerduty", "webhook", ALERTMANAGER})
"""Receivers whose address is no secret by itself and may stand in the file."""

_COMMON = ("name", "type", "send_resolved", "allow_private")

RESEND = timedelta(minutes=5)

_ENVIRONMENT = re.compile(r"[A-Z][A-Z0-9_]{2,100}")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told. ``secrets`` has the names of settings that hold them, never a secret.

    ``resend`` is how often one of type alertmanager is told again of what still fires.
    """

    name: str
    type: str
    url: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    send_resolved: bool = True
    allow_private: bool = False
    resend: timedelta = RESEND


def receiver(own: Fields) -> Receiver:
    """Return the receiver that a table says."""
    kind = own.one_of("type", TYPES)
    needed, possible = TYPES.get(kind, ((), ()))
    roles = tuple(dict.fromkeys((*needed, *possible)))
    plain = kind in PLAIN_URL
    if kind:
        resent = {"resend"} if kind == ALERTMANAGER else set()
        own.only({*_COMMON, *(f"{it}_env" for it in roles), "url", *resent})
        if "url" in own.told and not plain:
            sentence = "its url is a secret: put it in the environment and its name in url_env"
            own.wrong("url", sentence)
    secrets, url = _secrets(own, roles), own.maybe("url") if plain else None
    if url is not None and (fault := address_fault("url", url)):
        own.wrong("url", fault)
    for role in (*needed, *(("url",) if kind == ALERTMANAGER else ())):
        if f"{role}_env" not in own.told and not (role == "url" and "url" in own.told):
            own.wrong("", f"lacks {role}_env, the name of the variable that holds it")
    return Receiver(
        name=own.text("name"),
        type=kind,
        url=url,
        secrets=secrets,
        send_resolved=own.flag("send_resolved", default=True),
        allow_private=own.flag("allow_private", default=False),
        resend=own.length("resend", RESEND, least_seconds=10),
    )


def address_fault(name: str, url: str) -> str | None:
    """Return what is wrong with ``url``, which is to be an address without a password in it."""
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets without an end
        parts = urlsplit("")
    if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc:
        return None
    return f"{name} is an address that begins with https://, without a password"


def _secrets(own: Fields, roles: Sequence[str]) -> dict[str, str]:
    named = {role: own.maybe(f"{role}_env") for role in roles}
    for role, name in named.items():
        if name is not None and not _ENVIRONMENT.fullmatch(name):
            own.wrong(f"{role}_env", f"{role}_env is the name of a variable, such as SLACK_URL")
    return {role: name for role, name in named.items() if name is not None}
