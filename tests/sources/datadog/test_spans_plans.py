"""What a pull of failures would cost, what ``doctor`` says of it, which settings are refused."""

from typing import Any

import pytest

from scarline.errors import ConfigError
from scarline.ports import Ask, Check, Plan
from scarline.sources.datadog import Spans, unapproved
from scarline.stores.memory import MemoryStore
from tests.sources.datadog.pretend import Pretend, Received, Reply, refusal, source
from tests.sources.datadog.test_spans_pull import (
    APM,
    LLM,
    asked,
    between,
    named,
    pull,
    telling,
    told,
)


async def planned(pretend: Pretend, ask: Ask, **spans: Any) -> Plan:
    """A plan, for which nothing is sent."""
    sent = len(pretend.log)
    async with source(pretend, spans=Spans(**spans)) as opened:
        plan = await opened.plan(ask)
    assert len(pretend.log) == sent
    return plan


async def test_the_first_plan_counts_windows() -> None:
    """How many spans there are is not known; the rest is told."""
    plan = await planned(telling(), named(3 * 3_600 + 30, 30), complete=True)
    assert [it.window for it in plan.requests] == [
        between(start + 30, start - 3_600 + 30) for start in (10_800, 7_200, 3_600)
    ]
    assert {(it.request, it.what) for it in plan.requests} == {(f"POST {LLM}", "llm spans *")}
    assert list(plan.costs) == [
        "at least 3 requests: one for 1,000 spans",
        "how many spans there are is not known before the first pull",
        "one more for each trace that failed, for the rest of it (complete)",
        "200 requests a minute at most: about 1 min",
    ]


async def test_a_later_plan_knows_how_many_spans_there_are() -> None:
    """By the last window that was read; two searches are two."""
    pretend = telling(*(told(f"t{it}", f"{it}", 3_600 - it) for it in range(2_500)))
    (batch,) = await pull(pretend, page_size=1_000)
    ask = named(7_230, 30, batch.cursor)
    plan = await planned(pretend, ask)
    assert len(plan.requests) == 6
    assert not any("not known" in it for it in plan.costs)
    assert len((await planned(pretend, ask, ml_apps=("a", "b"))).requests) == 4
    assert len((await planned(pretend, ask, page_size=100)).requests) == 50


async def test_the_share_of_the_quota() -> None:
    """Once Datadog has told its limit."""
    pretend, notes = telling(), MemoryStore()
    limits = {
        "X_RateLimit_Limit": "300",
        "X_RateLimit_Period": "3600",
        "X_RateLimit_Remaining": "290",
        "X_RateLimit_Reset": "60",
        "X_RateLimit_Name": "spans",
    }
    pretend.troubles.insert(0, lambda _: Reply(200, b'{"data":[]}', _headers(limits)))
    settings = Spans(requests_per_run=24, approve_above=10)
    async with source(pretend, notes, spans=settings) as opened:
        _ = [it async for it in opened.pull(Ask("failures"))]
        plan = await opened.plan(named(30 * 3_600 + 30, 30))
    assert plan.costs[-3:] == [
        (
            "30 of the 300 requests an hour that Datadog grants to this bucket (10%; 10 are used), "
            "about 6 min at 95%"
        ),
        "200 requests a minute at most: about 1 min",
        "24 requests a run at most: the next pulls get the rest",
    ]
    reason = unapproved(settings, plan)
    assert reason is not None
    assert "at least 30 requests" in reason
    assert unapproved(Spans(approve_above=10, approved=True), plan) is None
    assert unapproved(Spans(approve_above=30), plan) is None


def _headers(limits: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in limits.items()}


async def test_nothing_to_ask_for() -> None:
    """A window that is still to come."""
    plan = await planned(telling(), named(-60, -120))
    assert (list(plan.requests), list(plan.costs)) == ([], ["nothing to ask for yet"])
    assert await pull(telling(), named(-60, -120)) == []


async def checked(pretend: Pretend, **spans: Any) -> list[Check]:
    """What ``doctor`` finds about spans."""
    async with source(pretend, spans=Spans(**spans)) as opened:
        return [it for it in await opened.check() if "spans" in it.name]


async def test_doctor_searches_once() -> None:
    """For one span, as a pull would."""
    pretend = telling()
    (check,) = await checked(pretend, ml_apps=("a",))
    assert check == Check(
        "datadog spans (llm)", well=True, finding="the application key has llm_observability_read"
    )
    (request,) = asked(pretend)
    assert request["filter"]["ml_app"] == "a"
    assert request["page"] == {"limit": 1}
    (check,) = await checked(pretend, api="apm")
    assert check.finding == "the application key has apm_read"


@pytest.mark.parametrize(
    ("status", "said", "well", "remedy"),
    [
        (403, "Forbidden", False, "the permission llm_observability_read"),
        (404, "Not found", False, "set the api of spans to apm"),
        (500, "No valid indexes specified", True, ""),
        (503, "Later", False, "DD_SITE"),
    ],
)
async def test_doctor_says_what_to_do(status: int, said: str, well: bool, remedy: str) -> None:
    """For each refusal."""

    def refusing(came: Received) -> Reply | None:
        return refusal(status, said) if came.path == LLM else None

    (check,) = await checked(telling(troubles=[refusing]))
    assert check.well == well
    assert remedy in check.remedy
    assert said in check.finding or well


async def test_doctor_looks_elsewhere_where_no_failures_are_wanted() -> None:
    """As with flows."""
    pretend = telling()
    async with source(pretend) as opened:
        assert not [it for it in await opened.check() if "spans" in it.name]
    assert not [it for it in pretend.log if it.path in (LLM, APM)]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"api": "logs"}, "llm or apm"),
        ({"query": " "}, "empty"),
        ({"query": "a", "ml_apps": ("b",)}, "stands alone"),
        ({"ml_apps": ("",)}, "no name"),
        ({"services": ("a\nb",)}, "no name"),
        ({"page_size": 99}, "from 100 to 5,000"),
        ({"page_size": 5_001}, "from 100 to 5,000"),
        ({"window_seconds": 0}, "window_seconds"),
        ({"look_back_seconds": -1}, "look_back_seconds"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
        ({"requests_per_run": 0}, "requests_per_run"),
    ],
    ids=str,
)
def test_settings_that_cannot_be_right(settings: dict[str, Any], said: str) -> None:
    """A sentence, before anything is sent."""
    with pytest.raises(ConfigError, match=said):
        Spans(**settings)


def test_the_defaults() -> None:
    """As they are documented."""
    spans = Spans()
    assert (spans.page_size, spans.requests_per_minute, spans.requests_per_run) == (
        *(1_000, 200),
        2_500,
    )
