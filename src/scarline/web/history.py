"""Routes of the ledger: runs, taking one back, and where all flows came from."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from scarline.ledger import Entry, Run, Word
from scarline.model import stamp
from scarline.web import documents
from scarline.web.account import run_as_data
from scarline.web.desk import Open
from scarline.web.paging import Cursor, cursor_after, key_of
from scarline.web.problems import DOCUMENTED
from scarline.web.shown import STREAM

router = APIRouter(prefix="/api", tags=["ledger"], responses=DOCUMENTED)

JSON = "application/json"


Limit = Annotated[int, Field(ge=1, le=1_000)]


class PartOfRuns(BaseModel):
    """Which runs are asked for."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 100
    cursor: Cursor = ""
    stream: str = Field("", description="metrics, flows, …")


class PartOfHistory(BaseModel):
    """Which transactions are asked for."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 100
    cursor: Cursor = ""
    verify: bool = Field(default=False, description="check every row against the ledger too")


@router.get("/runs", responses=documents.RUNS)
async def get_runs(desk: Open, part: Annotated[PartOfRuns, Query()]) -> Response:
    """Return all runs, newest first."""
    runs = await desk.pipeline.runs(part.stream or None)
    if part.cursor:
        before = key_of(part.cursor, 2)
        runs = [it for it in runs if _key(it) < before]
    shown = runs[: part.limit]
    following = cursor_after(_key(shown[-1])) if len(runs) > part.limit else None
    return _json({"runs": [run_as_data(it) for it in shown], "next": following})


@router.post("/runs/{run}/rollback", responses=documents.RUN_GONE)
async def rollback(desk: Open, run: str) -> Response:
    """Take away what a run wrote, as if it had never been."""
    async with desk.writing:
        gone = await desk.pipeline.rollback(run, "asked for by HTTP")
    return _json(run_as_data(gone))


@router.get("/ale/provenance", responses=documents.TRANSACTIONS)
async def get_provenance(desk: Open, part: Annotated[PartOfHistory, Query()]) -> Response:
    """Return what brought flows and what took them away, newest first.

    Each transaction has the digest of the ledger entry that closes it. With `verify=true` the
    whole ledger and every row are checked, and `faults` says what does not hold.
    """
    entries = await desk.pipeline.store.entries(STREAM)
    found = list(_transactions(entries, await desk.pipeline.runs(STREAM)))
    if part.cursor:
        (before,) = key_of(part.cursor, 1)
        found = [it for it in found if f"{it['position']:020}" < before]
    shown = found[: part.limit]
    more = len(found) > part.limit
    faults = await desk.pipeline.verify() if part.verify else []
    return _json(
        {
            "transactions": shown,
            "next": cursor_after([f"{shown[-1]['position']:020}"]) if more else None,
            "verified": not faults if part.verify else None,
            "faults": faults,
        }
    )


@router.get("/ale/sequence", responses=documents.STEPS)
async def get_sequence(
    desk: Open, env: Annotated[str, Query(description="environment; all if left out")] = ""
) -> Response:
    """Return an order in which all systems can be changed, those that are called first.

    Steps of one level can be done together; systems of one step call one another in a circle.
    """
    return _json({"env": env, "steps": await desk.flows.steps(env)})


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), media_type=JSON)


def _key(run: Run) -> tuple[str, str]:
    """Return what runs are ordered by, as texts of one length: see ``Pipeline.runs``."""
    return run.started_at.strftime("%Y-%m-%dT%H:%M:%S.%f"), run.run


def _transactions(entries: Sequence[Entry], runs: Sequence[Run]) -> Iterator[dict[str, Any]]:
    """Yield one for each run that came in or is coming, and one for each that was taken back."""
    named = {run.run: run for run in runs}
    last = {entry.run: entry.position for entry in entries}
    for entry in reversed(entries):
        taken = entry.word is Word.ROLLED_BACK
        closes = taken or entry.word in {Word.FINISHED, Word.FAILED}
        if not closes and entry.position != last[entry.run]:
            continue
        run = named[entry.run]
        counts = {"rows": run.rows, **run.counts, "kept_out": dict(run.kept_out)}
        yield {
            "what": "rollback" if taken else "ingest",
            "at": stamp(entry.at),
            "source": run.request.get("source"),
            "run": run.run,
            "state": run.state,
            "asked": [it["what"] for it in run.asked],
            "counts": counts,
            "reason": run.reason if taken else run.error,
            "position": entry.position,
            "digest": entry.digest,
        }
