"""What a pull of failures does when Datadog breaks off, leads back, or refuses."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from scarline.ports import Ask
from tests.sources.datadog.pretend import NOON, PAGE, Received, Reply, Trouble, refusal, reply
from tests.sources.datadog.test_spans_pull import (
    APM,
    DAY,
    HOUR,
    LLM,
    Story,
    asked,
    between,
    failed,
    ids,
    kept_out,
    missing,
    named,
    once,
    pull,
    telling,
    told,
    windows,
)

# --- what breaks off ---


TIMED_OUT = reply({"data": [failed("x", "x", 60)], "meta": {"status": "timeout", "page": None}})
BROKEN = [TIMED_OUT, refusal(503, "no"), Reply(200, b'{"data":[{'), PAGE, reply({"data": 7})]


@pytest.mark.parametrize("broken", BROKEN, ids=["timeout", "503", "half", "page", "shape"])
async def test_a_page_that_breaks_once_is_asked_again(broken: Reply) -> None:
    """As any request; the run is whole."""
    spans = [failed(f"t{it}", f"{it:03}", 1_000 - it) for it in range(150)]
    batches = await pull(telling(*spans, troubles=[once(LLM, broken, after=1)]))
    assert ids(batches) == [f"{it:03}" for it in range(150)]
    assert missing(batches) == []
    assert sum(it.usage.retries for it in batches) == 1


@pytest.mark.parametrize("broken", BROKEN, ids=["timeout", "503", "half", "page", "shape"])
async def test_a_window_that_breaks_off_is_missing(broken: Reply) -> None:
    """What came before stays; the cursor stays before the window, and the next pull reads it."""
    spans = [failed(f"t{it}", f"{it:03}", 280 - it) for it in range(150)]
    pretend = telling(*spans, troubles=[once(LLM, *[broken] * 3, after=1)])
    *parts, batch = await pull(pretend, named(300, 30))
    assert ids([*parts, batch]) == [f"{it:03}" for it in range(100)]
    assert [it.window for it in batch.missing] == [between(300, 30)]
    again = await pull(pretend, named(300, 30, batch.cursor))
    assert ids(again) == [f"{it:03}" for it in range(150)]
    assert missing(again) == []


async def test_a_window_that_takes_too_long_is_asked_for_in_halves() -> None:
    """Down to five minutes; then two in a row end the asking, and the rest is missing."""
    pretend = telling(troubles=[lambda came: TIMED_OUT if came.path == LLM else None])
    batches = await pull(pretend, named(1_830, 30))
    lengths = [end - start for start, end in windows(pretend)[::3]]
    assert lengths == [1_800, 900, 450, 225, 225]
    assert [(it.window.start, it.window.end) for b in batches for it in b.missing] == [
        (datetime.fromtimestamp(NOON - start, UTC), datetime.fromtimestamp(NOON - end, UTC))
        for start, end in ((1_830, 1_605), (1_605, 1_380), (1_380, 30))
    ]
    assert "2 times in a row" in missing(batches)[-1][1]


async def test_the_rest_is_read_after_a_window_that_is_missing() -> None:
    """It is stored; but the cursor stays before what is missing."""
    spans = [failed("t", "1", 500), failed("u", "2", 100)]
    pretend = telling(*spans, troubles=[once(LLM, *[refusal(500, "no")] * 3)])
    batches = await pull(pretend, named(630, 30), window_seconds=300)
    assert ids(batches) == ["2"]
    assert [it.window for b in batches for it in b.missing] == [between(630, 330)]
    assert ids(await pull(pretend, named(630, 30, batches[-1].cursor))) == ["1", "2"]


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        (["7", "7"], "led back"),
        (["7", "8", "7"], "led back"),
        (["7", "8"], "came twice"),
    ],
    ids=["same", "earlier", "rows"],
)
async def test_pages_that_lead_back_end_the_window(pages: list[str], said: str) -> None:
    """A cursor that repeats, or rows under another cursor: nobody knows what is missing."""
    rows = [[failed("t", str(it), 90)] for it in range(len(pages))]
    if said == "came twice":
        rows = [rows[0]] * len(pages)
    answers = [
        reply({"data": own, "meta": {"status": "done", "page": {"after": after}}})
        for own, after in zip(rows, pages, strict=True)
    ]
    batches = await pull(telling(troubles=[once(LLM, *answers)]), named(300, 30))
    assert said in missing(batches)[0][1]
    assert set(ids(batches)) == {own[0]["id"] for own in rows}


async def test_a_full_page_without_a_next_one_is_doubted() -> None:
    """Shorter windows show what there is; a second of time that is full cannot be shown."""
    spans = [failed(f"t{it}", f"{it:03}", 1_000 - it) for it in range(450)]

    def forgetful(came: Received) -> Reply | None:
        answer = Story(spans)(came)
        document = json.loads(answer.body) if answer else {}
        return reply(document | {"meta": {"status": "done", "page": None}})

    batches = await pull(telling(troubles=[forgetful]))
    assert ids(batches) == [it["id"] for it in spans]
    assert missing(batches) == []
    spans[:] = [failed(f"t{it}", f"{it:03}", 100.5) for it in range(100)]
    batches = await pull(telling(troubles=[forgetful]), named(102, 100))
    assert "names no next one" in missing(batches)[0][1]


async def test_empty_pages_that_go_on_end_the_window() -> None:
    """A few may be; not for ever."""
    answers = [reply({"data": [], "meta": {"page": {"after": str(it)}}}) for it in range(9)]
    batches = await pull(telling(troubles=[once(LLM, *answers)]), named(300, 30))
    assert "empty" in missing(batches)[0][1]
    few = await pull(telling(failed("t", "1", 90), troubles=[once(LLM, *answers[:1])]))
    assert missing(few) == []


async def test_an_organisation_without_spans_has_none() -> None:
    """It is told so, with status 500; that is not asked again, and nothing is missing."""
    none = refusal(500, "No valid indexes specified")
    pretend = telling(troubles=[lambda came: none if came.path == LLM else None])
    with capture_logs() as logs:
        (batch,) = await pull(pretend, named(9_000, 30))
    assert len(asked(pretend)) == 1
    assert [it.what for it in batch.asked] == ["llm spans *: the organisation has never sent any"]
    assert batch.missing == ()
    assert any(it["event"] == "Datadog has no span of this organisation" for it in logs)


async def test_an_organisation_that_had_spans_has_not_lost_them() -> None:
    """The same answer means something else then."""
    pretend = telling(told("t", "1", 90))
    (batch,) = await pull(pretend)
    none = refusal(500, "No valid indexes specified")
    pretend.troubles.insert(0, lambda came: none if came.path == LLM else None)
    batches = await pull(pretend, Ask("failures", cursor=batch.cursor))
    assert "No valid indexes" in missing(batches)[0][1]


async def test_what_is_too_old_to_be_kept_is_missing_for_good() -> None:
    """Nothing found there is not "nothing failed"; the cursor passes it, for it will never come."""
    ask, end = named(20 * DAY, 20 * DAY - HOUR), NOON - 20 * DAY + HOUR
    batches = await pull(telling(), ask)
    assert "15 days" in missing(batches)[0][1]
    assert f'"at":{end}' in (batches[-1].cursor or "")
    assert missing(await pull(telling(told("t", "1", 20 * DAY - 60)), ask)) == []


# --- who may not look ---


def refusing(path: str, status: int) -> Trouble:
    """Refuse one endpoint."""
    return lambda came: refusal(status) if came.path == path else None


@pytest.mark.parametrize("status", [403, 404])
async def test_apm_stands_in_where_llm_observability_is_refused(status: int) -> None:
    """The refusal is told; the place of each search is its own."""
    pretend = telling(failed("t", "1", 90), troubles=[refusing(LLM, status)])
    batches = await pull(pretend)
    assert ids(batches) == ["1"]
    ((what, reason),) = missing(batches)
    assert what == "llm spans *"
    assert "stands in" in reason
    assert ("llm_observability_read" in reason) == (status == 403)
    assert [it["path"] for it in asked(pretend)] == [LLM, APM]
    assert asked(pretend)[1]["filter"]["query"] == "*"

    pretend.troubles.pop(0)
    pretend.time.now += 300
    pretend.log.clear()
    later = await pull(pretend, Ask("failures", cursor=batches[-1].cursor), look_back_seconds=0)
    assert ids(later) == ["1"]
    assert {it["path"] for it in asked(pretend)} == {LLM}
    assert windows(pretend)[0][0] == -30 - HOUR


async def test_apm_alone() -> None:
    """Where it is set; a page has a thousand spans at most; services are asked for by a query."""
    pretend = telling(failed("t", "1", 90), failed("u", "2", 80, ml_app="other"))
    wanted: dict[str, Any] = {"services": ("web", 'a "b"'), "ml_apps": ("shop",)}
    batches = await pull(pretend, api="apm", page_size=5_000, **wanted)
    assert ids(batches) == ["1"]
    assert kept_out(batches) == {"span of another application": 2, "span of another service": 1}
    assert [it["page"] for it in asked(pretend)] == [{"limit": 1_000}] * 2
    queries = [it["filter"]["query"] for it in asked(pretend)]
    assert queries == ['service:"web"', r'service:"a \"b\""']
    assert "/apm/trace/" in batches[0].rows.column("datadog_url")[0].as_py()


async def test_apm_keeps_only_spans_of_llm_applications() -> None:
    """Unless somebody chose which spans are wanted."""
    pretend = telling(failed("t", "1", 90, ml_app=None))
    batches = await pull(pretend, api="apm")
    assert kept_out(batches) == {"span of no LLM application": 1}
    assert ids(await pull(pretend, api="apm", query="service:web")) == ["1"]


@pytest.mark.parametrize("status", [403, 404])
async def test_both_refused(status: int) -> None:
    """Both are named, and no more is asked."""
    troubles = [refusing(LLM, status), refusing(APM, status)]
    pretend = telling(troubles=troubles)
    batches = await pull(pretend, named(9_000, 30))
    assert [what for what, _ in missing(batches)] == ["llm spans *", "apm spans *"]
    assert len(asked(pretend)) == 2
    assert ids(batches) == []


async def test_keys_that_are_not_accepted_end_the_pull() -> None:
    """All that remains is missing, with the remedy."""
    pretend = telling(troubles=[refusing(LLM, 401)])
    batches = await pull(pretend, named(9_000, 30), ml_apps=("a", "b"))
    assert len(asked(pretend)) == 1
    assert {what for what, _ in missing(batches)} == {"llm spans ml_app:a", "llm spans ml_app:b"}
    assert all("DD_API_KEY" in reason for _, reason in missing(batches))


async def test_a_query_that_is_refused_leaves_the_rest_missing() -> None:
    """It would be refused for each window; APM would not know better."""
    pretend = telling(troubles=[refusing(LLM, 400)])
    batches = await pull(pretend, named(9_000, 30), query="a:(")
    assert len(asked(pretend)) == 1
    ((_, reason),) = missing(batches)
    assert "400" in reason
    assert "stands in" not in reason
