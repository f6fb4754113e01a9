"""Alerts driven: one round looks at what is due, claims it, sends it and writes down what came.

Before anything is sent a row says so, and only one process can write it: a notice is sent by one
process at a time, and once it was taken, not again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyarrow as pa

from scarline.alerts import (
    COLUMNS,
    KEPT,
    Key,
    Notice,
    Rules,
    Seen,
    alerts,
    claimed,
    delivered,
    due_of,
    read_rules,
    seen,
    silences,
    undelivered,
)
from scarline.alerts import log as notices
from scarline.alerts.alert import digest
from scarline.alerts.log import DELIVERED, Entry
from scarline.bootstrap.deciding import DECISIONS, written
from scarline.bootstrap.recalling import quiet, seen_before
from scarline.errors import ConfigError, RunInProgress, ScarlineError, StoreConflict
from scarline.kinds import DECISION, SCAR
from scarline.ledger import Head
from scarline.model import Window
from scarline.notify.message import Message
from scarline.notify.sending import Sent
from scarline.notify.targets import Target, send, target
from scarline.pipeline import Pipeline
from scarline.ports import Query
from scarline.settings import Settings
from scarline.settings.named import named

SOURCE = "alerts"
"""What the ledger calls the source of notices."""

REMEMBERED = timedelta(days=5)
"""How long it is known at least what a receiver was told (Alertmanager: data.retention)."""

_PATIENCE = 12
"""How often the outcomes of notices are tried to be written, each time for some seconds."""

ENDS_UNTOLD = Sent(delivered=True, again=False, status=None, detail="it is not told of ends")


@dataclass(slots=True)
class Alerting:
    """The rules, and receivers that can be sent to. ``quiet`` is kept while nothing changes."""

    rules: Rules
    targets: Mapping[str, Target]
    quiet: tuple[tuple[str, ...], frozenset[Key]] = ((), frozenset())


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the next notices follow from, as it is ``at`` a time."""

    at: datetime
    seen: Sequence[Seen]
    log: Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one notice; ``detail`` is a sentence."""

    receiver: str
    title: str
    why: str
    state: str
    detail: str


def open_alerting(settings: Settings) -> Alerting | None:
    """Return the alerts that the settings name, None without any.

    Raises ``ConfigError`` for a file that cannot be used, with its lines, and for all receivers
    whose secret is not set.
    """
    if settings.alerts is None:
        return None
    rules = read_rules(settings.alerts)
    names = {name for it in rules.receivers.values() for name in it.secrets.values()}
    secrets = {name: it.get_secret_value() for name, it in named(settings, names).items()}
    targets, faults = {}, []
    for name, it in rules.receivers.items():
        try:
            targets[name] = target(it, secrets)
        except ConfigError as error:
            faults.append(str(error))
    if faults:
        raise ConfigError("\n".join(faults))
    return Alerting(rules, targets)


async def tell(pipeline: Pipeline, settings: Settings) -> Sequence[Told]:
    """Send what is due, if rules are set; return what became of each notice.

    A receiver that fails is told of in what is returned. Raises what :func:`open_alerting` and
    the store raise.
    """
    alerting = open_alerting(settings)
    return [] if alerting is None else await tell_due(pipeline, alerting)


async def tell_after(pipeline: Pipeline, settings: Settings, say: Callable[[str], None]) -> None:
    """Send what is due after a pull; what goes wrong is a sentence to ``say``, and no error."""
    try:
        for it in await tell(pipeline, settings):
            if it.state != DELIVERED:
                say(f"alerts: {it.receiver} was not told of {it.title}: {it.detail}")
    except ScarlineError as error:
        say(f"alerts: nobody was told: {error}")


async def tell_due(pipeline: Pipeline, alerting: Alerting) -> Sequence[Told]:
    """Do one round; several processes may do theirs at once."""
    now = await standing(pipeline, alerting)
    wanted = due_of(alerting.rules, now.seen, now.log, now.at)
    if not wanted:
        return []
    try:
        claims = await _claimed(pipeline, wanted)
    except (StoreConflict, RunInProgress):  # another process does it
        return []
    told = [_as_told(alerting, it) for it, _ in claims]
    seen = await seen_before(pipeline, [alert for it in told for alert in it.firing])
    messages = [Message(it, alerting.rules.link, seen) for it in told]
    came = await asyncio.gather(
        *(
            _sent(alerting, message, claim, pipeline.clock())
            for message, (_, claim) in zip(messages, claims, strict=True)
        )
    )
    after = [
        _after(claim, sent, pipeline.clock()) for (_, claim), sent in zip(claims, came, strict=True)
    ]
    await _written(pipeline, "outcomes of notices", after)
    return [
        Told(entry.receiver, message.title, entry.why, entry.state, entry.detail)
        for message, entry in zip(messages, after, strict=True)
    ]


async def standing(pipeline: Pipeline, alerting: Alerting) -> Standing:
    """Return how the alerts stand, and what was told of them."""
    now, store, rules = pipeline.clock(), pipeline.store, alerting.rules
    recent = Window(now - KEPT, now + timedelta(days=1))
    scars = await store.find(Query(SCAR, recent, columns=COLUMNS))
    known = Window(now - max(REMEMBERED, 2 * rules.longest_repeat), now + timedelta(days=1))
    log = await store.find(Query(DECISION, known, where={"about": [notices.ABOUT]}))
    said = await store.find(Query(DECISION, where={"about": [silences.ABOUT]}))
    stands = silences.standing(said)
    found = alerts(rules, scars, now, await _quiet(pipeline, alerting))
    return Standing(now, seen(found, stands, rules.inhibits, now), notices.standing(log))


async def _quiet(pipeline: Pipeline, alerting: Alerting) -> frozenset[Key]:
    """Return the scars of which nobody is told, made anew when scars or marks changed."""
    heads = await pipeline.store.heads()
    version = tuple(heads.get(it, Head()).digest for it in ("metrics", DECISIONS))
    if alerting.quiet[0] != version:
        alerting.quiet = version, await quiet(pipeline)
    return alerting.quiet[1]


async def _claimed(road: Pipeline, wanted: Sequence[Notice]) -> list[tuple[Notice, Entry]]:
    """Write that these notices are being sent; return those that nobody else claimed meanwhile.

    Raises ``StoreConflict`` if all are being sent by others.
    """
    claims: list[tuple[Notice, Entry]] = []

    async def make() -> pa.RecordBatch:
        where = {"about": [notices.ABOUT], "subject": [it.subject for it in wanted]}
        last = notices.standing(await road.store.find(Query(DECISION, where=where)))
        claims.clear()
        for notice in wanted:
            known, found = notice.before, last.get(notice.subject)
            if known is None and found is not None and _forgotten(found, road.clock()):
                known = found  # so long ago that it was not read: only its number counts
            if (found.version if found else 0) == (known.version if known else 0):
                version = (found.version if found else 0) + 1
                claims.append((notice, replace(claimed(notice), version=version)))
        if not claims:
            raise StoreConflict("the notices that are due are being sent by another process")
        return silences.batch(notices.row(it, road.clock()) for _, it in claims)

    await written(road, SOURCE, "notices that are due", make)
    return claims


def _forgotten(entry: Entry, now: datetime) -> bool:
    return entry.at is not None and entry.at < now - REMEMBERED


async def _written(road: Pipeline, what: str, entries: Sequence[Entry]) -> None:
    async def make() -> pa.RecordBatch:
        return silences.batch(notices.row(it, road.clock()) for it in entries)

    for _ in range(_PATIENCE):  # what is not written now would be sent again
        with suppress(RunInProgress):
            await written(road, SOURCE, what, make)
            return
    await written(road, SOURCE, what, make)


async def _sent(alerting: Alerting, message: Message, claim: Entry, now: datetime) -> Sent:
    if not message.notice.firing and not message.notice.resolved:
        return ENDS_UNTOLD
    to = alerting.targets[claim.receiver]
    told = sorted(claim.telling) or sorted(claim.told)
    attempt = digest(claim.subject, str(claim.told_at), claim.why, *told)
    try:
        return await send(to, message, now, attempt)
    except Exception as error:  # noqa: BLE001 - of a library: the other receivers are told all the same
        why = f"it could not be told: {type(error).__name__}"
        return Sent(delivered=False, again=True, status=None, detail=why)


def _as_told(alerting: Alerting, notice: Notice) -> Notice:
    receiver = alerting.rules.receivers[notice.receiver]
    return notice if receiver.send_resolved else replace(notice, resolved=())


def _after(claim: Entry, sent: Sent, now: datetime) -> Entry:
    if sent.delivered:
        return delivered(claim, now, sent.status, sent.detail)
    return undelivered(claim, now, sent.status, sent.detail, again=sent.again)
