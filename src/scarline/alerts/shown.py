"""Alerts as they are listed: how each stands, why, and who was told."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from scarline.alerts.alert import FIRING, Alert, Evidence
from scarline.alerts.log import Entry
from scarline.alerts.muting import Seen
from scarline.alerts.noticing import Group, grouped
from scarline.alerts.rules import Rules
from scarline.model import stamp

SILENCED, INHIBITED = "silenced", "inhibited"

_MOST_ASKED = 2_000


def listed(rules: Rules, found: Sequence[Seen], log: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """Return the alerts that are pending or fire, each with what mutes it and who was told.

    The newest first, and of those that began together by their names, metrics and hosts.
    """
    groups: dict[str, list[Group]] = {}
    for group in grouped(rules, found):
        for it in group.members:
            groups.setdefault(it.alert.fingerprint, []).append(group)
    return [
        as_data(it.alert)
        | {
            "state": state(it),
            "silenced_by": list(it.silenced_by),
            "inhibited_by": list(it.inhibited_by),
            "receivers": [
                _receiver(own, log.get(own.subject), it.alert.fingerprint)
                for own in groups.get(it.alert.fingerprint, ())
            ],
        }
        for it in sorted(found, key=_newest_first)
        if it.alert.state != "resolved"
    ][:_MOST_ASKED]


def _newest_first(it: Seen) -> tuple[float, list[str]]:
    names = [it.alert.labels.get(name, "") for name in ("alertname", "metric", "host")]
    return -it.alert.starts_at.timestamp(), names


def state(seen: Seen) -> str:
    """Return how an alert stands in a word: a silence says more than an inhibition."""
    if seen.alert.state == FIRING and seen.silenced_by:
        return SILENCED
    if seen.alert.state == FIRING and seen.inhibited_by:
        return INHIBITED
    return seen.alert.state


def as_data(alert: Alert) -> dict[str, Any]:
    """Return an alert as it is told in JSON."""
    return {
        "fingerprint": alert.fingerprint,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "state": alert.state,
        "starts_at": stamp(alert.starts_at),
        "fires_at": stamp(alert.fires_at),
        "ends_at": None if alert.ends_at is None else stamp(alert.ends_at),
        "evidence": None if alert.evidence is None else _evidence(alert.evidence),
    }


def _evidence(seen: Evidence) -> dict[str, Any]:
    return asdict(seen) | {"onset": stamp(seen.onset)}


def _receiver(group: Group, entry: Entry | None, fingerprint: str) -> dict[str, Any]:
    told = entry is not None and fingerprint in entry.told
    told_at = entry.told_at if entry is not None and told else None
    return {
        "receiver": group.receiver.name,
        "group": dict(group.labels),
        "told": told,
        "told_at": None if told_at is None else stamp(told_at),
        "delivery": None if entry is None else entry.state,
        "detail": None if entry is None else entry.detail,
    }
