"""LLM Observability's searches for spans: shapes, paging, and the traps of the real API."""

# mypy: disable-error-code="no-untyped-call"
# (the client annotates arguments but not what its constructors return)

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ForbiddenException
from datadog_api_client.v2.api.agent_observability_api import AgentObservabilityApi
from datadog_api_client.v2.model.llm_obs_search_spans_request import LLMObsSearchSpansRequest

from scarline.sandbox import Sandbox, World, running, traces
from tests.sandbox.conftest import NOON, Connect
from tests.sandbox.test_official_client import whole

pytestmark = pytest.mark.filterwarnings("ignore:Using unstable operation")

HOUR, DAY = 3_600, 86_400
PATH = "/api/v2/llm-obs/v1/spans/events"
Spans = list[dict[str, Any]]


@pytest.fixture
def client() -> Iterator[Callable[[Sandbox], AgentObservabilityApi]]:
    """A function that gives the official client of a sandbox; both calls are in preview."""
    clients: list[ApiClient] = []

    def connected(sandbox: Sandbox) -> AgentObservabilityApi:
        settings = Configuration(host=sandbox.url)
        settings.api_key["apiKeyAuth"] = sandbox.world.api_key
        settings.api_key["appKeyAuth"] = sandbox.world.app_key
        settings.unstable_operations["list_llm_obs_spans"] = True
        settings.unstable_operations["search_llm_obs_spans"] = True
        clients.append(ApiClient(settings))
        return AgentObservabilityApi(clients[-1])

    yield connected
    for one in clients:
        one.close()


def body(**attributes: Any) -> dict[str, Any]:
    """Write a search."""
    return {"data": {"type": "spans", "attributes": attributes}}


def stamp(at: float) -> str:
    """Write a time as ISO 8601."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def search(call: httpx2.Client, limit: int = 5000, **filters: Any) -> Spans:
    """Walk through all pages of a search, oldest first; the last day unless said otherwise."""
    given, found = {"from": "now-1d", **filters}, []
    page: dict[str, Any] = {"limit": limit}
    while True:
        asked = body(filter=given, page=page, sort="timestamp")
        answer = call.post(f"{PATH}/search", json=asked).raise_for_status().json()
        found += answer["data"]
        after = (answer["meta"]["page"] or {}).get("after")
        if after is None:
            return found
        assert after != page.get("cursor")
        page = {"limit": limit, "cursor": after}


def ids(spans: Spans) -> Counter[tuple[str, str]]:
    """Count the spans by trace and span; what has neither is left out."""
    told = [span["attributes"] or {} for span in spans]
    return Counter(
        (it["trace_id"], it["span_id"]) for it in told if {"trace_id", "span_id"} <= it.keys()
    )


def test_the_client_reads_a_search(
    frozen: Sandbox, client: Callable[[Sandbox], AgentObservabilityApi]
) -> None:
    """Every field of every span, but for those that are malformed by plan; page by page."""
    window: dict[str, Any] = {"from": stamp(NOON - 2 * HOUR), "to": stamp(NOON - HOUR)}
    request = body(filter=window, page={"limit": 200}, sort="timestamp")
    api, spans = client(frozen), []
    while True:
        answer = api.search_llm_obs_spans(body=LLMObsSearchSpansRequest(**request))
        spans += answer.data
        assert whole(answer.meta)
        if "after" not in answer.meta.page:
            break
        request["data"]["attributes"]["page"] = {"limit": 200, "cursor": answer.meta.page.after}
    broken = [span["id"] for span in spans if not whole(span)]
    minutes = range(int(NOON - 2 * HOUR) // 60 - 1, int(NOON - HOUR) // 60)
    begun = [one for minute in minutes for one in traces.traces(7, 6000, minute)]
    planted = {str(it.span_id(it.malformed[1])) for it in begun if it.malformed}
    assert len(spans) > 200
    assert 0 < len(broken) < 10
    assert set(broken) <= planted


def test_the_client_reads_a_list(
    frozen: Sandbox, client: Callable[[Sandbox], AgentObservabilityApi]
) -> None:
    """By GET: the last 15 minutes, ten spans unless asked for more, newest first."""
    answer = client(frozen).list_llm_obs_spans()
    assert whole(answer)
    starts = [span.attributes.start_ns for span in answer.data]
    assert len(answer.data) == 10
    assert "after" in answer.meta.page
    assert all(start > (NOON - 900) * 1e9 for start in starts if start > 1e15)


def test_both_ways_find_the_same(call: httpx2.Client) -> None:
    """GET and POST; and a window that is asked again has the same answer."""
    params = {
        "filter[from]": stamp(NOON - HOUR),
        "filter[to]": stamp(NOON - 60),
        "filter[ml_app]": "help-search",
        "page[limit]": "5000",
        "sort": "timestamp",
    }
    listed = call.get(PATH, params=params).raise_for_status().json()["data"]
    window: dict[str, Any] = {"from": stamp(NOON - HOUR), "to": str(int(NOON - 60) * 1000)}
    assert listed == search(call, ml_app="help-search", **window)
    assert listed == call.get(PATH, params=params).json()["data"] != []


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_part_a_window_without_loss(call: httpx2.Client, limit: int) -> None:
    """Each span once but for planted copies, in whatever steps; the copies are in other pages."""
    window: dict[str, Any] = {"from": "now-40m", "to": "now-10m"}
    one = search(call, **window)
    assert search(call, limit, **window) == one
    counts = ids(one)
    assert len(one) > 80
    assert {2} <= set(counts.values()) <= {1, 2}


def test_newest_first_is_the_other_way_round(call: httpx2.Client) -> None:
    """With pages too."""
    window: dict[str, Any] = {"from": "now-30m", "to": "now-10m"}
    found, cursor = [], None
    while True:
        page = {"limit": 30} | ({"cursor": cursor} if cursor else {})
        asked = body(filter=window, page=page, sort="-timestamp")
        answer = call.post(f"{PATH}/search", json=asked).json()
        found += answer["data"]
        cursor = (answer["meta"]["page"] or {}).get("after")
        if not cursor:
            break
    assert found[::-1] == search(call, **window)


def test_the_end_of_the_pages_is_told_in_two_ways(call: httpx2.Client) -> None:
    """`page` is null where the first page is all, and an object without cursor after others."""
    window: dict[str, Any] = {"from": "now-20m", "to": "now-10m"}
    asked = body(filter=window, page={"limit": 5000})
    alone = call.post(f"{PATH}/search", json=asked).json()
    assert (alone["meta"]["page"], "links" in alone) == (None, False)
    half = len(alone["data"]) // 2 + 1
    first = call.post(f"{PATH}/search", json=body(filter=window, page={"limit": half})).json()
    page = {"limit": half, "cursor": first["meta"]["page"]["after"]}
    last = call.post(f"{PATH}/search", json=body(filter=window, page=page)).json()
    assert last["meta"]["page"] == {}
    assert first["data"] + last["data"] == alone["data"]


@pytest.mark.parametrize(
    ("query", "field", "values"),
    [
        ("@status:error", "status", {"error"}),
        ("@ml_app:code-helper", "ml_app", {"code-helper"}),
        ("ml_app:code-helper -span_kind:llm", "span_kind", {"agent", "tool"}),
        ("service:refunds", "ml_app", {"refunds-agent"}),
        ('service:"refunds" @meta.span.kind:tool', "span_kind", {"tool"}),
        ("team:payments env:prod", "ml_app", {"refunds-agent"}),
        ("@name:run_*", "ml_app", {"code-helper"}),
        ("ml_app:code-helper -kind:llm -@name:r*", "name", {"code_helper"}),
    ],
)
def test_a_query_finds_what_it_says(
    call: httpx2.Client, query: str, field: str, values: set[str]
) -> None:
    """And nothing is left out: what it says of each span of the day is so."""
    everything = [it["attributes"] for it in search(call) if it["attributes"]]
    found = [it["attributes"] for it in search(call, query=query)]
    assert found
    assert {it[field] for it in found if it} <= values | {"daydream"}
    if query in {"@status:error", "@ml_app:code-helper"}:
        wanted = sum(it[field] in values for it in everything)
        assert wanted <= len(found) <= wanted + 2  # one without attributes may be among them


def test_structured_filters_are_ignored_beside_a_query(call: httpx2.Client) -> None:
    """Which is documented, and surprises."""
    found = search(call, query="ml_app:code-helper", ml_app="help-search", span_kind="llm")
    assert found == search(call, ml_app="code-helper")


def test_structured_filters(call: httpx2.Client) -> None:
    """By name, kind, ids and tags."""
    some = search(call, span_name="decide", span_kind="llm", tags={"env": "prod"})
    first = some[0]["attributes"]
    trace = search(call, trace_id=first["trace_id"])
    assert {span["attributes"]["name"] for span in some} == {"decide"}
    assert len(ids(trace)) == 5
    assert ids(search(call, span_id=first["span_id"])).keys() == ids([some[0]]).keys()
    assert ids(search(call, query=f"@trace_id:{first['trace_id']}")) == ids(trace)


def test_quirks_of_the_fields(call: httpx2.Client) -> None:
    """Milliseconds in `start_ns`, micro-dollars, `undefined` parents, repeated keys of tags."""
    told = [it["attributes"] for it in search(call, ml_app="document-summariser")]
    told = [it for it in told if it and isinstance(it.get("start_ns"), int)]
    lengths = Counter(len(str(it["start_ns"])) for it in told)
    assert lengths.keys() == {13, 19}
    assert lengths[19] > lengths[13] > 50
    roots = [it for it in told if it["span_kind"] == "workflow"]
    assert {it["parent_id"] for it in roots} == {"undefined"}
    tags = roots[0]["tags"]
    assert tags.count("team:ai") == sum(it.startswith("team:") for it in tags) - 1 == 1
    assert any(it.startswith("session_id:") for it in tags)
    assert not any("session" in key for key in roots[0])
    costs = [it["metrics"]["estimated_total_cost"] for it in told if it["span_kind"] == "llm"]
    assert all(10 < float(it) < 10_000 for it in costs if float(it) < 100_000)


def test_ids_are_hexadecimal_or_decimal(call: httpx2.Client) -> None:
    """By the library that wrote them."""
    helper = search(call, ml_app="code-helper")[0]["attributes"]["trace_id"]
    other = search(call, ml_app="help-search")[0]["attributes"]["trace_id"]
    assert helper.isdecimal()
    assert (len(other), other.isdecimal(), int(other, 16) > 2**64) == (32, False, True)


def test_all_failures_of_the_plan_can_be_captured(call: httpx2.Client, frozen: Sandbox) -> None:
    """What the truth names is in the answers, with the error status where it says so."""
    found = {(it["trace_id"], it["span_id"]): it for it in _good(search(call))}
    told = frozen.world.failures(NOON - DAY, NOON, NOON)
    assert len(told) > 100
    for one in told:
        span = found[one.trace_id, one.span_id]
        assert (span["status"] == "error") == ("error" in one.types)
        told_there = one.mishap == "bad-key" and "http_error" in one.types
        assert ("output" in span) == ("error" not in one.types or told_there)
    failing = {(one.trace_id, one.span_id) for one in told}
    errors = {key for key, it in found.items() if it["status"] == "error"}
    assert errors == {(it.trace_id, it.span_id) for it in told if "error" in it.types}
    healthy = [it for key, it in found.items() if key not in failing]
    scores = [it["evaluation"] for it in healthy if "evaluation" in it]
    assert all(it["assessment"] == "pass" for row in scores for it in row.values() if _judged(it))
    assert all(row["quality"]["value"] > 0.5 for row in scores if "quality" in row)


def _good(spans: Spans) -> Spans:
    told = [span["attributes"] or {} for span in spans]
    return [it for it in told if {"trace_id", "span_id", "status"} <= it.keys()]


def _judged(verdict: dict[str, Any]) -> bool:
    return "assessment" in verdict


def test_malformed_spans_are_there_and_sink_no_page(call: httpx2.Client) -> None:
    """A megabyte of output, ids and times that are missing or of another type."""
    spans = [it["attributes"] for it in search(call)]
    there = [it for it in spans if it]
    assert None in spans
    assert any("trace_id" not in it for it in there)
    assert any("start_ns" not in it for it in there)
    assert any(isinstance(it.get("start_ns"), str) for it in there)
    assert any(isinstance(it.get("tags"), dict) for it in there)
    assert any(it.get("duration") is None for it in there)
    huge = [it for it in there if len(it.get("output", {}).get("value", "")) >= 1_000_000]
    assert len(huge) >= 1


def test_without_attachments_long_texts_are_cut(call: httpx2.Client) -> None:
    """As `include_attachments` says."""
    huge = next(it for it in search(call) if len(str(it)) > 1_000_000)["attributes"]
    asked = body(
        filter={"from": "now-1d", "span_id": huge["span_id"]},
        options={"include_attachments": False},
    )
    answer = call.post(f"{PATH}/search", json=asked).json()
    assert len(answer["data"][0]["attributes"]["output"]["value"]) == 10_000


def test_late_spans_come_into_windows_that_were_read(connect: Connect) -> None:
    """What was seen stays, in the same order; more comes in between."""
    now = [NOON]
    window: dict[str, Any] = {"from": stamp(NOON - 5 * HOUR), "to": stamp(NOON)}
    with running(World(clock=lambda: now[0], quotas={})) as sandbox:
        call = connect(sandbox)
        first = search(call, **window)
        now[0] += 5 * HOUR
        later = search(call, **window)
    early = [span["id"] for span in first]
    assert len(later) > len(first) + 5  # some only hours later
    assert [it for it in (span["id"] for span in later) if it in set(early)] == early
    assert later.index(next(it for it in later if it["id"] not in set(early))) < len(early) // 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"filter": {"from": 1795000000000}}, "invalid type number"),
        ({"filter": {"to": 1.5}}, "invalid type number"),
        ({"filter": {"from": "yesterday"}}, "is no time"),
        ({"filter": {"from": "now", "to": "now-1h"}}, "must be before"),
        ({"filter": {"query": "@status:error OR service:refunds"}}, "cannot be read"),
        ({"filter": {"query": "(service:refunds)"}}, "cannot be read"),
        ({"filter": []}, "expected an object"),
        ({"page": {"limit": 5001}}, "at most 5000"),
        ({"page": {"limit": "10"}}, "whole number"),
        ({"page": {"cursor": "abc"}}, "cursor"),
        ({"sort": "start"}, "sort"),
    ],
)
def test_what_is_wrong_is_refused(
    call: httpx2.Client, change: dict[str, Any], sentence: str
) -> None:
    """400, with a sentence."""
    answer = call.post(f"{PATH}/search", json=body(**change))
    assert (answer.status_code, sentence in answer.text) == (400, True), answer.text


def test_the_type_of_the_request_is_spans(call: httpx2.Client) -> None:
    """The word of the other searches is refused."""
    wrong = {"data": {"type": "search_request", "attributes": {}}}
    answer = call.post(f"{PATH}/search", json=wrong)
    assert (answer.status_code, 'expected one of \\"spans\\"' in answer.text) == (400, True)


def test_an_account_without_data_answers_500(connect: Connect) -> None:
    """Which is no failure, and means that there is nothing."""
    with running(World(clock=lambda: NOON, spans_a_day=0)) as sandbox:
        answer = connect(sandbox).post(f"{PATH}/search", json=body())
        assert sandbox.world.failures(NOON - DAY, NOON) == ()
    assert answer.status_code == 500
    assert answer.json() == {"errors": [{"detail": "No valid indexes specified"}]}


def test_permission_and_quota(
    connect: Connect, client: Callable[[Sandbox], AgentObservabilityApi]
) -> None:
    """Its own permission, and its own bucket."""
    with running(World(missing_scopes=frozenset({"llm_observability_read"}))) as sandbox:
        with pytest.raises(ForbiddenException, match="llm_observability_read"):
            client(sandbox).list_llm_obs_spans()
        assert connect(sandbox).get("/api/v2/spans/events").status_code == 200
    with running(World(clock=lambda: NOON)) as sandbox:
        answer = connect(sandbox).post(f"{PATH}/search", json=body())
    assert answer.headers["x-ratelimit-name"] == "llm_observability_spans"
    assert answer.headers["x-ratelimit-remaining"] == "299"


def test_seven_days_are_kept(call: httpx2.Client) -> None:
    """A day that is gone has no spans; the first of the seven has."""
    gone: dict[str, Any] = {"from": "now-9d", "to": "now-8d"}
    first: dict[str, Any] = {"from": "now-7d", "to": "now-6d"}
    assert search(call, **gone) == []
    assert len(search(call, **first)) > 5000
