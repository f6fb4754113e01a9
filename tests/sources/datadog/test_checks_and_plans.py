"""What doctor is told, and what a pull would cost: every finding has a remedy."""

from typing import Any

import pytest

from scarline.ports import Ask, Check, Planned
from scarline.stores.memory import MemoryStore
from tests.sources.datadog.pretend import (
    NOON,
    V1,
    V2,
    Pretend,
    Reply,
    pulled,
    refusal,
    reply,
    source,
    window,
)

CPU = "avg:system.cpu.idle{*} by {host}.rollup(avg, 60)"
LOAD = "avg:system.load.1{*} by {host}.rollup(avg, 60)"


async def checked(pretend: Pretend, **settings: Any) -> list[Check]:
    """What check finds."""
    async with source(pretend, **settings) as opened:
        return list(await opened.check())


async def test_all_is_well_with_two_requests() -> None:
    """The keys, the permission, the clock."""
    pretend = Pretend()
    found = await checked(pretend)
    assert [(it.name, it.well) for it in found] == [
        ("datadog API key", True),
        ("datadog metrics", True),
        ("clock", True),
    ]
    assert [it.path for it in pretend.log] == ["/api/v1/validate", V2]


BAD: list[tuple[str, Reply, str, str]] = [
    ("/api/v1/validate", refusal(403), "datadog API key", "DD_API_KEY"),
    ("/api/v1/validate", reply({"valid": False}), "datadog API key", "DD_API_KEY"),
    ("/api/v1/validate", refusal(503), "datadog API key", "DD_SITE"),
    ("/api/v1/validate", Reply(302, b"", {"location": "/login"}), "datadog API key", "DD_SITE"),
    ("/api/v1/validate", Reply(200, b"<html>"), "datadog API key", "DD_SITE"),
    (V2, refusal(403), "datadog metrics", "timeseries_query and metrics_read"),
    (V2, refusal(401), "datadog metrics", "DD_APP_KEY"),
    (V2, refusal(500), "datadog metrics", "DD_SITE"),
    (V2, Reply(200, b"<html>"), "datadog metrics", "DD_SITE"),
]


@pytest.mark.parametrize(("path", "trouble", "name", "remedy"), BAD)
async def test_what_is_not_well_has_a_remedy(
    path: str, trouble: Reply, name: str, remedy: str
) -> None:
    """That names what to set or to ask for."""
    pretend = Pretend(troubles=[lambda it: trouble if it.path == path else None])
    (bad,) = [it for it in await checked(pretend) if not it.well]
    assert bad.name == name
    assert remedy in bad.remedy
    assert bad.finding


@pytest.mark.parametrize(("skew", "told"), [(-90, "89 s ahead of"), (90, "90 s behind")])
async def test_a_clock_that_is_off_is_told(skew: float, told: str) -> None:
    """By how much, and which way."""
    (bad,) = [it for it in await checked(Pretend(skew=skew)) if not it.well]
    assert (bad.name, told in bad.finding, "NTP" in bad.remedy) == ("clock", True, True)


async def test_v1_is_tried_where_v1_is_used() -> None:
    """And not the other."""
    pretend = Pretend()
    assert all(it.well for it in await checked(pretend, api="v1"))
    assert pretend.log[-1].path == V1


async def test_a_plan_is_what_a_pull_sends() -> None:
    """And sends nothing itself."""
    pretend = Pretend()
    notes = MemoryStore()
    (first,) = await pulled(pretend)
    ask = Ask("metrics", window(-4_000, -1_000), first.cursor)
    async with source(pretend, notes) as opened:
        before = len(pretend.log)
        plan = await opened.plan(ask)
        assert len(pretend.log) == before
        assert list(plan.requests) == [
            Planned(f"POST {V2}", f"{CPU}, {LOAD}", window(*it))
            for it in ((-4_000, -2_501), (-2_501, -1_002), (-1_002, -1_000))
        ]
        assert plan.costs == ["3 requests"]
        async for _ in opened.pull(ask):
            pass
    sent = [f"{it.method} {it.path}" for it in pretend.log[before:]]
    assert sent == [it.request for it in plan.requests]


async def test_a_plan_of_v1_has_a_request_for_each_metric() -> None:
    """As the pull."""
    async with source(Pretend(), api="v1") as opened:
        plan = await opened.plan(Ask("metrics"))
    assert [(it.request, it.what) for it in plan.requests] == [
        (f"GET {V1}", CPU),
        (f"GET {V1}", LOAD),
    ]


async def test_the_costs_are_sentences() -> None:
    """What is new, the share of the limit once it is known, the caps."""
    pretend = Pretend(limit=1_600, period=3_600)
    notes = MemoryStore()
    ask = Ask("metrics", window(-43_200, -1))
    settings = {"requests_per_minute": 6, "requests_per_run": 20, "metrics": ("system.cpu.idle",)}
    async with source(pretend, notes, **settings) as opened:
        unknown = await opened.plan(ask)
        async for _ in opened.pull(Ask("metrics")):
            pass
        known = await opened.plan(ask)
    assert unknown.costs == [
        "30 requests",
        "at least: how many hosts answer system.cpu.idle is not known before the first answer",
        "6 requests a minute at most (requests_per_minute): about 5 min",
        "20 requests a run at most (requests_per_run): the next pulls get the rest",
    ]
    assert known.costs[2] == (
        "30 of the 1,600 requests an hour that Datadog grants to this bucket (2%; 1 are used), "
        "about 1 min at 95%"
    )


async def test_nothing_to_ask_is_said() -> None:
    """While no new bucket is complete."""
    async with source(Pretend()) as opened:
        plan = await opened.plan(Ask("metrics", window(1, 2)))
    assert (plan.requests, plan.costs) == ([], ["nothing to ask for yet"])
    assert NOON % 3_600 == 0
