"""The app: routes behind one door, and one open pipeline for as long as it lives."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pyarrow as pa
from fastapi import APIRouter, FastAPI, Response
from fastapi.telemetry import TelemetryConfig

from scarline.flows.coupling import coupled
from scarline.kinds import INTEGRATION_FLOW
from scarline.pipeline import Pipeline
from scarline.privacy import redact_text
from scarline.web import changes, documents, flows, history, problems
from scarline.web.desk import Config, Desk, Lists, Open
from scarline.web.door import Door
from scarline.web.shown import Flows

Opening = Callable[[Sequence[str]], AbstractAsyncContextManager[Pipeline]]
"""Opens a pipeline with the sources of these streams."""

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI would tell exporters of errors, with what is in them, before it is redacted."""

probes = APIRouter(tags=["probes"], responses=problems.DOCUMENTED)


def create_app(opening: Opening, lists: Lists, config: Config | None = None) -> FastAPI:
    """Return the app. It opens a pipeline when it starts and closes it when it ends.

    Raises ``ConfigError`` for a pattern of order management that is none.
    """
    own = config or Config()
    coupled(pa.RecordBatch.from_pylist([], INTEGRATION_FLOW.schema), own.oms_pattern)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        async with opening(()) as pipeline:
            # Compiles the rules, which takes seconds that no caller should wait.
            await asyncio.to_thread(redact_text, "", pipeline.policy)
            shown = Flows(pipeline, own.oms_pattern)
            app.state.desk = Desk(pipeline, shown, own, lists)
            yield

    app = FastAPI(
        title="Scarline",
        version="1",
        description="What was brought home, who brought it, and taking it back.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=living,
        telemetry=NO_TELEMETRY,
        redirect_slashes=False,
    )
    for router in (flows.router, changes.router, history.router, probes):
        app.include_router(router)
    problems.install(app)
    app.add_middleware(Door, config=own)
    return app


@probes.get("/healthz", responses=documents.answered("it runs", healthy={"const": True}))
async def healthz() -> Response:
    """Say that the process answers."""
    return Response(b'{"healthy":true}', media_type="application/json")


@probes.get("/readyz", responses=documents.answered("it can work", ready={"const": True}))
async def readyz(desk: Open) -> Response:
    """Say that the store answers."""
    await desk.pipeline.store.heads()
    return Response(b'{"ready":true}', media_type="application/json")
