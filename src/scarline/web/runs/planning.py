"""The route that says what a pull of a stream would send and cost: it sends nothing."""

import msgspec
from fastapi import APIRouter, Response

from scarline.ports import Plan
from scarline.web.desk import Open
from scarline.web.problems import DOCUMENTED, Refused
from scarline.web.runs import documents as runs_documents

router = APIRouter(prefix="/api", tags=["jobs"], responses=DOCUMENTED)

MOST_REQUESTS = 50
"""Requests that are named; the count is of all."""


@router.get("/plans/{stream}", responses=runs_documents.PLAN)
async def get_plan(desk: Open, stream: str) -> Response:
    """Return what `POST /jobs/{stream}` would send, oldest first, and what that costs.

    `costs` are sentences of the source: the share of a quota that is known from earlier answers,
    the time that the caps leave. 404 or 503 with the reason where this server cannot pull it.
    """
    if stream not in desk.config.streams:
        raise Refused(404, "there is no stream of that name: /api/health lists them")
    return Response(_told(stream, await desk.pulls.plan(stream)), media_type="application/json")


def _told(stream: str, plan: Plan) -> bytes:
    first = plan.requests[:MOST_REQUESTS]
    body = {
        "stream": stream,
        "requests": len(plan.requests),
        "costs": list(plan.costs),
        "first": [
            {"request": it.request, "what": it.what, "window": str(it.window)} for it in first
        ],
    }
    return msgspec.json.encode(body)
