"""A webhook: the body that Alertmanager sends to one (version 4), signed, with our evidence.

Whoever takes Alertmanager's webhooks takes these (prometheus.io/docs/alerting/latest/
configuration, "webhook_config").
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from scarline.alerts import Alert
from scarline.model import stamp
from scarline.notify.message import Message
from scarline.notify.sending import Sent
from scarline.notify.webhook import JSON, Webhook
from scarline.notify.webhook import send as send_signed

NEVER = "0001-01-01T00:00:00Z"
"""How Alertmanager writes the end of what goes on."""


async def send(hook: Webhook, message: Message, at: datetime, attempt: str) -> Sent:
    """Send a message once; ``attempt`` names the notice, the same for each attempt at it."""
    return await send_signed(hook, attempt, at, orjson.dumps(body(message)), JSON)


def body(message: Message) -> dict[str, Any]:
    """Return a message as JSON."""
    notice = message.notice
    alerts = [_alert(message, it, fires=fires) for it, fires in message.alerts()]
    return {
        "version": "4",
        "groupKey": notice.group_key,
        "truncatedAlerts": 0,
        "status": notice.status,
        "receiver": notice.receiver,
        "groupLabels": dict(notice.group),
        "commonLabels": _common([it["labels"] for it in alerts]),
        "commonAnnotations": _common([it["annotations"] for it in alerts]),
        "externalURL": message.link or "",
        "why": notice.why,
        "alerts": alerts,
    }


def _alert(message: Message, alert: Alert, *, fires: bool) -> dict[str, Any]:
    return {
        "status": "firing" if fires else "resolved",
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": stamp(alert.starts_at),
        "endsAt": NEVER if fires or alert.ends_at is None else stamp(alert.ends_at),
        "generatorURL": message.scars_link or "",
        "fingerprint": alert.fingerprint,
        "evidence": None if alert.evidence is None else asdict(alert.evidence),
        "seenBefore": message.seen_before(alert),
    }


def _common(told: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what is the same in all of them."""
    first = told[0] if told else {}
    return {name: it for name, it in first.items() if all(one.get(name) == it for one in told)}
