"""Pulling metrics: what is asked, what comes, what is missing, and where it goes on."""

import asyncio
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from scarline.errors import UsageError
from scarline.kinds import METRIC_POINT
from scarline.model import Batch, Cursor, Usage
from scarline.ports import Ask, Progress
from scarline.sources.datadog.asking import Answer
from scarline.sources.datadog.points import Points, Reading, Series, record
from scarline.sources.datadog.queries import Query
from scarline.sources.datadog.telling import BATCH_ROWS, Account
from scarline.sources.datadog.telling import batches as batches_of
from tests.sources.datadog.pretend import (
    NOON,
    PAGE,
    V1,
    V2,
    Pretend,
    Received,
    Reply,
    Time,
    Trouble,
    expected,
    missing,
    pulled,
    refusal,
    reply,
    rows,
    source,
    window,
)

CPU, LOAD = "system.cpu.idle", "system.load.1"
TEXT = "avg:{}{{*}} by {{host}}.rollup(avg, 60)"
BOTH = [*expected(CPU, "a", range(-62, -2)), *expected(CPU, "b", range(-62, -2))]
BOTH += expected(LOAD, "a", range(-62, -2))
STEADY: dict[str, Any] = {"look_back_seconds": 0}


def span(start: int, end: int) -> tuple[int, int]:
    """Minutes after noon as seconds."""
    return NOON + 60 * start, NOON + 60 * end


def whenever(path: str, *replies: Reply, only: str = "") -> Trouble:
    """Answer requests to ``path`` (about a metric) with each of these, the last one for ever."""
    left = list(replies)

    def trouble(came: Received) -> Reply | None:
        if came.path != path or only not in str(came.params) + str(came.body):
            return None
        return left.pop(0) if len(left) > 1 else left[0]

    return trouble


def intervals(batches: list[Batch]) -> set[int]:
    """The intervals that rows are stored under."""
    return {it for batch in batches for it in batch.rows.column("interval_seconds").to_pylist()}


async def test_the_first_pull_brings_the_last_hour() -> None:
    """But for the newest two minutes, which still fill: all metrics in one request."""
    pretend = Pretend(unfinished=120)
    (batch,) = await pulled(pretend, **STEADY)
    assert rows([batch]) == sorted(BOTH)
    assert pretend.asked == [(V2, TEXT.format(it), span(-62, -2)) for it in (CPU, LOAD)]
    assert [(it.what, it.window) for it in batch.asked] == [
        (TEXT.format(it), window(-62, -2)) for it in (CPU, LOAD)
    ]
    assert (batch.missing, batch.kept_out, batch.usage.requests) == ((), {}, 1)
    batch.rows.validate(full=True)
    assert batch.rows.schema == METRIC_POINT.schema


async def test_the_next_pull_goes_on_and_looks_back() -> None:
    """Late points are read again; nothing else is."""
    pretend = Pretend()
    (first,) = await pulled(pretend)
    pretend.time.now += 300
    await pulled(pretend, Ask("metrics", cursor=first.cursor), look_back_seconds=90)
    assert pretend.asked[-1] == (V2, TEXT.format(LOAD), span(-4, 3))


async def test_nothing_is_asked_while_no_new_bucket_is_complete() -> None:
    """And nothing is yielded."""
    pretend = Pretend()
    (first,) = await pulled(pretend, **STEADY)
    assert await pulled(pretend, Ask("metrics", cursor=first.cursor), **STEADY) == []
    assert await pulled(pretend, Ask("metrics", window(10, 20)), **STEADY) == []
    assert len(pretend.log) == 1


async def test_a_new_metric_begins_by_itself() -> None:
    """And does not take the others back with it."""
    pretend = Pretend()
    (first,) = await pulled(pretend, metrics=(CPU,), **STEADY)
    pretend.time.now += 600
    await pulled(pretend, Ask("metrics", cursor=first.cursor), **STEADY)
    assert sorted(pretend.asked[1:]) == [
        (V2, TEXT.format(CPU), span(-2, 8)),
        (V2, TEXT.format(LOAD), span(-52, 8)),
    ]


async def test_a_window_is_asked_for_as_it_is() -> None:
    """The buckets that begin in it, in pieces that keep the cap."""
    pretend = Pretend()
    batches = await pulled(pretend, Ask("metrics", window(-4_000, -1_000)), metrics=(CPU,))
    assert rows(batches) == sorted(
        expected(CPU, "a", range(-4_000, -1_000)) + expected(CPU, "b", range(-4_000, -1_000))
    )
    spans = [asked for *_, asked in pretend.asked]
    assert spans == [span(*it) for it in ((-4_000, -3_800), (-3_800, -2_301), (-2_301, -1_000))]


async def test_one_metric_that_is_refused_does_not_sink_the_others() -> None:
    """Datadog refuses the request as a whole; the parts are asked alone, and it once only."""
    pretend = Pretend(troubles=[whenever(V2, refusal(400, "Error parsing query"), only=CPU)])
    ask = Ask("metrics", window(-4_000, -1_000))
    batches = await pulled(pretend, ask)
    assert rows(batches) == expected(LOAD, "a", range(-4_000, -1_000))
    assert len([it for it in pretend.log if CPU in str(it.body)]) == 2
    why = "Datadog answered 400: Error parsing query; asking again the same way would not help"
    assert missing(batches) == [(str(window(-4_000, -1_000)), why)]


@pytest.mark.parametrize(
    "wrong", [reply({"errors": ["Query timed out"]}), reply({"data": {}}), refusal(422)]
)
async def test_nor_does_one_that_cannot_be_read(wrong: Reply) -> None:
    """Whether it says so or is of another shape."""
    pretend = Pretend(troubles=[whenever(V2, wrong, only=CPU)])
    batches = await pulled(pretend, **STEADY)
    assert rows(batches) == expected(LOAD, "a", range(-62, -2))
    assert [when for when, _ in missing(batches)] == [str(window(-62, -2))]


@pytest.mark.parametrize("status", [403, 404])
async def test_where_v2_may_not_be_used_v1_is(status: int) -> None:
    """And v2 is not tried again in that pull."""
    pretend = Pretend(troubles=[whenever(V2, refusal(status))])
    batches = await pulled(pretend, Ask("metrics", window(-4_000, -1_000)))
    assert missing(batches) == []
    assert len(rows(batches)) == 3 * 3_000
    assert [it.path for it in pretend.log].count(V2) == 1


async def test_v1_may_be_the_way_from_the_beginning() -> None:
    """It brings the same."""
    pretend = Pretend()
    batches = await pulled(pretend, api="v1", **STEADY)
    assert rows(batches) == sorted(BOTH)
    assert {it.path for it in pretend.log} == {V1}


async def test_a_key_that_lacks_the_permission_is_told_so() -> None:
    """The API key is good; each query is asked once by each way that is left."""
    pretend = Pretend(troubles=[whenever(V2, refusal(403)), whenever(V1, refusal(403))])
    batches = await pulled(pretend)
    assert len(missing(batches)) == 2
    assert all("lack the permission timeseries_query" in why for _, why in missing(batches))
    assert [it.path for it in pretend.log] == [V2, V1, "/api/v1/validate", V1]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_revoked_ends_the_asking(status: int) -> None:
    """All that remains is missing, with what to do."""
    pretend = Pretend()
    pretend.troubles.append(lambda _: refusal(status) if len(pretend.log) > 2 else None)
    batches = await pulled(pretend, Ask("metrics", window(-9_000, -1_000)), concurrency=1)
    assert len(pretend.log) == 2 + (1 if status == 401 else 3)
    gone = missing(batches)
    assert all("Set DD_API_KEY and DD_APP_KEY" in why for _, why in gone)
    assert len(rows(batches)) == 3 * (100 + 1_499)
    assert [when for when, _ in gone] == [str(window(-9_000 + 1_599, -1_000))] * 2


async def test_two_windows_without_an_answer_end_the_asking() -> None:
    """One may be missing, what comes after it is fetched."""
    pretend = Pretend()
    bad = {span(-7_301, -5_802), span(-4_303, -2_804), span(-2_804, -1_305)}
    pretend.troubles.append(lambda it: refusal(503) if it.path == V2 and it.span in bad else None)
    ask = Ask("metrics", window(-9_000, -1))
    batches = await pulled(pretend, ask, metrics=(CPU,), concurrency=1)
    gone = missing(batches)
    assert [when for when, _ in gone] == [
        str(window(*it))
        for it in ((-7_301, -5_802), (-4_303, -2_804), (-2_804, -1_305), (-1_305, -2))
    ]
    assert "pull again later" in gone[-1][1]
    assert "Datadog answered 503: Forbidden" in gone[0][1]
    assert len(rows(batches)) == 2 * (200 + 1_499 + 1_499)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (PAGE, "it is a page, 'Log in'"),
        (Reply(200, b'{"data":{"attributes":{"series":['), "not JSON to its end"),
        (reply({"data": {}}), "shape"),
        (reply({"errors": ["Query timed out"]}), "Query timed out"),
        (refusal(500, "Oops"), "500: Oops"),
        (refusal(429), "429"),
    ],
)
async def test_whatever_the_other_side_says_is_told_and_raises_nothing(
    trouble: Reply, said: str
) -> None:
    """After all attempts."""
    pretend = Pretend(troubles=[whenever(V2, trouble)])
    batches = await pulled(pretend, metrics=(CPU,))
    ((_, why),) = missing(batches)
    assert said in why
    assert rows(batches) == []
    assert batches[-1].usage.requests in (3, 10)


async def test_v1_may_say_that_it_went_wrong() -> None:
    """With status 200."""
    wrong = reply({"status": "error", "error": "Query timed out", "series": []})
    pretend = Pretend(troubles=[whenever(V1, wrong, only=CPU)])
    batches = await pulled(pretend, api="v1", **STEADY)
    assert [why for _, why in missing(batches)] == [
        "Datadog answered with the status error Query timed out"
    ]
    assert rows(batches) == expected(LOAD, "a", range(-62, -2))


async def test_a_run_sends_no_more_than_it_may() -> None:
    """The next one goes on there."""
    pretend = Pretend()
    ask = Ask("metrics", window(-9_000, -1_000))
    batches = await pulled(pretend, ask, requests_per_run=3)
    assert len(pretend.log) == 3
    assert all("requests_per_run" in why for _, why in missing(batches))
    again = Ask("metrics", ask.window, batches[-1].cursor)
    more = await pulled(pretend, again)
    assert missing(more) == []
    assert len(pretend.log) == 3 + 4
    assert rows([*batches, *more]) != rows(more)


async def test_a_permanent_refusal_holds_back_itself_alone() -> None:
    """The other query goes on, and the refused one begins where it stood."""
    pretend = Pretend(troubles=[whenever(V2, refusal(400), only=CPU)])
    first = await pulled(pretend, **STEADY)
    pretend.troubles.clear()
    pretend.time.now += 600
    await pulled(pretend, Ask("metrics", cursor=first[-1].cursor), **STEADY)
    assert pretend.asked[-2:] == [
        (V2, TEXT.format(CPU), span(-62, 8)),
        (V2, TEXT.format(LOAD), span(-2, 8)),
    ]


async def test_what_was_to_be_read_again_and_was_not_is_read_again_next_time() -> None:
    """A point that came late may be in it."""
    pretend = Pretend()
    small: dict[str, Any] = {"metrics": (CPU,), "max_points_per_answer": 1_000}
    first = await pulled(pretend, **small)
    pretend.time.now += 1_200
    pretend.troubles.append(lambda it: refusal(503) if it.span == span(-12, -2) else None)
    second = await pulled(pretend, Ask("metrics", cursor=first[-1].cursor), **small)
    assert [when for when, _ in missing(second)] == [str(window(-12, -2))]
    assert rows(second)[-1][2] == 17
    pretend.troubles.clear()
    pretend.log.clear()
    await pulled(pretend, Ask("metrics", cursor=second[-1].cursor), **small)
    assert [asked for *_, asked in pretend.asked] == [
        span(*it) for it in ((-12, -2), (-2, 8), (8, 18))
    ]


async def test_what_comes_coarser_is_asked_again_in_halves() -> None:
    """Where that brings what was asked for, nothing else is kept."""
    pretend = Pretend(coarse=300, coarse_from=3_600)
    batches = await pulled(pretend, metrics=(CPU,), **STEADY)
    assert rows(batches) == [it for it in sorted(BOTH) if it[0] == CPU]
    assert [(path, asked) for path, _, asked in pretend.asked] == [
        (V2, span(-62, -2)),
        (V1, span(-62, -32)),
        (V1, span(-32, -2)),
    ]


async def test_what_stays_coarse_is_stored_as_what_it_is() -> None:
    """Under the interval that it has; and is not asked twice again."""
    pretend = Pretend(coarse=300)
    ask = Ask("metrics", window(-4_000, -1_000))
    batches = await pulled(pretend, ask, metrics=(CPU,), concurrency=1)
    intervals = {
        it for batch in batches for it in batch.rows.column("interval_seconds").to_pylist()
    }
    assert intervals == {300}
    assert len(rows(batches)) == 2 * 600
    assert len(pretend.log) == 3 + 2


async def test_what_is_reported_seldom_is_not_coarse() -> None:
    """v1 states the interval: it was kept, there are just fewer points."""
    pretend = Pretend(every=300)
    ask = Ask("metrics", window(-4_000, -1_000))
    batches = await pulled(pretend, ask, metrics=(CPU,), concurrency=1)
    intervals = {
        it for batch in batches for it in batch.rows.column("interval_seconds").to_pylist()
    }
    assert intervals == {60}
    assert len(rows(batches)) == 2 * 600
    assert len(pretend.log) == 3 + 2


async def test_without_v1_the_rhythm_decides() -> None:
    """It is all there is."""
    pretend = Pretend(every=300, troubles=[whenever(V1, refusal(403))])
    batches = await pulled(pretend, metrics=(CPU,), **STEADY)
    assert intervals(batches) == {300}
    assert [it.path for it in pretend.log] == [V2, V1, V2, V2]


async def test_the_other_metrics_of_a_request_are_not_asked_again() -> None:
    """Only the one that came coarser."""
    pretend = Pretend(every=300)
    pretend.troubles.append(whenever(V1, refusal(500), only=CPU))
    batches = await pulled(pretend, **STEADY)
    assert rows(batches) == expected(LOAD, "a", range(-60, -2, 5))
    assert [when for when, _ in missing(batches)] == [str(window(-62, -2))]


async def test_a_clock_that_is_ahead_passes_nothing() -> None:
    """What our clock calls complete still fills on Datadog's."""
    pretend = Pretend(skew=-600, unfinished=60)
    (batch,) = await pulled(pretend, metrics=(CPU,), **STEADY)
    assert [it[2] for it in rows([batch])] == [*range(-62, -12), *range(-62, -12)]
    assert [it.window for it in batch.asked] == [window(-62, -12)]
    pretend.skew = 0
    more = await pulled(pretend, Ask("metrics", cursor=batch.cursor), metrics=(CPU,), **STEADY)
    assert pretend.asked[-1][-1] == span(-12, -2)
    assert rows([batch, *more]) == [it for it in sorted(BOTH) if it[0] == CPU]


async def test_a_clock_that_is_behind_only_brings_less() -> None:
    """Until it is set."""
    pretend = Pretend(skew=600)
    (batch,) = await pulled(pretend, **STEADY)
    assert rows([batch]) == sorted(BOTH)


async def test_a_metric_that_does_not_exist_is_named() -> None:
    """Nothing found is another thing: that one is known, and silent."""
    pretend = Pretend(metrics={CPU: (), LOAD: ("a",)})
    batches = await pulled(pretend, metrics=(CPU, LOAD, "system.lod.1"), **STEADY)
    ((when, why),) = missing(batches)
    assert when == str(window(-62, -2))
    assert why.startswith("Datadog knows no metric of that name")
    assert batches[-1].missing[0].what == TEXT.format("system.lod.1")
    assert [it.params for it in pretend.log if it.path == "/api/v1/metrics"] == [
        {"from": str(NOON - 120 - 30 * 86_400)}
    ]


async def test_who_may_not_see_the_list_is_told_nothing_of_it() -> None:
    """Not to be allowed to look is not to have found nothing."""
    pretend = Pretend(troubles=[whenever("/api/v1/metrics", refusal(403))])
    assert missing(await pulled(pretend, metrics=("system.lod.1",))) == []


async def test_what_is_older_than_datadog_keeps_is_missing() -> None:
    """It is not the same as nothing found; a later pull does not ask for it again."""
    edge_of_memory = -2 - 456 * 1_440
    pretend = Pretend(since=NOON + 60 * (edge_of_memory + 7))
    ask = Ask("metrics", window(edge_of_memory - 400, edge_of_memory + 400))
    batches = await pulled(pretend, ask, metrics=(CPU,))
    assert [when for when, _ in missing(batches)] == [
        str(window(edge_of_memory - 400, edge_of_memory - 200)),
        str(window(edge_of_memory - 200, edge_of_memory)),
    ]
    assert "15 months" in missing(batches)[0][1]
    assert len(rows(batches)) == 2 * 393
    again = Ask("metrics", cursor=batches[-1].cursor)
    before = len(pretend.asked)
    async with source(pretend, metrics=(CPU,), **STEADY) as opened:
        plan = await opened.plan(again)
    assert plan.requests[0].window.start == window(edge_of_memory + 400, 0).start
    assert len(pretend.asked) == before


async def test_groups_are_what_was_asked_for() -> None:
    """Without a host there is none; queries are told apart by their groups."""
    pretend = Pretend()
    (batch,) = await pulled(pretend, metrics=(CPU,), group_by=(), **STEADY)
    assert {it[1] for it in rows([batch])} == {""}
    assert pretend.asked[0][1] == "avg:system.cpu.idle{*}.rollup(avg, 60)"
    again = await pulled(pretend, Ask("metrics", cursor=batch.cursor), metrics=(CPU,), **STEADY)
    assert len(rows(again)) == 120


def test_an_answer_is_cut_into_batches_and_its_cursor_comes_last() -> None:
    """Whoever stops among them begins with the whole answer again."""
    count = 2 * BATCH_ROWS + 7
    reading = answered(count)
    account = Account(usage=Usage(requests=3))
    cursors = Cursor("before"), Cursor("after")
    parts = list(batches_of(Answer((reading, reading)), NOON + count, account, cursors))
    assert [it.rows.num_rows for it in parts] == [BATCH_ROWS, BATCH_ROWS, 7] * 2
    assert [it.cursor for it in parts] == ["before"] * 5 + ["after"]
    assert [it.usage.requests for it in parts] == [0] * 5 + [3]
    assert pa.Table.from_batches([it.rows for it in parts[:3]]).equals(
        pa.Table.from_batches([reading.rows])
    )
    (cut,) = batches_of(Answer((reading,)), NOON + 60, account, cursors)
    assert cut.rows.num_rows == 60


def answered(count: int) -> Reading:
    """So many points of one series, one each second."""
    query = Query(CPU, "*", ("host",), "avg", 1)
    series = Series([query], [1], np.zeros(1, dtype=np.int64), ["a"], [""], [None])
    times = (NOON + np.arange(count)) * 1_000
    return Reading(record(Points(series, np.array([count]), times, np.ones(count))), {})


async def test_windows_shrink_as_hosts_come() -> None:
    """No answer holds more points than was set, once the hosts are known."""
    pretend = Pretend(metrics={CPU: [f"h{number}" for number in range(300)]})
    ask = Ask("metrics", window(-200, -100))
    limit = {"max_points_per_answer": 6_000}
    batches = await pulled(pretend, ask, metrics=(CPU,), **limit)
    assert [(end - start) // 60 for *_, (start, end) in pretend.asked][:3] == [1, 20, 20]
    assert max(batch.rows.num_rows for batch in batches) == 6_000
    assert len(rows(batches)) == 300 * 100


async def test_no_more_is_on_its_way_or_waits_than_was_set() -> None:
    """However slow the reader is."""
    time = Time()
    pretend = Pretend(time)
    ask = Ask("metrics", window(-30_000, -1_000))
    seen = 0
    async with (
        source(pretend, metrics=(CPU,), concurrency=3) as opened,
        aclosing(opened.pull(ask)) as batches,
    ):
        async for _ in batches:
            seen += 1
            await time.sleep(5)
            assert len(pretend.log) <= seen + 3
    assert seen == len(pretend.log) == 21


async def test_whoever_stops_leaves_nothing_behind() -> None:
    """No task, and no request later."""
    pretend = Pretend()
    async with source(pretend) as opened:
        async with aclosing(opened.pull(Ask("metrics", window(-30_000, -1_000)))) as batches:
            async for _ in batches:
                break
        await pretend.time.sleep(60)
        assert [it for it in asyncio.all_tasks() if not it.done()] == [asyncio.current_task()]
        assert len(pretend.log) == 1


async def test_whoever_stops_waits_for_nothing() -> None:
    """Not even for a quota that comes back in an hour."""
    pretend = Pretend()
    late = refusal(429, Retry_After="3000")
    pretend.troubles.append(lambda _: late if len(pretend.log) > 2 else None)
    async with source(pretend) as opened:
        async with aclosing(opened.pull(Ask("metrics", window(-30_000, -1_000)))) as batches:
            await anext(batches)
            await anext(batches)
            await pretend.time.sleep(10)
        assert pretend.time.now == NOON + 10
        assert len(pretend.log) > 2


async def test_progress_is_told_as_it_goes() -> None:
    """How many windows, what it cost, what is left, and how long it waits."""
    told: list[Progress] = []
    pretend = Pretend(limit=3, period=60)
    ask = Ask("metrics", window(-9_000, -1_000), notify=told.append)
    batches = await pulled(pretend, ask)
    assert (told[-1].done, told[-1].total) == (7, 7)
    assert [it.done for it in told] == sorted(it.done for it in told)
    waits = [it.waiting_seconds for it in told]
    assert max(waits) > 30
    assert any(0 < one - two <= 1 for one, two in pairwise(waits))
    assert {it.left for it in told if it.left is not None} <= {0, 1, 2, 3}
    whole = sum((batch.usage for batch in batches), start=type(told[-1].usage)())
    assert whole == told[-1].usage
    assert all(status == 200 for _, status in pretend.served)
    assert whole.waited_seconds == pytest.approx(pretend.time.now - NOON)


async def test_an_unknown_stream_and_a_foreign_cursor_are_refused_before_anything_is_sent() -> None:
    """With a sentence."""
    pretend = Pretend()
    for ask in (Ask("spans"), Ask("metrics", cursor=Cursor("?"))):
        with pytest.raises(UsageError, match=r"no stream 'spans'|cannot be read"):
            await pulled(pretend, ask)
    assert pretend.log == []


@pytest.mark.parametrize("status", [200, 400])
async def test_no_key_is_in_what_is_told(status: int) -> None:
    """Even where the other side repeats it."""
    pretend = Pretend()
    pretend.troubles.append(lambda it: refusal(status, f"bad key {it.headers['dd-api-key']}"))
    batches: list[Batch] = await pulled(pretend)
    assert "[key]" in str(missing(batches))
    assert "an-api-key" not in str(missing(batches))
