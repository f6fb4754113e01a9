"""The app: routes behind one door, and one open pipeline for as long as it lives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

import pyarrow as pa
from fastapi import APIRouter, FastAPI, Response
from fastapi.telemetry import TelemetryConfig

from scarline.bootstrap.alerting import Alerting
from scarline.errors import ConfigError
from scarline.flows.coupling import coupled
from scarline.kinds import INTEGRATION_FLOW
from scarline.notify.webhook import Webhook
from scarline.privacy import redact_text
from scarline.web import documents, events, pages, problems
from scarline.web.alerts.routes import alerting_while
from scarline.web.alerts.routes import routers as alerts
from scarline.web.desk import Config, Desk, Lists, Open
from scarline.web.door import Door
from scarline.web.failures.triage import routers as triage
from scarline.web.failures.triage import triaging
from scarline.web.flows import changes
from scarline.web.flows import routes as flows
from scarline.web.flows.shown import Flows
from scarline.web.health import prometheus
from scarline.web.health import routes as health
from scarline.web.health.standing import Standings
from scarline.web.health.traffic import Traffic
from scarline.web.jobs import routes as jobs
from scarline.web.jobs.issuer import Oidc, Prove
from scarline.web.jobs.pulls import Opening, Pulls, Span, untraced
from scarline.web.metrics import routes as metrics
from scarline.web.runs import planning, verifying
from scarline.web.runs import routes as history
from scarline.web.scars import incidents, marking
from scarline.web.scars import routes as scars
from scarline.web.scars.watched import Watched
from scarline.web.twin import routes as twin

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI would tell exporters of errors, with what is in them, before it is redacted."""

service = (
    events.router,
    health.router,
    jobs.router,
    planning.router,
    prometheus.router,
    verifying.router,
)

watching = (marking.router, scars.router, incidents.router, metrics.router)

about_flows = (flows.router, changes.router, history.router, twin.router)

probes = APIRouter(tags=["probes"], responses=problems.DOCUMENTED)


def create_app(
    opening: Opening,
    lists: Lists,
    config: Config | None = None,
    webhook: Webhook | None = None,
    alerting: Alerting | None = None,
) -> FastAPI:
    """Return the app. It opens a pipeline when it starts and closes it when it ends.

    Raises ``ConfigError`` for a pattern of order management that is none, and for a part that
    the configuration needs and that is not installed.
    """
    own, traffic = config or Config(), Traffic()
    coupled(pa.RecordBatch.from_pylist([], INTEGRATION_FLOW.schema), own.oms_pattern)
    prove, traces = _proof(own.oidc), _traces(own.otlp_url)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        async with opening(()) as pipeline:
            await asyncio.to_thread(redact_text, "", pipeline.policy)  # compiles: no caller waits
            shown, standings = Flows(pipeline, own.oms_pattern), Standings(pipeline, own.streams)
            with traces as span:
                pulls = Pulls(opening, own.job_seconds, span)
                app.state.desk = Desk(pipeline, shown, own, lists, pulls, standings, traffic)
                app.state.watched = Watched(pipeline, own.watch)
                async with triaging(app, webhook), alerting_while(app, alerting):
                    yield
                await pulls.drain(0)

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
    for router in (*service, *triage, *about_flows, *watching, *alerts, probes, pages.router_of()):
        app.include_router(router)
    problems.install(app)
    app.add_middleware(Door, config=own, count=traffic.count, prove=prove)
    return app


def _proof(oidc: Oidc | None) -> Prove | None:
    if oidc is None:
        return None
    try:
        from scarline.web.jobs.oidc import Proof  # noqa: PLC0415 - comes with an extra
    except ImportError:
        message = "identity tokens need a part that is missing: pip install 'scarline[oidc]'"
        raise ConfigError(message) from None
    return Proof(oidc).check


def _traces(url: str | None) -> AbstractContextManager[Span]:
    if url is None:
        return nullcontext(untraced)
    try:
        from scarline.web.health.traces import open_traces  # noqa: PLC0415 - comes with an extra
    except ImportError:
        message = "traces need a part that is missing: pip install 'scarline[otel]'"
        raise ConfigError(message) from None
    return open_traces(url)


@probes.get("/healthz", responses=documents.answered("it runs", healthy={"const": True}))
async def healthz() -> Response:
    """Say that the process answers."""
    return Response(b'{"healthy":true}', media_type="application/json")


@probes.get("/readyz", responses=documents.answered("it can work", ready={"const": True}))
async def readyz(desk: Open) -> Response:
    """Say that the store answers."""
    await desk.pipeline.store.heads()
    return Response(b'{"ready":true}', media_type="application/json")
