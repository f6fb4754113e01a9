"""Against the sandbox, over a socket: the whole road from quota to rows, with every fault."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from scarline.kinds import METRIC_POINT
from scarline.ledger import State
from scarline.model import Batch
from scarline.pipeline import Pipeline
from scarline.ports import Ask, Query, Source
from scarline.sandbox import Fault, Quota, Sandbox, World, running
from scarline.sources import datadog
from scarline.sources.datadog.nature import Nature
from scarline.stores.memory import MemoryStore
from tests.sources.datadog.pretend import NOON, missing, rows, window

ASK = Ask("metrics", window(-120, -5))


class Hurried:
    """A clock that begins at noon; who waits turns it on instead."""

    def __init__(self) -> None:
        self.now = float(NOON)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0.001)


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """A small sandbox at noon; a test that adds faults clears them."""
    with running(World(hosts=5, clock=lambda: float(NOON), quotas={})) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Iterator[Sandbox]:
    """The same, without faults and with an empty log."""
    shared.faults.clear()
    shared.log.clear()
    yield shared
    shared.faults.clear()


@asynccontextmanager
async def source(sandbox: Sandbox, **settings: Any) -> AsyncIterator[Source]:
    """A source that talks to it, in a hurry."""
    keys = {"api_key": sandbox.world.api_key, "app_key": sandbox.world.app_key}
    config = datadog.Config(**{"url": sandbox.url, "timeout_seconds": 2, **keys, **settings})
    clock = Hurried()
    nature = Nature(clock, clock.sleep, lambda: 0.5)
    async with datadog.open_source(config, MemoryStore(), clock, nature) as opened:
        yield opened


async def pulled(sandbox: Sandbox, ask: Ask = ASK, **settings: Any) -> list[Batch]:
    """All batches of one pull."""
    async with source(sandbox, **settings) as opened:
        return [it async for it in opened.pull(ask)]


async def test_v1_and_v2_bring_the_same(sandbox: Sandbox) -> None:
    """Value for value; units too."""
    one, two = await pulled(sandbox, api="v1"), await pulled(sandbox)
    assert rows(one) == rows(two) != []
    assert missing(one) == missing(two) == []
    units = {row["unit"] for batch in two for row in batch.rows.to_pylist()}
    assert "percent" in units


async def test_any_tags_may_be_grouped_by(sandbox: Sandbox) -> None:
    """By both ways; the host is a column, the others stand in tags."""
    settings: dict[str, Any] = {
        "group_by": ("availability-zone", "host"),
        "metrics": ("system.cpu.idle",),
    }
    (two,) = await pulled(sandbox, **settings)
    (one,) = await pulled(sandbox, api="v1", **settings)
    tags = [{(row["host"], row["tags"]) for row in it.rows.to_pylist()} for it in (one, two)]
    assert tags[0] == tags[1]
    assert all(host and tag.startswith("availability-zone:") for host, tag in tags[0])


async def test_check_finds_all_well(sandbox: Sandbox) -> None:
    """It is a good Datadog."""
    async with source(sandbox) as opened:
        assert [it.finding for it in await opened.check() if not it.well] == []


async def test_a_metric_that_is_not_there_is_named(sandbox: Sandbox) -> None:
    """The list of metrics is asked once."""
    gone = missing(await pulled(sandbox, metrics=("system.cpu.idle", "system.cpu.idel")))
    assert [why[:42] for _, why in gone] == ["Datadog knows no metric of that name, for "]
    assert [it.path for it in sandbox.log].count("/api/v1/metrics") == 1


HEALED = [
    *("429", "429-bare", "429-html", "429-retry-after", "500", "502", "503", "html"),
    *("truncate", "cut", "drop", "duplicate", "reorder", "gzip-on", "gzip-off", "errors-member"),
]


@pytest.mark.parametrize("name", HEALED)
async def test_a_fault_that_passes_leaves_no_trace(sandbox: Sandbox, name: str) -> None:
    """The same rows as without it, and nothing missing."""
    whole = rows(await pulled(sandbox))
    sandbox.faults.append(Fault(name, count=1))
    batches = await pulled(sandbox)
    assert rows(batches) == whole
    assert missing(batches) == []


LASTING = ["500", "html", "cut", "errors-member", "skew", "revoked", "429-bare"]


@pytest.mark.parametrize("name", LASTING)
async def test_a_fault_that_stays_is_missing_and_nothing_is_wrong(
    sandbox: Sandbox, name: str
) -> None:
    """No row is stored that would not be there without it; once it is gone all comes."""
    whole = rows(await pulled(sandbox))
    sandbox.faults.append(Fault(name))
    batches = await pulled(sandbox)
    assert missing(batches)
    assert rows(batches) == []
    sandbox.faults.clear()
    again = Ask("metrics", ASK.window, batches[-1].cursor)
    assert rows(await pulled(sandbox, again)) == whole


async def test_v1_takes_over_where_v2_is_refused(sandbox: Sandbox) -> None:
    """And brings the same rows."""
    whole = rows(await pulled(sandbox))
    sandbox.faults.append(Fault("revoked", path="/api/v2/"))
    batches = await pulled(sandbox)
    assert (rows(batches), missing(batches)) == (whole, [])


async def test_coarse_points_are_stored_as_coarse(sandbox: Sandbox) -> None:
    """Three times as far apart, and so is their interval."""
    sandbox.faults.append(Fault("coarse", value=3))
    batches = await pulled(sandbox)
    stored = {it for batch in batches for it in batch.rows.column("interval_seconds").to_pylist()}
    assert stored == {180}
    assert missing(batches) == []


async def test_a_missing_scope_is_a_sentence() -> None:
    """Which the check repeats, with what to do."""
    world = World(
        hosts=2, clock=lambda: float(NOON), missing_scopes=frozenset({"timeseries_query"})
    )
    with running(world) as sandbox:
        gone = missing(await pulled(sandbox))
        async with source(sandbox) as opened:
            (bad,) = [it for it in await opened.check() if not it.well]
    assert len(gone) == 2
    assert all("timeseries_query is required" in why for _, why in gone)
    assert "timeseries_query" in bad.remedy


@pytest.mark.parametrize("wrong", ["api_key", "app_key"])
async def test_a_wrong_key_is_missing_with_what_to_do(sandbox: Sandbox, wrong: str) -> None:
    """Nothing is raised, and the keys are not told."""
    keys: dict[str, Any] = {wrong: "not-the-right-one"}
    gone = missing(await pulled(sandbox, **keys))
    assert len(gone) == 2
    assert all("key" in why and "not-the-right-one" not in why for _, why in gone)


async def test_the_pipeline_makes_a_run_of_it(sandbox: Sandbox) -> None:
    """Pulled twice it is the same; a fault makes it partial."""
    store = MemoryStore()
    async with source(sandbox) as opened:
        pipeline = Pipeline({"metrics": opened}, store, Hurried())
        first = await pipeline.pull("metrics", ASK.window)
        again = await pipeline.pull("metrics", ASK.window)
        sandbox.faults.append(Fault("revoked", value=2))
        partial = await pipeline.pull("metrics", window(-2_000, -100))
    assert (first.state, again.state, partial.state) == (State.DONE, State.DONE, State.PARTIAL)
    assert again.counts["new"] == again.counts["changed"] == 0
    assert again.counts["same"] == first.rows
    found = await store.find(Query(METRIC_POINT))
    assert found.num_rows == first.rows + partial.counts["new"]
    assert await pipeline.verify() == []


async def test_a_hidden_limit_is_kept_by_all_who_share_it() -> None:
    """In real time: two sources, a limit that neither knows, and never a 429."""
    quota = Quota(20, 2)
    with running(World(hosts=2, quotas={"timeseries_query": quota})) as sandbox:
        notes = MemoryStore()
        now = datetime.now(UTC)
        served = await asyncio.gather(*(hurry(sandbox, notes, now) for _ in range(2)))
        statuses = [it.status for it in sandbox.log]
        counts = by_period([it.time for it in sandbox.log], quota.period)
    assert set(statuses) == {200}
    assert sum(served) == len(statuses) == 50
    assert all(count <= quota.limit for count in counts)
    assert any(count >= 0.9 * quota.limit for count in counts)


def by_period(times: Sequence[float], period: int) -> list[int]:
    """How many fall into each period."""
    periods = [int(at // period) for at in times]
    return [periods.count(number) for number in sorted(set(periods))]


async def hurry(sandbox: Sandbox, notes: MemoryStore, now: datetime) -> int:
    """Twenty-five windows as fast as they may be asked for."""
    config = datadog.Config(
        url=sandbox.url,
        api_key=sandbox.world.api_key,
        app_key=sandbox.world.app_key,
        metrics=("system.cpu.idle",),
        max_points_per_answer=100,
    )
    begun = datetime.fromtimestamp(now.timestamp() // 60 * 60 - 3_600, UTC)
    stretch = window(0, 25)
    shift = begun - stretch.start
    ask = Ask("metrics", type(stretch)(stretch.start + shift, stretch.end + shift))
    async with datadog.open_source(config, notes, lambda: datetime.now(UTC)) as opened:
        return sum([it.usage.requests async for it in opened.pull(ask)])
