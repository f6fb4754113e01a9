"""Routes that decide about groups of failures: move, merge and split, each with ``If-Match``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import orjson
import pyarrow as pa
from fastapi import APIRouter, Depends, Request, Response

from scarline.errors import StoreConflict, UsageError
from scarline.failures.decisions import Decision, decided
from scarline.failures.export import decision_as_data
from scarline.failures.groups import part_of
from scarline.privacy import redact_text
from scarline.web.deciding import SOURCE, User, decisions, unharmed, who_decides, written
from scarline.web.desk import Desk, Open
from scarline.web.etags import JSON
from scarline.web.failures import documents
from scarline.web.failures.asked import Merge, Move, Split
from scarline.web.failures.backlog import Backlog
from scarline.web.failures.beside import is_part
from scarline.web.failures.routes import Kept, there
from scarline.web.problems import DOCUMENTED, Refused, problem

router = APIRouter(prefix="/api/failures", tags=["triage"], responses=DOCUMENTED)

_VERSION = re.compile(r'(?:W/)?"(\d{1,9})(?:\.[0-9a-f]+)?"')


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, which version of the group they saw, and what stands behind."""

    desk: Desk
    backlog: Backlog
    who: str
    if_match: str | None

    def wants(self, group: str, what: str, value: Mapping[str, Any], why: str | None) -> Decision:
        """Return a decision that has no version yet."""
        return Decision(group, 0, self.desk.pipeline.clock(), self.who, what, value, why)


def _decider(request: Request, desk: Open, backlog: Kept, user: User = "") -> Decider:
    return Decider(desk, backlog, who_decides(desk, user), request.headers.get("if-match"))


Deciding = Annotated[Decider, Depends(_decider)]


@router.patch("/groups/{group}", responses=documents.DECIDED, openapi_extra=documents.IF_MATCH)
async def patch_group(by: Deciding, group: str, move: Move) -> Response:
    """Give a group another state: triaged, ready, exported or dismissed (which needs a reason)."""
    value: dict[str, Any] = {"state": move.state} | ({"resolved": True} if move.resolved else {})
    return await _answered(by, by.wants(group, "state", value, move.why))


@router.post("/groups/{group}/merge", responses=documents.DECIDED, openapi_extra=documents.IF_MATCH)
async def merge_group(by: Deciding, group: str, merge: Merge) -> Response:
    """Put all failures of a group into another one, those to come too; `null` takes it back."""
    return await _answered(by, by.wants(group, "merge", {"into": merge.into}, merge.why))


@router.post("/groups/{group}/split", responses=documents.DECIDED, openapi_extra=documents.IF_MATCH)
async def split_group(by: Deciding, group: str, split: Split) -> Response:
    """Split a group by a column, or split listed failures off into a group of their own.

    By no column, and with no failures but the part they made, it is taken back.
    """
    seen = await by.backlog.snapshot()
    there(seen, group)
    if (split.failures is not None) == ("by" in split.model_fields_set):
        raise Refused(422, "a split is either by a column, or of listed failures: say one of them")
    value: dict[str, Any] = {"by": split.by}
    if split.failures is not None:
        pairs = sorted([list(it) for it in set(split.failures)])
        part = split.part or part_of(group, "failures", orjson.dumps(pairs).decode())
        if bool(pairs) == (split.part is not None) or not (
            pairs or is_part(seen.standing, group, part)
        ):
            raise Refused(422, "list failures to split off, or name the part that goes back")
        value = {"failures": pairs, "into": part}
    return await _answered(by, by.wants(group, "split", value, split.why))


async def _answered(by: Decider, wanted: Decision) -> Response:
    """Decide, and tell the new version; 428 without a version, 412 for one that is not the last."""
    there(await by.backlog.snapshot(), wanted.subject)
    wanted = replace(wanted, version=_seen(by.if_match) + 1)
    try:
        run = await decide(by.desk, by.backlog, wanted)
    except StoreConflict as lost:
        version = (await by.backlog.snapshot()).standing.version(wanted.subject)
        return problem(412, redact_text(str(lost)), {"ETag": f'"{version}"'})
    after = await by.backlog.snapshot()
    own, history = after.group(wanted.subject), after.standing.history.get(wanted.subject, ())
    stored = next((it for it in history if it.version == wanted.version), wanted)
    answer: Mapping[str, Any] = {
        "id": wanted.subject,
        "version": wanted.version,
        "state": None if own is None else own.state,
        "decision": decision_as_data(stored),
        "run": run,
        "part": wanted.value.get("into") if wanted.what == "split" else None,
    }
    return Response(orjson.dumps(answer), headers={"ETag": f'"{wanted.version}"'}, media_type=JSON)


async def decide(desk: Desk, backlog: Backlog, wanted: Decision) -> str:
    """Write one decision and return the run that did; of two at once only one is written.

    Raises ``StoreConflict`` if the version that was seen is not the last, ``UsageError`` for what
    cannot be decided.
    """
    road = desk.pipeline
    before = await backlog.snapshot()
    # What cannot be is refused before a run is begun; what is decided meanwhile, within it.
    unharmed(road, decided(wanted, before.decisions, before.known()))

    async def make() -> pa.RecordBatch:
        return decided(wanted, await decisions(road), before.known())

    what = f"{wanted.what} of {wanted.subject}"
    async with desk.writing:
        return (await written(road, SOURCE, what, make)).run


def _seen(told: str | None) -> int:
    """Return the version that a caller saw; raises ``Refused``, 428 if none is told."""
    if told is None:
        raise Refused(428, "send If-Match with the version of the group that you saw")
    found = _VERSION.fullmatch(told.strip())
    if found is None:
        raise UsageError('If-Match is the version in quotes, such as "3", or the ETag of the group')
    return int(found[1])
