"""Routes of alerts and silences, and the rounds that tell of them while the service runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any

import orjson
import structlog
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response

from scarline.alerts import silence
from scarline.alerts.described import rules_as_data
from scarline.alerts.log import DELIVERED
from scarline.alerts.shown import listed
from scarline.alerts.silences import EXPIRED, as_data
from scarline.bootstrap import silencing
from scarline.bootstrap.alerting import Alerting, standing, tell_due
from scarline.errors import ScarlineError
from scarline.pipeline import Pipeline
from scarline.web.alerts import documents
from scarline.web.alerts.asked import NewSilence, Test, WantedAlerts, WantedSilences
from scarline.web.alerts.covering import alerts_covered
from scarline.web.deciding import SOURCE, User, who_decides
from scarline.web.desk import Open
from scarline.web.problems import DOCUMENTED, Refused
from scarline.web.scars.routes import Kept

log = structlog.get_logger(__name__)

router = APIRouter(prefix="/api/alerts", tags=["alerts"], responses=DOCUMENTED)

silences = APIRouter(prefix="/api/silences", tags=["alerts"], responses=DOCUMENTED)

routers = (router, silences)

JSON = "application/json"

LOOK_SECONDS = 15.0
"""How often it is looked whether a notice is due."""

CLOSE_SECONDS = 5.0
"""How long notices that are under way may take when the service ends: one that is cut off is sent
again by whoever looks next."""


def _alerting(request: Request) -> Alerting | None:
    own: Alerting | None = request.app.state.alerting
    return own


Set = Annotated[Alerting | None, Depends(_alerting)]
"""The rules and receivers, if any are set."""


@router.get("", responses=documents.ALERTS)
async def get_alerts(
    desk: Open, watched: Kept, alerting: Set, wanted: Annotated[WantedAlerts, Query()]
) -> Response:
    """Return the alerts that are pending or fire: what mutes each, and who was told of it.

    They follow from scars of two weeks; `coverage` says which parts of that were looked at.
    """
    looked = (await watched.snapshot()).looked
    more: dict[str, Any] = {"coverage": alerts_covered(desk.pipeline, looked)}
    if wanted.whole:
        at, made = desk.pipeline.clock(), await silencing.found(desk.pipeline)
        more["silences"] = [as_data(it, at) for it in made if it.state(at) != EXPIRED]
        more["file"] = None if alerting is None else rules_as_data(alerting.rules)
    if alerting is None:
        return _answer({"alerts": [], "rules": False} | more)
    now = await standing(desk.pipeline, alerting)
    told = [
        it
        for it in listed(alerting.rules, now.seen, now.log)
        if wanted.state in ("", it["state"])
        and wanted.receiver in ("", *(own["receiver"] for own in it["receivers"]))
    ]
    return _answer({"alerts": told, "rules": True} | more)


@router.post("/test", responses=documents.TESTED)
async def test_receivers(desk: Open, alerting: Set, wanted: Test) -> Response:
    """Send a test notice to each receiver, or to those named, and say what came back.

    Nothing is stored. 409 if no file of alerts is set.
    """
    if alerting is None:
        raise Refused(409, "no file of alerts is set, so there is no receiver")
    if unknown := set(wanted.receivers) - alerting.targets.keys():
        raise Refused(404, f"there is no receiver {min(unknown)}")
    came = await silencing.tried(alerting, desk.pipeline.clock(), wanted.receivers)
    told = [
        {"receiver": name, "delivered": it.delivered, "status": it.status, "detail": it.detail}
        for name, it in came
    ]
    return _answer({"receivers": told})


@silences.get("", responses=documents.SILENCES)
async def get_silences(desk: Open, wanted: Annotated[WantedSilences, Query()]) -> Response:
    """Return the silences that hold or are to come."""
    now = desk.pipeline.clock()
    found = await silencing.found(desk.pipeline)
    told = [as_data(it, now) for it in found if wanted.expired or it.state(now) != EXPIRED]
    return _answer({"silences": told})


@silences.post("", responses=documents.SILENCE)
async def post_silence(desk: Open, wanted: NewSilence, user: User = "") -> Response:
    """Silence alerts for a while: they are still listed, and nobody is told of them."""
    now = desk.pipeline.clock()
    begin, end = wanted.span(now)
    made = silence(wanted.matchers, begin, end, who_decides(desk, user), wanted.comment)
    async with desk.writing:
        kept = await silencing.add(desk.pipeline, made, SOURCE)
    return _answer(as_data(kept, now))


@silences.delete("/{name}", responses=documents.SILENCE)
async def delete_silence(desk: Open, name: str, user: User = "") -> Response:
    """End a silence now; what fires still is told of. It stays listed as expired."""
    now = desk.pipeline.clock()
    known = next((it for it in await silencing.found(desk.pipeline) if it.id == name), None)
    if known is None:
        raise Refused(404, "there is no silence of that id: the list names those there are")
    if known.state(now) == EXPIRED:
        return _answer(as_data(known, now))
    async with desk.writing:
        gone = await silencing.expire(desk.pipeline, name, SOURCE, who_decides(desk, user))
    return _answer(as_data(gone, desk.pipeline.clock()))


@asynccontextmanager
async def alerting_while(
    app: FastAPI, alerting: Alerting | None, look_seconds: float = LOOK_SECONDS
) -> AsyncIterator[None]:
    """Keep the rules for the routes of ``app``, and tell of what is due; its desk must be there."""
    app.state.alerting = alerting
    if alerting is None:
        yield
        return
    over = asyncio.Event()
    rounds = asyncio.create_task(_looking(app.state.desk.pipeline, alerting, over, look_seconds))
    try:
        yield
    finally:
        over.set()
        await asyncio.wait({rounds}, timeout=CLOSE_SECONDS)
        rounds.cancel()
        await asyncio.gather(rounds, return_exceptions=True)


async def look(road: Pipeline, alerting: Alerting | None) -> None:
    """Tell of what is due, if rules are set; what goes wrong is logged, and the next look is soon.

    For jobs too: where a service gets no time between requests, nobody else looks.
    """
    if alerting is None:
        return
    try:
        for it in await tell_due(road, alerting):
            say = log.info if it.state == DELIVERED else log.warning
            say("notice", receiver=it.receiver, state=it.state, why=it.why, detail=it.detail)
    except ScarlineError as error:
        log.warning("alerts were not looked at", error=str(error))
    except Exception:  # a watchman does not die of one look: the next may be well
        log.exception("alerts were not looked at")


async def _looking(
    road: Pipeline, alerting: Alerting, over: asyncio.Event, look_seconds: float
) -> None:
    while not over.is_set():
        await look(road, alerting)
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), look_seconds)


def _answer(told: object) -> Response:
    return Response(orjson.dumps(told), media_type=JSON)
