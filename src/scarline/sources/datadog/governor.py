"""The governor: asks the shared account before each request, and tells it after.

One :class:`~scarline.sources.datadog.quota.Quota` for each bucket lies in a note that all
processes share; each change is a compare-and-swap, so no request is granted twice. Which
bucket a route belongs to is known only after its first answer and is a note as well;
until then the route itself stands in for its bucket.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from scarline.ports import Notes
from scarline.sources.datadog import quota
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.nature import Nature
from scarline.sources.datadog.quota import Quota

log = structlog.get_logger(__name__)

T = TypeVar("T")

SPREAD_SHARE = 0.01
SPREAD_SECONDS = 5.0
"""Those that wait for an edge wake over this part of the period, at most this long."""

CONTENTION_SECONDS = 0.05
"""How long to step back, at most, when another process changed the note first."""

NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.:/ -]")


@dataclass(frozen=True, slots=True)
class Thrift:
    """How much of the quota may be used: the share left to others, the pace of our own."""

    human_share: float = 0.05
    requests_per_minute: int | None = None


@dataclass
class Governor:
    """Grants requests to one host of Datadog, within what its rate limits leave."""

    notes: Notes
    host: str
    thrift: Thrift
    nature: Nature
    _buckets: dict[str, str] = field(default_factory=dict)
    _known: dict[str, Quota] = field(default_factory=dict)
    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _next_at: float = 0.0

    async def reserve(self, route: str, meter: Meter) -> None:
        """Return when one request to ``route`` may be sent; ``meter`` hears of the wait."""
        await self._pace(meter)
        while True:
            bucket = await self._bucket(route)
            wait = await self._change(bucket, self._take)
            if wait <= 0:
                return
            known = self._known[bucket]
            spread = min(known.period * SPREAD_SHARE, SPREAD_SECONDS)
            wait += self.nature.chance() * spread
            log.debug("waiting", route=route, bucket=bucket, seconds=round(wait, 3))
            await self.nature.wait(wait, meter)

    async def observe(self, route: str, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer of ``route``: its limit, what others used, a refusal."""
        said = quota.told(headers, self.nature.now())
        if said.name and status < quota.SERVER_ERROR:
            await self._belongs(route, _plain(said.name))
        bucket = await self._bucket(route)
        chance = self.nature.chance()

        def learn(before: Quota) -> tuple[Quota, None]:
            return quota.answered(before, status, said, self.nature.now(), chance), None

        await self._change(bucket, learn)

    async def known(self, route: str) -> Quota | None:
        """Return the quota of the bucket of ``route`` as it stands, None while it is unknown."""
        bucket = await self._bucket(route)
        found = quota.read((await self.notes.note(self._note("quota", bucket))).text)
        return quota.turned(found, self.nature.now()) if found.limit is not None else None

    def left(self) -> int | None:
        """Return what remains of the tightest bucket used here, as last seen."""
        limits = [
            quota.ceiling(it.limit, self.thrift.human_share) - it.used
            for it in (quota.turned(it, self.nature.now()) for it in self._known.values())
            if it.limit is not None
        ]
        return max(0, min(limits)) if limits else None

    async def _pace(self, meter: Meter) -> None:
        pace = self.thrift.requests_per_minute
        if pace is not None:
            turn = max(self.nature.now(), self._next_at)
            self._next_at = turn + 60 / pace
            await self.nature.wait(turn - self.nature.now(), meter)

    def _take(self, before: Quota) -> tuple[Quota, float]:
        return quota.taken(before, self.nature.now(), self.thrift.human_share)

    async def _bucket(self, route: str) -> str:
        """Return the bucket of ``route``; the route stands in while nobody knows it."""
        if route not in self._buckets:
            note = await self.notes.note(self._note("route", route))
            if not note.text:
                return route
            self._buckets[route] = note.text
        return self._buckets[route]

    async def _belongs(self, route: str, bucket: str) -> None:
        name = self._note("route", route)
        while self._buckets.get(route) != bucket:
            note = await self.notes.note(name)
            if note.text == bucket or await self.notes.swap(name, bucket, note.version):
                self._buckets[route] = bucket

    async def _change(self, bucket: str, change: Callable[[Quota], tuple[Quota, T]]) -> T:
        """Apply ``change`` to the quota of ``bucket`` as one step for all processes."""
        name = self._note("quota", bucket)
        async with self._locks[name]:
            while True:
                note = await self.notes.note(name)
                before = quota.read(note.text)
                after, result = change(before)
                self._known[bucket] = after
                if after == before or await self.notes.swap(
                    name, quota.written(after), note.version
                ):
                    return result
                await self.nature.sleep(self.nature.chance() * CONTENTION_SECONDS)

    def _note(self, what: str, name: str) -> str:
        return f"datadog {what} {self.host} {name}"


def _plain(name: str) -> str:
    """Return the name of a bucket as it may stand in the name of a note."""
    return NOT_IN_A_NAME.sub("_", name)[:100]
