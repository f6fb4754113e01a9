"""The real app, called without a socket, on a store that is gone with the test."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx2 as httpx

from scarline.bootstrap.loading import sheet
from scarline.notify.webhook import Webhook
from scarline.pipeline import Pipeline
from scarline.ports import Store
from scarline.settings import Settings
from scarline.stores.memory import MemoryStore
from scarline.web.app import create_app
from scarline.web.desk import Config
from scarline.web.problems import TYPE, TYPES
from tests.fakes import Clock

FLOWS = "/api/ale/integration-flows"


@dataclass(frozen=True)
class Served:
    """The app while it runs: a client, and what stands behind."""

    http: httpx.AsyncClient
    pipeline: Pipeline
    clock: Clock

    async def told(self, *flows: dict[str, Any], **headers: str) -> Any:
        """Post flows; return the answer, which must be good."""
        done = await self.http.post(FLOWS, json=list(flows), headers=headers)
        assert done.status_code == 200, done.text
        return done.json()

    async def shown(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the flows of one page."""
        done = await self.http.get(FLOWS, params=wanted)
        assert done.status_code == 200, done.text
        flows: list[dict[str, Any]] = done.json()["flows"]
        return flows


@asynccontextmanager
async def served(
    config: Config | None = None,
    store: Store | None = None,
    address: str = "http://localhost:8126",
    *,
    webhook: Webhook | None = None,
) -> AsyncIterator[Served]:
    """Run the app and give what calls it."""
    clock = Clock()
    pipeline = Pipeline({}, store or MemoryStore(), clock)

    @asynccontextmanager
    async def opening(_: Sequence[str]) -> AsyncIterator[Pipeline]:
        yield pipeline

    app = create_app(opening, partial(sheet, Settings()), config or Config(), webhook)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=address) as client,
    ):
        yield Served(client, pipeline, clock)


def problem_of(done: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem that an answer is, of this status."""
    assert done.status_code == status, done.text
    assert done.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = done.json()
    name, title = TYPES[status]
    assert (told["status"], told["type"], told["title"]) == (status, TYPE + name, title)
    assert told["detail"]
    return told
