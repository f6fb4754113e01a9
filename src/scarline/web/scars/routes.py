"""Routes that read scars: a list, and one with its twins, what was said of it and its incident."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from scarline.pipeline import Pipeline
from scarline.scars.marks import subject_of
from scarline.web.etags import tagged
from scarline.web.moments import Moment, ordered
from scarline.web.problems import DOCUMENTED, Refused
from scarline.web.scars import documents
from scarline.web.scars.asked import WantedScars
from scarline.web.scars.covering import metrics_covered
from scarline.web.scars.listing import having, one, page
from scarline.web.scars.watched import Snapshot, Watched

router = APIRouter(prefix="/api/scars", tags=["scars"], responses=DOCUMENTED)


def _watched(request: Request) -> Watched:
    watched: Watched = request.app.state.watched
    return watched


Kept = Annotated[Watched, Depends(_watched)]
"""The scars that are kept in memory."""

Known = Annotated[str, Header(alias="If-None-Match")]
Series = Annotated[str, Path(max_length=200, description="the digest of the series")]
Onset = Annotated[Moment, Path(description="when the scar began, as the list tells it")]


@router.get("", responses=documents.SCARS)
async def get_scars(
    watched: Kept, wanted: Annotated[WantedScars, Query()], known: Known = ""
) -> Response:
    """Return scars, the newest first, each with the earlier one that it is likest to.

    `coverage` tells an empty list from one that nobody could fill, as for failures; of a `metric`,
    what searches for it looked at. A metric or host that was never looked at is named.
    """
    answer = await scars_told(watched.road, await watched.snapshot(), wanted)
    return tagged(answer, known)


@router.get("/{series}/{onset}", responses=documents.SCAR)
async def get_scar(watched: Kept, series: Series, onset: Onset, known: Known = "") -> Response:
    """Return one scar: what was expected, its twins with their notes, its marks, its incident.

    The number at the beginning of the ETag is the version that `If-Match` wants.
    """
    seen = await watched.snapshot()
    answer = one(seen, row_of(seen, series, onset))
    return tagged(answer, known, f"{answer['version']}.")


async def scars_told(road: Pipeline, seen: Snapshot, wanted: WantedScars) -> dict[str, Any]:
    """Return what ``GET /api/scars`` answers; raises ``UsageError`` for a bad query."""
    stretch = ordered(wanted.since, wanted.until)
    rows = await asyncio.to_thread(having, seen, wanted)
    found, following = page(seen, rows, wanted.limit, wanted.cursor)
    return {
        "scars": found,
        "total": len(rows),
        "coverage": await metrics_covered(road, seen, stretch, wanted.metric, wanted.host),
        "next": following,
    }


def row_of(seen: Snapshot, series: str, onset: Moment) -> int:
    """Return the row of a scar; raises ``Refused`` if there is none."""
    row = seen.rows.get(subject_of(series, onset))
    if row is None:
        raise Refused(404, "there is no scar of this series and onset: the list names those")
    return row
