"""Notices for tests, made as they are made of scars."""

from typing import Any

from scarline.alerts import Notice, Rules, parsed
from scarline.notify.message import Message
from tests.alerts.timeline import RULES, Timeline, moment

KEY = "0123456789abcdef0123456789abcdef"

SAID = """
[rule.annotations]
summary = "{host} has no time left: {value} instead of {expected}"
runbook = "https://wiki.example.com/cpu?a=1&b=2"
owner = "team-web"
"""

TOLD: Rules = parsed(RULES.replace('severity = "critical"', 'severity = "critical"' + SAID))


def firing(*hosts: str, **told: Any) -> Notice:
    """Return the first notice about scars on these hosts."""
    story = Timeline(TOLD)
    for host in hosts or ("web-1",):
        story.scar("1m", host=host, **told)
    (notice,) = story.due(moment("2m"))
    return notice


def resolved(*hosts: str) -> Notice:
    """Return the notice that tells that they are over."""
    story = Timeline(TOLD)
    for host in hosts or ("web-1",):
        story.scar("1m", until="4m", host=host)
    story.play("2m")
    (notice,) = story.due(moment("9m"))
    return notice


def message(notice: Notice, link: str | None = "https://scars.example.com") -> Message:
    """Return a notice as it is told, with what was seen before."""
    seen = {
        (it.evidence.series, it.evidence.onset): "seen before, 3 times, last on 2 March"
        for it in notice.firing
        if it.evidence
    }
    return Message(notice, link, seen)
