"""The governor: several of them share one account and never send too much."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import pytest

from scarline.ports import Note, Notes
from scarline.sources.datadog.governor import Governor, Thrift
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.nature import Nature
from scarline.stores.memory import MemoryStore
from tests.sources.datadog.pretend import NOON, Time

ROUTE, OTHER = "GET /a", "GET /b"


@dataclass
class Slow:
    """Notes at the other end of a wire: between reading and writing others come in."""

    notes: Notes
    time: Time
    conflicts: int = 0

    async def note(self, name: str) -> Note:
        found = await self.notes.note(name)
        await self.time.sleep(0.002)
        return found

    async def swap(self, name: str, text: str, version: int) -> bool:
        await self.time.sleep(0.003)
        done = await self.notes.swap(name, text, version)
        self.conflicts += not done
        return done


@dataclass
class Limited:
    """Counts by calendar period, and says so in headers."""

    time: Time
    limit: int
    period: int
    by_period: Counter[int] = field(default_factory=Counter)
    refused: int = 0

    def answer(self) -> tuple[int, dict[str, str]]:
        number = int(self.time.now // self.period)
        status = 200 if self.by_period[number] < self.limit else 429
        self.by_period[number] += status == 200
        self.refused += status == 429
        left = -int(-((number + 1) * self.period - self.time.now) // 1)
        return status, {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Period": str(self.period),
            "X-RateLimit-Remaining": str(self.limit - self.by_period[number]),
            "X-RateLimit-Reset": str(left),
            "X-RateLimit-Name": "bucket",
        }


def governor(notes: Notes, time: Time, thrift: Thrift | None = None) -> Governor:
    """One process's governor."""
    return Governor(notes, "pretend", thrift or Thrift(), Nature(time, time.sleep, lambda: 0.5))


async def work(governor: Governor, time: Time, limited: Limited, until: float) -> None:
    """Ask without end."""
    meter = Meter()
    while time.now < until:
        await governor.reserve(ROUTE, meter)
        await time.sleep(0.03)
        status, headers = limited.answer()
        await time.sleep(0.02)
        await governor.observe(ROUTE, status, headers)


@pytest.mark.parametrize("processes", [1, 2, 4])
async def test_processes_share_a_limit(processes: int) -> None:
    """Over nine tenths of it are used, none is refused, though none of them knew the limit."""
    time = Time()
    store = Slow(MemoryStore(), time)
    limited = Limited(time, limit=60, period=20)
    governors = [governor(store, time) for _ in range(processes)]
    await asyncio.gather(*(work(it, time, limited, NOON + 100) for it in governors * 2))
    full = [limited.by_period[number] for number in range(NOON // 20, NOON // 20 + 5)]
    assert (limited.refused, full[1:]) == (0, [57] * 4)
    assert (processes == 1) == (store.conflicts == 0)


async def test_the_first_request_goes_alone_and_the_others_follow_its_answer() -> None:
    """Nobody knows before how many may go."""
    time, store = Time(), MemoryStore()
    here, there = governor(store, time), governor(store, time)
    await here.reserve(ROUTE, Meter())
    waiting = asyncio.create_task(there.reserve(ROUTE, Meter()))
    await time.sleep(3)
    assert not waiting.done()
    await here.observe(ROUTE, 200, Limited(time, 10, 10).answer()[1])
    await time.sleep(0.5)
    assert waiting.done()
    assert time.now < NOON + 4


async def test_the_first_request_may_die() -> None:
    """The others do not wait for it for ever."""
    time, store = Time(), MemoryStore()
    await governor(store, time).reserve(ROUTE, Meter())
    await governor(store, time).reserve(ROUTE, Meter())
    assert NOON + 10 <= time.now < NOON + 11


async def test_routes_of_one_bucket_share_it() -> None:
    """Whichever process learnt of it."""
    time, store = Time(), MemoryStore()
    limited = Limited(time, limit=4, period=30)
    here, there = governor(store, time, Thrift(0.25)), governor(store, time, Thrift(0.25))
    for route in (ROUTE, OTHER):
        await here.reserve(route, Meter())
        await here.observe(route, *limited.answer())
    await there.reserve(OTHER, Meter())
    assert time.now == NOON
    meter = Meter()
    await there.reserve(ROUTE, meter)
    assert NOON + 30 <= time.now <= NOON + 32
    assert meter.usage.waited_seconds == time.now - NOON


async def test_a_429_stops_all_processes() -> None:
    """Until the hour it names."""
    time, store = Time(), MemoryStore()
    here, there = governor(store, time), governor(store, time)
    await here.reserve(ROUTE, Meter())
    await here.observe(ROUTE, 429, {"Retry-After": "25"})
    await there.reserve(ROUTE, Meter())
    assert NOON + 25 <= time.now < NOON + 26


async def test_the_pace_is_kept() -> None:
    """Six a minute are one every ten seconds."""
    time = Time()
    slow = governor(MemoryStore(), time, Thrift(requests_per_minute=6))
    await slow.observe(ROUTE, 200, {})
    for _ in range(4):
        await slow.reserve(ROUTE, Meter())
    assert time.now == NOON + 30


async def test_what_is_left_is_known_when_something_is() -> None:
    """Of the tightest bucket, less the share."""
    time = Time()
    fresh = governor(MemoryStore(), time)
    assert fresh.left() is None
    await fresh.reserve(ROUTE, Meter())
    await fresh.observe(ROUTE, *Limited(time, 100, 60).answer())
    assert fresh.left() == 94
    known = await fresh.known(ROUTE)
    assert known is not None
    assert (known.limit, known.used) == (100, 1)


async def test_waits_that_overlap_count_once() -> None:
    """What a person waited is what is told."""
    time = Time()
    nature, whole = Nature(time, time.sleep, lambda: 0.5), Meter()
    parts = [whole.part(), whole.part()]
    await asyncio.gather(nature.wait(10, parts[0]), nature.wait(4, parts[1]))
    assert whole.usage.waited_seconds == 10
    assert sum(part.usage.waited_seconds for part in parts) == 10


async def test_the_name_of_a_bucket_cannot_break_the_name_of_a_note() -> None:
    """It comes from the other side."""
    time, store = Time(), MemoryStore()
    hostile = governor(store, time)
    name = "a\x00b/../" + "c" * 1_000
    await hostile.reserve(ROUTE, Meter())
    await hostile.observe(
        ROUTE, 200, {**Limited(time, 10, 10).answer()[1], "X-RateLimit-Name": name}
    )
    note = await store.note(f"datadog route pretend {ROUTE}")
    assert note.text == ("a_b/../" + "c" * 1_000)[:100]
