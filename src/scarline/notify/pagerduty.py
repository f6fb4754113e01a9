"""PagerDuty: Events API v2 (developer.pagerduty.com/docs/events-api-v2/trigger-events).

A group is one alert there: the first notice triggers it, later ones update it, the last resolves
it, all with the same ``dedup_key``.
"""

from typing import Any

import orjson

from scarline.model import stamp
from scarline.notify.message import Message, evidence, told
from scarline.notify.sending import Sent, post

URL = "https://events.pagerduty.com/v2/enqueue"

_SUMMARY = 1_024  # characters
_MOST_ALERTS = 50


async def send(url: str, key: str, message: Message, *, allow_private: bool = False) -> Sent:
    """Send a message once; ``key`` is the integration's routing key."""
    content = orjson.dumps(body(key, message))
    headers = {"content-type": "application/json"}
    return await post(url, content, headers, allow_private=allow_private)


def body(key: str, message: Message) -> dict[str, Any]:
    """Return the event that a message is."""
    notice = message.notice
    event: dict[str, Any] = {
        "routing_key": key,
        "event_action": "trigger" if notice.firing else "resolve",
        "dedup_key": notice.subject,
    }
    if not notice.firing:
        return event
    hosts = sorted({it.labels.get("host", "") for it in notice.firing} - {""})
    lines = [
        {"alert": told(it, fires=fires), "fires": fires, "evidence": evidence(it)}
        for it, fires in message.alerts()
    ]
    payload = {
        "summary": message.title[:_SUMMARY],
        "source": hosts[0] if hosts else message.common("metric") or "scarline",
        "severity": message.severity,
        "timestamp": stamp(min(it.starts_at for it in notice.firing)),
        "class": message.common("metric") or message.common("alertname") or "several",
        "group": notice.group_key,
        "custom_details": {"alerts": lines[:_MOST_ALERTS], "labels": dict(notice.group)},
    }
    if message.owner:
        payload["component"] = message.owner
    links = {"Runbook": message.runbook, "Silence": message.silence_link}
    told_links = [{"href": url, "text": name} for name, url in links.items() if url]
    client = {"client": "Scarline"} | ({"client_url": url} if (url := message.scars_link) else {})
    return event | {"payload": payload, "links": told_links} | client
