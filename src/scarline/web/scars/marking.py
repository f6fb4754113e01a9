"""Routes by which a person says what a scar is: real, expected or noise, with ``If-Match``."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

import orjson
import pyarrow as pa
from fastapi import APIRouter, Depends, Header, Request, Response

from scarline.errors import StoreConflict, UsageError
from scarline.privacy import redact_json, redact_text
from scarline.scars.marks import ABOUT, Mark, mark_as_data, marked
from scarline.web.deciding import SOURCE, User, decisions, who_decides, written
from scarline.web.desk import Open
from scarline.web.etags import JSON
from scarline.web.problems import DOCUMENTED, Refused, problem
from scarline.web.replay import Replay
from scarline.web.scars import documents
from scarline.web.scars.asked import Changed, Said
from scarline.web.scars.routes import Kept, Onset, Series, row_of
from scarline.web.scars.watched import Watched

router = APIRouter(prefix="/api/scars", tags=["scars"], responses=DOCUMENTED)

_VERSION = re.compile(r'(?:W/)?"(\d{1,9})(?:\.[0-9a-f]+)?"')


@dataclass(frozen=True, slots=True)
class Marker:
    """Who marks, which version of the scar they saw, and what stands behind."""

    watched: Watched
    writing: asyncio.Lock
    who: str
    if_match: str | None = None
    idempotency_key: str = ""


def _marker(
    request: Request,
    desk: Open,
    watched: Kept,
    user: User = "",
    idempotency_key: Annotated[str, Header(max_length=255)] = "",
) -> Marker:
    seen = request.headers.get("if-match")
    return Marker(watched, desk.writing, who_decides(desk, user), seen, idempotency_key)


Marking = Annotated[Marker, Depends(_marker)]


@router.put("/{series}/{onset}/mark", responses=documents.MARKED, openapi_extra=documents.IF_MATCH)
async def put_mark(by: Marking, series: Series, onset: Onset, said: Said) -> Response:
    """Say of a scar what it is, with a note and a link; `"mark": null` takes a mark back."""
    return await _answered(by, series, onset, said.model_dump())


@router.patch(
    "/{series}/{onset}/mark", responses=documents.MARKED, openapi_extra=documents.IF_MATCH
)
async def patch_mark(by: Marking, series: Series, onset: Onset, changed: Changed) -> Response:
    """Change the mark, the note or the link of a scar; what is left out stays as it is."""
    return await _answered(by, series, onset, changed.model_dump(exclude_unset=True))


async def _answered(by: Marker, series: str, onset: Onset, said: Mapping[str, Any]) -> Response:
    """Mark, and tell the new version; 428 without a version, 412 for one that is not the last."""
    seen = await by.watched.snapshot()
    subject = seen.judged.subjects[row_of(seen, series, onset)]
    version = _seen(by.if_match)
    store, clock = by.watched.road.store, by.watched.road.clock
    words = orjson.dumps([subject, version, said], option=orjson.OPT_SORT_KEYS)
    once = Replay(store, clock, by.idempotency_key, sha256(words).hexdigest())

    async def work() -> bytes:
        return orjson.dumps(await mark(by, subject, version, said))

    try:
        body = await once.once(work) if by.idempotency_key else await work()
    except StoreConflict as lost:
        stands = (await by.watched.snapshot()).stands.version(subject)
        return problem(412, redact_text(str(lost)), {"ETag": f'"{stands}"'})
    return Response(body, headers={"ETag": f'"{version + 1}"'}, media_type=JSON)


async def mark(by: Marker, subject: str, version: int, said: Mapping[str, Any]) -> dict[str, Any]:
    """Write what is said of a scar that was seen at ``version``, and return how it stands then.

    ``said`` has ``mark``, ``note`` and ``runbook``; what it lacks is what was said before. Of two
    at once only one is written. Raises ``StoreConflict`` if ``version`` is not the last,
    ``UsageError`` for what cannot be said.
    """
    road, before = by.watched.road, await by.watched.snapshot()
    last = before.stands.last(subject)
    kept = {} if last is None else mark_as_data(last)
    mark, note, runbook = (said.get(it, kept.get(it)) for it in ("mark", "note", "runbook"))
    wanted = Mark(subject, version + 1, road.clock(), by.who, mark, runbook, note)
    # What cannot be is refused before a run is begun; what is said meanwhile, within it.
    marked(wanted, before.decisions, before.rows)
    for what, text in (("name of the scar", subject), ("link", runbook or "")):
        if redact_json(text, road.policy) != text or redact_text(text, road.policy) != text:
            raise UsageError(f"the {what} looks like personal data, which is not stored")

    async def make() -> pa.RecordBatch:
        return marked(wanted, await decisions(road, ABOUT), before.rows)

    async with by.writing:
        run = (await written(road, SOURCE, f"mark of {subject}", make)).run
    after = await by.watched.snapshot()
    stored = next(
        (it for it in after.stands.history.get(subject, ()) if it.version == wanted.version), wanted
    )
    why = after.judged.why[after.rows[subject]] if subject in after.rows else None
    own = mark_as_data(stored)
    return {"subject": subject, **own, "quiet": why is not None, "why_quiet": why, "run": run}


def _seen(told: str | None) -> int:
    """Return the version that a caller saw; raises ``Refused``, 428 if none is told."""
    if told is None:
        raise Refused(428, "send If-Match with the version of the scar that you saw")
    found = _VERSION.fullmatch(told.strip())
    if found is None:
        raise UsageError('If-Match is the version in quotes, such as "3", or the ETag of the scar')
    return int(found[1])
