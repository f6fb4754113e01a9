"""Failures against the sandbox: every failure that was planted, whatever is in the way of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from scarline.kinds import LLM_FAILURE
from scarline.ledger import State
from scarline.model import Batch
from scarline.pipeline import Pipeline
from scarline.ports import Ask, Query
from scarline.sandbox import Failing, Fault, Sandbox, World, parse_fault, running
from scarline.sources.datadog import Spans
from scarline.stores.memory import MemoryStore
from tests.sources.datadog.pretend import NOON, window
from tests.sources.datadog.test_sandbox import Hurried, source
from tests.sources.datadog.test_spans_pull import ids, kept_out, missing

HOURS = 6
WORLD = World(hosts=1, clock=lambda: float(NOON), quotas={}, spans_a_day=12_000)
ASK = Ask("failures", window(-60 * HOURS, -5))
START, END = NOON - HOURS * 3_600, NOON - 300

VERDICT = "evaluation_failed"
"""A failure that an evaluation tells of, if nothing else does: APM has none."""

Row = dict[str, Any]


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """A sandbox at noon; a test that adds faults clears them."""
    with running(WORLD) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Iterator[Sandbox]:
    """The same, without faults and with an empty log."""
    shared.faults.clear()
    shared.log.clear()
    yield shared
    shared.faults.clear()


def truth() -> list[Failing]:
    """The spans that fail in the window, from the plan of the sandbox."""
    return list(WORLD.failures(START, END, NOON))


async def pull(sandbox: Sandbox, ask: Ask = ASK, **spans: Any) -> list[Batch]:
    """All batches of one pull."""
    async with source(sandbox, timeout_seconds=20, spans=Spans(**spans)) as opened:
        return [it async for it in opened.pull(ask)]


def rows(batches: list[Batch]) -> dict[tuple[str, str], Row]:
    """All rows by trace and span; each once."""
    told = [row for batch in batches for row in batch.rows.to_pylist()]
    found = {(row["trace_id"], row["span_id"]): row for row in told}
    assert len(found) == len(told)
    return found


def lost(found: dict[tuple[str, str], Row]) -> list[Failing]:
    """The failures that were planted and did not come; those that a rule may call one aside."""
    return [it for it in truth() if it.certain and (it.trace_id, it.span_id) not in found]


async def test_every_failure_comes_once(sandbox: Sandbox) -> None:
    """And nothing that did not fail."""
    batches = await pull(sandbox)
    found = rows(batches)
    assert missing(batches) == []
    assert lost(found) == []
    assert found.keys() <= {(it.trace_id, it.span_id) for it in truth()}
    assert len(found) > 25
    assert kept_out(batches)["span that came twice"] > 0
    malformed = {it for it in kept_out(batches) if it.startswith("span without")}
    assert malformed == {
        *("span without trace_id", "span without span_id", "span without a start time"),
    }


async def test_pages_and_windows_make_no_difference(sandbox: Sandbox) -> None:
    """Row by row, but for when it was fetched and what is judged across many pages."""
    one = rows(await pull(sandbox, page_size=5_000))
    two = rows(await pull(sandbox, page_size=100, window_seconds=1_700, pages_per_window=2))
    assert [_same(it) for it in one.values()] == [_same(two[it]) for it in one]
    assert one.keys() == two.keys()


def _same(row: Row) -> Row:
    return {key: value for key, value in row.items() if key != "fetched_at"}


async def test_each_application_by_itself(sandbox: Sandbox) -> None:
    """All of them together are all there is; a service is asked for by its tag."""
    apps = sorted({it.ml_app for it in truth()})
    whole, parts = rows(await pull(sandbox)), rows(await pull(sandbox, ml_apps=tuple(apps)))
    assert parts.keys() == whole.keys()
    services = {row["service_name"] for row in whole.values()}
    (first, *_) = sorted(services)
    found = rows(await pull(sandbox, services=(first,)))
    assert found.keys() == {it for it, row in whole.items() if row["service_name"] == first}


async def test_only_failing_spans_may_be_asked_for(sandbox: Sandbox) -> None:
    """By a query of one's own."""
    found = rows(await pull(sandbox, query="@status:error"))
    whole = rows(await pull(sandbox))
    assert found.keys() < whole.keys()
    assert all('"status":"error"' in it["trace_payload"] for it in found.values())


@pytest.mark.parametrize("fault", ["start-ms", "page-null", "skew:5", "gzip-off", "503:0,every=3"])
async def test_what_is_in_the_way_is_got_around(sandbox: Sandbox, fault: str) -> None:
    """Every failure comes, and nothing is missing."""
    sandbox.faults.append(parse_fault(fault))
    batches = await pull(sandbox, page_size=500)
    assert missing(batches) == []
    assert lost(rows(batches)) == []


@pytest.mark.parametrize("fault", ["span-timeout", "repeat-cursor", "503", "cut", "errors-member"])
async def test_what_could_not_be_read_is_missing(sandbox: Sandbox, fault: str) -> None:
    """The cursor stays before it: the next pull brings it, and all is there."""
    sandbox.faults.append(parse_fault(fault))
    batches = await pull(sandbox, page_size=100)
    sandbox.faults.clear()
    assert missing(batches)
    rest = await pull(sandbox, Ask("failures", ASK.window, batches[-1].cursor))
    assert lost(rows(rest)) == []


async def test_malformed_spans_do_not_hide_the_others(sandbox: Sandbox) -> None:
    """Each is counted, by what is wrong with it."""
    sandbox.faults.append(Fault("malformed-spans", 3))
    batches = await pull(sandbox)
    assert missing(batches) == []
    assert len(rows(batches)) > len(truth()) / 3
    assert sum(kept_out(batches).values()) > 100


async def test_an_account_without_llm_observability(sandbox: Sandbox) -> None:
    """APM stands in: it knows nothing of evaluations and costs, and all the rest."""
    sandbox.faults.append(Fault("no-llm-obs"))
    batches = await pull(sandbox)
    found = rows(batches)
    seen = [it for it in truth() if it.certain and it.apm_types and VERDICT not in it.types]
    assert {(it.apm_trace_id, it.span_id) for it in seen} <= found.keys()
    assert len(seen) > 10
    ((what, reason),) = missing(batches)
    assert what == "llm spans *"
    assert "stands in" in reason
    alone = rows(await pull(sandbox, api="apm"))
    assert alone.keys() == found.keys()


async def test_an_account_without_spans(sandbox: Sandbox) -> None:
    """It has none, and that is no failure of the pull."""
    sandbox.faults.append(Fault("no-indexes"))
    batches = await pull(sandbox)
    assert (missing(batches), ids(batches)) == ([], [])


async def test_the_rest_of_failing_traces(sandbox: Sandbox) -> None:
    """By both ways in: all spans of the trace, each once."""
    ask = Ask("failures", window(-240, -5))
    for api in ("llm", "apm"):
        batches = await pull(sandbox, ask, complete=True, api=api)
        assert missing(batches) == []
        for row in rows(batches).values():
            payload = json.loads(row["trace_payload"])
            others = payload["rest_of_trace"]["spans"]
            known = [str(it.get("span_id", it.get("spanID"))) for it in others]
            assert len(set(known)) == len(known) > 0
            assert row["span_id"] not in known


async def test_the_road_ends_clean_and_the_same(sandbox: Sandbox) -> None:
    """Nothing personal in store or log; twice is as once; the ledger tells what was left out."""
    async with source(sandbox, timeout_seconds=20, spans=Spans()) as opened:
        store, clock = MemoryStore(), Hurried()
        pipeline = Pipeline({"failures": opened}, store, clock)
        with capture_logs() as logs:
            run = await pipeline.pull("failures", ASK.window)
            once = await store.find(Query(LLM_FAILURE))
            await pipeline.pull("failures", ASK.window)
        assert (await store.find(Query(LLM_FAILURE))).equals(once)
        assert await pipeline.verify() == []
    assert run.state is State.DONE
    held, said = json.dumps(once.to_pylist(), default=str), json.dumps(logs, default=str)
    for failing in truth():
        for secret in (*failing.secrets, failing.name):
            assert secret not in said
            assert secret not in held or secret == failing.name
