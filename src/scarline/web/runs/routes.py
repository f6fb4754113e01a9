"""Routes of the ledger: runs, one run's story, taking one back, and where flows came from."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from scarline.chain import named
from scarline.ledger import Entry, Run, Word
from scarline.model import stamp
from scarline.web import documents
from scarline.web.desk import Open
from scarline.web.flows.shown import STREAM
from scarline.web.health.routes import streams
from scarline.web.paging import Cursor, cursor_after, key_of
from scarline.web.problems import DOCUMENTED
from scarline.web.runs import documents as runs_documents
from scarline.web.runs.account import quota, run_as_data
from scarline.web.runs.preview import preview
from scarline.web.runs.strips import lanes
from scarline.web.runs.verifying import kept

router = APIRouter(prefix="/api", tags=["ledger"], responses=DOCUMENTED)

JSON = "application/json"


MOST_ENTRIES = 500
"""Entries of one run that are told; a run of years has thousands."""

BRIEF = 20
"""What is told of a long list where only its beginning is wanted."""

Limit = Annotated[int, Field(ge=1, le=1_000)]

Standing = Literal["", "running", "interrupted", "done", "partial", "failed", "rolled back"]


class PartOfRuns(BaseModel):
    """Which runs are asked for."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 100
    cursor: Cursor = ""
    stream: str = Field("", description="metrics, flows, …")
    source: str = Field("", description="who told it: datadog, api, …")
    state: Standing = Field("", description="how it stands")
    brief: bool = Field(
        default=False, description=f"of what is missing and of the tally the first {BRIEF} only"
    )
    health: bool = Field(
        default=False, description="with how each stream stands, and what was last verified"
    )


class Reason(BaseModel):
    """Why a run is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=1_000, description="a sentence for the ledger")


class PartOfHistory(BaseModel):
    """Which transactions are asked for."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 100
    cursor: Cursor = ""
    verify: bool = Field(default=False, description="check every row against the ledger too")


@router.get("/runs", responses=runs_documents.RUNS)
async def get_runs(desk: Open, part: Annotated[PartOfRuns, Query()]) -> Response:
    """Return all runs, newest first.

    With `health=true` also `at` and `streams` of `/api/health`, and what was last verified.
    """
    runs = await desk.pipeline.runs(part.stream or None)
    runs = [it for it in runs if _fits(it, part)]
    if part.cursor:
        before = key_of(part.cursor, 2)
        runs = [it for it in runs if _key(it) < before]
    shown = runs[: part.limit]
    following = cursor_after(_key(shown[-1])) if len(runs) > part.limit else None
    told = [run_as_data(it) for it in shown]
    body: dict[str, Any] = {
        "runs": [_brief(it) for it in told] if part.brief else told,
        "next": following,
    }
    if part.health:
        body |= await streams(desk, await desk.standings.all())
        body["verified"] = await kept(desk.pipeline.store)
    return _json(body)


@router.get("/runs/{run}", responses=runs_documents.STORY)
async def get_run(desk: Open, run: str) -> Response:
    """Return one run with its entries on the ledger, oldest first, and each thing it asked for.

    `quota` is what was left of the tightest one when it ended, if an answer told.
    """
    found = named(run, await desk.pipeline.runs())
    story = [it for it in await desk.pipeline.store.entries(found.stream) if it.run == run]
    told = {
        "lanes": lanes(found),
        "quota": quota(found),
        "entries": [_entry(it) for it in story[:MOST_ENTRIES]],
        "entry_count": len(story),
    }
    return _json(run_as_data(found) | told)


@router.get("/runs/{run}/preview", responses=runs_documents.PREVIEW)
async def get_preview(desk: Open, run: str) -> Response:
    """Return what taking a run back would take away, bring back and leave. Changes nothing.

    `effect` is null where that cannot be known before, as of metric points.
    """
    return _json(await preview(desk.pipeline, run))


@router.post("/runs/{run}/rollback", responses=runs_documents.RUN_GONE)
async def rollback(desk: Open, run: str, why: Reason | None = None) -> Response:
    """Take away what a run wrote, as if it had never been."""
    reason = why.reason.strip() if why else ""
    async with desk.writing:
        gone = await desk.pipeline.rollback(run, reason or "asked for by HTTP")
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


def _fits(run: Run, part: PartOfRuns) -> bool:
    if part.source and run.request.get("source") != part.source:
        return False
    return not part.state or run.state == part.state


def _brief(told: dict[str, Any]) -> dict[str, Any]:
    """Return a run without what makes a list of runs long."""
    missing = told["coverage"]["missing"][:BRIEF]
    tally = dict(list(told["tally"].items())[:BRIEF])
    return told | {"coverage": told["coverage"] | {"missing": missing}, "tally": tally}


def _entry(entry: Entry) -> dict[str, Any]:
    """Return an entry without its rows' account, which the run sums up.

    Its rows are counted as the run's are: without those that say that this was everything.
    """
    facts = entry.facts
    wrote = entry.word is Word.WROTE
    whole = len(facts.get("whole", ()))
    return {
        "position": entry.position,
        "word": entry.word,
        "at": stamp(entry.at),
        "digest": entry.digest,
        "previous": entry.previous,
        "kind": facts.get("kind"),
        "rows": facts["rows"] - whole if "rows" in facts else None,
        "whole": whole,
        "rows_digest": facts.get("digest"),
        "asked": len(facts["asked"]) if wrote else None,
        "missing": len(facts["missing"]) if wrote else None,
        "requests": facts["usage"]["requests"] if wrote else None,
        "told": facts.get("error") or facts.get("reason") or facts.get("state"),
    }


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
