"""News as they happen: who is told what, once, and what it costs the store."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
import msgspec

from scarline.errors import StoreUnavailable
from scarline.ledger import Head
from scarline.pipeline import Pipeline
from scarline.ports import Progress
from scarline.stores.memory import MemoryStore
from scarline.web.desk import Config
from scarline.web.events import News, opened
from tests.pages.serving import serving
from tests.web.failing import captured
from tests.web.pulling import Halting, service
from tests.web.served import problem_of, served

PATIENCE_SECONDS = 10


Told = dict[str, Any]


@dataclass
class Listener:
    """Reads a line as a browser does."""

    lines: AsyncGenerator[str, None]

    async def next(self) -> Told:
        """Return the next event, its data read."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.waiting:
                self.waiting += (await anext(self.lines)).split("\n\n")[:-1]
        fields = dict(it.split(": ", 1) for it in self.waiting.pop(0).split("\n"))
        data: Told = msgspec.json.decode(fields.pop("data", "{}"))
        return fields | data

    waiting: list[str] = field(default_factory=list)


@asynccontextmanager
async def listening(
    pipeline: Pipeline,
    topics: str = "runs,flows,scars,failures",
    since: str | None = None,
    going: dict[str, Progress] | None = None,
    news: News | None = None,
) -> AsyncIterator[Listener]:
    """Listen from now on, or from where an id says; look often: tests have no second to lose."""
    own = news or News(pipeline, look_seconds=0.01)
    line = await opened(
        own, frozenset(topics.split(",")), {} if going is None else going, since or ""
    )
    lines = line.told(lambda: False)
    yield Listener(lines)
    await lines.aclose()


async def test_whoever_listens_is_told_which_chain_moved() -> None:
    """Once for each topic that it is of, with the run and what its last entry says."""
    async with served() as api, listening(api.pipeline) as listener:
        assert set(await listener.next()) == {"id"}
        run = (await api.told({"from": "web", "to": "oms"}))["run"]
        first, second = await listener.next(), await listener.next()
        assert (first["event"], first["topic"], first["stream"]) == ("moved", "runs", "flows")
        assert (first["run"], first["word"]) == (run, "finished")
        assert second["topic"] == "flows"
        assert "id" not in first
        assert second["id"].startswith("flows=")
        await api.http.post(f"/api/runs/{run}/rollback")
        gone = await listener.next()
        assert (gone["run"], gone["word"]) == (run, "rolled back")


async def test_only_what_was_asked_for_is_told() -> None:
    """Flows are of no interest to who listens for failures."""
    async with served() as api, listening(api.pipeline, "failures") as listener:
        await listener.next()
        await api.told({"from": "web", "to": "oms"})
        await captured(api)
        assert (await listener.next())["stream"] == "failures"


async def test_whoever_comes_back_is_told_what_moved_meanwhile() -> None:
    """By the id alone, so that any process can tell; nothing that was told is told again."""
    async with served() as api:
        async with listening(api.pipeline, "flows") as listener:
            await listener.next()
            await api.told({"from": "web", "to": "oms"})
            known = (await listener.next())["id"]
        async with listening(api.pipeline, "flows", known) as listener:
            assert (await listener.next())["id"] == known
            run = (await api.told({"from": "oms", "to": "stock"}))["run"]
            assert (await listener.next())["run"] == run
        async with listening(api.pipeline, "flows", known) as listener:
            await listener.next()
            assert (await listener.next())["run"] == run
        async with listening(api.pipeline, "flows", "nonsense") as listener:
            await listener.next()
            assert (await listener.next())["run"] == run


async def test_many_listeners_cost_the_store_what_one_does() -> None:
    """It is looked at once in a while for all of them."""
    store = Counting()
    async with served(store=store) as api:
        news = News(api.pipeline, look_seconds=3600.0)
        before = store.looks
        for _ in range(5):
            async with listening(api.pipeline, news=news) as listener:
                await listener.next()
        assert store.looks == before + 1


async def test_how_far_a_pull_has_come() -> None:
    """While it is under way, and that it ended."""
    source = Halting(halts_at=1)
    async with (
        service({"metrics": source}) as api,
        listening(api.pipeline, "runs", going=api.desk.pulls.going) as listener,
    ):
        await listener.next()
        job = asyncio.ensure_future(api.http.post("/jobs/metrics"))
        await source.halted.wait()
        heard = [await listener.next() for _ in range(2)]
        (progress,) = [it for it in heard if it["event"] == "progress"]
        assert (progress["stream"], progress["done"], progress["total"]) == ("metrics", 0, 3)
        source.go_on.set()
        await job
        while not (last := await listener.next()).get("ended"):
            pass
        assert last["stream"] == "metrics"
        assert not api.desk.pulls.going


async def test_a_store_that_is_away_ends_no_line() -> None:
    """News come when it is back."""
    store = Counting()
    async with served(store=store) as api, listening(api.pipeline, "flows") as listener:
        await listener.next()
        store.away = True
        await asyncio.sleep(0.1)
        store.away = False
        run = (await api.told({"from": "web", "to": "oms"}))["run"]
        assert (await listener.next())["run"] == run


async def test_who_may_listen_and_to_what() -> None:
    """The door is as for all of the API; a topic that is not there is refused."""
    async with served(Config(reader="x" * 20)) as api:
        problem_of(await api.http.get("/api/events"), 401)
    async with served() as api:
        problem_of(await api.http.get("/api/events", params={"topics": "runs,weather"}), 422)


def test_as_it_is_served() -> None:
    """Over a socket: the media type, the first event at once, and the end when the server ends."""
    with serving() as site:
        stream = httpx.stream("GET", f"{site.url}/api/events", timeout=PATIENCE_SECONDS)
        with stream as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            assert next(lines).startswith("id:")
            site.tell([{"from": "web", "to": "oms"}])
            assert next(it for it in lines if it.startswith("event")) == "event: moved"
        begun = time.monotonic()
    assert time.monotonic() - begun < PATIENCE_SECONDS / 2


class Counting(MemoryStore):
    """Counts how often its heads are asked for; may be away."""

    looks = 0
    away = False

    async def heads(self) -> Mapping[str, Head]:
        """Return the heads, and count it."""
        self.looks += 1
        if self.away:
            raise StoreUnavailable("it is away")
        return await super().heads()
