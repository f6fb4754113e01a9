"""The real app with sources that its jobs pull from, on a store that is gone with the test."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import httpx2 as httpx

from scarline.bootstrap.loading import sheet
from scarline.kinds import METRIC_POINT, Kind
from scarline.model import Batch, Cursor, Usage
from scarline.pipeline import Pipeline
from scarline.ports import Ask, Check, Plan, Progress, Source, Store
from scarline.settings import Settings
from scarline.stores.memory import MemoryStore
from scarline.web.app import create_app
from scarline.web.desk import Config, Desk
from tests.fakes import Clock, batch


@dataclass
class Halting:
    """Yields a batch a step, and waits before the step ``halts_at`` until it may go on."""

    halts_at: int = -1
    steps: int = 3
    left: int | None = None
    name: str = "fake"
    halted: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def streams(self) -> Mapping[str, Kind]:
        return {"metrics": METRIC_POINT}

    async def pull(self, ask: Ask) -> AsyncGenerator[Batch, None]:
        for step in range(int(ask.cursor or 0), self.steps):
            if step == self.halts_at:
                self.halted.set()
                await self.go_on.wait()
            ask.notify(Progress(step, self.steps, Usage(), left=self.left))
            usage = Usage(requests=2, retries=1, answer_bytes=100, waited_seconds=0.5)
            told = batch(("cpu", "a", step, 1.0), usage=usage)
            yield replace(told, cursor=Cursor(str(step + 1)))

    async def plan(self, ask: Ask) -> Plan:
        return Plan([], costs=[ask.stream])

    async def check(self) -> Sequence[Check]:
        return []


@dataclass(frozen=True)
class Service:
    """The app while it runs: a client, and what stands behind."""

    http: httpx.AsyncClient
    desk: Desk
    clock: Clock
    sources: dict[str, Source]

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline without sources that the app has open."""
        return self.desk.pipeline


@asynccontextmanager
async def service(
    sources: Mapping[str, Source], config: Config | None = None, store: Store | None = None
) -> AsyncIterator[Service]:
    """Run the app and give what calls it."""
    clock, own = Clock(), dict(sources)
    pipeline = Pipeline({}, store or MemoryStore(), clock)

    @asynccontextmanager
    async def opening(streams: Sequence[str]) -> AsyncIterator[Pipeline]:
        yield replace(pipeline, sources={it: own[it] for it in streams if it in own})

    app = create_app(opening, partial(sheet, Settings()), config or Config())
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost:8126") as client,
    ):
        yield Service(client, app.state.desk, clock, own)
