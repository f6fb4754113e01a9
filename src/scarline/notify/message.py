"""What a notice says, in words: what, since when, the evidence, the owner, where to read on."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from scarline.alerts import Alert, Key, Notice

RUNBOOK, SUMMARY, OWNER = "runbook", "summary", "owner"
"""Annotations that have a place of their own."""

_MOST_NAMED = 3
_TIME = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True, slots=True)
class Message:
    """A notice, with what its receiver is told beside it.

    ``link`` is the address of the pages, ``seen`` says of a scar how often it was seen before.
    """

    notice: Notice
    link: str | None = None
    seen: Mapping[Key, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Return it in a line: ``[FIRING:2] Starved on web-1, web-2``."""
        notice = self.notice
        count = f"FIRING:{len(notice.firing)}" if notice.firing else "RESOLVED"
        alerts = notice.firing or notice.resolved
        names = sorted({it.labels.get("alertname", "alerts") for it in alerts})
        hosts = sorted({it.labels["host"] for it in alerts if it.labels.get("host")})
        where = f" on {_listed(hosts)}" if hosts else ""
        return f"[{count}] {_listed(names)}{where}"

    @property
    def severity(self) -> str:
        """Return the worst severity of what fires, or fired."""
        order = ("info", "warning", "error", "critical")
        alerts = self.notice.firing or self.notice.resolved
        return max((it.labels.get("severity", "info") for it in alerts), key=order.index)

    def alerts(self) -> Iterator[tuple[Alert, bool]]:
        """Yield each alert and whether it fires, those that do first."""
        yield from ((it, True) for it in self.notice.firing)
        yield from ((it, False) for it in self.notice.resolved)

    def common(self, name: str) -> str | None:
        """Return an annotation, else a label, if it is the same for all alerts."""
        alerts = self.notice.firing or self.notice.resolved
        found = {it.annotations.get(name) or it.labels.get(name) for it in alerts}
        return found.pop() if len(found) == 1 else None

    @property
    def owner(self) -> str | None:
        """Return who it belongs to, as the rule or a tag says."""
        return self.common(OWNER) or self.common("team")

    @property
    def runbook(self) -> str | None:
        """Return the link of the runbook, if there is one and it is one."""
        told = self.common(RUNBOOK)
        return told if told and told.startswith(("https://", "http://")) else None

    @property
    def matchers(self) -> Sequence[str]:
        """Return the matchers of a silence of just this group."""
        labels = dict(self.notice.group) or {"alertname": self.common("alertname") or ""}
        return [f'{name}="{_escaped(value)}"' for name, value in sorted(labels.items()) if value]

    @property
    def silence_command(self) -> str:
        """Return the command that silences the group for two hours."""
        words = ["scarline", "alerts", "silence", *self.matchers, "--for", "2h", "--comment", "WHY"]
        return shlex.join(words)

    @property
    def scars_link(self) -> str | None:
        """Return the page of the scars, None where no address of pages is told."""
        asked = {it: told for it in ("metric", "host") if (told := self.common(it))}
        return self.link and f"{self.link}/scars?{urlencode(asked)}".rstrip("?")

    @property
    def silence_link(self) -> str | None:
        """Return the page on which the group can be silenced."""
        return self.link and f"{self.link}/scars?{urlencode({'silence': ','.join(self.matchers)})}"

    def seen_before(self, alert: Alert) -> str | None:
        """Return how often the scar was seen before, if anybody told."""
        evidence = alert.evidence
        return None if evidence is None else self.seen.get((evidence.series, evidence.onset))


def told(alert: Alert, *, fires: bool) -> str:
    """Return an alert in a line: what, where, since when, until when."""
    labels = alert.labels
    where = f" on {labels['host']}" if labels.get("host") else ""
    since = f"since {at(alert.starts_at)}"
    until = "" if fires or alert.ends_at is None else f" until {at(alert.ends_at)}"
    what = labels.get("metric") or labels.get("alertname", "an alert")
    return f"{what}{where}, {since}{until}"


def evidence(alert: Alert) -> str | None:
    """Return what was seen: the value, what was expected, by how much it was missed."""
    seen = alert.evidence
    if seen is None:
        return None
    unit = f" {seen.unit}" if seen.unit else ""
    parts = [f"{seen.value:g}{unit}"]
    if seen.expected is not None:
        parts.append(f"expected {seen.expected:g}{unit}")
    if seen.missed_by is not None:
        parts.append(f"missed by {seen.missed_by:.1f} mean absolute deviations")
    return ", ".join([*parts, f"score {seen.score:.2f}"])


def text(message: Message) -> str:
    """Return all of a message as plain text, for whoever shows nothing else."""
    lines = []
    for alert, fires in message.alerts():
        lines.append(f"{'firing' if fires else 'over'}: {told(alert, fires=fires)}")
        facts = (alert.annotations.get(SUMMARY), evidence(alert), message.seen_before(alert))
        lines += [f"  {it}" for it in facts if it]
    beside = {
        "owner": message.owner,
        "runbook": message.runbook,
        "scars": message.scars_link,
        "to silence": message.silence_command if message.notice.firing else None,
    }
    return "\n".join([*lines, *(f"{name}: {it}" for name, it in beside.items() if it)])


def at(moment: datetime) -> str:
    """Return a time as people read it, in UTC."""
    return moment.strftime(_TIME)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
