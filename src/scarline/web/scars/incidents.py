"""Routes of incidents: scars that started together, with the flows and failures beside them."""

from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Header, Query, Request, Response

from scarline.model import stamp
from scarline.scars.incidents import Incident, failures_beside, flows_beside
from scarline.web.etags import tagged
from scarline.web.failures.backlog import Backlog
from scarline.web.moments import ordered
from scarline.web.paging import cursor_after, key_of
from scarline.web.problems import DOCUMENTED, Refused
from scarline.web.scars import documents
from scarline.web.scars.asked import WantedIncidents
from scarline.web.scars.covering import metrics_covered
from scarline.web.scars.listing import falling, incident_as_data, told
from scarline.web.scars.routes import Kept
from scarline.web.scars.watched import Snapshot, Watched

router = APIRouter(prefix="/api/incidents", tags=["scars"], responses=DOCUMENTED)

MOST_BESIDE, MOST_BESIDE_ONE = 5, 100
"""Flows and failures that are told beside each incident of a list, and beside one."""

FAILURE_COLUMNS = (
    *("trace_id", "span_id", "failed_at", "severity", "failure_type", "title"),
    *("service_name", "ml_app", "group"),
)
_FLOW_COLUMNS = (
    *("flow_id", "source", "env", "system_from", "system_to", "status", "last_seen"),
    *("latency_ms", "error_rate", "owner_team"),
)

Known = Annotated[str, Header(alias="If-None-Match")]


@router.get("", responses=documents.INCIDENTS)
async def get_incidents(
    request: Request,
    watched: Kept,
    wanted: Annotated[WantedIncidents, Query()],
    known: Known = "",
) -> Response:
    """Return incidents, the newest first, each with the worst flows and the newest failures.

    An incident takes in the scars that began within ten minutes of its first one, or within one
    interval of their metric. Flows and failures beside it are those of its services. `coverage` is
    that of metrics, as for scars.
    """
    return tagged(await incidents_told(watched, request.app.state.backlog, wanted), known)


@router.get("/{incident}", responses=documents.INCIDENT)
async def get_incident(
    request: Request, watched: Kept, incident: str, known: Known = ""
) -> Response:
    """Return one incident with its scars, and all that is known to have happened beside it."""
    return tagged(await incident_told(watched, request.app.state.backlog, incident), known)


async def incidents_told(
    watched: Watched, backlog: Backlog, wanted: WantedIncidents
) -> dict[str, Any]:
    """Return what ``GET /api/incidents`` answers; raises ``UsageError`` for a bad query."""
    seen, failures = await watched.snapshot(), (await backlog.snapshot()).failures
    stretch = ordered(wanted.since, wanted.until)
    found = [it for it in seen.incidents if _fits(it, wanted)]
    rest = found
    if wanted.cursor:
        (after,) = key_of(wanted.cursor, 1)
        rest = [it for it in found if falling(it.onset) > after]
    shown = rest[: wanted.limit]
    more = len(rest) > wanted.limit
    return {
        "incidents": [
            incident_as_data(it) | _beside(watched, seen, it, failures, MOST_BESIDE) for it in shown
        ],
        "total": len(found),
        "coverage": await metrics_covered(watched.road, seen, stretch, wanted.metric, wanted.host),
        "next": cursor_after([falling(shown[-1].onset)]) if more else None,
    }


async def incident_told(watched: Watched, backlog: Backlog, name: str) -> dict[str, Any]:
    """Return what ``GET /api/incidents/{incident}`` answers; raises ``Refused``."""
    seen, failures = await watched.snapshot(), (await backlog.snapshot()).failures
    own = next((it for it in seen.incidents if it.id == name), None)
    if own is None:
        raise Refused(404, "there is no incident of that id: the list of incidents names those")
    beside = _beside(watched, seen, own, failures, MOST_BESIDE_ONE)
    return incident_as_data(own) | beside | {"scars": told(seen, own.rows)}


def _fits(incident: Incident, wanted: WantedIncidents) -> bool:
    since, until, ended = wanted.since, wanted.until, incident.ended_at
    return (
        (not wanted.metric or wanted.metric in incident.metrics)
        and (not wanted.host or wanted.host in incident.hosts)
        and (not wanted.service or wanted.service in incident.services)
        and (not wanted.open or (ended is None) == (wanted.open == "true"))
        and (since is None or ended is None or ended > since)
        and (until is None or incident.onset < until)
    )


def _beside(
    watched: Watched, seen: Snapshot, own: Incident, failures: pa.Table, most: int
) -> dict[str, Any]:
    flows = flows_beside(own, seen.flows)
    failed = failures_beside(own, failures, watched.road.clock())
    return {
        "flows": _rows(flows.slice(0, most).select([*_FLOW_COLUMNS]), "last_seen"),
        "flows_total": flows.num_rows,
        "failures": _rows(failed.slice(0, most).select([*FAILURE_COLUMNS]), "failed_at"),
        "failures_total": failed.num_rows,
        "quiet_scars": sum(seen.judged.why[row] is not None for row in own.rows),
    }


def _rows(table: pa.Table, time: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return [row | {time: row[time] and stamp(row[time])} for row in rows]
