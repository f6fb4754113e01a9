"""Limits are counted by calendar period, shared by endpoints, and told in five headers."""

import pytest

from scarline.sandbox import Quota, Quotas, World, running
from tests.sandbox.conftest import Connect

QUERY = {"from": "1", "to": "2", "query": "avg:system.load.1{*}"}
PREFIX = "x-ratelimit-"


def test_headers_count_down_and_then_429(connect: Connect) -> None:
    """Three calls in a period of ten seconds; the fourth is refused until the calendar's edge."""
    now = [1003.25]
    world = World(clock=lambda: now[0], quotas={"timeseries_query": Quota(3, 10)})
    with running(world) as sandbox:
        call = connect(sandbox)
        answers = [call.get("/api/v1/query", params=QUERY) for _ in range(4)]
        now[0] = 1010.0
        fresh = call.get("/api/v1/query", params=QUERY)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    told = [
        {name: value for name, value in answer.headers.items() if name.startswith(PREFIX)}
        for answer in answers
    ]
    assert told == [
        {
            "x-ratelimit-limit": "3",
            "x-ratelimit-period": "10",
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-reset": "7",
            "x-ratelimit-name": "timeseries_query",
        }
        for remaining in (2, 1, 0, 0)
    ]
    assert "retry-after" not in answers[3].headers
    assert list(answers[3].json()) == ["errors"]
    assert (fresh.status_code, fresh.headers[f"{PREFIX}reset"]) == (200, "10")


def test_endpoints_share_a_bucket_and_buckets_are_apart(connect: Connect) -> None:
    """V1 query and v2 timeseries draw on one limit; hosts on another; validate on none."""
    world = World(quotas={"timeseries_query": Quota(1, 3600), "hosts_list": Quota(5, 3600)})
    with running(world) as sandbox:
        call = connect(sandbox)
        assert call.post("/api/v2/query/timeseries", json={}).status_code == 400
        assert call.get("/api/v1/query", params=QUERY).status_code == 429
        hosts = call.get("/api/v1/hosts")
        assert (hosts.status_code, hosts.headers[f"{PREFIX}remaining"]) == (200, "4")
        validate = call.get("/api/v1/validate")
        lists = call.get("/api/v2/metrics")
        buckets = [served.bucket for served in sandbox.log]
    assert not [name for one in (validate, lists) for name in one.headers if PREFIX in name]
    assert buckets == ["timeseries_query", "timeseries_query", "hosts_list", None, "metrics_list"]


def test_a_caller_without_keys_uses_nothing(connect: Connect) -> None:
    """The limit belongs to the organisation: a stranger cannot spend it."""
    with running(World(quotas={"hosts_list": Quota(1, 3600)})) as sandbox:
        call = connect(sandbox)
        assert call.get("/api/v1/hosts", headers={"DD-API-KEY": "x"}).status_code == 403
        assert call.get("/api/v1/hosts").status_code == 200


def test_a_quota_can_be_replaced_while_it_runs(connect: Connect) -> None:
    """The sandbox's quotas are live."""
    with running() as sandbox:
        call = connect(sandbox)
        assert call.get("/api/v1/hosts").headers[f"{PREFIX}limit"] == "500"
        sandbox.quotas["hosts_list"] = Quota(2, 3600)
        statuses = [call.get("/api/v1/hosts").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_looking_costs_nothing() -> None:
    """`look` tells where a bucket stands; an unlimited bucket stands nowhere."""
    quotas = Quotas({"a": Quota(2, 60)})
    assert quotas.look("b", 0.0) is None
    looked = [quotas.look("a", 30.0) for _ in range(3)]
    assert {standing.remaining for standing in looked if standing} == {2}


@pytest.mark.parametrize(("limit", "period"), [(-1, 60), (1, 0)])
def test_impossible_quotas(limit: int, period: int) -> None:
    """A quota that means nothing is refused where it is made."""
    with pytest.raises(ValueError, match="quota"):
        Quota(limit, period)
