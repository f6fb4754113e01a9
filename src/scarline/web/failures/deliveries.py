"""Deliveries of exports: each attempt is a decision row, so that it outlives a restart.

What stands is the last row about an export. Before anything is sent a row says so, and only one
process can write it; so an export is sent by one process at a time, and when its outcome is known,
not again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pyarrow as pa

from scarline.errors import StoreConflict, UsageError
from scarline.failures.decisions import EXPORTED, Decision, decided
from scarline.failures.decisions import standing as decided_so_far
from scarline.kinds import DECISION
from scarline.model import stamp
from scarline.notify.sending import Sent
from scarline.notify.webhook import Webhook, send
from scarline.pipeline import Pipeline
from scarline.web.deciding import decisions, written
from scarline.web.failures.backlog import Backlog
from scarline.web.failures.bundle import Bundle, Wanted, made

ABOUT = "failure_export"
"""What the column ``about`` says of the rows that are read here."""

SENDING, DELIVERED, WAITING, FAILED = "sending", "delivered", "waiting", "failed"

SCHEDULE = tuple(
    timedelta(seconds=it) for it in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long after each failed attempt comes the next: the schedule of Standard Webhooks 1.0."""

LOST_AFTER = timedelta(minutes=5)
"""An attempt that has no outcome after so long has none any more: its process is gone."""

SOURCE = "webhook"
"""What the ledger calls the source of deliveries."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the delivery of one export stands. Times are texts of RFC 3339, in UTC."""

    id: str
    state: str
    groups: Sequence[str]
    evidence: int
    as_of: str
    attempts: int
    status: int | None
    detail: str
    next_attempt_at: str | None
    at: str = ""
    who: str = ""
    version: int = 0

    def due(self, now: datetime) -> bool:
        """Return whether an attempt is to be made at ``now``."""
        if self.state == WAITING:
            return datetime.fromisoformat(self.next_attempt_at or self.at) <= now
        return self.state == SENDING and datetime.fromisoformat(self.at) + LOST_AFTER <= now


@dataclass(frozen=True, slots=True)
class Outbox:
    """What a delivery needs. ``writing`` is held by one write of this process at a time."""

    road: Pipeline
    backlog: Backlog
    hook: Webhook
    writing: asyncio.Lock


def as_data(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery as it is told in JSON."""
    return {name: value for name, value in asdict(delivery).items() if name != "version"}


def standing(rows: pa.Table) -> dict[str, Delivery]:
    """Return how each delivery stands, by its id, from the rows about exports in any order."""
    found: dict[str, Delivery] = {}
    for row in sorted(rows.to_pylist(), key=lambda it: int(it["version"])):
        told = orjson.loads(row["value"])
        own = {name: row[name] for name in ("who", "version")}
        found[row["subject"]] = Delivery(id=row["subject"], at=stamp(row["at"]), **own, **told)
    return found


async def deliver(box: Outbox, wanted: Wanted, who: str) -> Delivery:
    """Send an export, unless it was sent or waits for its next attempt; return how it stands.

    An export that failed for good begins anew.
    """
    bundle = await made(box.road, await box.backlog.snapshot(), wanted)
    before = standing(await decisions(box.road, ABOUT)).get(bundle.id)
    now = box.road.clock()
    if before is not None and before.state != FAILED:
        due = before.due(now)
        return await _attempted(box, before) if due else before
    new = Delivery(
        id=bundle.id,
        state=SENDING,
        groups=sorted(wanted.groups),
        evidence=wanted.evidence,
        as_of=stamp(wanted.as_of),
        attempts=0,
        status=None,
        detail="",
        next_attempt_at=None,
        who=who,
        version=before.version if before is not None else 0,
    )
    return await _attempted(box, new)


async def deliver_due(box: Outbox) -> list[Delivery]:
    """Make every attempt that is due; return how those deliveries stand then."""
    found = standing(await decisions(box.road, ABOUT))
    due = [it for it in found.values() if it.due(box.road.clock())]
    return [await _attempted(box, it) for it in due]


async def _attempted(box: Outbox, before: Delivery) -> Delivery:
    wanted = Wanted(before.groups, before.evidence, datetime.fromisoformat(before.as_of))
    claim = replace(before, state=SENDING, attempts=before.attempts + 1, next_attempt_at=None)
    try:
        claim = await _noted(box, claim)
    except StoreConflict:  # another process was first, and its attempt is under way
        return standing(await decisions(box.road, ABOUT))[before.id]
    try:
        bundle = await made(box.road, await box.backlog.snapshot(), wanted)
    except UsageError as error:  # its failures were rolled back since
        gone = Sent(delivered=False, again=False, status=None, detail=str(error))
        return await _noted(box, _after(claim, gone, box.road.clock()))
    sent = await send(box.hook, before.id, box.road.clock(), bundle.body)
    after = _after(claim, sent, box.road.clock())
    if not sent.delivered:
        return await _noted(box, after)
    return await _noted(box, after, bundle)


def _after(claim: Delivery, sent: Sent, now: datetime) -> Delivery:
    """Return how a delivery stands after an attempt."""
    left = claim.attempts <= len(SCHEDULE)
    following = None
    if sent.again and left:
        following = stamp(now + SCHEDULE[claim.attempts - 1])
    state = DELIVERED if sent.delivered else WAITING if following else FAILED
    return replace(
        claim, state=state, status=sent.status, detail=sent.detail, next_attempt_at=following
    )


async def _noted(box: Outbox, delivery: Delivery, bundle: Bundle | None = None) -> Delivery:
    """Write how a delivery stands, if nobody did since; with a bundle its groups are exported.

    Raises ``StoreConflict`` if somebody did.
    """
    noted = replace(delivery, version=delivery.version + 1)

    async def make() -> pa.RecordBatch:
        now = box.road.clock()
        last = standing(await decisions(box.road, ABOUT)).get(delivery.id)
        if (last.version if last is not None else 0) != delivery.version:
            raise StoreConflict(f"the delivery of export {delivery.id} went on meanwhile")
        parts = [_row(noted, now)]
        if bundle is not None:
            parts += _marks(noted, bundle, await decisions(box.road), now)
        return pa.Table.from_batches(parts).combine_chunks().to_batches()[0]

    async with box.writing:
        await written(box.road, SOURCE, f"delivery of export {delivery.id}", make)
    return replace(noted, at=stamp(box.road.clock()))


def _marks(
    delivery: Delivery, bundle: Bundle, before: pa.Table, now: datetime
) -> list[pa.RecordBatch]:
    """Return the rows that say that the groups of a bundle are exported, where that may be."""
    versions, marks = decided_so_far(before), []
    value: Mapping[str, Any] = {"state": EXPORTED, "export": delivery.id}
    known = {it.id for it in bundle.groups}
    for name in sorted(known):
        version = versions.version(name) + 1
        mark = Decision(name, version, now, delivery.who, "state", value)
        try:
            marks.append(decided(mark, before, known))
        except UsageError:  # dismissed or merged while it was sent: what a person said stands
            continue
    return marks


def _row(delivery: Delivery, now: datetime) -> pa.RecordBatch:
    told = as_data(delivery)
    value = {name: told[name] for name in told if name not in ("id", "at", "who")}
    row = {
        "about": ABOUT,
        "subject": delivery.id,
        "version": delivery.version,
        "at": now.astimezone(UTC),
        "who": delivery.who,
        "what": "delivery",
        "value": orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode(),
        "why": None,
    }
    return pa.RecordBatch.from_pylist([row], schema=DECISION.schema)
