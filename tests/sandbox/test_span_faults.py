"""Faults of searches for spans: each does what its sentence says, when it is asked to."""

from typing import Any

import httpx2
import pytest

from scarline.sandbox import Fault, World, running
from tests.sandbox.conftest import NOON, Connect
from tests.sandbox.test_llm_export import PATH, body

WORLD = World(clock=lambda: NOON, quotas={})
HOUR = {"from": "now-1h", "to": "now"}


def asked(call: httpx2.Client, **page: Any) -> dict[str, Any]:
    """A page of the last hour."""
    search = body(filter=HOUR, page={"limit": 40, **page}, sort="timestamp")
    answer: dict[str, Any] = call.post(f"{PATH}/search", json=search).raise_for_status().json()
    return answer


def two(connect: Connect, fault: Fault) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same page without and with a fault."""
    with running(WORLD) as sandbox:
        good = asked(connect(sandbox))
        sandbox.faults.append(fault)
        return good, asked(connect(sandbox))


def test_a_timeout_gives_half_a_page_and_leads_past_the_rest(connect: Connect) -> None:
    """Status `timeout`, HTTP 200, and the cursor of a whole page."""
    good, bad = two(connect, Fault("span-timeout"))
    assert (good["meta"]["status"], bad["meta"]["status"]) == ("done", "timeout")
    assert bad["data"] == good["data"][:20]
    assert bad["meta"]["page"] == good["meta"]["page"]


def test_a_timeout_leaves_other_answers_alone(connect: Connect) -> None:
    """Where there is no status, nothing happens."""
    with running(WORLD) as sandbox:
        call = connect(sandbox)
        good = call.get("/api/v2/metrics").json()
        sandbox.faults.append(Fault("span-timeout"))
        assert call.get("/api/v2/metrics").json() == good


def test_a_cursor_that_repeats(connect: Connect) -> None:
    """The cursor of the body comes back."""
    with running(WORLD) as sandbox:
        call = connect(sandbox)
        after = asked(call)["meta"]["page"]["after"]
        onward = asked(call, cursor=after)["meta"]["page"]["after"]
        sandbox.faults.append(Fault("repeat-cursor"))
        again = asked(call, cursor=after)
    assert onward != after == again["meta"]["page"]["after"]
    assert after in again["links"]["next"]


def test_no_page_though_there_is_more(connect: Connect) -> None:
    """The cursor is gone, and the link."""
    good, bad = two(connect, Fault("page-null"))
    assert "after" in good["meta"]["page"]
    assert (bad["meta"]["page"], "links" in bad) == (None, False)
    assert bad["data"] == good["data"]


def test_late_spans(connect: Connect) -> None:
    """Nothing of the last half hour."""
    with running(WORLD) as sandbox:
        good = asked(connect(sandbox), limit=5000)["data"]
        sandbox.faults.append(Fault("late-spans", 1800))
        bad = asked(connect(sandbox), limit=5000)["data"]
    starts = [it["attributes"]["start_ns"] for it in bad]
    assert 0 < len(bad) < len(good)
    assert all(it / (1e9 if it > 1e15 else 1e3) < NOON - 1800 for it in starts)


def test_milliseconds_everywhere(connect: Connect) -> None:
    """Thirteen digits."""
    _, bad = two(connect, Fault("start-ms"))
    assert {len(str(it["attributes"]["start_ns"])) for it in bad["data"]} == {13}


def test_malformed_spans(connect: Connect) -> None:
    """Every other span, each in another way."""
    good, bad = two(connect, Fault("malformed-spans", 2))
    assert bad["data"][1::2] == good["data"][1::2]
    assert all(a != b for a, b in zip(good["data"][::2], bad["data"][::2], strict=True))


def test_huge_spans(connect: Connect) -> None:
    """A megabyte in every twentieth."""
    _, bad = two(connect, Fault("huge-spans", 20))
    sizes = [len(str(it)) > 1_000_000 for it in bad["data"]]
    assert [place for place, huge in enumerate(sizes) if huge] == [0, 20]


@pytest.mark.parametrize(("name", "status"), [("no-indexes", 500), ("no-llm-obs", 404)])
def test_accounts_without(connect: Connect, name: str, status: int) -> None:
    """Without LLM data, or without the API; APM answers all the same."""
    with running(WORLD, [Fault(name)]) as sandbox:
        call = connect(sandbox)
        answer = call.post(f"{PATH}/search", json=body(filter=HOUR))
        assert (answer.status_code, list(answer.json())) == (status, ["errors"])
        assert call.get("/api/v2/spans/events").status_code == 200


def test_copies_and_disorder_work_on_spans_too(connect: Connect) -> None:
    """The faults that every list of rows has."""
    good, bad = two(connect, Fault("duplicate", 4))
    assert bad["data"] == good["data"] + good["data"][::4]
    good, bad = two(connect, Fault("reorder"))
    assert bad["data"] != good["data"]
    assert sorted(it["id"] for it in bad["data"]) == sorted(it["id"] for it in good["data"])


def test_the_truth_can_be_asked_for_from_another_process(connect: Connect) -> None:
    """GET /_sandbox/failures: what can be found by now."""
    world = World(clock=lambda: NOON, quotas={}, spans_a_day=60_000)
    with running(world) as sandbox:
        call = connect(sandbox)
        window = {"from": str(NOON - 7200), "to": str(NOON)}
        answer = call.get("/_sandbox/failures", params=window).json()
        wrong = call.get("/_sandbox/failures", params={"from": "noon"})
    told = world.failures(NOON - 7200, NOON, NOON)
    shown = [(it["trace_id"], it["span_id"], it["types"]) for it in answer["failures"]]
    assert shown == [(it.trace_id, it.span_id, list(it.types)) for it in told]
    assert len(shown) > 5
    assert wrong.status_code == 400
