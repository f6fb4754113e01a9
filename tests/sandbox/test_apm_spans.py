"""The same spans as APM tells them: search, whole traces, and what is unlike LLM Observability."""

# mypy: disable-error-code="no-untyped-call"
# (the client annotates arguments but not what its constructors return)

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import NotFoundException
from datadog_api_client.v2.api.apm_trace_api import APMTraceApi
from datadog_api_client.v2.api.spans_api import SpansApi
from datadog_api_client.v2.model.spans_list_request import SpansListRequest

from scarline.sandbox import Sandbox, World, running
from tests.sandbox.conftest import NOON, Connect
from tests.sandbox.test_official_client import whole

pytestmark = pytest.mark.filterwarnings("ignore:Using unstable operation")

HOUR, DAY = 3_600, 86_400
PATH = "/api/v2/spans/events"
Client = Callable[[Sandbox], ApiClient]


@pytest.fixture
def client() -> Iterator[Client]:
    """A function that gives the official client of a sandbox; traces by id are in preview."""
    clients: list[ApiClient] = []

    def connected(sandbox: Sandbox) -> ApiClient:
        settings = Configuration(host=sandbox.url)
        settings.api_key["apiKeyAuth"] = sandbox.world.api_key
        settings.api_key["appKeyAuth"] = sandbox.world.app_key
        settings.unstable_operations["get_trace_by_id"] = True
        clients.append(ApiClient(settings))
        return clients[-1]

    yield connected
    for one in clients:
        one.close()


def body(**attributes: Any) -> dict[str, Any]:
    """Write a search."""
    return {"data": {"type": "search_request", "attributes": attributes}}


def test_the_client_walks_a_search(frozen: Sandbox, client: Client) -> None:
    """With its own paging, to the end: each span once, but for planted copies."""
    window = {"from": "now-40m", "to": "now-10m"}
    request = SpansListRequest(**body(filter=window, page={"limit": 25}, sort="timestamp"))
    spans = list(SpansApi(client(frozen)).list_spans_with_pagination(body=request))
    assert whole(spans)
    ids = [(it.attributes.trace_id, it.attributes.span_id) for it in spans]
    assert len(spans) > 80
    assert 0 < len(ids) - len(set(ids)) < 8
    assert all(one.isdecimal() and int(one) < 2**64 for pair in ids for one in pair)


def test_the_client_walks_a_list(frozen: Sandbox, client: Client) -> None:
    """By GET, newest first."""
    api = SpansApi(client(frozen))
    spans = list(
        api.list_spans_get_with_pagination(filter_query="service:refunds", filter_from="now-3h")
    )
    assert whole(spans)
    starts = [it.attributes.start_timestamp for it in spans]
    assert len(spans) > 20
    assert sum(a < b for a, b in pairwise(starts)) < 4  # copies came later


def test_the_end_is_a_bare_answer(call: httpx2.Client) -> None:
    """Every page with rows has a cursor, the last one too; then comes nothing but `data`."""
    window = {"filter[from]": "now-20m", "filter[to]": "now-10m", "page[limit]": "1000"}
    page = call.get(PATH, params=window).json()
    assert len(page["data"]) < 1000
    cursor = page["meta"]["page"]["after"]
    assert call.get(PATH, params={**window, "page[cursor]": cursor}).json() == {"data": []}
    assert call.get(page["links"]["next"]).json() == {"data": []}


@pytest.mark.parametrize("query", ["status:error", "@status:error service:code-helper"])
def test_errors_are_in_custom(call: httpx2.Client, query: str) -> None:
    """Type, message and stack; duration in nanoseconds."""
    filters = {"from": "now-1d", "query": query}
    answer = call.post(f"{PATH}/search", json=body(filter=filters, page={"limit": 1000})).json()
    custom = [row["attributes"]["custom"] for row in answer["data"]]
    assert custom
    for one in custom:
        assert one["error"]["message"]
        assert one["error"]["type"] in one["error"]["stack"]
        assert 0 < one["duration"] < 200e9


def test_what_apm_cannot_tell_it_does_not(call: httpx2.Client, frozen: Sandbox) -> None:
    """The truth says which failures need evaluations or cost; no answer has either."""
    told = frozen.world.failures(NOON - DAY, NOON, NOON)
    seen = [one for one in told if one.apm_types]
    assert 0 < len(seen) < len(told)
    one = next(it for it in told if it.mishap == "dear")
    answer = call.get(f"/api/v2/trace/{one.apm_trace_id}").raise_for_status()
    assert "cost" not in answer.text
    assert "evaluation" not in answer.text


def test_a_trace_is_whole(frozen: Sandbox, client: Client) -> None:
    """By its decimal id or by that of 128 bits; ids are numbers, parents are in it."""
    one = next(it for it in frozen.world.failures(NOON - DAY, NOON, NOON) if len(it.trace_id) == 32)
    api = APMTraceApi(client(frozen))
    answers = [api.get_trace_by_id(trace_id=it) for it in (one.trace_id, one.apm_trace_id)]
    spans = answers[0].data.attributes.spans
    assert whole(answers)
    assert answers[0].to_dict() == answers[1].to_dict()
    assert answers[0].data.id == one.trace_id
    ids = {it.span_id for it in spans}
    assert int(one.span_id) in ids
    assert [it.parent_id for it in spans if it.parent_id not in ids] == [0]
    assert {it.trace_id_full for it in spans} == {one.trace_id}


def test_errors_are_flagged_in_a_trace(frozen: Sandbox, client: Client) -> None:
    """The spans that the truth calls errors, and no others."""
    told = frozen.world.failures(NOON - DAY, NOON, NOON)
    crash = [
        it for it in told if it.trace_id == next(a for a in told if a.mishap == "crash").trace_id
    ]
    answer = APMTraceApi(client(frozen)).get_trace_by_id(trace_id=crash[0].trace_id)
    flagged = {str(it.span_id) for it in answer.data.attributes.spans if int(it.error.value)}
    assert flagged == {it.span_id for it in crash}
    assert len(crash) == 3


def test_an_unknown_trace(call: httpx2.Client, frozen: Sandbox, client: Client) -> None:
    """404; and what is no id is refused."""
    with pytest.raises(NotFoundException):
        APMTraceApi(client(frozen)).get_trace_by_id(trace_id=str(int(NOON - HOUR) << 32))
    assert call.get("/api/v2/trace/what").status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"data": {"type": "spans", "attributes": {}}},
        {"data": []},
        body(page={"limit": 1001}),
        body(page={"limit": 1, "cursor": "%"}),
        body(filter={"from": 5}),
    ],
)
def test_what_is_wrong_is_refused(call: httpx2.Client, wrong: dict[str, Any]) -> None:
    """400, with a sentence."""
    answer = call.post(f"{PATH}/search", json=wrong)
    assert (answer.status_code, list(answer.json())) == (400, ["errors"])


def test_limits(connect: Connect) -> None:
    """300 searches an hour, 60 traces a minute, each told in the headers."""
    with running(World(clock=lambda: NOON)) as sandbox:
        call = connect(sandbox)
        heads = [call.get(path).headers for path in (PATH, "/api/v2/trace/1")]
    names = ("x-ratelimit-limit", "x-ratelimit-period", "x-ratelimit-name")
    assert [[head[name] for name in names] for head in heads] == [
        ["300", "3600", "spans_search"],
        ["60", "60", "trace_by_id"],
    ]
