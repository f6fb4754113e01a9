"""Slack: an incoming webhook, with blocks (docs.slack.dev/reference/block-kit/blocks).

Whatever comes from outside is escaped, so that no host's name can mention a channel.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from scarline.alerts import Alert
from scarline.notify.message import SUMMARY, Message, evidence, told
from scarline.notify.sending import Sent, post

MOST_ALERTS = 10
"""Alerts told one by one; a message has 50 blocks at most."""

_HEADER, _SECTION, _BUTTON_URL = 150, 3_000, 3_000  # the longest texts of each

_MARKS = {"info": "🔵", "warning": "🟡", "error": "🟠", "critical": "🔴"}


async def send(url: str, message: Message, *, allow_private: bool = False) -> Sent:
    """Send a message once; see :func:`scarline.notify.sending.post`."""
    headers = {"content-type": "application/json"}
    return await post(url, orjson.dumps(body(message)), headers, allow_private=allow_private)


def body(message: Message) -> dict[str, Any]:
    """Return the message as Slack takes it: blocks, and a text for notifications."""
    fires = bool(message.notice.firing)
    mark = _MARKS[message.severity] if fires else "✅"
    title = f"{mark} {message.title}"
    alerts = list(message.alerts())
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(title, _HEADER)}},
        *(_section(message, it, fires=on) for it, on in alerts[:MOST_ALERTS]),
    ]
    if len(alerts) > MOST_ALERTS:
        more = f"and {len(alerts) - MOST_ALERTS} more: `scarline alerts list` has all"
        blocks.append(_context([more]))
    if beside := _beside(message):
        blocks.append(_context(beside))
    if buttons := _buttons(message):
        blocks.append({"type": "actions", "elements": buttons})
    return {"text": _cut(_escaped(title), _SECTION), "blocks": blocks}


def _section(message: Message, alert: Alert, *, fires: bool) -> dict[str, Any]:
    name = _escaped(alert.labels.get("alertname", ""))
    head = f"*{name}* {_escaped(told(alert, fires=fires))}"
    facts = (alert.annotations.get(SUMMARY), evidence(alert), message.seen_before(alert))
    lines = [head, *(_escaped(it) for it in facts if it)]
    return {"type": "section", "text": {"type": "mrkdwn", "text": _cut("\n".join(lines), _SECTION)}}


def _beside(message: Message) -> list[str]:
    lines = [f"owner: {_escaped(message.owner)}"] if message.owner else []
    lines.append(f"severity: {message.severity}")
    if message.notice.firing:
        lines.append(f"to silence: `{_escaped(message.silence_command).replace('`', '')}`")
    return lines


def _buttons(message: Message) -> list[dict[str, Any]]:
    silence = message.silence_link if message.notice.firing else None
    links = {"Runbook": message.runbook, "Scars": message.scars_link, "Silence": silence}
    return [
        {"type": "button", "text": {"type": "plain_text", "text": name}, "url": url}
        for name, url in links.items()
        if url and len(url) <= _BUTTON_URL
    ]


def _context(lines: Sequence[str]) -> dict[str, Any]:
    elements = [{"type": "mrkdwn", "text": _cut(it, _SECTION)} for it in lines]
    return {"type": "context", "elements": elements}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
