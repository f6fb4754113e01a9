"""Which notices are due: a function of rules, scars, silences, the log and the time, nothing else.

The first notice about a group goes ``group_wait`` after its first alert fires. From then on the
group is looked at every ``group_interval``: whoever began to fire, or is over, is told then; what
stays the same is told again at the first such moment after ``repeat_interval``. So Alertmanager
does it (dispatch/dispatch.go, notify/notify.go); docs/decisions/0016-alerts.md says where this
differs.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyarrow as pa

from scarline.alerts.alert import FIRING, PENDING, RESOLVED, Alert, Key, alerts, digest
from scarline.alerts.log import (
    FAILED,
    LOST_AFTER,
    SENDING,
    WAITING,
    Entry,
    known,
)
from scarline.alerts.matching import Labels
from scarline.alerts.muting import Seen, seen
from scarline.alerts.receivers import ALERTMANAGER, Receiver
from scarline.alerts.rules import Route, Rules
from scarline.alerts.silences import Silence

FIRST, CHANGED, REPEATED, OVER = "first", "changed", "repeated", "over"
"""Why a notice is due."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What one receiver is told of one group. ``resolved`` are alerts that it was told of before.

    ``before`` is the entry of the log that it follows, None for the first one.
    """

    subject: str
    receiver: str
    group_key: str
    group: Labels
    firing: tuple[Alert, ...]
    resolved: tuple[Alert, ...]
    why: str
    before: Entry | None = None

    @property
    def status(self) -> str:
        """Return whether anything of the group still fires."""
        return FIRING if self.firing else RESOLVED


@dataclass(slots=True)
class Group:
    """The alerts of one group at one receiver, on their way. ``subject`` is its name in the log."""

    route: Route
    receiver: Receiver
    key: str
    labels: Labels
    subject: str
    members: list[Seen] = field(default_factory=list)


def due(  # noqa: PLR0913, PLR0917 - what a notice follows from, each by its name
    rules: Rules,
    scars: pa.Table,
    silences: Sequence[Silence],
    log: Mapping[str, Entry],
    now: datetime,
    quiet: Collection[Key] = (),
) -> list[Notice]:
    """Return the notices that are due at ``now``.

    ``scars`` are rows of SCAR, ``quiet`` those of them of which nobody is told; ``log`` is what
    :func:`scarline.alerts.log.standing` makes of the rows about notices.
    """
    found = seen(alerts(rules, scars, now, quiet), silences, rules.inhibits, now)
    return due_of(rules, found, log, now)


def due_of(
    rules: Rules, found: Sequence[Seen], log: Mapping[str, Entry], now: datetime
) -> list[Notice]:
    """Return the notices that are due about alerts that were made already."""
    groups = {it.subject: it for it in grouped(rules, found)}
    forgotten = [it for name, it in log.items() if it.told and name not in groups]
    for entry in forgotten:  # rolled back, or the rules are others: it is over for the receiver
        if entry.receiver in rules.receivers:
            receiver = rules.receivers[entry.receiver]
            key, labels = entry.group_key, entry.group
            groups[entry.subject] = Group(rules.route, receiver, key, labels, entry.subject)
    notices = [_notice(group, log.get(name), now) for name, group in groups.items()]
    told = [it for it in notices if it is not None]
    return sorted(told, key=lambda it: (it.receiver, it.group_key))


def grouped(rules: Rules, found: Sequence[Seen]) -> list[Group]:
    """Return the groups of all alerts that fire or are over, for each receiver of theirs."""
    groups: dict[str, Group] = {}
    for it in found:
        if it.alert.state == PENDING:
            continue
        for route in rules.route.leading(it.alert.labels):
            labels = route.grouped(it.alert.labels)
            key = f"{route.path}:{_spelled(labels)}"
            subject = digest(route.receiver, key)
            if subject not in groups:
                receiver = rules.receivers[route.receiver]
                groups[subject] = Group(route, receiver, key, labels, subject)
            groups[subject].members.append(it)
    return list(groups.values())


def _notice(group: Group, last: Entry | None, now: datetime) -> Notice | None:
    firing = [it.alert for it in group.members if it.alert.state == FIRING and not it.muted]
    resolved = _resolved(group, last)
    why = _why(group, last, firing, resolved, now)
    if why is None or (last is not None and not _free(last, firing, group.route, now)):
        return None
    return Notice(
        subject=group.subject,
        receiver=group.receiver.name,
        group_key=group.key,
        group=group.labels,
        firing=tuple(firing),
        resolved=tuple(resolved),
        why=why,
        before=last,
    )


def _resolved(group: Group, last: Entry | None) -> list[Alert]:
    """Return what the receiver believes to fire and is over, or is no alert any more.

    Of the latter nobody knows when it ended: it was told of at the last notice.
    """
    members = {it.alert.fingerprint: it for it in group.members}
    found = []
    for name, own in last.told.items() if last is not None else ():
        it = members.get(name)
        if it is None:
            ended = last.told_at if last is not None else None
            found.append(Alert(own.labels, own.starts_at, own.starts_at, ended, state=RESOLVED))
        elif it.alert.state == RESOLVED and not it.muted:
            found.append(it.alert)
    return found


def _why(
    group: Group,
    last: Entry | None,
    firing: Sequence[Alert],
    resolved: Sequence[Alert],
    now: datetime,
) -> str | None:
    """Return why a notice is due; None if none is."""
    wait, interval, repeat = _rhythm(group)
    if last is None or not last.told or last.told_at is None:
        begun = min((it.fires_at for it in firing), default=None)
        return FIRST if begun is not None and begun + wait <= now else None
    looks = (now - last.told_at) // interval
    if not looks:
        return None
    looked = last.told_at + looks * interval
    if any(it.fires_at <= looked for it in firing if it.fingerprint not in last.told):
        return CHANGED
    over = any(it.ends_at is not None and it.ends_at <= looked for it in resolved)
    if over and not firing:
        return OVER
    if over and group.receiver.send_resolved:
        return CHANGED
    return REPEATED if firing and looks * interval >= repeat else None


def _rhythm(group: Group) -> tuple[timedelta, timedelta, timedelta]:
    """Return wait, interval and repeat of a group; a real Alertmanager waits by itself."""
    route, resend = group.route, group.receiver.resend
    if group.receiver.type == ALERTMANAGER:
        return timedelta(0), min(route.group_interval, resend), resend
    return route.group_wait, route.group_interval, route.repeat_interval


def _free(last: Entry, firing: Sequence[Alert], route: Route, now: datetime) -> bool:
    """Return whether an attempt may be made: none is under way, and none waits for its time."""
    at = last.at or now
    if last.state == SENDING:
        return at + LOST_AFTER <= now
    if last.state == WAITING:
        return last.next_attempt_at is None or last.next_attempt_at <= now
    if last.state == FAILED:  # it was refused for good: something else may be taken
        return known(firing).keys() != last.telling.keys() or at + route.repeat_interval <= now
    return True


def claimed(notice: Notice) -> Entry:
    """Return the entry that says that a notice is being sent: who writes it, sends it."""
    last = notice.before
    again = last is not None and last.state in (SENDING, WAITING)
    return Entry(
        subject=notice.subject,
        receiver=notice.receiver,
        group_key=notice.group_key,
        group=notice.group,
        state=SENDING,
        told=last.told if last else {},
        told_at=last.told_at if last else None,
        telling=known(notice.firing),
        why=notice.why,
        attempts=(last.attempts if last and again else 0) + 1,
        version=(last.version if last else 0) + 1,
    )


def _spelled(labels: Labels) -> str:
    return "{" + ", ".join(f'{name}="{it}"' for name, it in labels.items()) + "}"
