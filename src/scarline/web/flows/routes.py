"""Routes of integration flows: ask for them, tell of them, take a source's back."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from scarline.ledger import Run
from scarline.ports import Source
from scarline.privacy import redact_text
from scarline.web import documents, replay
from scarline.web.desk import Desk, Open
from scarline.web.flows.answers import Wanted, chosen, page, table
from scarline.web.flows.posted import Posted
from scarline.web.flows.shown import STREAM
from scarline.web.flows.told import MOST_CHARACTERS, Reading, listed, read
from scarline.web.problems import DOCUMENTED, Refused
from scarline.web.runs.account import run_as_data

router = APIRouter(prefix="/api/ale", tags=["flows"], responses=DOCUMENTED)

PAGE = 5_000

JSON, CSV = "application/json", "text/csv"


class AboutList(BaseModel):
    """What holds for a list of services that is sent as CSV, where it says nothing itself."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field("datadog", min_length=1, max_length=MOST_CHARACTERS)
    env: str = Field("", max_length=MOST_CHARACTERS)
    name: str = Field("list.csv", max_length=255, description="what the ledger calls the file")


class Of(BaseModel):
    """Which source is meant."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(min_length=1, description="the source whose runs are rolled back")


@router.get("/integration-flows", responses=documents.PAGE)
async def get_flows(
    desk: Open,
    wanted: Annotated[Wanted, Query()],
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return the flows that show, in the order of source, env, system_from and system_to.

    `confidence` is the source's own where it told one, else it is computed. `oms_linked`,
    `oms_distance` and `coupling` say how a flow is tied to order management.
    """
    shown = await desk.flows.shown(wanted.at)
    tag = _tag(shown.version, wanted.model_dump_json())
    headers = {"ETag": tag}
    if tag in [it.strip() for it in if_none_match.split(",")] or if_none_match.strip() == "*":
        return Response(status_code=304, headers=headers)
    rows = await asyncio.to_thread(chosen, shown.rows, wanted)
    if wanted.format == "csv":
        headers["Content-Disposition"] = 'attachment; filename="integration-flows.csv"'
        lines = table(rows.slice(0, wanted.limit))
        return StreamingResponse(lines, headers=headers, media_type="text/csv")
    return Response(page(rows, wanted.limit or PAGE), headers=headers, media_type=JSON)


@router.post("/integration-flows", responses=documents.ACCEPTED, openapi_extra=documents.BODY)
async def post_flows(
    request: Request,
    desk: Open,
    about: Annotated[AboutList, Query()],
    idempotency_key: Annotated[str, Header(max_length=255)] = "",
) -> Response:
    """Store one flow, a list, `{"flows": […]}`, or a list of services as CSV; name what is bad.

    A request with an `Idempotency-Key` that was answered is answered the same again, and
    nothing is stored twice. Nor is what the last live run of its source told just so.
    """
    body = await _body(request, desk.config.max_bytes)
    digest = sha256(body).hexdigest()
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == CSV:
        store = partial(_stored_list, desk, body, about)
    elif media == JSON:
        store = partial(_stored, desk, *_rows(desk, body), digest)
    else:  # forms of web pages cannot set these
        raise Refused(415, f"send flows with Content-Type: {JSON}, or a list of services as {CSV}")

    async def answered() -> bytes:
        return msgspec.json.encode(await store())

    pipeline = desk.pipeline
    own = replay.Replay(pipeline.store, pipeline.clock, idempotency_key, digest)
    answer = await own.once(answered) if idempotency_key else await answered()
    return Response(answer, media_type=JSON)


@router.delete("/integration-flows", responses=documents.RUNS_GONE)
async def delete_flows(desk: Open, of: Annotated[Of, Query()]) -> Response:
    """Roll back every live run of flows of one source; the ledger keeps their story."""
    road = desk.pipeline
    source = redact_text(of.source, road.policy)
    async with desk.writing:
        runs = [
            await road.rollback(it.run, "all flows of its source were deleted by HTTP")
            for it in await road.runs(STREAM)
            if it.live and it.request.get("source") == source
        ]
    return _runs(runs)


def _runs(runs: Sequence[Run]) -> Response:
    body = msgspec.json.encode({"runs": [run_as_data(it) for it in runs]})
    return Response(body, media_type=JSON)


def _tag(*words: str) -> str:
    return f'W/"{sha256(repr(words).encode()).hexdigest()[:32]}"'


async def _body(request: Request, most: int) -> bytes:
    """Return the body; raises ``Refused`` as soon as it is too large."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Refused(413, f"the body has more than {most:,} bytes: send it in parts")
        parts.append(part)
    return b"".join(parts)


def _rows(desk: Desk, body: bytes) -> tuple[list[object], object]:
    """Return the rows of a body of JSON, and the source beside them."""
    try:
        rows, source = listed(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "the body is not JSON that can be read") from None
    if len(rows) > desk.config.max_rows:
        raise Refused(413, f"more than {desk.config.max_rows:,} flows: send them in parts")
    return rows, source


async def _stored_list(desk: Desk, body: bytes, about: AboutList) -> Mapping[str, Any]:
    """Load a list of services as the command line does; return what became of it."""
    source = redact_text(about.source, desk.pipeline.policy)
    sheet = await asyncio.to_thread(desk.lists, about.name, body, about.source, about.env)
    async with desk.writing:
        run = await _pulled(desk, sheet.source, source, sheet.what)
    errors = [{"line": line, "reason": reason} for line, reason in sheet.bad]
    return _account(sheet.good, sheet.rejected, errors, [run])


async def _pulled(desk: Desk, source: Source, name: str, what: str) -> Run:
    """Pull flows; or return the run that told just this last, as one that changed nothing."""
    before = await desk.pipeline.repeats(STREAM, name, what)
    return before or await replace(desk.pipeline, sources={STREAM: source}).pull(STREAM)


def _account(
    accepted: int, rejected: int, errors: Sequence[Mapping[str, Any]], runs: Sequence[Run]
) -> Mapping[str, Any]:
    counts: Counter[str] = Counter({"new": 0, "changed": 0, "same": 0})
    for run in runs:
        counts.update(run.counts)
    return {
        "accepted": accepted,
        "rejected": rejected,
        "errors": errors,
        "counts": counts,
        "run": runs[0].run if len(runs) == 1 else None,
        "runs": [run.run for run in runs],
    }


async def _stored(desk: Desk, rows: list[object], source: object, digest: str) -> Mapping[str, Any]:
    """Pull what was posted, one run for each source; return what became of it."""
    road = desk.pipeline
    reading = await asyncio.to_thread(read, rows, source, partial(redact_text, policy=road.policy))
    runs: list[Run] = []
    async with desk.writing:
        for name in reading.rows:
            posted = _source(desk, reading, name, digest, first=not runs)
            runs.append(await _pulled(desk, posted, name, posted.what))
    errors = [{"row": number, "reason": reason} for number, reason in reading.bad]
    return _account(len(rows) - len(errors), len(errors), errors, runs)


def _source(desk: Desk, reading: Reading, name: str, digest: str, *, first: bool) -> Posted:
    kept_out = Counter(reason for _, reason in reading.bad) if first else Counter[str]()
    what = f"POST of flows (SHA-256 {digest})"
    return Posted(name, reading.batch(name), what, desk.pipeline.clock, kept_out)
