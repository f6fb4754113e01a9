"""Flows against the sandbox: what comes, what each refusal leaves out, what is not made up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from scarline.errors import SourceRefused, UsageError
from scarline.kinds import INTEGRATION_FLOW
from scarline.ledger import State
from scarline.model import Batch, Window
from scarline.pipeline import Pipeline
from scarline.ports import Ask, Progress, Query
from scarline.sandbox import Fault, Sandbox, World, landscape, running
from scarline.stores.memory import MemoryStore
from tests.fakes import flows_of
from tests.sources.datadog.pretend import NOON
from tests.sources.datadog.test_sandbox import Hurried, source

HOUR, DAY = 3_600, 86_400
MIDNIGHT = NOON // DAY * DAY
PROD: dict[str, Any] = {"flow_envs": ("prod",)}
END = datetime.fromtimestamp(NOON, UTC)

SERVICES = "/api/v2/apm/services"
DEPENDENCIES = "/api/v1/service_dependencies"
SCALAR = "/api/v2/query/scalar"
ENTITIES = "/api/v2/catalog/entity"
DEFINITIONS = "/api/v2/services/definitions"

WHAT = {
    SERVICES: {"services of env:prod"},
    DEPENDENCIES: {"dependencies of env:prod"},
    SCALAR: {"numbers of services of env:prod", "numbers of dependencies of env:prod"},
    ENTITIES: {"catalog entities"},
    DEFINITIONS: {"service definitions"},
}
"""What the account of a pull calls that which each path tells."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """A sandbox at noon; a test that adds faults clears them."""
    with running(World(hosts=1, clock=lambda: float(NOON), quotas={})) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Iterator[Sandbox]:
    """The same, without faults and with an empty log."""
    shared.faults.clear()
    shared.log.clear()
    yield shared
    shared.faults.clear()


def between(start: float, end: float) -> Window:
    """A window of hours of the day of ``NOON``."""
    return Window(*(datetime.fromtimestamp(MIDNIGHT + it * HOUR, UTC) for it in (start, end)))


async def flows(sandbox: Sandbox, ask: Ask | None = None, **settings: Any) -> Batch:
    """The one batch of a pull."""
    async with source(sandbox, **settings) as opened:
        (batch,) = [it async for it in opened.pull(ask or Ask("flows"))]
    flows_of(batch).validate(full=True)
    assert flows_of(batch).schema == INTEGRATION_FLOW.schema
    return batch


def edges(batch: Batch, *known_by: str) -> set[tuple[str, str, str]]:
    """The edges that are known in one of these ways, with their environment."""
    rows = [it for it in flows_of(batch).to_pylist() if it["system_to"]]
    return {
        (it["env"], it["system_from"], it["system_to"]) for it in rows if it["known_by"] in known_by
    }


def row(batch: Batch, caller: str, called: str = "", env: str = "prod") -> dict[str, Any]:
    """The one row of a pair."""
    wanted = (env, caller, called)
    (found,) = [
        it
        for it in flows_of(batch).to_pylist()
        if (it["env"], it["system_from"], it["system_to"]) == wanted
    ]
    return dict(found)


def true_edges(*envs: str) -> set[tuple[str, str, str]]:
    """The edges that there are in the last hour, between what is traced and what it calls."""
    return {
        (env, one.name, called)
        for env in envs
        for one in landscape.here(env)
        for called in landscape.calls(one.name, env, NOON - HOUR, NOON)
    }


async def test_all_flows_of_all_environments(sandbox: Sandbox) -> None:
    """Edges as they are, those that only peer tags know, and a row for who calls nobody."""
    batch = await flows(sandbox)
    assert batch.missing == ()
    assert edges(batch, "observed") == true_edges("prod", "staging")
    assert edges(batch, "declared") == set()
    inferred = edges(batch, "inferred")
    assert {it[1:] for it in inferred if it[0] == "prod"} == {
        ("order-management", "orders-postgres"),
        ("payments", "card-network"),
        ("reporting", "orders-postgres"),
    }
    callers = {it[:2] for it in true_edges("prod", "staging") | inferred}
    alone = {
        (it["env"], it["system_from"]) for it in flows_of(batch).to_pylist() if not it["system_to"]
    }
    everyone = {(env, one.name) for env in landscape.ENVS for one in landscape.here(env)}
    assert alone == everyone - callers
    assert {it["last_seen"] for it in flows_of(batch).to_pylist()} == {END}


async def test_units_are_read_from_the_answer(sandbox: Sandbox) -> None:
    """Nanoseconds and percent of services, seconds and fractions of pairs: both become the same."""
    batch = await flows(sandbox, **PROD)
    for names in (("payments", "fraud-screening"), ("pricing",), ("shipping", "carrier-rates")):
        truth = landscape.traffic(7, "prod", names, NOON - HOUR, NOON)
        found = row(batch, *names)
        assert found["latency_ms"] == pytest.approx(1_000 * truth.latency_seconds)
        assert found["error_rate"] == pytest.approx(truth.errors / truth.hits)
    assert row(batch, "shipping", "carrier-rates")["status"] == "degraded"
    assert row(batch, "order-events", "invoicing")["status"] == "failed"


async def test_what_is_not_measured_is_null(sandbox: Sandbox) -> None:
    """A system without traces has no numbers, and its status is not known."""
    found = row(await flows(sandbox, **PROD), "legacy-erp")
    assert (found["latency_ms"], found["error_rate"], found["status"]) == (None, None, "unknown")


async def test_owners_and_tags(sandbox: Sandbox) -> None:
    """From the definitions, from the catalog where they name none, or none."""
    batch = await flows(sandbox, **PROD)
    defined = row(batch, "payments", "fraud-screening")
    assert (defined["owner_team"], defined["tags"]) == (
        "payments",
        "estate:orders,lifecycle:production,measured:pair,tier:1,type:web",
    )
    assert row(batch, "tax")["owner_team"] == "finance"
    assert row(batch, "reporting", "orders-postgres")["owner_team"] is None
    assert {it.what for it in batch.asked} == {it for paths in WHAT.values() for it in paths}


@pytest.mark.parametrize(
    ("hours", "erp", "rates"),
    [((6, 7), True, False), ((11, 12), True, True), ((-5, -4), False, True)],
)
async def test_edges_come_and_go(
    sandbox: Sandbox, hours: tuple[int, int], erp: bool, rates: bool
) -> None:
    """The window decides; it is what was asked, and its end is when they were last seen."""
    window = between(*hours)
    batch = await flows(sandbox, Ask("flows", window), **PROD)
    found = edges(batch, "observed")
    assert (("prod", "returns", "legacy-erp") in found) == erp
    assert (("prod", "shipping", "carrier-rates") in found) == rates
    assert {it.window for it in batch.asked} == {window}
    assert row(batch, "payments", "fraud-screening")["last_seen"] == window.end


async def test_pulled_twice_it_is_the_same(sandbox: Sandbox) -> None:
    """Nothing is new, nothing is another; and it can be found."""
    store = MemoryStore()
    async with source(sandbox) as opened:
        pipeline = Pipeline({"flows": opened}, store, Hurried())
        window = between(10, 11)
        first, second = [await pipeline.pull("flows", window) for _ in range(2)]
    assert (first.state, second.state) == (State.DONE, State.DONE)
    assert (first.counts["new"], second.counts["new"]) == (first.rows, 0)
    found = await store.find(Query(INTEGRATION_FLOW, where={"system_from": ["payments"]}))
    assert found.num_rows == 4  # two systems, in two environments


async def test_no_window_that_is_to_come(sandbox: Sandbox) -> None:
    """Of the rest only the past is asked for; of the future nothing."""
    async with source(sandbox, **PROD) as opened:
        assert [it async for it in opened.pull(Ask("flows", between(13, 14)))] == []
        assert (await opened.plan(Ask("flows", between(13, 14)))).requests == []
    batch = await flows(sandbox, Ask("flows", between(11, 13)), **PROD)
    assert {it.window for it in batch.asked} == {between(11, 12)}


async def test_an_environment_that_nobody_knows(sandbox: Sandbox) -> None:
    """Is empty, which is an answer; the owners of nobody are not looked for in the catalog."""
    batch = await flows(sandbox, flow_envs=("moon",))
    assert (flows_of(batch).num_rows, batch.missing) == (0, ())
    assert ENTITIES not in {it.path for it in sandbox.log}


async def test_no_environment_is_no_flows(sandbox: Sandbox) -> None:
    """It is said what to set, and doctor does not ask."""
    async with source(sandbox, flow_envs=()) as opened:
        with pytest.raises(UsageError, match="set flow_envs, such as prod"):
            opened.pull(Ask("flows"))
        assert all("service" not in it.name for it in await opened.check())


async def test_without_apm_read_the_catalog_stands_in() -> None:
    """Its relations name no environment; declared ones were not seen; all that lacks is named."""
    world = World(
        hosts=1, clock=lambda: float(NOON), missing_scopes=frozenset({"apm_read"}), quotas={}
    )
    with running(world) as sandbox:
        batch = await flows(sandbox, flow_envs=("prod", "staging"))
        asked = [it.path for it in sandbox.log]
    declared = {("", *it) for it in landscape.declared()}
    assert edges(batch, "declared") == declared
    observed = {it for it in edges(batch, "observed") if it[0] == ""}
    assert observed == {("", *it[1:]) for it in true_edges("prod")} - declared
    assert row(batch, "storefront", "loyalty", env="")["last_seen"] is None
    assert row(batch, "order-api", "order-management", env="")[
        "last_seen"
    ] == datetime.fromtimestamp(MIDNIGHT, UTC)
    assert row(batch, "order-api", "order-management")["known_by"] == "inferred"
    assert [it.what for it in batch.missing] == [
        f"{what} of env:{env}"
        for env in ("prod", "staging")
        for what in ("services", "dependencies")
    ]
    assert all("the permission apm_read" in it.reason for it in batch.missing)
    assert "catalog stand in" in batch.missing[1].reason
    assert asked.count("/api/v2/catalog/relation") == 1


@pytest.mark.parametrize(
    ("scope", "lacking"),
    [
        ("timeseries_query", WHAT[SCALAR]),
        ("apm_service_catalog_read", WHAT[DEFINITIONS] | WHAT[ENTITIES]),
    ],
)
async def test_a_permission_that_lacks_disables_its_part(scope: str, lacking: set[str]) -> None:
    """The run is partial, and says which; doctor names the permission too."""
    missing = frozenset({scope})
    world = World(hosts=1, clock=lambda: float(NOON), missing_scopes=missing, quotas={})
    with running(world) as sandbox:
        batch = await flows(sandbox, **PROD)
        async with source(sandbox, **PROD) as opened:
            found = await opened.check()
            run = await Pipeline({"flows": opened}, MemoryStore(), Hurried()).pull("flows")
    assert {it.what for it in batch.missing} == lacking
    assert all(scope in it.reason for it in batch.missing)
    assert run.state is State.PARTIAL
    bad = [it for it in found if not it.well]
    assert bad
    assert all(scope in it.remedy for it in bad)
    assert edges(batch, "observed") == true_edges("prod")
    numbers = {it["latency_ms"] for it in flows_of(batch).to_pylist()}
    assert (numbers == {None}) == (scope == "timeseries_query")
    teams = {it["owner_team"] for it in flows_of(batch).to_pylist()}
    assert (teams == {None}) == (scope != "timeseries_query")


async def test_environments_that_cannot_be_listed_must_be_named() -> None:
    """Nothing was answered, so that the run fails, with what to set."""
    world = World(clock=lambda: float(NOON), missing_scopes=frozenset({"timeseries_query"}))
    with running(world) as sandbox:
        async with source(sandbox) as opened:
            pipeline = Pipeline({"flows": opened}, MemoryStore(), Hurried())
            with pytest.raises(SourceRefused, match="set flow_envs to the names"):
                await pipeline.pull("flows")


BROKEN = ("500", "502", "html", "cut", "drop", "truncate", "revoked", "429-bare")


@pytest.mark.parametrize("path", WHAT)
@pytest.mark.parametrize("name", BROKEN)
async def test_whatever_breaks_is_named_and_nothing_is_made_up(
    sandbox: Sandbox, name: str, path: str
) -> None:
    """One endpoint that never answers costs what it tells, never the run, and leaves nulls."""
    whole = await flows(sandbox, **PROD)
    sandbox.faults.append(Fault(name, path=path))
    batch = await flows(sandbox, **PROD)
    assert WHAT[path] == {it.what for it in batch.missing}
    assert all(it.reason for it in batch.missing)
    true = {it["flow_id"]: it for it in flows_of(whole).to_pylist()}
    for found in flows_of(batch).to_pylist():
        if found["env"] == "prod" and found["flow_id"] in true:
            for column in ("latency_ms", "error_rate", "owner_team"):
                assert found[column] in (None, true[found["flow_id"]][column])


@pytest.mark.parametrize("path", WHAT)
async def test_what_comes_right_in_the_end_is_not_missing(sandbox: Sandbox, path: str) -> None:
    """Two failures, then the answer."""
    sandbox.faults.append(Fault("503", path=path, count=2))
    batch = await flows(sandbox, **PROD)
    assert batch.missing == ()
    assert batch.usage.retries == 2


async def test_a_page_with_rows_missing_is_noticed(sandbox: Sandbox) -> None:
    """It says how many it has."""
    sandbox.faults.append(Fault("partial-hosts", path=ENTITIES))
    batch = await flows(sandbox, **PROD)
    (missing,) = batch.missing
    assert (missing.what, "24 rows, and has 16" in missing.reason) == ("catalog entities", True)


async def test_a_cap_on_requests_is_kept(sandbox: Sandbox) -> None:
    """What is left is missing, and the plan said so."""
    async with source(sandbox, requests_per_run=3, **PROD) as opened:
        plan = await opened.plan(Ask("flows"))
        (batch,) = [it async for it in opened.pull(Ask("flows"))]
    assert "3 requests a run at most (requests_per_run): the rest will be missing" in plan.costs
    assert len(sandbox.log) == batch.usage.requests == 3
    assert {it.what for it in batch.missing} == {
        "numbers of dependencies of env:prod",
        "service definitions",
        "catalog entities",
    }


async def test_a_plan_says_its_share_of_each_limit_that_is_known() -> None:
    """Known from the answers of an earlier pull; before that nothing is said of it."""
    with running(World(hosts=1, clock=lambda: float(NOON))) as limited:
        async with source(limited, **PROD) as opened:
            before = await opened.plan(Ask("flows"))
            assert [it async for it in opened.pull(Ask("flows"))]
            plan = await opened.plan(Ask("flows"))
    assert not any("Datadog grants" in it for it in before.costs)
    told = [it for it in plan.costs if "that Datadog grants to this bucket" in it]
    assert len(told) == len({it.request for it in plan.requests})


async def test_a_plan_is_what_a_pull_sends(sandbox: Sandbox) -> None:
    """But for pages that come after, and for owners that no definition names."""
    heard: list[Progress] = []
    async with source(sandbox, flow_envs=("prod", "staging")) as opened:
        plan = await opened.plan(Ask("flows"))
        assert sandbox.log == []
        (batch,) = [it async for it in opened.pull(Ask("flows", notify=heard.append))]
    sent = [f"{it.method} {it.path}" for it in sandbox.log]
    assert [it.request for it in plan.requests] == sent[:9]
    assert sent[9:] == [f"GET {DEFINITIONS}", f"GET {ENTITIES}"]
    assert plan.costs[0].startswith("at least 9 requests")
    assert [it.what for it in plan.requests] == [it.what for it in batch.asked][:9]
    assert [it.done for it in heard] == list(range(1, 12))
    assert all(it.done <= it.total for it in heard)


async def test_pairs_need_not_be_measured(sandbox: Sandbox) -> None:
    """Then each has the numbers of all that its caller serves, and says so."""
    batch = await flows(sandbox, flow_pairs_measured=False, **PROD)
    found = row(batch, "payments", "fraud-screening")
    truth = landscape.traffic(7, "prod", ("payments",), NOON - HOUR, NOON)
    assert found["latency_ms"] == pytest.approx(1_000 * truth.latency_seconds)
    assert "measured:system_from" in found["tags"]
    assert edges(batch, "inferred") == set()
    assert [it.path for it in sandbox.log].count(SCALAR) == 1
