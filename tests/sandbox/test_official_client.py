"""Datadog's own client drives every endpoint, and finds what it was generated for."""

# mypy: disable-error-code="no-untyped-call"
# (the client annotates arguments but not what its constructors return)

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException, ForbiddenException
from datadog_api_client.model_utils import UnparsedObject
from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v1.api.hosts_api import HostsApi
from datadog_api_client.v1.api.metrics_api import MetricsApi as MetricsV1
from datadog_api_client.v2.api.metrics_api import MetricsApi as MetricsV2
from datadog_api_client.v2.model.timeseries_formula_query_request import (
    TimeseriesFormulaQueryRequest,
)

from scarline.sandbox import Fault, Quota, Sandbox, World, running
from tests.sandbox.conftest import NOON, timeseries_body

HOUR = 3600
Client = Callable[[Sandbox], ApiClient]


@pytest.fixture
def client() -> Iterator[Client]:
    """A function that gives the official client of a sandbox."""
    clients: list[ApiClient] = []

    def connected(sandbox: Sandbox) -> ApiClient:
        settings = Configuration(host=sandbox.url)
        settings.api_key["apiKeyAuth"] = sandbox.world.api_key
        settings.api_key["appKeyAuth"] = sandbox.world.app_key
        clients.append(ApiClient(settings))
        return clients[-1]

    yield connected
    for one in clients:
        one.close()


def whole(value: Any) -> bool:
    """Tell whether the client understood all of an answer, at any depth."""
    if isinstance(value, UnparsedObject) or getattr(value, "_unparsed", False):
        return False
    parts = getattr(value, "_data_store", value)
    if isinstance(parts, dict):
        return all(whole(part) for part in parts.values())
    if isinstance(parts, list | tuple):
        return all(whole(part) for part in parts)
    return True


def test_whole_knows_what_it_looks_for() -> None:
    """The check of this file can fail."""
    assert whole({"a": [1, "b"]})
    assert not whole({"a": [UnparsedObject()]})


def test_validate(frozen: Sandbox, client: Client) -> None:
    """The API key is valid."""
    assert AuthenticationApi(client(frozen)).validate().valid


def test_query_metrics(frozen: Sandbox, client: Client) -> None:
    """V1 query: one series a host (of 40, one is away), nulls in some, percent as the unit."""
    answer = MetricsV1(client(frozen)).query_metrics(
        _from=int(NOON - HOUR), to=int(NOON), query="avg:system.cpu.idle{*} by {host}"
    )
    assert whole(answer)
    assert answer.status == "ok"
    assert len(answer.series) == 39
    first = answer.series[0]
    assert (first.interval, first.tag_set, first.unit[0].name) == (20, ["host:api-01"], "percent")
    assert first.pointlist[0].value[0] == first.start
    values = [point.value[1] for series in answer.series for point in series.pointlist]
    assert None in values
    assert all(0 <= value <= 100 for value in values if value is not None)


@pytest.mark.parametrize(
    "metric", ["system.load.1", "system.disk.in_use", "system.mem.usable", "system.net.bytes_rcvd"]
)
def test_units_are_understood(frozen: Sandbox, client: Client, metric: str) -> None:
    """No unit, a fraction without a short name, bytes, bytes per second: all parse."""
    window = {"_from": int(NOON - HOUR), "to": int(NOON)}
    answer = MetricsV1(client(frozen)).query_metrics(**window, query=f"avg:{metric}{{*}}")
    assert whole(answer)
    names = {
        "system.load.1": None,
        "system.disk.in_use": ["fraction", None],
        "system.mem.usable": ["byte", None],
        "system.net.bytes_rcvd": ["byte", "second"],
    }
    unit = answer.series[0].unit
    assert names[metric] == (unit and [part.name if part else None for part in unit])


def test_query_timeseries_data(frozen: Sandbox, client: Client) -> None:
    """V2 timeseries: columns of the same length as the times."""
    texts = ["avg:system.load.5{*} by {host}", "avg:system.disk.in_use{*} by {host,device}"]
    formulas = [{"formula": "b"}, {"formula": "a"}]
    body = timeseries_body(NOON - HOUR, NOON, *texts, formulas=formulas)
    answer = MetricsV2(client(frozen)).query_timeseries_data(
        body=TimeseriesFormulaQueryRequest(**body)
    )
    assert whole(answer)
    columns = answer.data.attributes
    assert [series.query_index for series in columns.series.value] == [0] * 78 + [1] * 39
    assert columns.series.value[0].group_tags.value == ["device:/dev/nvme0n1p1", "host:api-01"]
    assert {len(row.value) for row in columns.values.value} == {len(columns.times.value)}


def test_metric_lists(frozen: Sandbox, client: Client) -> None:
    """Both lists name the same metrics; the client's own paging walks to the end."""
    active = MetricsV1(client(frozen)).list_active_metrics(_from=int(NOON - HOUR))
    assert whole(active)
    api = MetricsV2(client(frozen))
    page = api.list_tag_configurations(page_size=3)
    assert whole(page)
    paged = list(api.list_tag_configurations_with_pagination(page_size=3))
    assert [item.id for item in paged] == list(active.metrics)


def test_list_hosts(frozen: Sandbox, client: Client) -> None:
    """Hosts with metadata parse as the recorded ones do."""
    answer = HostsApi(client(frozen)).list_hosts(include_hosts_metadata=True, count=1000)
    assert whole(answer)
    assert answer.total_matching == answer.total_returned == len(answer.host_list)
    assert "role:api" in answer.host_list[0].tags_by_source["Datadog"]


def test_errors_are_the_clients_own(client: Client) -> None:
    """403 and 429 become the exceptions that the client raises for them."""
    world = World(missing_scopes=frozenset({"hosts_read"}), quotas={"metrics_list": Quota(0, 60)})
    with running(world) as sandbox:
        with pytest.raises(ForbiddenException, match="hosts_read"):
            HostsApi(client(sandbox)).list_hosts()
        with pytest.raises(ApiException, match="Rate limit of 0") as refused:
            MetricsV2(client(sandbox)).list_tag_configurations()
    assert refused.value.status == 429
    assert refused.value.headers["x-ratelimit-name"] == "metrics_list"


def test_a_status_error_does_not_raise(client: Client) -> None:
    """The trap that the client leaves open: HTTP 200, status `error`, no exception."""
    with running(faults=[Fault("status-error")]) as sandbox:
        answer = MetricsV1(client(sandbox)).query_metrics(_from=1, to=2, query="avg:a{*}")
    assert (answer.status, answer.error) == ("error", "Query timed out")
