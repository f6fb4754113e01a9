"""What the commands about scars ask of the store: the same that is answered by HTTP."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from scarline.cli.asked import wanted
from scarline.errors import UsageError
from scarline.pipeline import Pipeline
from scarline.scars.preferences import Preferences
from scarline.web.failures.backlog import Backlog
from scarline.web.metrics.routes import points_told
from scarline.web.problems import Refused
from scarline.web.scars.asked import WantedPoints, WantedScars
from scarline.web.scars.incidents import incident_told
from scarline.web.scars.listing import one
from scarline.web.scars.marking import Marker, mark
from scarline.web.scars.routes import row_of, scars_told
from scarline.web.scars.watched import Snapshot, Watched


async def scars(road: Pipeline, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page of scars; ``asked`` as in ``GET /api/scars``."""
    seen = await Watched(road).snapshot()
    return await scars_told(road, seen, wanted(WantedScars, asked))


async def scar(road: Pipeline, series: str, onset: str) -> dict[str, Any]:
    """Return one scar as ``GET /api/scars/{series}/{onset}``; raises ``UsageError`` for none."""
    seen = await Watched(road).snapshot()
    return one(seen, _row(seen, series, onset))


async def explained(road: Pipeline, series: str, onset: str) -> dict[str, Any]:
    """Return one scar, with its incident as ``GET /api/incidents/{incident}`` has it."""
    watched = Watched(road)
    seen = await watched.snapshot()
    own = one(seen, _row(seen, series, onset))
    own["incident"] = await incident_told(watched, Backlog(road), own["incident"]["id"])
    return own


async def marked(
    road: Pipeline, series: str, onset: str, said: Mapping[str, Any], who: str, version: int | None
) -> dict[str, Any]:
    """Mark one scar as ``PATCH …/mark`` does; without ``version`` it is that of now."""
    watched = Watched(road)
    seen = await watched.snapshot()
    subject = seen.judged.subjects[_row(seen, series, onset)]
    last = seen.stands.version(subject) if version is None else version
    return await mark(Marker(watched, asyncio.Lock(), who), subject, last, said)


async def points(
    road: Pipeline, asked: Mapping[str, Any], preferences: Preferences
) -> dict[str, Any]:
    """Return the points of one series as ``GET /api/metrics/points`` does."""
    try:
        body = await points_told(Watched(road, preferences), wanted(WantedPoints, asked))
    except Refused as refused:
        raise UsageError(str(refused)) from None
    told: dict[str, Any] = orjson.loads(body)
    return told


def _row(seen: Snapshot, series: str, onset: str) -> int:
    try:
        at = datetime.fromisoformat(onset)
    except ValueError:
        raise UsageError(f"{onset!r} is no onset: write it as `scarline scars list` does") from None
    try:
        return row_of(seen, series, at if at.tzinfo else at.replace(tzinfo=UTC))
    except Refused:
        raise UsageError("there is no such scar: `scarline scars list` names them") from None
