"""The digital twin by HTTP: what is shown of what there is, and where it stands."""

from typing import Any

import pytest

from scarline.web.twin.boxes import WIDTHS
from tests.web.served import Served, problem_of, served

TWIN = "/api/twin"

SHOP: list[dict[str, Any]] = [
    {"from": "web", "to": "oms", "env": "prod", "error_rate": 0.5, "owner_team": "shop"},
    {"from": "oms", "to": "stock", "env": "prod", "error_rate": 0.02, "latency_ms": 9},
    {"from": "stock", "to": "mail", "env": "prod", "error_rate": 0.0, "known_by": "observed"},
    {"from": "lonely", "env": "prod"},
    {"from": "web", "to": "oms", "env": "test"},
]


async def twin(api: Served, **wanted: Any) -> Any:
    """Return the answer, which must be good."""
    done = await api.http.get(TWIN, params=wanted)
    assert done.status_code == 200, done.text
    return done.json()


def ids(answer: dict[str, Any]) -> list[str]:
    """Return the ids of systems."""
    return [it["id"] for it in answer["nodes"]]


async def test_systems_are_as_the_worst_of_their_flows() -> None:
    """At either end; and one that has none but unknown flows is unknown, not healthy."""
    async with served() as api:
        await api.told(*SHOP)
        answer = await twin(api)
    health = {it["id"]: it["health"] for it in answer["nodes"]}
    assert health == {
        "prod:lonely": "unknown",
        "prod:mail": "healthy",
        "prod:oms": "failed",
        "prod:stock": "degraded",
        "prod:web": "failed",
        "test:oms": "unknown",
        "test:web": "unknown",
    }
    owners = {it["id"]: it["owner"] for it in answer["nodes"] if it["owner"]}
    assert owners == {"prod:web": "shop"}
    lonely = answer["nodes"][0]
    assert [it["system_from"] for it in lonely["flows"]] == ["lonely"]
    assert {it["id"] for it in answer["nodes"] if it["oms_linked"]} == {
        *("prod:oms", "prod:web", "prod:stock", "test:oms", "test:web")
    }


async def test_an_edge_is_what_all_sources_tell_together() -> None:
    """The worst of what is known, and the best way in which it is; each flow is beside."""
    async with served() as api:
        await api.told(*SHOP)
        declared = {"from": "oms", "to": "stock", "env": "prod", "source": "list"}
        await api.told(declared | {"latency_ms": 30, "known_by": "observed"})
        answer = await twin(api, env="prod")
    (edge,) = [it for it in answer["edges"] if it["from"] == "prod:oms"]
    assert (edge["to"], edge["status"], edge["known_by"]) == ("prod:stock", "degraded", "observed")
    assert (edge["latency_ms"], edge["error_rate"]) == (30.0, 0.02)
    assert sorted(it["source"] for it in edge["flows"]) == ["api", "list"]


async def test_boxes_are_as_wide_as_what_stands_in_them() -> None:
    """The environment too, where it is not plain which one; neither narrow ones nor huge ones."""
    names = ["a", "checkout", "CHECKOUT", "illicit", "order-management", "x" * 300]
    async with served() as api:
        await api.told(*({"from": it, "env": "prod"} for it in names))
        plain = {it["title"]: it["width"] for it in (await twin(api))["nodes"]}
        await api.told({"from": "order-management", "env": "test"})
        both = {it["title"]: it["width"] for it in (await twin(api))["nodes"]}
        asked = {it["title"] for it in (await twin(api, env="prod"))["nodes"]}
    assert set(plain) == asked == set(names)
    assert (plain["a"], plain["x" * 300]) == WIDTHS
    assert plain["illicit"] < plain["checkout"] < plain["CHECKOUT"] < plain["order-management"]
    assert {f"{it} · prod" for it in names} | {"order-management · test"} == set(both)
    assert both["checkout · prod"] > plain["checkout"]


async def test_names_that_look_like_ids_are_told_apart() -> None:
    """A colon is no end of an environment."""
    async with served() as api:
        await api.told({"from": "b:c", "env": "a"}, {"from": "c", "env": "a:b"})
        assert ids(await twin(api)) == ["a:b:c", "a%3Ab:c"]


@pytest.mark.parametrize(
    ("wanted", "systems"),
    [
        ({}, 7),
        ({"env": "test"}, 2),
        ({"owner": "shop"}, 2),
        ({"status": "degraded"}, 2),
        ({"source": "nobody"}, 0),
        ({"oms": "true", "env": "prod"}, 3),
        ({"min_confidence": 1}, 0),
        ({"focus": "prod:oms"}, 3),
        ({"focus": "prod:oms", "hops": 2}, 4),
        ({"focus": "prod:gone"}, 0),
    ],
)
async def test_what_is_asked_for(wanted: dict[str, Any], systems: int) -> None:
    """Filters leave out flows; the focus leaves out what is far."""
    async with served() as api:
        await api.told(*SHOP)
        answer = await twin(api, **wanted)
    assert answer["shown"]["systems"] == len(answer["nodes"]) == systems
    assert answer["total"] == {"systems": 7, "flows": 5}
    named = set(ids(answer))
    assert all({it["from"], it["to"]} <= named for it in answer["edges"])


async def test_nothing_is_left_out_in_silence() -> None:
    """What is shown, what fits, what there is; and of each system the neighbours that are not."""
    async with served() as api:
        await api.told(*SHOP, *({"from": "web", "to": f"s{it}", "env": "prod"} for it in range(9)))
        answer = await twin(api, env="prod", limit=3)
        assert answer["shown"]["systems"] == 3
        assert answer["matching"] == {"systems": 14, "flows": 13}
        assert answer["total"] == {"systems": 16, "flows": 14}
        hidden = {it["id"]: it["hidden"] for it in answer["nodes"]}
        assert hidden == {"prod:oms": 0, "prod:web": 9, "prod:stock": 1}
        near = await twin(api, focus="prod:stock", limit=2)
        assert "prod:stock" in ids(near)
        assert answer["facets"]["env"] == [
            {"value": "prod", "count": 13},
            {"value": "test", "count": 1},
        ]


async def test_systems_stay_where_they_were_when_one_comes() -> None:
    """In the same view; and a view of a moment in the past stands as that of now."""
    async with served() as api:
        await api.told(*SHOP)
        before = await twin(api, env="prod")
        moment = api.clock().isoformat()
        api.clock.forward(hours=1)
        await api.told({"from": "web", "to": "new", "env": "prod"})
        after = await twin(api, env="prod")
        then = await twin(api, env="prod", at=moment)
    places = {it["id"]: (it["x"], it["y"]) for it in after["nodes"]}
    assert "prod:new" in places
    for answer in (before, then):
        assert all(places[it["id"]] == (it["x"], it["y"]) for it in answer["nodes"])
    assert "prod:new" not in ids(then)
    assert len(set(places.values())) == len(places)


async def test_the_same_is_not_sent_twice() -> None:
    """An ETag says so, until something changes."""
    async with served() as api:
        await api.told(*SHOP)
        first = await api.http.get(TWIN)
        tag = {"If-None-Match": first.headers["etag"]}
        same = await api.http.get(TWIN, headers=tag)
        assert (same.status_code, same.content) == (304, b"")
        await api.told({"from": "web", "to": "new", "env": "prod"})
        assert (await api.http.get(TWIN, headers=tag)).status_code == 200


async def test_before_anything_is_told() -> None:
    """An empty twin, not an error; what cannot be meant is refused."""
    async with served() as api:
        answer = await twin(api)
        assert answer["nodes"] == answer["edges"] == []
        assert answer["total"] == {"systems": 0, "flows": 0}
        for wanted in ({"hops": 0}, {"limit": 0}, {"limit": 2001}, {"stauts": "failed"}):
            problem_of(await api.http.get(TWIN, params=wanted), 422)
