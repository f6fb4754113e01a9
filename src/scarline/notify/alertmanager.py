"""A real Alertmanager: POST /api/v2/alerts (its api/v2/openapi.yaml), as Prometheus does it.

It is told of what fires again and again, each time with a time at which that is over unless it is
told once more; so what fires ends there too if this process ends.
"""

from datetime import datetime, timedelta
from typing import Any

import orjson

from scarline.alerts import Alert
from scarline.model import stamp
from scarline.notify.message import Message, evidence
from scarline.notify.sending import Sent, post

PATH = "/api/v2/alerts"

LASTS = 4
"""An alert lasts for so many times the time after which it is told again (Prometheus: rules/
manager.go, ``resolveFor``), so that three may be lost."""


async def send(  # noqa: PLR0913 - what a request follows from, each by its name
    url: str,
    message: Message,
    now: datetime,
    *,
    resend: timedelta,
    token: str | None = None,
    allow_private: bool = False,
) -> Sent:
    """Send the alerts of a message once; ``url`` is that of Alertmanager, with its prefix."""
    headers = {"content-type": "application/json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    content = orjson.dumps(body(message, now, resend))
    where = url.rstrip("/") + PATH
    return await post(where, content, headers, allow_private=allow_private)


def body(message: Message, now: datetime, resend: timedelta) -> list[dict[str, Any]]:
    """Return the alerts as Alertmanager takes them (``postableAlerts``)."""
    return [
        _alert(message, it, now + LASTS * resend if fires else it.ends_at or now)
        for it, fires in message.alerts()
    ]


def _alert(message: Message, alert: Alert, ends_at: datetime) -> dict[str, Any]:
    facts = {"evidence": evidence(alert), "seen_before": message.seen_before(alert)}
    told = {name: it for name, it in facts.items() if it}
    link = {"generatorURL": message.scars_link} if message.scars_link else {}
    return {
        "labels": dict(alert.labels),
        "annotations": told | dict(alert.annotations),
        "startsAt": stamp(alert.starts_at),
        "endsAt": stamp(max(ends_at, alert.starts_at)),
        **link,
    }
