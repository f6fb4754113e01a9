"""Routes that read scars: a list, and one with its twins, what was said of it and its incident."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from scarline.failures.coverage import NEVER_ASKED, NOTHING, Looked, coverage
from scarline.pipeline import Pipeline
from scarline.scars.marks import subject_of
from scarline.web import scars_documents as documents
from scarline.web.answers import Moment
from scarline.web.failures import coverage_as_data, tagged
from scarline.web.failures_asked import one_window
from scarline.web.problems import DOCUMENTED, Refused
from scarline.web.scars_asked import WantedScars, ordered
from scarline.web.scars_pages import having, one, page
from scarline.web.watched import METRICS, Snapshot, Watched

router = APIRouter(prefix="/api/scars", tags=["scars"], responses=DOCUMENTED)

NOT_PULLED = "no live run has looked here: scarline pull metrics, with --from and --to"


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

    `coverage` tells an empty list from one that nobody could fill, as for failures.
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
    since, until = ordered(wanted.since, wanted.until)
    rows = await asyncio.to_thread(having, seen, wanted)
    found, following = page(seen, rows, wanted.limit, wanted.cursor)
    return {
        "scars": found,
        "total": len(rows),
        "coverage": covered(road, seen.looked, since, until),
        "next": following,
    }


def row_of(seen: Snapshot, series: str, onset: Moment) -> int:
    """Return the row of a scar; raises ``Refused`` if there is none."""
    row = seen.rows.get(subject_of(series, onset))
    if row is None:
        raise Refused(404, "there is no scar of this series and onset: the list names those")
    return row


def covered(
    road: Pipeline, looked: Looked, since: Moment | None, until: Moment | None
) -> dict[str, Any]:
    """Return what of a stretch was looked at, as it is told in JSON."""
    # To the minute, so that the same scars are the same answer for that long.
    now = road.clock().replace(second=0, microsecond=0)
    answer = coverage_as_data(coverage(looked, one_window(since, until or now, looked.first())))
    for it in answer["missing"]:
        it["reason"] = NOT_PULLED if it["reason"] == NEVER_ASKED else it["reason"]
        it["what"] = METRICS if it["what"] == NOTHING else it["what"]
    return answer
