"""Routes of health: what was last brought home, how far behind it is, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Response

from scarline.ledger import Run
from scarline.model import stamp
from scarline.web.desk import Desk, Open
from scarline.web.health.standing import Standing
from scarline.web.problems import DOCUMENTED
from scarline.web.runs import documents as runs_documents
from scarline.web.runs.account import quota

router = APIRouter(prefix="/api", tags=["health"], responses=DOCUMENTED)

MOST_WINDOWS = 100
MOST_REASONS = 20


@router.get("/health", responses=runs_documents.HEALTH)
async def get_health(desk: Open) -> Response:
    """Return how the pulls of every stream stand, by source; the ledger alone tells it.

    `lag_seconds` is the time since the end of the last window of which nothing is missing.
    """
    return await _health(desk, await desk.standings.all())


@router.get("/failures/health", responses=runs_documents.HEALTH)
async def get_failures_health(desk: Open) -> Response:
    """Return how the pulls of failures stand."""
    return await _health(desk, await desk.standings.of("failures"))


async def _health(desk: Desk, found: Iterable[Standing]) -> Response:
    body = msgspec.json.encode(await streams(desk, found))
    return Response(body, media_type="application/json")


async def streams(desk: Desk, found: Iterable[Standing]) -> Mapping[str, Any]:
    """Return how streams stand now, as it is written as JSON."""
    now = desk.pipeline.clock()
    told = [{**_told(it, now), "job": it.stream in desk.config.streams} for it in found]
    return {"at": stamp(now), "streams": told}


def _told(it: Standing, now: datetime) -> Mapping[str, Any]:
    return {
        "stream": it.stream,
        "source": it.source,
        "state": it.word,
        "last_run": _named(it.last),
        "last_success": _named(it.success),
        "complete_until": it.complete_until,
        "answered_until": it.answered_until,
        "lag_seconds": it.lag_seconds(now),
        "backlog": {
            "runs": len(it.short),
            "missing": len(it.missing),
            "windows": [dict(gap) for gap in it.missing[:MOST_WINDOWS]],
        },
        "reasons": [
            {"reason": reason, "count": count}
            for reason, count in Counter(it.reasons).most_common(MOST_REASONS)
        ],
        "runs": dict(it.states),
        "usual_seconds": it.usual_seconds,
        "expected_at": it.expected_at,
        "quota": quota(it.metered),
    }


def _named(run: Run | None) -> Mapping[str, Any] | None:
    if run is None:
        return None
    return {
        "run": run.run,
        "state": run.state,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "rows": run.rows,
        "usage": dict(run.usage),
        "error": run.error,
    }
