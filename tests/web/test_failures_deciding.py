"""Decisions about groups by HTTP: who, when, why, and of two reviewers at once one."""

import asyncio
from typing import Any

import pytest

from scarline.web.desk import Config
from tests.fakes import EPOCH
from tests.web.failing import API, FAILED, GROUPS, Late, captured, moved, told
from tests.web.served import problem_of, served


async def test_a_group_goes_its_way() -> None:
    """Each step is a run on the ledger with who, when and why; others are refused."""
    async with served() as api:
        await captured(api)
        problem_of(await moved(api, "A", 0, "ready"), 400)
        for version, state in enumerate(("triaged", "ready", "exported", "dismissed", "triaged")):
            api.clock.forward(minutes=1)
            done = await moved(api, "A", version, state)
            answer = done.json()
            assert (answer["version"], answer["state"]) == (version + 1, state)
            assert done.headers["etag"] == f'"{version + 1}"'
            run = await api.pipeline.run(answer["run"])
            assert (run.stream, run.request["source"], run.rows) == ("decisions", "api", 1)
        history = (await told(api, f"{GROUPS}/A"))["history"]
        assert [it["who"] for it in history] == ["kim.p"] * 5
        assert history[0]["at"] == "2026-03-02T00:01:00Z"
        assert len(await api.pipeline.runs("decisions")) == 5
        assert await api.pipeline.verify() == []


async def test_dismissing_needs_a_reason() -> None:
    """And the reason is cleaned of personal data, as everything is."""
    async with served() as api:
        await captured(api)
        problem_of(await moved(api, "A", 0, "dismissed", " "), 400)
        done = await moved(api, "A", 0, "dismissed", "ann@example.org asked for it")
        assert "ann@" not in done.text
        assert done.json()["decision"]["why"].endswith("asked for it")


@pytest.mark.parametrize(
    ("if_match", "status"),
    [(None, 428), ('"1"', 412), ("0", 400), ("*", 400), ('"0"', 200), ('W/"0.ab12"', 200)],
)
async def test_a_decision_says_what_was_seen(if_match: str | None, status: int) -> None:
    """The version, in quotes or as the ETag has it; without one, or an old one, nothing is done."""
    headers = {} if if_match is None else {"If-Match": if_match}
    async with served() as api:
        await captured(api)
        done = await api.http.patch(f"{GROUPS}/A", json={"state": "triaged"}, headers=headers)
        assert done.status_code == status, done.text
        if status == 412:
            assert done.headers["etag"] == '"0"'
            assert "version 0" in problem_of(done, 412)["detail"]
        if status != 200:
            assert await api.pipeline.runs("decisions") == []


async def test_of_two_reviewers_at_once_one_wins() -> None:
    """The other gets 412 and the version that stands; what the first decided stays."""
    async with served(store=Late()) as api:
        await captured(api)
        await told(api)
        done = await asyncio.gather(
            *(moved(api, "A", 0, state) for state in ("triaged", "dismissed", "triaged"))
        )
        assert sorted(it.status_code for it in done) == [200, 412, 412]
        assert {it.headers["etag"] for it in done} == {'"1"'}
        assert len((await told(api, f"{GROUPS}/A"))["history"]) == 1


async def test_of_two_processes_at_once_one_wins() -> None:
    """They share nothing but the store."""
    store = Late()
    async with served(store=store) as one, served(store=store) as other:
        await captured(one)
        await told(one)
        await told(other)
        done = await asyncio.gather(
            *(moved(api, "A", 0, "triaged") for api in (one, other) for _ in range(2))
        )
        assert sorted(it.status_code for it in done) == [200, 412, 412, 412]
        assert len((await told(one, f"{GROUPS}/A"))["history"]) == 1
        assert await one.pipeline.verify() == []


async def test_who_decides() -> None:
    """The handle that was told, in small letters; else the role."""
    async with served() as api:
        await captured(api)
        bad = {"If-Match": '"0"', "X-Scarline-User": "Kim P"}
        problem_of(await api.http.patch(f"{GROUPS}/A", json={"state": "triaged"}, headers=bad), 422)
        done = await api.http.patch(
            f"{GROUPS}/A", json={"state": "triaged"}, headers={"If-Match": '"0"'}
        )
        assert done.json()["decision"]["who"] == "local"
    token = "an-operator-with-a-token"
    async with served(Config(operator=token, reader="a-reader-with-a-token")) as api:
        await captured(api)
        headers = {"If-Match": '"0"', "Authorization": f"Bearer {token}"}
        done = await api.http.patch(f"{GROUPS}/A", json={"state": "triaged"}, headers=headers)
        assert done.json()["decision"]["who"] == "operator"
        reads = headers | {"Authorization": "Bearer a-reader-with-a-token"}
        refused = await api.http.patch(f"{GROUPS}/A", json={"state": "ready"}, headers=reads)
        problem_of(refused, 403)


async def post(api: Any, path: str, version: int, **body: Any) -> Any:
    """Post a decision about a group that was seen at a version."""
    headers = {"If-Match": f'"{version}"'}
    return await api.http.post(f"{GROUPS}/{path}", json=body, headers=headers)


async def test_merging_and_taking_it_back() -> None:
    """All failures go, those to come too; who asks for the group that went is told where."""
    async with served() as api:
        await captured(api)
        assert (await post(api, "B/merge", 0, into="A", why="one cause")).status_code == 200
        await captured(api, [FAILED[2] | {"trace_id": "t4"}])
        assert [it["failures"] for it in (await told(api, GROUPS))["groups"]] == [4]
        gone = await told(api, f"{GROUPS}/B")
        assert (gone["group"], gone["merged_into"], gone["version"]) == (None, "A", 1)
        problem_of(await post(api, "A/merge", 0, into="B"), 400)
        problem_of(await post(api, "A/merge", 0, into="Z"), 400)
        assert (await post(api, "B/merge", 1, into=None)).status_code == 200
        assert [it["id"] for it in (await told(api, GROUPS))["groups"]] == ["A", "B"]


async def test_splitting() -> None:
    """By a column, or failures by name; the part is a group of its own and is named."""
    async with served() as api:
        await captured(api)
        done = await post(api, "A/split", 0, failures=[["t1", "s1"]], why="another cause")
        part = done.json()["part"]
        assert part.startswith("A~")
        assert {it["id"] for it in (await told(api, GROUPS))["groups"]} == {"A", "B", part}
        assert [it["trace_id"] for it in (await told(api, group=part))["failures"]] == ["t1"]
        assert (await post(api, "A/split", 1, by="severity")).status_code == 422
        assert (
            await post(api, "A/split", 1, by="version", failures=[["t", "s"]])
        ).status_code == 422
        assert (await post(api, "A/split", 1)).status_code == 422
        assert (await post(api, "A/split", 1, by="service_name")).status_code == 200
        assert len((await told(api, GROUPS))["groups"]) == 3


async def test_an_id_that_redaction_would_take_is_not_decided_about() -> None:
    """A decision about something else than was meant would stand instead."""
    async with served() as api:
        await captured(api)
        done = await post(api, "A/split", 0, failures=[["t1", "4111111111111111"]])
        assert "looks like personal data" in problem_of(done, 400)["detail"]
        assert await api.pipeline.runs("decisions") == []


async def test_a_decision_is_taken_back_like_any_run() -> None:
    """By its run; the version goes back with it."""
    async with served() as api:
        await captured(api)
        run = (await moved(api, "A", 0, "triaged")).json()["run"]
        assert (await told(api, state="triaged"))["total"] == 2
        done = await api.http.post(f"/api/runs/{run}/rollback")
        assert done.status_code == 200
        group = await told(api, f"{GROUPS}/A")
        assert (group["version"], group["history"], group["group"]["state"]) == (0, [], "new")
        assert api.clock.at == EPOCH
        assert (await told(api, API, state="new"))["total"] == 3
