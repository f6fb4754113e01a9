"""Alerts by HTTP: listed with why, silenced and heard again; receivers tried, and told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2

from scarline.bootstrap.alerting import Alerting
from scarline.bootstrap.loading import sheet
from scarline.model import stamp
from scarline.pipeline import Pipeline
from scarline.settings import Settings
from scarline.web.app import create_app
from scarline.web.desk import Config
from tests.alerts.rounds import Place, alerting
from tests.alerts.timeline import moment
from tests.web.receiver import receiving
from tests.web.served import problem_of


@asynccontextmanager
async def served(
    place: Place, own: Alerting | None, config: Config | None = None
) -> AsyncIterator[httpx2.AsyncClient]:
    """Run the app over a place."""

    @asynccontextmanager
    async def opening(_: Sequence[str]) -> AsyncIterator[Pipeline]:
        yield place.road

    app = create_app(opening, partial(sheet, Settings()), config or Config(), None, own)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://localhost:8126") as client,
    ):
        yield client


async def told(client: httpx2.AsyncClient, path: str, **wanted: Any) -> Any:
    """Return a good answer."""
    done = await client.get(path, params=wanted)
    assert done.status_code == 200, done.text
    return done.json()


async def test_alerts_are_listed_with_why() -> None:
    """Who is told, who was, and what keeps one from being told."""
    place = Place()
    place.clock.at = moment("1m10s")
    await place.scarred({"onset": moment("1m"), "points": 60})
    async with served(place, alerting("http://127.0.0.1:9")) as client:
        (alert,) = (await told(client, "/api/alerts"))["alerts"]
        assert (alert["state"], alert["labels"]["host"]) == ("firing", "web-1")
        assert alert["evidence"]["missed_by"] == 12.0
        assert alert["receivers"][0] == {
            "receiver": "ops",
            "group": {"alertname": "Starved"},
            "told": False,
            "told_at": None,
            "delivery": None,
            "detail": None,
        }
        assert (await told(client, "/api/alerts", state="pending"))["alerts"] == []
        assert (await told(client, "/api/alerts", receiver="pager"))["alerts"] == []
        problem_of(await client.get("/api/alerts", params={"state": "loud"}), 422)
        whole = await told(client, "/api/alerts", whole=True)
        assert whole["silences"] == []
        assert whole["file"]["rules"][0]["name"] == "Starved"
        assert whole["file"]["routes"][0]["group_wait_seconds"] == 30
        assert whole["file"]["receivers"] == [{"receiver": "ops", "type": "webhook"}]
        assert "http" not in str(whole["file"])
    async with served(place, None) as client:
        none = await told(client, "/api/alerts")
        assert (none["alerts"], none["rules"]) == ([], False)
        assert none["coverage"]["asked"]["to"] == stamp(moment("1h"))
    place.clock.at = moment("15d") + timedelta(seconds=30)
    async with served(place, None) as client:
        covered = (await told(client, "/api/alerts"))["coverage"]
        assert covered["looked"] is False
        assert covered["asked"] == {"from": stamp(moment("1d")), "to": stamp(moment("15d"))}
        assert (await told(client, "/api/alerts", whole=True))["file"] is None
        problem_of(await client.post("/api/alerts/test", json={}), 409)


async def test_a_silence_is_made_listed_and_ended() -> None:
    """With who and why; ending it twice is as once."""
    place = Place()
    place.clock.at = moment("10m")
    await place.scarred({"onset": moment("1m"), "points": 60})
    body = {"matchers": ["host=~web-.*"], "for": "2h", "comment": "a new disk"}
    async with served(place, alerting("http://127.0.0.1:9")) as client:
        done = await client.post("/api/silences", json=body, headers={"X-Scarline-User": "ana"})
        assert done.status_code == 200, done.text
        made = done.json()
        assert made == {
            "id": made["id"],
            "state": "active",
            "matchers": ['host=~"web-.*"'],
            "starts_at": "2026-03-02T00:10:00Z",
            "ends_at": "2026-03-02T02:10:00Z",
            "author": "ana",
            "comment": "a new disk",
        }
        assert (await told(client, "/api/silences"))["silences"] == [made]
        (alert,) = (await told(client, "/api/alerts", state="silenced"))["alerts"]
        assert alert["silenced_by"] == [made["id"]]
        for _ in range(2):
            gone = (await client.delete(f"/api/silences/{made['id']}")).json()
            assert (gone["state"], gone["author"]) == ("expired", "ana")
        assert (await told(client, "/api/silences"))["silences"] == []
        assert len((await told(client, "/api/silences", expired=True))["silences"]) == 1
        problem_of(await client.delete("/api/silences/none"), 404)
        for wrong in ({"matchers": ["host"]}, {"matchers": ["a=~.*"]}, {"for": None}):
            problem_of(await client.post("/api/silences", json=body | wrong), 400)
        assert await place.road.verify() == []


async def test_only_operators_write() -> None:
    """A reader sees alerts and silences, and changes none."""
    config = Config(reader="r" * 16, operator="o" * 16)
    async with served(Place(), None, config) as client:
        client.headers["authorization"] = f"Bearer {'r' * 16}"
        assert (await client.get("/api/silences")).status_code == 200
        problem_of(await client.post("/api/alerts/test", json={}), 403)
        problem_of(await client.post("/api/silences", json={}), 403)


async def test_receivers_are_tried() -> None:
    """It says what came back from each."""
    with receiving(200, 500) as receiver:
        async with served(Place(), alerting(receiver.url)) as client:
            done = await client.post("/api/alerts/test", json={})
            assert done.json()["receivers"] == [
                {"receiver": "ops", "delivered": True, "status": 200, "detail": "it was taken"}
            ]
            done = await client.post("/api/alerts/test", json={"receivers": ["ops"]})
            assert done.json()["receivers"][0]["detail"] == "it answered 500"
            problem_of(await client.post("/api/alerts/test", json={"receivers": ["x"]}), 404)


async def test_notices_are_sent_while_it_runs() -> None:
    """Without anybody asking; and the list says who was told."""
    place = Place()
    place.clock.at = moment("5m")
    await place.scarred({"onset": moment("1m"), "points": 60})
    with receiving() as receiver:
        async with served(place, alerting(receiver.url)) as client:
            assert await asyncio.to_thread(receiver.came.acquire, timeout=10)
            until = asyncio.get_running_loop().time() + 10
            while not (own := await _ops(client))["told"]:
                assert asyncio.get_running_loop().time() < until
                await asyncio.sleep(0.05)
            assert own["delivery"] == "delivered"
        assert len(receiver.got) == 1


async def _ops(client: httpx2.AsyncClient) -> Any:
    (alert,) = (await told(client, "/api/alerts"))["alerts"]
    return alert["receivers"][0]
