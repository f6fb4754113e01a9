"""How much a pull of failures may send: windows, pace, caps, approval, the rest of traces."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from scarline.ports import Ask
from scarline.sources.datadog import Spans
from tests.sources.datadog.pretend import NOON, pulled, refusal
from tests.sources.datadog.test_spans_pull import (
    APM,
    TRACE,
    asked,
    failed,
    ids,
    kept_out,
    missing,
    named,
    pull,
    telling,
    told,
    windows,
)

# --- how much ---


async def test_a_window_with_too_many_pages_is_cut() -> None:
    """The windows after it are short enough; nothing is lost, doubled, or counted as double."""
    spans = [failed(f"t{it}", f"{it:04}", 3_600 - it * 2.9) for it in range(1_200)]
    pretend = telling(*spans)
    batches = await pull(pretend, pages_per_window=3)
    assert windows(pretend)[3] != windows(pretend)[2] == windows(pretend)[0]
    assert ids(batches) == [it["id"] for it in spans]
    assert kept_out(batches) == {}
    assert missing(batches) == []
    whole = [it.window for batch in batches for it in batch.asked]
    assert whole[0].start == datetime.fromtimestamp(NOON - 3_630, UTC)
    assert all(a.end == b.start for a, b in pairwise(whole))
    assert whole[-1].end == datetime.fromtimestamp(NOON - 30, UTC)
    pretend.log.clear()
    pretend.time.now += 900
    await pull(pretend, Ask("failures", cursor=batches[-1].cursor), pages_per_window=3)
    assert windows(pretend)[0][1] - windows(pretend)[0][0] < 900


async def test_a_window_that_is_soon_at_its_end_is_read_to_it() -> None:
    """To read its pages again would cost more."""
    spans = [told(f"t{it}", f"{it:04}", 3_600 - it * 8) for it in range(440)]
    pretend = telling(*spans)
    await pull(pretend, pages_per_window=3)
    assert len(set(windows(pretend))) == 1
    assert len(asked(pretend)) == 5


async def test_the_lead_is_read_once() -> None:
    """Not again for each part of a window that was cut."""
    spans = [told(f"t{it}", f"{it:04}", 3_600 - it * 2.9) for it in range(1_200)]
    pretend = telling(*spans)
    await pull(pretend, pages_per_window=3, lead_seconds=100)
    starts = [start for start, _ in windows(pretend)]
    assert starts[:4] == [-3_730] * 3 + [-3_630]


async def test_a_second_with_too_many_pages_is_read_to_its_end() -> None:
    """It cannot be cut."""
    spans = [failed(f"t{it}", f"{it:03}", 100.5) for it in range(350)]
    batches = await pull(telling(*spans), named(102, 100), pages_per_window=1)
    assert sorted(ids(batches)) == [it["id"] for it in spans]
    assert missing(batches) == []


async def test_the_pace() -> None:
    """So many requests a minute on average."""
    spans = [told(f"t{it}", f"{it}", 1_000) for it in range(950)]
    pretend = telling(*spans)
    batches = await pull(pretend, requests_per_minute=60)
    assert [it.at - NOON for it in pretend.log] == pytest.approx(range(10))
    assert sum(it.usage.waited_seconds for it in batches) == pytest.approx(9)


async def test_a_run_sends_no_more_than_it_may() -> None:
    """The rest is missing, and the next pull goes on there."""
    spans = [failed(f"t{it}", f"{it}", 9_000 - it * 3_000) for it in range(3)]
    pretend = telling(*spans)
    batches = await pull(pretend, named(9_030, 30), window_seconds=3_000, requests_per_run=2)
    assert ids(batches) == ["0", "1"]
    ((_, reason),) = missing(batches)
    assert "2 requests" in reason
    rest = await pull(pretend, named(9_030, 30, batches[-1].cursor), look_back_seconds=0)
    assert ids(rest) == ["2"]


async def test_the_cap_of_all_streams_holds_for_this_one() -> None:
    """The lower one of both."""
    batches = await pulled(
        telling(), named(9_030, 30), requests_per_run=1, spans=Spans(lead_seconds=0)
    )
    assert sum(it.usage.requests for it in batches) == 1
    assert "1 requests" in missing(batches)[0][1]


async def test_a_heavy_window_needs_approval() -> None:
    """A pull of what came since does not."""
    spans = [failed(f"t{it}", f"{it}", 3_000 - it * 1_000) for it in range(3)]
    ask = named(3_030, 30)
    settings: dict[str, Any] = {"window_seconds": 1_000, "approve_above": 2}
    batches = await pull(telling(*spans), ask, **settings)
    assert ids(batches) == ["0", "1"]
    assert "--approve" in missing(batches)[0][1]
    assert ids(await pull(telling(*spans), ask, approved=True, **settings)) == ["0", "1", "2"]
    assert ids(await pull(telling(*spans), **settings)) == ["0", "1", "2"]


# --- the rest of a trace ---


async def test_the_rest_of_a_failing_trace() -> None:
    """One request for each; the spans that failed there do not stand twice."""
    spans = [
        told("t", "1", 9_000),
        *(failed("t", it, 90, "1") for it in ("2", "3", "5")),
        told("u", "4", 80),
    ]
    pretend = telling(*spans)
    (batch,) = await pull(pretend, named(300, 30), complete=True)
    assert [it["filter"].get("trace_id") for it in asked(pretend)] == [None, "t"]
    payloads = [json.loads(it) for it in batch.rows.column("trace_payload").to_pylist()]
    rest = [[it["span_id"] for it in own["rest_of_trace"]["spans"]] for own in payloads]
    assert rest == [["3", "5"], ["2", "5"], ["2", "3"]]
    (batch,) = await pull(telling(*spans[1:]), named(300, 30))
    assert "rest_of_trace" not in batch.rows.column("trace_payload")[0].as_py()


async def test_the_rest_of_a_trace_by_apm() -> None:
    """A request by its id, all of them in one account of the rate limit."""
    pretend = telling(failed("77", "1", 90), told("77", "2", 80), failed("../x", "3", 70))
    batches = await pull(pretend, api="apm", complete=True)
    assert [it.path for it in pretend.log] == [APM, f"{TRACE}77"]
    payload = json.loads(batches[0].rows.column("trace_payload")[0].as_py())
    assert payload["rest_of_trace"] == {
        "spans": [{"spanID": "2", "name": "step 2", "parentID": 0}],
        "truncated": False,
    }
    assert missing(batches)[0][0] == "rest of failing traces (1)"


@pytest.mark.parametrize(("status", "sent"), [(404, 3), (503, 3), (403, 1)])
async def test_failures_are_kept_without_the_rest_of_their_traces(status: int, sent: int) -> None:
    """What lacks is told; asking ends where there is no use in it."""
    spans = [failed(str(it), str(it), 90 - it) for it in range(3)]
    pretend = telling(
        *spans, troubles=[lambda came: refusal(status) if came.path.startswith(TRACE) else None]
    )
    batches = await pull(pretend, api="apm", complete=True)
    assert ids(batches) == ["0", "1", "2"]
    assert missing(batches)[0][0] == "rest of failing traces (3)"
    assert len([it for it in pretend.log if it.path.startswith(TRACE)]) == sent
