"""Silences written and expired, each by a run on the ledger; and notices that try a receiver."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import orjson
import pyarrow as pa

from scarline.alerts import Notice, Silence, silences
from scarline.alerts.alert import Alert, digest
from scarline.bootstrap.alerting import Alerting
from scarline.bootstrap.deciding import written
from scarline.errors import UsageError
from scarline.kinds import DECISION
from scarline.notify.message import Message
from scarline.notify.sending import Sent
from scarline.notify.targets import send
from scarline.pipeline import Pipeline
from scarline.ports import Query
from scarline.privacy import redact_json

TEST = "ScarlineTest"
"""The name of the alert that a test sends."""

_KEPT_OPEN = frozenset({"pagerduty", "alertmanager"})
"""Types at which an alert stays open until it is resolved."""


async def found(road: Pipeline) -> list[Silence]:
    """Return all silences as they stand, the newest first."""
    return silences.standing(
        await road.store.find(Query(DECISION, where={"about": [silences.ABOUT]}))
    )


async def add(road: Pipeline, wanted: Silence, by: str) -> Silence:
    """Write a new silence as a run of the source ``by``; the same twice is one.

    Raises ``UsageError`` if redaction would make it silence something else than was meant.
    """
    _unharmed(road, wanted)
    known = next((it for it in await found(road) if it.id == wanted.id), None)
    return known or await _written(road, wanted, by, wanted.author)


async def expire(road: Pipeline, name: str, by: str, who: str) -> Silence:
    """End a silence now; raises ``UsageError`` if there is none of that id, or it is over."""
    known = next((it for it in await found(road) if it.id == name), None)
    if known is None:
        raise UsageError(f"there is no silence {name}: `scarline alerts silences` lists them")
    return await _written(road, silences.expired(known, road.clock()), by, who)


async def _written(road: Pipeline, wanted: Silence, by: str, who: str) -> Silence:
    async def make() -> pa.RecordBatch:
        return silences.batch([silences.row(wanted, road.clock(), who)])

    await written(road, by, f"silence {wanted.id}", make)
    return wanted


def _unharmed(road: Pipeline, wanted: Silence) -> None:
    value = orjson.loads(silences.row(wanted, wanted.starts_at, "")["value"])
    if redact_json(value, road.policy) != value:
        raise UsageError(
            "a value in these matchers looks like personal data, which is not stored: silence by "
            "another label, or by a pattern"
        )


async def tried(
    alerting: Alerting, now: datetime, only: Sequence[str] = ()
) -> list[tuple[str, Sent]]:
    """Send a test notice to each receiver, or to those named, at once; return what became of each.

    Where an alert stays open until it is resolved, it is resolved right after. Nothing is
    written. Raises ``UsageError`` for a receiver that there is not.
    """
    if unknown := sorted(set(only) - alerting.targets.keys()):
        there = ", ".join(sorted(alerting.targets)) or "none"
        raise UsageError(f"there is no receiver {', '.join(unknown)}: there is {there}")
    names = list(dict.fromkeys(only or alerting.targets))
    came = await asyncio.gather(*(_tried(alerting, it, now) for it in names))
    return list(zip(names, came, strict=True))


async def _tried(alerting: Alerting, name: str, now: datetime) -> Sent:
    to = alerting.targets[name]
    sent = await send(to, _test(alerting, name, now, fires=True), now, digest(name, str(now)))
    if not (sent.delivered and to.receiver.type in _KEPT_OPEN):
        return sent
    return await send(
        to, _test(alerting, name, now, fires=False), now, digest(name, str(now), "over")
    )


def _test(alerting: Alerting, receiver: str, now: datetime, *, fires: bool) -> Message:
    labels = {"alertname": TEST, "severity": "info"}
    said = {"summary": "This is a test: somebody asked whether notices come through."}
    alert = Alert(labels, now, now, None if fires else now, said)
    firing, resolved = ((alert,), ()) if fires else ((), (alert,))
    group = {"alertname": TEST}
    subject = digest(receiver, TEST)
    notice = Notice(subject, receiver, "{}:test", group, firing, resolved, "test")
    return Message(notice, alerting.rules.link)
