"""Routes of jobs: a scheduler has a stream pulled, and is told of the run."""

from http import HTTPStatus

import msgspec
from fastapi import APIRouter, Request, Response

from scarline.ledger import Run, State
from scarline.web import documents
from scarline.web.alerts.routes import look
from scarline.web.desk import Open
from scarline.web.problems import DOCUMENTED, MEDIA, Refused, told
from scarline.web.runs.account import run_as_data

router = APIRouter(prefix="/jobs", tags=["jobs"], responses=DOCUMENTED)

AGAIN_SECONDS = "1"

METRICS = "metrics"


@router.post("/{stream}", responses=documents.PULLED)
async def post_job(desk: Open, stream: str, request: Request) -> Response:
    """Pull what came since the last pull of a stream, or as much of it as there is time for.

    After metrics alerts are looked at.

    200 if the run is `done` or `partial`. 409 while another pull holds the stream. 503 if it was
    stopped, with the `run` and what it had stored: ask again and it goes on from there.
    """
    if stream not in desk.config.streams:
        raise Refused(404, "there is no stream of that name: /api/health lists them")
    if desk.pulls.draining:
        return _later("the service ends and takes no more jobs: ask again", None)
    begun = desk.pipeline.clock()
    pulled = await desk.pulls.pull(stream)
    if stream == METRICS:
        await look(desk.pipeline, request.app.state.alerting)
    if pulled.run is not None:
        return Response(msgspec.json.encode(run_as_data(pulled.run)), media_type="application/json")
    runs = await desk.pipeline.runs(stream)
    closed = [it for it in runs if it.started_at >= begun and it.state is not State.RUNNING]
    return _later(f"the pull of {stream} was {pulled.cut}", closed[0] if closed else None)


def _later(detail: str, run: Run | None) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    body = told(status, detail) | {"run": run_as_data(run) if run else None}
    return Response(msgspec.json.encode(body), status, {"Retry-After": AGAIN_SECONDS}, MEDIA)
