"""Jobs: what a scheduler has pulled, twice at once, again, too slowly, and at the end."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2 as httpx
import pytest

from scarline.bootstrap.loading import sheet
from scarline.errors import ConfigError, SourceUnavailable
from scarline.kinds import METRIC_POINT
from scarline.ledger import Entry, Word, live_cursor, replay
from scarline.model import Missing, Window
from scarline.pipeline import Pipeline
from scarline.ports import Query
from scarline.settings import Settings
from scarline.stores.memory import MemoryStore
from scarline.web.app import create_app
from scarline.web.desk import Config
from scarline.web.server import drained, server_of
from tests.fakes import EPOCH, FakeSource, batch
from tests.web.pulling import Halting, Service, service
from tests.web.served import problem_of

JOB = "/jobs/metrics"

SOON = 5
"""Seconds after which a test that waits has failed."""


async def rows(api: Service) -> int:
    """Return how many points show."""
    return len(await api.pipeline.store.find(Query(METRIC_POINT)))


async def cursor(api: Service) -> str | None:
    """Return where the next pull of metrics goes on."""
    return live_cursor(replay(await api.pipeline.store.entries("metrics")))


async def test_a_job_is_a_pull() -> None:
    """It answers with the run as `/api/runs` has it; the next one brings what came since."""
    source = Halting(steps=2)
    async with service({"metrics": source}) as api:
        done = await api.http.post(JOB)
        assert done.status_code == 200
        assert (done.json()["state"], done.json()["counts"]["new"]) == ("done", 2)
        assert (await api.http.get("/api/runs")).json()["runs"] == [done.json()]
        source.steps = 3
        assert (await api.http.post(JOB)).json()["counts"]["new"] == 1
        assert (await api.http.post(JOB)).json()["counts"]["new"] == 0
        assert await rows(api) == 3


async def test_partial_is_an_answer() -> None:
    """200, with the state and what is missing: the scheduler need not come at once."""
    hour = Window(EPOCH, EPOCH.replace(hour=1))
    gap = Missing("avg:fake{*}", hour, "403")
    source = FakeSource([batch(("cpu", "a", 0, 1.0)), batch(missing=(gap,))])
    async with service({"metrics": source}) as api:
        done = await api.http.post(JOB)
        assert (done.status_code, done.json()["state"]) == (200, "partial")
        assert [it["reason"] for it in done.json()["coverage"]["missing"]] == ["403"]


@pytest.mark.parametrize("path", ["/jobs/nothing", "/jobs/flows"])
async def test_no_such_stream(path: str) -> None:
    """404, for one that is not on our list as for one without a source; nothing is begun."""
    async with service({"metrics": Halting(), "nothing": Halting()}) as api:
        problem_of(await api.http.post(path), 404)
        assert await api.pipeline.store.entries() == []


async def test_twice_at_once() -> None:
    """The second is told to come again, and the first is not disturbed."""
    source = Halting(halts_at=1)
    async with service({"metrics": source}) as api:
        first = asyncio.ensure_future(api.http.post(JOB))
        await asyncio.wait_for(source.halted.wait(), SOON)
        second = await api.http.post(JOB)
        problem_of(second, 409)
        assert int(second.headers["retry-after"]) > 0
        source.go_on.set()
        assert (await first).json()["state"] == "done"
        assert len(await api.pipeline.runs()) == 1


async def test_the_deadline() -> None:
    """A pull that takes too long is stopped: what it stored stays, and the next goes on."""
    source = Halting(halts_at=2)
    async with service({"metrics": source}, Config(job_seconds=0.2)) as api:
        cut = await api.http.post(JOB)
        told = problem_of(cut, 503)
        assert "after 0.2 seconds" in told["detail"]
        assert (told["run"]["state"], told["run"]["counts"]["new"]) == ("failed", 2)
        assert "stopped after 0.2 seconds" in told["run"]["error"]
        assert int(cut.headers["retry-after"]) > 0
        assert (await cursor(api), await rows(api)) == ("2", 2)
        source.go_on.set()
        done = (await api.http.post(JOB)).json()
        assert (done["state"], done["counts"]["new"], await rows(api)) == ("done", 1, 3)
        assert await api.pipeline.verify() == []


async def test_a_caller_that_leaves() -> None:
    """The pull is stopped, and the stream is free again."""
    source = Halting(halts_at=1)
    async with service({"metrics": source}) as api:
        left = asyncio.ensure_future(api.desk.pulls.pull("metrics"))
        await asyncio.wait_for(source.halted.wait(), SOON)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        source.go_on.set()
        await api.desk.pulls.drain(SOON)
        (run,) = await api.pipeline.runs()
        assert (run.state, await cursor(api)) == ("failed", "1")


async def test_what_stops_a_run_is_told() -> None:
    """As everywhere: 502 and a sentence, and the run is on the ledger."""
    lost = SourceUnavailable("Datadog does not answer: see its status page")
    async with service({"metrics": FakeSource([batch(("cpu", "a", 0, 1.0)), lost])}) as api:
        assert "status page" in problem_of(await api.http.post(JOB), 502)["detail"]
        assert [it.state for it in await api.pipeline.runs()] == ["failed"]


async def test_a_missing_setting_is_no_fault_of_the_caller() -> None:
    """503, with what is to be set."""

    @asynccontextmanager
    async def opening(streams: Sequence[str]) -> AsyncIterator[Pipeline]:
        if streams:
            message = "DD_API_KEY not set"
            raise ConfigError(message)
        async with service({}) as api:
            yield api.pipeline

    app = create_app(opening, partial(sheet, Settings()))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
    ):
        assert "DD_API_KEY" in problem_of(await http.post(JOB), 503)["detail"]


async def test_draining() -> None:
    """No new jobs; the one under way is given time, and then stopped with its cursor saved."""
    source = Halting(halts_at=1)
    async with service({"metrics": source}) as api:
        under_way = asyncio.ensure_future(api.http.post(JOB))
        await asyncio.wait_for(source.halted.wait(), SOON)
        await asyncio.wait_for(api.desk.pulls.drain(0.1), SOON)
        told = problem_of(await under_way, 503)
        assert "the service ends" in told["detail"]
        assert (told["run"]["state"], await cursor(api)) == ("failed", "1")
        refused = await api.http.post(JOB)
        assert problem_of(refused, 503)["run"] is None
        assert "retry-after" in refused.headers
        assert len(await api.pipeline.runs()) == 1


async def test_stopped_twice() -> None:
    """A pull that is closing its run when the service ends is not stopped from that."""
    store = SlowToClose()
    config = Config(job_seconds=0.1)
    async with service({"metrics": Halting(halts_at=1)}, config, store) as api:
        under_way = asyncio.ensure_future(api.http.post(JOB))
        await asyncio.wait_for(store.closing.wait(), SOON)
        draining = asyncio.ensure_future(api.desk.pulls.drain(0))
        await asyncio.sleep(0.1)
        store.go_on.set()
        await asyncio.wait_for(draining, SOON)
        assert problem_of(await under_way, 503)["run"]["state"] == "failed"


async def test_draining_waits_for_a_job_that_ends() -> None:
    """Within the time it is given, it is done."""
    source = Halting(halts_at=1)
    async with service({"metrics": source}) as api:
        under_way = asyncio.ensure_future(api.http.post(JOB))
        await asyncio.wait_for(source.halted.wait(), SOON)
        draining = asyncio.ensure_future(api.desk.pulls.drain(SOON))
        await asyncio.sleep(0)
        source.go_on.set()
        await draining
        assert (await under_way).json()["state"] == "done"


async def test_the_server_drains_when_it_is_asked_to_end() -> None:
    """As SIGTERM asks it to: the caller has its answer before the socket closes."""
    source = Halting(halts_at=1)

    @asynccontextmanager
    async def opening(streams: Sequence[str]) -> AsyncIterator[Pipeline]:
        yield Pipeline(dict.fromkeys(streams, source), api.pipeline.store, api.clock)

    async with service({}) as api:
        app = create_app(opening, partial(sheet, Settings()))
        server = server_of(app)
        serving = asyncio.ensure_future(
            server.serve(sockets=[door := socket.create_server(("127.0.0.1", 0))])
        )
        ending = asyncio.ensure_future(drained(server, app, 0.1))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.getsockname()[1]}") as http:
            under_way = asyncio.ensure_future(http.post(JOB))
            await asyncio.wait_for(source.halted.wait(), SOON)
            server.should_exit = True
            told = problem_of(await asyncio.wait_for(under_way, SOON), 503)
        await asyncio.wait_for(asyncio.gather(serving, ending), SOON)
        assert (told["run"]["state"], await cursor(api)) == ("failed", "1")


class SlowToClose:
    """A store that waits before it takes the entry of a run that failed."""

    def __init__(self) -> None:
        self._store = MemoryStore()
        self.closing, self.go_on = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @property
    def max_rows_per_batch(self) -> int:
        return self._store.max_rows_per_batch

    async def append(self, entry: Entry) -> None:
        if entry.word is Word.FAILED:
            self.closing.set()
            await self.go_on.wait()
        await self._store.append(entry)
