"""Routes of exports: a bundle as a file, or sent to the webhook with its retries told."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response

from scarline.failures.decisions import EXPORTED, READY
from scarline.notify.webhook import JSON_LINES, Webhook
from scarline.web.deciding import User, decisions, who_decides
from scarline.web.desk import Open
from scarline.web.etags import JSON
from scarline.web.failures import deliveries, documents
from scarline.web.failures.asked import Export
from scarline.web.failures.bundle import Wanted, all_until, made
from scarline.web.failures.deliveries import Outbox
from scarline.web.failures.routes import Kept, there
from scarline.web.problems import DOCUMENTED, Refused

router = APIRouter(prefix="/api/failures/exports", tags=["triage"], responses=DOCUMENTED)


def _outbox(request: Request, desk: Open, backlog: Kept) -> Outbox:
    hook: Webhook | None = request.app.state.webhook
    if hook is None:
        raise Refused(409, "no webhook is set: set one, or export to a file")
    return Outbox(desk.pipeline, backlog, hook, desk.writing)


attempts = APIRouter(prefix="/api/failures", tags=["triage"], responses=DOCUMENTED)

Box = Annotated[Outbox, Depends(_outbox)]


@router.post("", responses=documents.EXPORTED)
async def export(
    request: Request, desk: Open, backlog: Kept, wanted: Export, user: User = ""
) -> Response:
    """Return groups with their evidence as JSON lines, or send them to the webhook.

    To the webhook go groups that are ready or were exported before; once it took them they are
    exported. The same failures are delivered once: who asks again is told how that stands. If it
    fails, the answer says when the next attempt is.
    """
    seen = await backlog.snapshot()
    for group in wanted.groups:
        there(seen, group)
    road = desk.pipeline
    until = all_until(seen, road.clock())
    asked = Wanted(sorted(set(wanted.groups)), wanted.evidence, until)
    if wanted.to == "file":
        bundle = await made(road, seen, asked)
        name = f'attachment; filename="failures-{bundle.id}.jsonl"'
        return Response(bundle.body, headers={"Content-Disposition": name}, media_type=JSON_LINES)
    box = _outbox(request, desk, backlog)
    early = [it.id for it in seen.groups if it.id in asked.groups and it.state not in _MAY_GO]
    if early:
        raise Refused(409, f"group {early[0]} is not ready: give it that state first")
    done = await deliveries.deliver(box, asked, who_decides(desk, user))
    return Response(orjson.dumps(deliveries.as_data(done)), media_type=JSON)


_MAY_GO = (READY, EXPORTED)


@router.get("", responses=documents.ALL_DELIVERIES)
async def get_exports(request: Request, desk: Open) -> Response:
    """Return all deliveries to the webhook, those that changed last first, and if one is set."""
    found = deliveries.standing(await decisions(desk.pipeline, deliveries.ABOUT)).values()
    told = sorted((deliveries.as_data(it) for it in found), key=lambda it: it["at"], reverse=True)
    is_set = request.app.state.webhook is not None
    return Response(orjson.dumps({"deliveries": told, "webhook": is_set}), media_type=JSON)


@attempts.post("/deliveries", responses=documents.DELIVERIES)
async def attempt_due(box: Box) -> Response:
    """Make every attempt that is due; for a scheduler, where no process waits."""
    done = await deliveries.deliver_due(box)
    told = [deliveries.as_data(it) for it in done]
    return Response(orjson.dumps({"deliveries": told}), media_type=JSON)


@router.get("/{export}", responses=documents.DELIVERY)
async def get_export(desk: Open, export: str) -> Response:
    """Return how the delivery of one export stands."""
    found = deliveries.standing(await decisions(desk.pipeline, deliveries.ABOUT))
    if export not in found:
        raise Refused(404, "there is no delivery of that id: the list of exports names those")
    return Response(orjson.dumps(deliveries.as_data(found[export])), media_type=JSON)
