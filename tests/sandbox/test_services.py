"""Services, who calls whom, the catalog and the numbers: their shapes, their story, their rules."""

# mypy: disable-error-code="no-untyped-call"
# (the client annotates arguments but not what its constructors return)

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ForbiddenException
from datadog_api_client.v2.api.apm_api import APMApi
from datadog_api_client.v2.api.metrics_api import MetricsApi
from datadog_api_client.v2.api.service_definition_api import ServiceDefinitionApi
from datadog_api_client.v2.api.software_catalog_api import SoftwareCatalogApi
from datadog_api_client.v2.model.relation_type import RelationType
from datadog_api_client.v2.model.scalar_formula_query_request import ScalarFormulaQueryRequest

from scarline.sandbox import Quota, Sandbox, World, running
from tests.sandbox.conftest import NOON, Connect
from tests.sandbox.test_official_client import whole

HOUR, DAY = 3_600, 86_400
MIDNIGHT = int(NOON) // DAY * DAY
STATS = ("hits", "errors", "error_rate", "latency_avg")

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


def question(kind: str, group_by: list[str], env: str = "*", **window: int) -> dict[str, Any]:
    """Write a scalar request for all four numbers."""
    end = window.get("end", int(NOON))
    queries = [
        {
            "data_source": "apm_metrics",
            "name": stat,
            "stat": stat,
            "group_by": group_by,
            "span_kind": kind,
            "query_filter": env,
        }
        for stat in STATS
    ]
    attributes = {
        "from": (end - HOUR) * 1000,
        "to": end * 1000,
        "queries": queries,
        "formulas": [{"formula": stat} for stat in STATS],
    }
    return {"data": {"type": "scalar_request", "attributes": attributes}}


def columns(call: httpx2.Client, body: dict[str, Any]) -> dict[str, Any]:
    """The columns of an answer by name."""
    answer = call.post("/api/v2/query/scalar", json=body).raise_for_status().json()
    return {column["name"]: column for column in answer["data"]["attributes"]["columns"]}


def dependencies(call: httpx2.Client, **asked: Any) -> dict[str, list[str]]:
    """Who calls whom."""
    given = {"env": "prod", **asked}
    document = call.get("/api/v1/service_dependencies", params=given).raise_for_status().json()
    return {name: row["calls"] for name, row in document.items()}


def test_twenty_five_services(frozen: Sandbox, client: Client) -> None:
    """The client reads the lists; staging has fewer, an unknown environment none."""
    counts = {}
    for env in ("*", "prod", "staging", "moon"):
        answer = APMApi(client(frozen)).get_service_list(filter_env=env)
        assert whole(answer)
        found = answer.data.attributes
        assert len(found.services) == len(found.metadata)
        counts[env] = len(found.services)
    assert counts == {"*": 25, "prod": 25, "staging": 21, "moon": 0}


def test_dependencies_are_of_services(call: httpx2.Client) -> None:
    """Each name that is called is a key too; staging knows only its own."""
    prod, staging = dependencies(call), dependencies(call, env="staging")
    assert prod["order-management"] == ["inventory", "order-events", "payments", "shipping"]
    for document in (prod, staging):
        assert {name for calls in document.values() for name in calls} <= document.keys()
    assert "legacy-erp" in prod
    assert "legacy-erp" not in staging


def test_one_service_says_both_ways(call: httpx2.Client) -> None:
    """As the whole map does; an unknown one is not found."""
    path = "/api/v1/service_dependencies/payments"
    one = call.get(path, params={"env": "prod"}).raise_for_status().json()
    everyone = dependencies(call)
    assert one == {
        "name": "payments",
        "calls": everyone["payments"],
        "called_by": sorted(name for name, calls in everyone.items() if "payments" in calls),
    }
    assert call.get(path + "s", params={"env": "prod"}).status_code == 404


@pytest.mark.parametrize(
    ("hours", "erp", "rates"),
    [
        ((1, 2), True, False),
        ((7, 8), True, False),
        ((7, 9), True, True),
        ((15, 17), True, True),
        ((16, 17), False, True),
        ((23, 25), True, True),
        ((-16, 8), True, True),
    ],
)
def test_one_edge_disappears_and_one_appears(
    call: httpx2.Client, hours: tuple[int, int], erp: bool, rates: bool
) -> None:
    """At 16:00 and at 08:00 of each day; a window sees what overlaps it."""
    start, end = (MIDNIGHT + hour * HOUR for hour in hours)
    found = dependencies(call, start=start, end=end)
    assert ("legacy-erp" in found["returns"], "carrier-rates" in found["shipping"]) == (erp, rates)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/api/v2/apm/services", {}),
        ("/api/v1/service_dependencies", {}),
        ("/api/v1/service_dependencies", {"env": "prod", "start": "9", "end": "9"}),
        ("/api/v2/catalog/entity", {"page[offset]": "x"}),
        ("/api/v2/services/definitions", {"page[size]": "101"}),
    ],
)
def test_what_is_wrong_is_refused(call: httpx2.Client, path: str, params: dict[str, str]) -> None:
    """400, with a sentence."""
    answer = call.get(path, params=params)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_the_catalog_has_pages(frozen: Sandbox, client: Client) -> None:
    """The client walks them; discovered ones come only when asked for."""
    api = SoftwareCatalogApi(client(frozen))
    defined = list(api.list_catalog_entity_with_pagination(page_limit=7))
    everyone = list(api.list_catalog_entity_with_pagination(page_limit=7, include_discovered=True))
    assert whole(defined)
    assert whole(everyone)
    names = {entity.attributes.name for entity in defined}
    assert (len(defined), len(everyone)) == (len(names), 25) == (24, 25)
    assert {it.attributes.name for it in everyone} - names == {"reporting"}


def test_the_links_are_as_recorded(call: httpx2.Client) -> None:
    """Relative, with the count of the page, and no next at the end."""
    first = call.get("/api/v2/catalog/entity", params={"page[limit]": "20"}).json()
    assert first["meta"] == {"count": 20, "includeCount": 0}
    assert first["links"]["next"] == "/api/v2/catalog/entity?page%5Blimit%5D=20&page%5Boffset%5D=20"
    last = call.get(first["links"]["next"]).json()
    assert (last["meta"]["count"], "next" in last["links"]) == (4, False)
    full = call.get("/api/v2/catalog/entity", params={"page[limit]": "24"}).json()
    assert (full["meta"]["count"], "next" in full["links"]) == (24, False)


def test_relations_say_how_they_are_known(frozen: Sandbox, client: Client) -> None:
    """Declared ones by the schema; those that APM found only when asked for."""
    api = SoftwareCatalogApi(client(frozen))
    kind = RelationType.RELATIONTYPEDEPENDSON
    declared = list(api.list_catalog_relation_with_pagination(filter_type=kind))
    answer = list(
        api.list_catalog_relation_with_pagination(filter_type=kind, include_discovered=True)
    )
    assert whole(answer)
    assert {it.meta.source for it in declared} == {"schema"}
    sources = [it.meta.source for it in answer]
    assert (len(declared), sources.count("schema"), sources.count("apm")) == (3, 3, 37)


def test_definitions_have_pages_without_links(frozen: Sandbox, client: Client) -> None:
    """The client walks them until one is short; what only the catalog knows is not there."""
    api = ServiceDefinitionApi(client(frozen))
    found = list(api.list_service_definitions_with_pagination(page_size=10))
    assert whole(found)
    names = {it.attributes.schema.dd_service for it in found}
    assert (len(found), len(names)) == (23, 23)
    assert not {"tax", "reporting"} & names


def test_the_client_reads_scalars(frozen: Sandbox, client: Client) -> None:
    """Group columns and numbers, with units that differ."""
    body = question("server", ["service"], "env:prod")
    answer = MetricsApi(client(frozen)).query_scalar_data(body=ScalarFormulaQueryRequest(**body))
    assert whole(answer)
    found = answer.data.attributes.columns
    assert [column.name for column in found] == ["service", *STATS]
    assert {len(column["values"]) for column in found} == {23}  # two are not traced
    assert str(found[4].meta.unit[0].name) == "nanosecond"


def test_units_are_mixed_and_numbers_agree(call: httpx2.Client) -> None:
    """Percent and nanoseconds for servers, fractions and seconds for clients; null for counts."""
    server = columns(call, question("server", ["service"], "env:prod"))
    pair = columns(call, question("client", ["service", "peer.service"], "env:prod"))
    units = [[it[stat]["meta"]["unit"] for stat in STATS] for it in (server, pair)]
    names = [[unit and unit[0]["name"] for unit in row] for row in units]
    assert names == [[None, None, "percent", "nanosecond"], [None, None, "fraction", "second"]]
    for column, factor in ((server, 100), (pair, 1)):
        for hits, errors, rate in zip(*(column[stat]["values"] for stat in STATS[:3]), strict=True):
            assert rate == pytest.approx(factor * errors / hits)
    place = server["service"]["values"].index(["payments"])
    assert 0.05e9 < server["latency_avg"]["values"][place] < 1e9
    peers = [it[0] for it in pair["peer.service"]["values"]]
    assert {"card-network", "orders-postgres"} <= set(peers)


def test_numbers_are_steady(call: httpx2.Client) -> None:
    """Asked again they are the same; an hour later they are not."""
    body = question("server", ["service"], "env:prod")
    later = question("server", ["service"], "env:prod", end=int(NOON) + HOUR)
    assert columns(call, body) == columns(call, body)
    assert columns(call, body)["hits"] != columns(call, later)["hits"]


def test_environments_are_a_group(call: httpx2.Client) -> None:
    """Which ones there are can be asked."""
    found = columns(call, question("server", ["env"]))
    assert found["env"]["values"] == [["prod"], ["staging"]]
    assert found["hits"]["values"][0] > found["hits"]["values"][1] > 0


@pytest.mark.parametrize(
    "change",
    [
        {"data_source": "metrics"},
        {"stat": "latency_p42"},
        {"group_by": ["shoe-size"]},
        {"group_by": ["peer.service"]},
        {"query_filter": "env:prod OR env:staging"},
    ],
)
def test_other_queries_are_refused(call: httpx2.Client, change: dict[str, Any]) -> None:
    """With a sentence about what there is."""
    body = question("server", ["service"])
    body["data"]["attributes"]["queries"][0] |= change
    assert call.post("/api/v2/query/scalar", json=body).status_code == 400


@pytest.mark.parametrize(
    ("scope", "paths"),
    [
        ("apm_read", ["/api/v2/apm/services", "/api/v1/service_dependencies"]),
        ("apm_service_catalog_read", ["/api/v2/catalog/entity", "/api/v2/services/definitions"]),
    ],
)
def test_permissions(client: Client, connect: Connect, scope: str, paths: list[str]) -> None:
    """Each family has its own, and the refusal names it."""
    with running(World(missing_scopes=frozenset({scope}))) as sandbox:
        for path in paths:
            answer = connect(sandbox).get(path)
            assert (answer.status_code, scope in answer.text) == (403, True)
        if scope == "apm_read":
            with pytest.raises(ForbiddenException, match=scope):
                APMApi(client(sandbox)).get_service_list(filter_env="*")


def test_limits(connect: Connect) -> None:
    """The headers tell; what is over the limit is refused."""
    with running(World(quotas={"service_dependencies": Quota(1, 3600)})) as sandbox:
        call = connect(sandbox)
        path = "/api/v1/service_dependencies"
        answers = [call.get(it, params={"env": "prod"}) for it in (path, f"{path}/payments")]
    assert [it.status_code for it in answers] == [200, 429]
    assert answers[0].headers["x-ratelimit-name"] == "service_dependencies"
    assert answers[0].headers["x-ratelimit-remaining"] == "0"
