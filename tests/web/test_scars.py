"""Scars by HTTP: lists, one with its twins, marks with ``If-Match``, incidents."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest

from scarline.kinds import INTEGRATION_FLOW, METRIC_POINT, SCAR
from scarline.ledger import Run
from scarline.model import Asked, Batch, Cursor, Missing, Window
from scarline.web.desk import Config
from scarline.web.scars.covering import NO_HOST, NO_METRIC, NO_SERIES
from tests.fakes import EPOCH, FakeSource, loaded, points
from tests.scars.scarred import WAVE, batch, scar
from tests.web.failing import Late, captured, told
from tests.web.served import Served, problem_of, served

API = "/api/scars"
INCIDENTS = "/api/incidents"

DAY = Window(EPOCH, EPOCH + timedelta(days=1))
SPAN = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"}

FIRST, SECOND = scar(1), scar(25, host="web-2", ended_at=None)
OTHER = scar(25 + 1 / 60, WAVE, metric="system.cpu.idle", direction="low", peak_score=0.6)
ROWS = (FIRST, SECOND, OTHER)


async def found(api: Served, rows: Sequence[dict[str, Any]] = ROWS) -> Run:
    """Have a pull of metrics that brings these scars."""
    source = FakeSource([batch(*rows)], resuming=False, kinds={"metrics": SCAR})
    return await replace(api.pipeline, sources={"metrics": source}).pull("metrics")


def path(row: dict[str, Any]) -> str:
    """Return where a scar is."""
    return f"{API}/{row['series']}/{row['onset'].isoformat().replace('+00:00', 'Z')}"


async def mark(
    api: Served, row: dict[str, Any], version: int, what: str | None = "noise", **headers: str
) -> httpx.Response:
    """Say what a scar is, as seen at a version."""
    told = {"If-Match": f'"{version}"', "X-Scarline-User": "Kim.P"} | headers
    body = {"mark": what, "note": "the backup"}
    return await api.http.put(f"{path(row)}/mark", json=body, headers=told)


def onsets(answer: dict[str, Any]) -> list[str]:
    """Return which scars an answer has."""
    return [f"{it['host']} {it['metric']}" for it in answer["scars"]]


async def test_the_newest_first_each_with_its_twin() -> None:
    """All columns, the shape as numbers, and what follows from the others."""
    async with served() as api:
        await found(api)
        answer = await told(api, API)
        assert onsets(answer) == [
            "web-1 system.cpu.idle",
            "web-2 system.load.1",
            "web-1 system.load.1",
        ]
        own = answer["scars"][1]
        assert set(SCAR.schema.names) < own.keys()
        assert (own["onset"], own["ended_at"]) == ("2026-03-03T01:00:00Z", None)
        assert own["shape"] == [100] * 24
        assert (own["seen_before"], own["seen_last"]) == (1, "2026-03-02T01:00:00Z")
        assert (own["twin"]["host"], own["twin"]["likeness"]) == ("web-1", 1.0)
        assert answer["scars"][0]["twin"] is None
        assert own["incident"] == answer["scars"][0]["incident"] == "20260303T010000Z"


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"metric": "system.load.1"}, 2),
        ({"host": "web-2"}, 1),
        ({"series": FIRST["series"]}, 1),
        ({"open": "true"}, 1),
        ({"open": "false"}, 2),
        ({"min_score": "0.7"}, 2),
        ({"from": "2026-03-02T01:30:00Z"}, 2),
        ({"from": "2026-03-02T01:29:59Z"}, 3),
        ({"to": "2026-03-03T01:00:00Z"}, 1),
        ({"quiet": "true"}, 2),
        ({"quiet": "false"}, 1),
        ({"mark": "noise"}, 1),
        ({"mark": "none"}, 2),
    ],
)
async def test_filters(wanted: dict[str, str], count: int) -> None:
    """What does not fit is left out; `total` counts the others."""
    async with served() as api:
        await found(api)
        assert (await mark(api, FIRST, 0)).status_code == 200
        answer = await told(api, API, **wanted)
        assert (len(answer["scars"]), answer["total"]) == (count, count)


async def test_pages_and_tags() -> None:
    """Page by page all of them, each once; what is known already is not sent."""
    async with served() as api:
        await found(api)
        seen, cursor = [], ""
        while cursor is not None:
            answer = await told(api, API, limit=1, cursor=cursor)
            seen += onsets(answer)
            cursor = answer["next"]
        assert seen == onsets(await told(api, API))
        done = await api.http.get(API)
        again = await api.http.get(API, headers={"If-None-Match": done.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        problem_of(await api.http.get(API, params={"cursor": "abcd"}), 400)
        backwards = {"from": "2026-03-03T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
        problem_of(await api.http.get(API, params=backwards), 400)


async def test_nothing_found_is_not_nobody_looked() -> None:
    """Before the first pull nobody has; after a rollback again."""
    async with served() as api:
        assert (await told(api, API))["coverage"]["looked"] is False
        run = await found(api)
        api.clock.forward(hours=2)
        assert (await told(api, API, open="false", mark="real"))["coverage"]["looked"] is True
        await api.pipeline.rollback(run.run, "a test")
        answer = await told(api, API, **{"from": "2026-03-02T00:00:00Z"})
        assert (answer["total"], answer["coverage"]["looked"]) == (0, False)
        (gap,) = answer["coverage"]["missing"]
        assert gap["what"] == "metrics"
        assert "scarline pull metrics" in gap["reason"]


@pytest.mark.parametrize("where", [API, INCIDENTS])
@pytest.mark.parametrize(
    ("wanted", "missing"),
    [
        ({"metric": "system.load.1"}, []),
        ({"metric": "shop.queue"}, []),
        ({"host": "web-1"}, []),
        ({"host": "calm", "metric": "shop.queue"}, []),
        ({"host": "asked"}, []),
        ({"metric": "none"}, [("none", NO_METRIC)]),
        ({"metric": "shop"}, [("shop", NO_METRIC)]),
        ({"host": "none"}, [("none", NO_HOST)]),
        (
            {"host": "calm", "metric": "system.load.1"},
            [("system.load.1 on calm", NO_SERIES)],
        ),
        (
            {"host": "none", "metric": "none"},
            [
                ("none", NO_METRIC),
                ("none", NO_HOST),
            ],
        ),
    ],
)
async def test_what_was_never_looked_at_is_named(
    where: str, wanted: dict[str, str], missing: list[tuple[str, str]]
) -> None:
    """A metric that no search names or brought, a host that no point is of, or of both none."""
    async with served() as api:
        await found(api)
        rows = points(("shop.queue", "calm", 1, 1.0))
        searches = [Asked(it, DAY) for it in ("avg:shop.queue{*}", "avg:shop.queue{host:asked}")]
        brought = Batch(METRIC_POINT, rows, Cursor(""), tuple(searches))
        source = FakeSource([brought], resuming=False)
        await replace(api.pipeline, sources={"metrics": source}).pull("metrics")
        covered = (await told(api, where, **SPAN, **wanted))["coverage"]
        assert covered["looked"] is (not missing)
        if missing:
            assert [(it["what"], it["reason"]) for it in covered["missing"]] == missing


async def test_of_a_metric_only_its_own_searches_count() -> None:
    """What was missed of another is no gap of this one."""
    gap = Missing("avg:b{*}", DAY, "HTTP 403")
    asked = (Asked("avg:a{*} by {host}.rollup(avg, 60)", DAY), Asked("avg:b{*}", DAY))
    rows = points(("a", "web-1", 1, 1.0))
    source = FakeSource([Batch(METRIC_POINT, rows, Cursor(""), asked, (gap,))], resuming=False)
    async with served() as api:
        await replace(api.pipeline, sources={"metrics": source}).pull("metrics")
        for metric, looked, reasons in (("a", True, []), ("b", False, ["HTTP 403"])):
            covered = (await told(api, API, metric=metric, **SPAN))["coverage"]
            assert (covered["looked"], [it["reason"] for it in covered["missing"]]) == (
                looked,
                reasons,
            )


async def test_one_scar() -> None:
    """With its twins and their notes, its incident, and what was said of it."""
    async with served() as api:
        await found(api)
        await mark(api, FIRST, 0, "expected")
        answer = await told(api, path(SECOND))
        (twin,) = answer["twins"]
        assert (twin["mark"], twin["note"]) == ("expected", "the backup")
        assert (answer["quiet"], answer["history"], answer["version"]) == (True, [], 0)
        assert 'on web-1 by kim.p at 2026-03-02T00:00:00Z: "the backup"' in answer["why_quiet"]
        assert answer["incident"]["name"] == "system.cpu.idle low and 1 more on 2 hosts"
        assert answer["incident"]["scars"] == 2
        done = await api.http.get(path(FIRST))
        assert done.headers["etag"].startswith('"1.')
        (said,) = done.json()["history"]
        assert (said["who"], said["mark"], said["version"]) == ("kim.p", "expected", 1)
        problem_of(await api.http.get(f"{API}/none/2026-03-02T01:00:00Z"), 404)
        problem_of(await api.http.get(f"{API}/none/yesterday"), 422)


async def test_marking_is_a_run_that_can_be_rolled_back() -> None:
    """It is on the ledger; taken back, nothing of it is left."""
    async with served() as api:
        await found(api)
        done = await mark(api, FIRST, 0)
        assert done.headers["etag"] == '"1"'
        answer = done.json()
        assert (answer["mark"], answer["quiet"]) == ("noise", True)
        run = await api.pipeline.run(answer["run"])
        assert (run.stream, run.request["source"], run.rows) == ("decisions", "api", 1)
        assert await api.pipeline.verify() == []
        await api.pipeline.rollback(run.run, "a mistake")
        assert [it["quiet"] for it in (await told(api, API))["scars"]] == [False] * 3
        assert (await mark(api, FIRST, 0, "real")).json()["quiet"] is False


async def test_patching_changes_what_is_sent() -> None:
    """The rest stays as it was; putting says all of it anew."""
    async with served() as api:
        await found(api)
        await mark(api, FIRST, 0)
        link = {"runbook": "https://wiki.example.org/backup"}
        done = await api.http.patch(f"{path(FIRST)}/mark", json=link, headers={"If-Match": '"1"'})
        said = done.json()
        assert (said["mark"], said["note"]) == ("noise", "the backup")
        assert said["runbook"] == link["runbook"]
        gone = {"mark": None}
        done = await api.http.patch(f"{path(FIRST)}/mark", json=gone, headers={"If-Match": '"2"'})
        assert (done.json()["mark"], done.json()["note"]) == (None, "the backup")
        done = await api.http.put(f"{path(FIRST)}/mark", json=gone, headers={"If-Match": '"3"'})
        assert (done.json()["version"], done.json()["note"]) == (4, None)
        bad = {"runbook": "javascript:alert(1)"}
        done = await api.http.patch(f"{path(FIRST)}/mark", json=bad, headers={"If-Match": '"4"'})
        assert "a runbook is a link" in problem_of(done, 400)["detail"]


@pytest.mark.parametrize(
    ("if_match", "status"),
    [(None, 428), ('"1"', 412), ("0", 400), ("*", 400), ('"0"', 200), ('W/"0.ab12"', 200)],
)
async def test_a_mark_says_what_was_seen(if_match: str | None, status: int) -> None:
    """The version, in quotes or as the ETag has it; without one, or an old one, nothing is done."""
    headers = {} if if_match is None else {"If-Match": if_match}
    async with served() as api:
        await found(api)
        done = await api.http.put(f"{path(FIRST)}/mark", json={"mark": "real"}, headers=headers)
        assert done.status_code == status, done.text
        if status == 412:
            assert done.headers["etag"] == '"0"'
        if status != 200:
            assert await api.pipeline.runs("decisions") == []


async def test_of_two_people_at_once_one_wins() -> None:
    """In one process and in two; the other gets 412 and the version that stands."""
    store = Late()
    async with served(store=store) as one, served(store=store) as other:
        await found(one)
        await told(one, API)
        await told(other, API)
        done = await asyncio.gather(
            *(mark(api, FIRST, 0, what) for api in (one, other) for what in ("real", "noise"))
        )
        assert sorted(it.status_code for it in done) == [200, 412, 412, 412]
        assert {it.headers["etag"] for it in done} == {'"1"'}
        assert len((await told(other, path(FIRST)))["history"]) == 1


async def test_a_request_that_is_sent_again_is_done_once() -> None:
    """With its key it has the same answer; the key with another body is refused."""
    async with served() as api:
        await found(api)
        first = await mark(api, FIRST, 0, **{"Idempotency-Key": "k1"})
        again = await mark(api, FIRST, 0, **{"Idempotency-Key": "k1"})
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["etag"] == first.headers["etag"] == '"1"'
        problem_of(await mark(api, FIRST, 0, "real", **{"Idempotency-Key": "k1"}), 422)
        lost = await mark(api, FIRST, 0, "real", **{"Idempotency-Key": "k2"})
        assert lost.status_code == 412
        assert len(await api.pipeline.runs("decisions")) == 1


async def test_nothing_personal_is_kept() -> None:
    """A note is cleaned; a link that would change is refused."""
    async with served() as api:
        await found(api)
        body = {"mark": "real", "note": "ask ann@example.org"}
        done = await api.http.put(f"{path(FIRST)}/mark", json=body, headers={"If-Match": '"0"'})
        assert "ann@" not in done.text
        assert done.json()["note"].startswith("ask ")
        link = {"runbook": "https://wiki.example.org/?who=ann@example.org"}
        done = await api.http.patch(f"{path(FIRST)}/mark", json=link, headers={"If-Match": '"1"'})
        assert "looks like personal data" in problem_of(done, 400)["detail"]
        assert len(await api.pipeline.runs("decisions")) == 1


async def test_a_reader_marks_nothing() -> None:
    """That needs the operator's token."""
    async with served(Config(operator="an-operator-with-a-token", reader="r" * 16)) as api:
        reads = {"Authorization": f"Bearer {'r' * 16}"}
        problem_of(await mark(api, FIRST, 0, **reads), 403)


async def test_incidents_with_what_was_beside() -> None:
    """Scars that started together; flows and failures of their services in their time."""
    rows = [scar(1, tags="service:shop"), scar(1, metric="b", host="pay-1"), scar(9, host="x")]
    async with served() as api:
        await found(api, rows)
        flows = loaded(
            {
                ("shop", "pay"): {"status": "failed"},
                ("web", "shop"): {"status": "healthy"},
                ("a", "b"): {"status": "failed"},
            }
        )
        source = FakeSource([flows], kinds={"flows": INTEGRATION_FLOW})
        await replace(api.pipeline, sources={"flows": source}).pull("flows")
        at = EPOCH + timedelta(hours=1, minutes=2)
        like: dict[str, Any] = {"signature": "A"}
        await captured(api, [like | {"failed_at": at}, like | {"trace_id": "t2"}])
        later, first = (await told(api, INCIDENTS))["incidents"]
        assert (later["name"], later["services"]) == ("system.load.1 high on x", [])
        assert (later["flows"], later["failures"]) == ([], [])
        assert first["id"] == "20260302T010000Z"
        assert first["services"] == [
            {"service": "pay", "known_by": "host name"},
            {"service": "shop", "known_by": "tag"},
        ]
        ends = [(it["system_from"], it["status"]) for it in first["flows"]]
        assert ends == [("shop", "failed"), ("web", "healthy")]
        assert [it["trace_id"] for it in first["failures"]] == ["t1"]
        assert (first["flows_total"], first["failures_total"], first["scars"]) == (2, 1, 2)
        own = await told(api, f"{INCIDENTS}/{first['id']}")
        assert sorted(onsets(own)) == ["pay-1 b", "web-1 system.load.1"]
        problem_of(await api.http.get(f"{INCIDENTS}/none"), 404)


async def test_incidents_are_filtered_and_paged() -> None:
    """By host, metric, service, time and whether they go on."""
    rows = [scar(it, host=f"h{it}") for it in range(3)] + [scar(9, metric="m", ended_at=None)]
    async with served() as api:
        await found(api, rows)
        for wanted, count in (
            ({"host": "h1"}, 1),
            ({"metric": "system.load.1"}, 3),
            ({"service": "none"}, 0),
            ({"open": "true"}, 1),
            ({"open": "false"}, 3),
            ({"from": "2026-03-02T02:00:00Z"}, 2),
            ({"to": "2026-03-02T02:00:00Z"}, 2),
        ):
            assert (await told(api, INCIDENTS, **wanted))["total"] == count, wanted
        seen, cursor = [], ""
        while cursor is not None:
            answer = await told(api, INCIDENTS, limit=1, cursor=cursor)
            seen += [it["id"] for it in answer["incidents"]]
            cursor = answer["next"]
        assert seen == sorted(seen, reverse=True)
        assert len(seen) == 4
