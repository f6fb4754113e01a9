"""Routes of verification: have the whole ledger and every row checked, and see how that ended.

One check at a time in this process, whoever asks. How the last one of any process ended is kept
in a note of the store: it is what was told then, and proves nothing by itself.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from scarline import ledger
from scarline.errors import LedgerBroken, ScarlineError
from scarline.ledger import Word
from scarline.pipeline import Pipeline
from scarline.ports import Notes
from scarline.web.desk import Open
from scarline.web.problems import DOCUMENTED
from scarline.web.runs import documents as runs_documents

router = APIRouter(prefix="/api", tags=["ledger"], responses=DOCUMENTED)

MOST_FAULTS = 200
"""Sentences that are told and kept; the count is of all."""

NOTE = "verified"


@dataclass(frozen=True, slots=True)
class Verified:
    """How a verification ended: what was looked at, and a sentence for all that does not hold.

    ``rows`` are those of the live batches, None where the entries cannot be read.
    """

    at: datetime
    seconds: float
    holds: bool
    streams: int
    entries: int
    rows: int | None
    faults: Sequence[str]
    fault_count: int


@dataclass(frozen=True, slots=True)
class Under:
    """A verification under way: since when, what it looks at now, and how much there is."""

    at: datetime
    phase: Literal["entries", "rows"] = "entries"
    streams: int | None = None
    entries: int | None = None
    rows: int | None = None


class Verifying:
    """Verifies for all who ask at once."""

    def __init__(self, road: Pipeline) -> None:
        self._road = road
        self._task: asyncio.Task[Verified] | None = None
        self.under: Under | None = None

    async def verified(self) -> Verified:
        """Return how a verification ended: the one under way, or one that begins now."""
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._verified())
        return await asyncio.shield(self._task)

    async def _verified(self) -> Verified:
        begun, at = time.perf_counter(), self._road.clock()
        self.under = Under(at)
        try:
            self.under = looking = await _looking(self._road, at)
            faults = await self._road.verify()
        finally:
            self.under = None
        found = Verified(
            at=at,
            seconds=round(time.perf_counter() - begun, 3),
            holds=not faults,
            streams=looking.streams or 0,
            entries=looking.entries or 0,
            rows=looking.rows,
            faults=faults[:MOST_FAULTS],
            fault_count=len(faults),
        )
        await _keep(self._road.store, found)
        return found


async def _looking(road: Pipeline, at: datetime) -> Under:
    """Return what there is to look at: the entries are counted before the rows are read."""
    try:
        entries = await road.store.entries()
    except LedgerBroken:
        return Under(at)
    looking = Under(at, "rows", len({it.stream for it in entries}), len(entries))
    try:
        live = {run.run for run in ledger.replay(entries) if run.live}
        rows = sum(it.facts["rows"] for it in entries if it.word is Word.WROTE and it.run in live)
    except LedgerBroken:
        return looking
    return replace(looking, rows=rows)


async def kept(notes: Notes) -> Verified | None:
    """Return how the last verification of any process ended, if there was one."""
    note = await notes.note(NOTE)
    return msgspec.json.decode(note.text, type=Verified) if note.text else None


async def _keep(notes: Notes, found: Verified) -> None:
    with suppress(ScarlineError):  # what was found is told all the same
        note = await notes.note(NOTE)
        await notes.swap(NOTE, msgspec.json.encode(found).decode(), note.version)


def _verifying(request: Request) -> Verifying:
    state = request.app.state
    if not hasattr(state, "verifying"):
        state.verifying = Verifying(state.desk.pipeline)
    found: Verifying = state.verifying
    return found


Check = Annotated[Verifying, Depends(_verifying)]


@router.post("/verify", responses=runs_documents.VERIFIED)
async def post_verify(check: Check) -> Response:
    """Check every chain, and every row against the entry that tells of it; answer with what is so.

    It reads all that is stored, so only the operator may ask for it. Whoever asks while one is
    under way is answered with that one; it goes on if its caller leaves.
    """
    return _json(await check.verified())


@router.get("/verify", responses=runs_documents.VERIFICATION)
async def get_verify(desk: Open, check: Check) -> Response:
    """Return how far the verification under way in this process is, and how the last one ended."""
    return _json({"under_way": check.under, "last": await kept(desk.pipeline.store)})


def _json(body: Any) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")
