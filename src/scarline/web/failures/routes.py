"""Routes that read failures: lists, one with its payload, groups, one with its history."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import pyarrow.compute as pc
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from scarline.failures.export import decision_as_data, failure_as_data, group_as_data
from scarline.kinds import LLM_FAILURE
from scarline.pipeline import Pipeline
from scarline.ports import Query as Asking
from scarline.web.coverage import covered, window_as_data
from scarline.web.etags import tagged
from scarline.web.failures import documents
from scarline.web.failures.activity import activity, stretch, surveyed
from scarline.web.failures.asked import (
    PartOfGroup,
    WantedFailures,
    WantedGroups,
)
from scarline.web.failures.backlog import FAILURES, Backlog, Snapshot
from scarline.web.failures.beside import beside_failure, beside_group
from scarline.web.failures.listing import groups_having, groups_in, groups_page, having, page
from scarline.web.moments import ordered
from scarline.web.problems import DOCUMENTED, Refused

router = APIRouter(prefix="/api/failures", tags=["failures"], responses=DOCUMENTED)


def _backlog(request: Request) -> Backlog:
    backlog: Backlog = request.app.state.backlog
    return backlog


def _road(request: Request) -> Pipeline:
    road: Pipeline = request.app.state.desk.pipeline
    return road


Kept = Annotated[Backlog, Depends(_backlog)]
"""The backlog that is kept in memory."""

Road = Annotated[Pipeline, Depends(_road)]

Known = Annotated[str, Header(alias="If-None-Match")]


@router.get("", responses=documents.FAILURES)
async def get_failures(
    backlog: Kept, road: Road, wanted: Annotated[WantedFailures, Query()], known: Known = ""
) -> Response:
    """Return failures, newest first or worst first, without their payloads.

    `coverage` tells an empty list from one that nobody could fill: `looked` is false if no live
    run has looked at any of the stretch, and `missing` names the parts that were not looked at.
    """
    answer = await failures_told(road, await backlog.snapshot(), wanted)
    return tagged(answer, known)


@router.get("/groups", responses=documents.GROUPS)
async def get_groups(
    backlog: Kept, road: Road, wanted: Annotated[WantedGroups, Query()], known: Known = ""
) -> Response:
    """Return groups, the worst first, then the largest, then those that were seen last.

    `activity` counts the failures of each in equal stretches of time, from `over.from` to
    `over.to`. `facets` says of each filter which values there are, and how many groups fit them
    and the other filters.
    """
    seen = await backlog.snapshot()
    answer = await groups_told(road, seen, wanted)
    survey = await asyncio.to_thread(surveyed, seen, wanted, road.clock())
    counts = survey.pop("activity")
    answer["groups"] = [it | {"activity": counts[it["id"]]} for it in answer["groups"]]
    return tagged(answer | survey, known)


@router.get("/groups/{group}", responses=documents.GROUP)
async def get_group(
    backlog: Kept,
    road: Road,
    group: str,
    part: Annotated[PartOfGroup, Query()],
    known: Known = "",
) -> Response:
    """Return a group: why it is one, what was decided, what it may be merged with, its failures.

    A group that was merged away has no failures and tells where they are. The number at the
    beginning of the ETag is the version that `If-Match` wants. With `full`, `failure` is one of
    them with its payload, the other failing spans of its trace, and the class of what its marks
    stand for.
    """
    seen = await backlog.snapshot()
    answer = await group_told(seen, group, part)
    rows = having(seen.failures, WantedFailures.model_validate({"group": group}))
    over = stretch(rows, None, None, road.clock())
    counts = await asyncio.to_thread(activity, rows, over)
    answer |= {"over": window_as_data(over), "activity": counts.get(group, [])}
    answer |= beside_group(seen, group, rows)
    answer["failure"] = await _one_of(road, seen, answer["failures"], part)
    return tagged(answer, known, f"{answer['version']}.")


@router.get("/{trace_id}/{span_id}", responses=documents.FAILURE)
async def get_failure(
    backlog: Kept, road: Road, trace_id: str, span_id: str, known: Known = ""
) -> Response:
    """Return one failure with its redacted payload, its evaluations and why it is one."""
    return tagged(await failure_told(road, await backlog.snapshot(), trace_id, span_id), known)


async def failures_told(road: Pipeline, seen: Snapshot, wanted: WantedFailures) -> dict[str, Any]:
    """Return what ``GET /api/failures`` answers; raises ``UsageError`` for a bad query."""
    since, until = ordered(wanted.since, wanted.until)
    rows = await asyncio.to_thread(having, seen.failures, wanted)
    found, following = await asyncio.to_thread(
        page, rows, wanted.order, wanted.limit, wanted.cursor
    )
    return {
        "failures": found,
        "total": rows.num_rows,
        "coverage": covered(road, seen.looked, since, until, FAILURES),
        "next": following,
    }


async def groups_told(road: Pipeline, seen: Snapshot, wanted: WantedGroups) -> dict[str, Any]:
    """Return what ``GET /api/failures/groups`` answers."""
    since, until = ordered(wanted.since, wanted.until)
    within = None
    if since is not None or until is not None:
        within = await asyncio.to_thread(groups_in, seen.failures, since, until)
    found = groups_having(seen.groups, wanted, within)
    shown, following = groups_page(found, wanted.limit, wanted.cursor)
    return {
        "groups": [group_as_data(it) for it in shown],
        "total": len(found),
        "coverage": covered(road, seen.looked, since, until, FAILURES),
        "next": following,
    }


async def group_told(seen: Snapshot, name: str, part: PartOfGroup) -> dict[str, Any]:
    """Return what ``GET /api/failures/groups/{group}`` answers; raises ``Refused``."""
    there(seen, name)
    own = seen.group(name)
    wanted = WantedFailures.model_validate({"group": name})
    rows = await asyncio.to_thread(having, seen.failures, wanted)
    found, following = await asyncio.to_thread(page, rows, "newest", part.limit, part.cursor)
    return {
        "id": name,
        "version": seen.standing.version(name),
        "group": None if own is None else group_as_data(own),
        "merged_into": seen.standing.merged.get(name),
        "history": [decision_as_data(it) for it in seen.standing.history.get(name, ())],
        "suggestions": [
            {"group": it.other if it.one == name else it.one, "likeness": round(it.likeness, 3)}
            for it in seen.likenesses
            if name in (it.one, it.other)
        ],
        "failures": found,
        "next": following,
    }


async def failure_told(
    road: Pipeline, seen: Snapshot, trace_id: str, span_id: str
) -> dict[str, Any]:
    """Return one failure with all its columns; raises ``Refused`` if there is none."""
    rows = seen.failures
    same = pc.and_(pc.equal(rows["trace_id"], trace_id), pc.equal(rows["span_id"], span_id))
    placed = rows.filter(same).select(["group", "state"]).to_pylist()
    where = {"trace_id": [trace_id], "span_id": [span_id]}
    # The store is asked only for what is there: not every text can be asked of every store.
    found = await road.store.find(Asking(LLM_FAILURE, where=where)) if placed else None
    if found is None or not found.num_rows:
        raise Refused(404, "there is no failure of this trace and span: the list names those")
    return failure_as_data(found.to_pylist()[0] | placed[0])


async def _one_of(
    road: Pipeline, seen: Snapshot, listed: Sequence[Mapping[str, Any]], part: PartOfGroup
) -> dict[str, Any] | None:
    """Return the failure that is asked for in full, else the newest; None where none is asked."""
    if not part.full or not (part.trace_id or listed):
        return None
    first = listed[0] if listed else {}
    trace, span = part.trace_id or first["trace_id"], part.span_id or first.get("span_id", "")
    told = await failure_told(road, seen, trace, span)
    return told | beside_failure(seen, told, road.policy)


def there(seen: Snapshot, name: str) -> None:
    """Raise ``Refused`` unless a group of that id has failures, or was decided about."""
    if seen.group(name) is None and name not in seen.standing.history:
        raise Refused(404, "there is no such group: the list of groups names those there are")
