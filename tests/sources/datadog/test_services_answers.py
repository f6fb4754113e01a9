"""Flows against answers written by hand: pages, links, refusals and shapes that mislead."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from scarline.errors import ConfigError
from scarline.model import Batch
from scarline.ports import Ask
from scarline.sources import datadog
from tests.fakes import flows_of
from tests.sources.datadog.pretend import (
    KEYS,
    NOON,
    Pretend,
    Received,
    Reply,
    Time,
    pulled,
    refusal,
    reply,
    source,
    window,
)

SERVICES = "/api/v2/apm/services"
DEPENDENCIES = "/api/v1/service_dependencies"
SCALAR = "/api/v2/query/scalar"
ENTITIES = "/api/v2/catalog/entity"
RELATIONS = "/api/v2/catalog/relation"
DEFINITIONS = "/api/v2/services/definitions"

EMPTY = {"data": {"type": "scalar_response", "attributes": {"columns": []}}}
Stage = Mapping[str, Reply | Sequence[Reply]]


def names(*services: str) -> Reply:
    """A list of services."""
    return reply({"data": {"type": "services_list", "attributes": {"services": services}}})


def definitions(*teams: tuple[str, str | None], **more: Any) -> Reply:
    """A page of definitions of services and their teams."""
    rows = [
        {"id": name, "attributes": {"schema": {"dd-service": name, "team": team, **more}}}
        for name, team in teams
    ]
    return reply({"data": rows})


def related(*pairs: tuple[str, str], next_link: str | None = None, **meta: Any) -> Reply:
    """A page of relations of the catalog."""
    rows = [
        {
            "id": f"service:default/{near}:RelationTypeDependsOn:service:default/{far}",
            "type": "relation",
            "attributes": {
                "from": {"kind": "service", "name": near, "namespace": "default"},
                "to": {"kind": "service", "name": far, "namespace": "default"},
                "type": "RelationTypeDependsOn",
            },
            "meta": meta or {"source": "schema"},
        }
        for near, far in pairs
    ]
    links = {"next": next_link} if next_link else {}
    return reply({"data": rows, "meta": {"count": len(rows)}, "links": links})


def entities(*owners: tuple[str, str]) -> Reply:
    """A page of entities of the catalog."""
    rows = [
        {"id": name, "attributes": {"name": name, "kind": "service", "owner": team}}
        for name, team in owners
    ]
    return reply({"data": rows, "meta": {"count": len(rows)}, "links": {}})


QUIET: Stage = {
    SERVICES: names("shop", "till"),
    DEPENDENCIES: reply({"shop": {"calls": ["till"]}, "till": {"calls": []}}),
    SCALAR: reply(EMPTY),
    DEFINITIONS: [definitions(("shop", "web"), ("till", "money")), definitions()],
    ENTITIES: entities(),
    RELATIONS: related(("shop", "till")),
}
"""A small estate in which all is well."""


def staged(stage: Stage) -> Pretend:
    """A Datadog that plays these answers, the last one of each path for ever."""
    left = {
        path: [played] if isinstance(played, Reply) else list(played)
        for path, played in {**QUIET, **stage}.items()
    }

    def play(came: Received) -> Reply | None:
        mine = left.get(came.path)
        return None if mine is None else mine.pop(0) if len(mine) > 1 else mine[0]

    return Pretend(Time(), troubles=[play])


async def flows(stage: Stage, **settings: Any) -> tuple[Batch, Pretend]:
    """The one batch of a pull, and who answered."""
    pretend = staged(stage)
    given = {"flow_envs": ("prod",), **settings}
    (batch,) = await pulled(pretend, Ask("flows", window(-60, 0)), **given)
    flows_of(batch).validate(full=True)
    return batch, pretend


def edges(batch: Batch) -> list[tuple[str, str, str, str]]:
    """Environment, ends, and how each row is known, in their order."""
    return [
        (it["env"], it["system_from"], it["system_to"], it["known_by"])
        for it in flows_of(batch).to_pylist()
    ]


OBSERVED = [("prod", "shop", "till", "observed"), ("prod", "till", "", "observed")]


async def test_all_is_well() -> None:
    """What the other tests change one thing of; empty numbers are nulls."""
    batch, pretend = await flows({})
    assert edges(batch) == OBSERVED
    assert batch.missing == ()
    assert flows_of(batch).column("latency_ms").null_count == 2
    assert flows_of(batch).column("owner_team").to_pylist() == ["web", "money"]
    (asked,) = [it for it in pretend.log if it.path == DEPENDENCIES]
    assert asked.params == {"env": "prod", "start": str(NOON - 3_600), "end": str(NOON)}


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_where_the_map_is_refused_the_catalog_stands_in(status: int) -> None:
    """And the refusal is in the account."""
    batch, pretend = await flows({DEPENDENCIES: refusal(status)})
    assert ("", "shop", "till", "declared") in edges(batch)
    assert ("prod", "shop", "", "observed") in edges(batch)
    (missing,) = batch.missing
    assert missing.what == "dependencies of env:prod"
    (asked,) = [it for it in pretend.log if it.path == RELATIONS]
    assert asked.params["includeDiscovered"] == "true"
    assert asked.params["filter[type]"] == "RelationTypeDependsOn"


@pytest.mark.parametrize("status", [400, 500])
async def test_where_it_only_fails_the_catalog_does_not(status: int) -> None:
    """A bad question and a bad moment are no reasons to take something else for it."""
    batch, pretend = await flows({DEPENDENCIES: refusal(status)})
    assert [it.what for it in batch.missing] == ["dependencies of env:prod"]
    assert RELATIONS not in {it.path for it in pretend.log}


@pytest.mark.parametrize(
    ("meta", "known_by", "seen"),
    [
        ({"source": "schema", "modifiedAt": "2026-01-02T03:04:05Z"}, "declared", None),
        ({"createdAt": "2026-01-02T03:04:05Z"}, "declared", None),
        ({"source": "apm", "modifiedAt": "2026-01-02T03:04:05.25Z"}, "observed", "03:04:05"),
        ({"source": "apm", "modifiedAt": "yesterday"}, "observed", None),
        ({"source": "apm"}, "observed", None),
    ],
)
async def test_a_relation_says_how_it_is_known(
    meta: dict[str, str], known_by: str, seen: str | None
) -> None:
    """Declared if the schema says it, or nobody; seen when the catalog last touched it."""
    batch, _ = await flows({DEPENDENCIES: refusal(403), RELATIONS: related(("a", "b"), **meta)})
    (found,) = [it for it in flows_of(batch).to_pylist() if it["env"] == ""]
    assert found["known_by"] == known_by
    assert (found["last_seen"] and f"{found['last_seen']:%H:%M:%S}") == seen


NEXT = "/api/v2/catalog/relation?page%5Blimit%5D=100&page%5Boffset%5D=100"


async def test_pages_are_followed_by_their_offset() -> None:
    """Relative links, as recorded; the filters stay, though the link dropped them."""
    pages = [related(("a", "b"), next_link=NEXT), related(("c", "d"))]
    batch, pretend = await flows({DEPENDENCIES: refusal(403), RELATIONS: pages})
    assert {it[1] for it in edges(batch) if not it[0]} == {"a", "c"}
    offsets = [it.params["page[offset]"] for it in pretend.log if it.path == RELATIONS]
    assert offsets == ["0", "100"]
    assert all("filter[type]" in it.params for it in pretend.log if it.path == RELATIONS)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://elsewhere.invalid" + NEXT, "links to another host"),
        ("//elsewhere.invalid" + NEXT, "links to another host"),
        ("http://pretend.invalid" + NEXT, "links to another host"),
        (NEXT.replace("=100", "=0"), "does not lead on"),
        (NEXT.replace("relation", "entity"), "does not lead on"),
        ("/api/v2/catalog/relation", "does not lead on"),
    ],
)
async def test_links_that_lead_nowhere_are_not_followed(link: str, said: str) -> None:
    """What came before them stays, and the rest is missing."""
    batch, pretend = await flows(
        {DEPENDENCIES: refusal(403), RELATIONS: related(("a", "b"), next_link=link)}
    )
    assert ("", "a", "b", "declared") in edges(batch)
    (_, missing) = sorted(batch.missing, key=lambda it: it.what != "dependencies of env:prod")
    assert missing.what == "catalog relations"
    assert missing.reason.startswith("it broke off after 1 rows: ")
    assert said in missing.reason
    assert len([it for it in pretend.log if it.path == RELATIONS]) == 1


BROKEN_PAGES: list[tuple[Reply, str]] = [
    (related(("a", "b"), next_link=NEXT.replace("=100", "=200")), "only rows that came before"),
    (related(next_link=NEXT.replace("=100", "=200")), "does not lead on"),
    (refusal(403), "lacks the permission apm_service_catalog_read"),
    (refusal(500), "500"),
    (reply({"data": [{"id": 7}]}), "not of the documented shape"),
]


@pytest.mark.parametrize(("second", "said"), BROKEN_PAGES)
async def test_a_page_that_breaks_leaves_those_before_it(second: Reply, said: str) -> None:
    """A repeated one, an empty one that goes on, a refusal, a failure, another shape."""
    pages = [related(("a", "b"), next_link=NEXT), second]
    batch, _ = await flows({DEPENDENCIES: refusal(403), RELATIONS: pages})
    assert ("", "a", "b", "declared") in edges(batch)
    (missing,) = [it for it in batch.missing if it.what == "catalog relations"]
    assert said in missing.reason


async def test_relations_of_other_kinds_are_no_edges() -> None:
    """A filter may be overlooked; a relation without ends is another shape."""
    document = json.loads(related(("a", "b"), ("c", "d")).body)
    document["data"][0]["attributes"]["type"] = "RelationTypeOwnedBy"
    batch, _ = await flows({DEPENDENCIES: refusal(403), RELATIONS: reply(document)})
    assert [it[1] for it in edges(batch) if not it[0]] == ["c"]
    del document["data"][1]["attributes"]["to"]
    batch, _ = await flows({DEPENDENCIES: refusal(403), RELATIONS: reply(document)})
    assert "has no ends" in {it.what: it.reason for it in batch.missing}["catalog relations"]


async def test_only_what_a_service_needs_is_an_edge() -> None:
    """What it needs may be anything; that an interface needs something is not of systems."""
    document = json.loads(related(("a", "b"), ("c", "d")).body)
    document["data"][0]["attributes"]["from"]["kind"] = "api"
    document["data"][1]["attributes"]["to"]["kind"] = "datastore"
    batch, _ = await flows({DEPENDENCIES: refusal(403), RELATIONS: reply(document)})
    assert [it[1:3] for it in edges(batch) if not it[0]] == [("c", "d")]


@pytest.mark.parametrize("first", ["apm", "schema"])
async def test_what_was_seen_is_more_than_what_was_declared(first: str) -> None:
    """In whatever order the catalog tells it."""
    document = json.loads(related(("a", "b"), ("a", "b")).body)
    others = {"apm": "schema", "schema": "apm"}
    for row, origin in zip(document["data"], (first, others[first]), strict=True):
        row["id"] += origin
        row["meta"] = {"source": origin}
    batch, _ = await flows({DEPENDENCIES: refusal(403), RELATIONS: reply(document)})
    assert ("", "a", "b", "observed") in edges(batch)


async def test_a_service_that_is_only_listed_was_not_seen() -> None:
    """The list knows no time: where nothing else tells of it, there is none."""
    batch, _ = await flows({DEPENDENCIES: refusal(500)})
    assert flows_of(batch).column("last_seen").to_pylist() == [None, None]


async def test_definitions_are_read_until_a_page_is_shorter() -> None:
    """Though the server caps its pages below what was asked for."""
    pages = [
        definitions(("shop", "web"), ("a", "x")),
        definitions(("b", "x"), ("c", "x")),
        definitions(("till", "money")),
    ]
    batch, pretend = await flows({DEFINITIONS: pages})
    assert flows_of(batch).column("owner_team").to_pylist() == ["web", "money"]
    numbers = [it.params["page[number]"] for it in pretend.log if it.path == DEFINITIONS]
    assert numbers == ["0", "1", "2"]
    assert ENTITIES not in {it.path for it in pretend.log}


async def test_definitions_that_repeat_are_not_read_for_ever() -> None:
    """A server that overlooks the number of the page."""
    batch, pretend = await flows({DEFINITIONS: definitions(("shop", "web"), ("till", "money"))})
    (missing,) = batch.missing
    assert "only rows that came before" in missing.reason
    assert len([it for it in pretend.log if it.path == DEFINITIONS]) == 2


@pytest.mark.parametrize(
    ("schema", "team", "tags"),
    [
        ({"dd-service": "shop", "team": "W E B", "dd-team": "web"}, "web", ""),
        ({"info": {"dd-service": "shop"}, "org": {"team": "web", "application": "x"}}, "web", ""),
        (
            {"dd-service": "shop", "team": "web", "tier": "1", "type": "web", "tags": ["a:b", 7]},
            "web",
            "a:b,tier:1,type:web",
        ),
        ({"dd-service": "shop", "team": "", "tags": "a:b"}, None, ""),
        ({"info": "?", "org": 7}, None, ""),
    ],
)
async def test_every_version_of_a_definition(
    schema: dict[str, Any], team: str | None, tags: str
) -> None:
    """The handle of a team before its title; what is of no use is left."""
    page = reply({"data": [{"id": "1", "attributes": {"schema": schema}}]})
    batch, _ = await flows({DEFINITIONS: [page, definitions()]})
    found = flows_of(batch).to_pylist()[0]
    assert (found["system_from"], found["owner_team"], found["tags"]) == ("shop", team, tags)


async def test_the_catalog_names_those_that_definitions_do_not() -> None:
    """And does not overrule them."""
    stage: Stage = {
        DEFINITIONS: [definitions(("shop", "web"), ("till", None), tier="2"), definitions()],
        ENTITIES: entities(("till", "money"), ("shop", "others")),
    }
    batch, _ = await flows(stage)
    found = [(it["owner_team"], it["tags"]) for it in flows_of(batch).to_pylist()]
    assert found == [("web", "tier:2"), ("money", "tier:2")]


async def test_refused_definitions_leave_the_catalog() -> None:
    """The owners are there, and that the definitions are not is said."""
    batch, _ = await flows(
        {DEFINITIONS: refusal(404), ENTITIES: entities(("shop", "web"), ("till", "money"))}
    )
    assert flows_of(batch).column("owner_team").to_pylist() == ["web", "money"]
    assert [it.what for it in batch.missing] == ["service definitions"]


async def test_an_edge_that_is_told_twice_is_one() -> None:
    """A system without a name is none."""
    document = {
        "shop": {"calls": ["till", "till", ""]},
        "": {"calls": ["till"]},
        "till": {"calls": None},
    }
    batch, _ = await flows({DEPENDENCIES: reply(document)})
    assert edges(batch) == OBSERVED
    assert batch.kept_out == {"no name": 1}


async def test_keys_that_are_not_accepted_end_it() -> None:
    """One request, and the rest is missing for the same reason."""
    batch, pretend = await flows({SERVICES: refusal(401)})
    assert [it.path for it in pretend.log] == [SERVICES]
    assert {it.reason for it in batch.missing[1:]} == {
        batch.missing[0].reason + ": nothing more was asked"
    }
    assert "DD_API_KEY" in batch.missing[0].reason
    assert len(batch.missing) == len(batch.asked) == 5  # nobody is known whose owner could lack


async def test_a_datadog_that_does_not_answer_is_not_asked_for_ever() -> None:
    """Two questions, three times each; then the rest is missing."""
    batch, pretend = await flows({path: refusal(503) for path in QUIET})
    assert [it.path for it in pretend.log] == [SERVICES] * 3 + [DEPENDENCIES] * 3
    assert all("did not answer 2 other questions" in it.reason for it in batch.missing[2:])


async def test_an_endpoint_that_does_not_answer_is_left() -> None:
    """After two failures, for all environments that follow; the others are asked."""
    envs = ("a", "b", "c")
    batch, pretend = await flows({DEPENDENCIES: refusal(503)}, flow_envs=envs)
    assert [it.path for it in pretend.log].count(DEPENDENCIES) == 6
    assert [it.path for it in pretend.log].count(SERVICES) == 3
    assert [it.what for it in batch.missing] == [f"dependencies of env:{env}" for env in envs]
    assert batch.missing[2].reason == "not asked for, since it did not answer 2 times"


async def test_an_endpoint_that_answers_again_is_asked_on() -> None:
    """Only failures in a row count, of one endpoint and of all."""
    fine, bad = QUIET[DEPENDENCIES], [refusal(503)] * 3
    assert isinstance(fine, Reply)
    envs = ("a", "b", "c", "d")
    stage: Stage = {DEPENDENCIES: [*bad, fine, *bad, fine]}
    batch, _ = await flows(stage, flow_envs=envs)
    assert [it.what for it in batch.missing] == [f"dependencies of env:{it}" for it in ("a", "c")]
    batch, _ = await flows({SERVICES: refusal(503), SCALAR: refusal(503)})
    assert {it.what for it in batch.missing} == {
        "services of env:prod",
        "numbers of services of env:prod",
        "numbers of dependencies of env:prod",
    }


async def test_numbers_of_an_unknown_unit_are_named() -> None:
    """What was answered and cannot be read is missing, and the rest is there."""
    batch, _ = await flows({SCALAR: [measured("service", "shop"), reply(EMPTY)]})
    assert edges(batch) == OBSERVED
    assert flows_of(batch).column("latency_ms").null_count == 2
    assert flows_of(batch).column("error_rate").to_pylist() == [1.0, None]
    assert [(it.what, "latency_avg" in it.reason) for it in batch.missing] == [
        ("numbers of services of env:prod", True)
    ]


def environments(*found: str) -> Reply:
    """The numbers of each environment."""
    return measured("env", *found)


def measured(key: str, *found: str) -> Reply:
    """The numbers of each group, without a unit."""
    columns: list[dict[str, Any]] = [
        {"name": key, "type": "group", "values": [[name] for name in found]}
    ]
    columns += [
        {"name": stat, "type": "number", "values": [1.0 for _ in found], "meta": {"unit": None}}
        for stat in ("latency_avg", "error_rate", "errors", "hits")
    ]
    return reply({"data": {"type": "scalar_response", "attributes": {"columns": columns}}})


@pytest.mark.parametrize(
    ("listed", "asked", "said"),
    [
        (environments("prod", "N/A", ""), ["prod"], None),
        (environments("prod", "a} OR {b"), ["prod"], "1 environments have names that cannot be"),
        (environments(), [], "no service has numbers in this time"),
        (reply(EMPTY), [], "no service has numbers in this time"),
        (refusal(400), [], "400"),
    ],
)
async def test_environments_are_found_by_their_tag(
    listed: Reply, asked: list[str], said: str | None
) -> None:
    """A name is asked for only if it cannot end the filter; to find none is not to have none."""
    batch, pretend = await flows({SCALAR: [listed, reply(EMPTY)]}, flow_envs=("*",))
    assert [it.params["filter[env]"] for it in pretend.log if it.path == SERVICES] == asked
    reasons = [it.reason for it in batch.missing if it.what == "environments"]
    assert [(said or "") in it and "set flow_envs" in it for it in reasons] == [True] * bool(said)


@pytest.mark.parametrize("env", ["", "a b", "a}", "prod,staging", "a*", "é"])
def test_names_of_environments_are_checked(env: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigError, match="no name of an environment"):
        datadog.Config(**KEYS, flow_envs=(env,))


async def test_doctor_says_what_datadog_does_not_have() -> None:
    """An endpoint that is not there is no question of permissions."""
    pretend = staged({DEPENDENCIES: refusal(404), DEFINITIONS: refusal(500)})
    async with source(pretend, flow_envs=("prod",)) as opened:
        bad = {it.name: it.remedy for it in await opened.check() if not it.well}
    assert bad.keys() == {"datadog dependencies", "datadog service owners"}
    assert "flows come without it" in bad["datadog dependencies"]
    assert "DD_SITE" in bad["datadog service owners"]
