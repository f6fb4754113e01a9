"""The log of notices: what each receiver was told of each group of alerts, and how that went.

It is rows of decisions; the last one about a group holds all that the next notice has to know,
so any process can go on.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scarline.alerts.alert import Alert
from scarline.alerts.matching import Labels
from scarline.model import stamp

ABOUT = "alert"
"""What the column ``about`` says of the rows that are read here."""

WHO = "scarline"

SENDING, DELIVERED, WAITING, FAILED = "sending", "delivered", "waiting", "failed"

SCHEDULE = tuple(timedelta(seconds=it) for it in (5, 15, 30, 60, 120, 300, 600, 1_800))
"""How long after each failed attempt comes the next, and from then on every half hour: what is
still true an hour later is still worth telling."""

MOST_LABELLED = 1_000
"""Alerts of one group whose labels are kept; of the others only that they are known."""

LOST_AFTER = timedelta(minutes=2)
"""An attempt that has no outcome after so long has none any more: its process is gone."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a receiver knows of one alert: enough to tell that it is over."""

    labels: Labels
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """How the notices about one group to one receiver stand.

    ``told`` is what the receiver believes to fire since ``told_at``; ``telling`` what it will
    believe once the attempt that is under way, or waits, is taken.
    """

    subject: str
    receiver: str
    group_key: str
    group: Labels
    state: str
    told: Mapping[str, Known] = field(default_factory=dict)
    told_at: datetime | None = None
    telling: Mapping[str, Known] = field(default_factory=dict)
    why: str = ""
    attempts: int = 0
    status: int | None = None
    detail: str = ""
    next_attempt_at: datetime | None = None
    at: datetime | None = None
    version: int = 0


def known(alerts: Sequence[Alert]) -> dict[str, Known]:
    """Return what a receiver knows of these alerts, by their fingerprints."""
    return {it.fingerprint: Known(it.labels, it.starts_at) for it in alerts}


def delivered(claim: Entry, at: datetime, status: int | None, detail: str) -> Entry:
    """Return the entry of an attempt that was taken ``at`` a time."""
    return replace(
        claim,
        state=DELIVERED,
        told=claim.telling,
        told_at=at,
        telling={},
        status=status,
        detail=detail,
        version=claim.version + 1,
    )


def undelivered(
    claim: Entry, at: datetime, status: int | None, detail: str, *, again: bool
) -> Entry:
    """Return the entry of an attempt that failed ``at`` a time; ``again``: it is worth another."""
    wait = SCHEDULE[min(claim.attempts, len(SCHEDULE)) - 1]
    return replace(
        claim,
        state=WAITING if again else FAILED,
        status=status,
        detail=detail,
        next_attempt_at=at + wait if again else None,
        version=claim.version + 1,
    )


def standing(decisions: pa.Table) -> dict[str, Entry]:
    """Return how the notices stand, by subject, from rows of DECISION in any order."""
    rows = decisions.filter(pc.equal(decisions["about"].cast(pa.string()), ABOUT)).to_pylist()
    return {row["subject"]: _read(row) for row in sorted(rows, key=lambda it: int(it["version"]))}


def row(entry: Entry, at: datetime) -> Mapping[str, Any]:
    """Return an entry as a row of DECISION."""
    value = {
        **{name: getattr(entry, name) for name in _PLAIN},
        **{name: _written(getattr(entry, name)) for name in ("told", "telling")},
        **{name: _stamped(getattr(entry, name)) for name in ("told_at", "next_attempt_at")},
        "group": dict(entry.group),
    }
    return {
        "about": ABOUT,
        "subject": entry.subject,
        "version": entry.version,
        "at": at.astimezone(UTC),
        "who": WHO,
        "what": "notice",
        "value": json.dumps(value, sort_keys=True),
        "why": None,
    }


_PLAIN = ("receiver", "group_key", "state", "why", "attempts", "status", "detail")


def _read(told: Mapping[str, Any]) -> Entry:
    value = json.loads(told["value"])
    return Entry(
        subject=told["subject"],
        **{name: value[name] for name in _PLAIN},
        group=value["group"],
        told=_known(value["told"], told["at"]),
        telling=_known(value["telling"], told["at"]),
        told_at=_moment(value["told_at"]),
        next_attempt_at=_moment(value["next_attempt_at"]),
        at=told["at"],
        version=int(told["version"]),
    )


def _written(told: Mapping[str, Known]) -> dict[str, Any]:
    """Return what a receiver knows, the labels that all have in common once.

    A row has its limits (Firestore: 1 MiB a document), and a bad day has thousands of alerts: of
    those beyond the first many only the fingerprints are kept.
    """
    first = next(iter(told.values()), None)
    items = list(first.labels.items()) if first is not None else []
    common = {
        name: value
        for name, value in items
        if all(it.labels.get(name) == value for it in told.values())
    }
    return {
        "labels": common,
        "alerts": {
            name: {
                "labels": {key: it for key, it in own.labels.items() if key not in common},
                "starts_at": stamp(own.starts_at),
            }
            for name, own in list(told.items())[:MOST_LABELLED]
        },
        "beyond": list(told)[MOST_LABELLED:],
    }


def _known(value: Mapping[str, Any], at: datetime) -> dict[str, Known]:
    common = value["labels"]
    own = {
        name: Known(common | it["labels"], datetime.fromisoformat(it["starts_at"]))
        for name, it in value["alerts"].items()
    }
    return own | dict.fromkeys(value["beyond"], Known(common, at))


def _stamped(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
