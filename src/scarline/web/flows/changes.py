"""The route that says what became of the flows between two moments."""

import asyncio
from typing import Annotated, Any

import msgspec
import pyarrow as pa
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from scarline.errors import UsageError
from scarline.flows.difference import Difference, difference
from scarline.kinds import INTEGRATION_FLOW
from scarline.model import stamp
from scarline.web import documents
from scarline.web.desk import Open
from scarline.web.flows.answers import Wanted, having, records
from scarline.web.moments import Moment
from scarline.web.problems import DOCUMENTED

router = APIRouter(prefix="/api/ale", tags=["flows"], responses=DOCUMENTED)

MOST = 5_000
"""How many flows each list of an answer has at most; the counts are of all."""

_NAME = ("flow_id", *INTEGRATION_FLOW.key)


class Between(BaseModel):
    """Between which two moments, and of which flows."""

    model_config = ConfigDict(extra="forbid")

    since: Moment
    until: Moment | None = Field(None, description="now if left out")
    source: str = Field("", description="who told of it: datadog, api, …")
    env: str = Field("", description="environment")


@router.get("/changes", responses=documents.CHANGES)
async def get_changes(desk: Open, asked: Annotated[Between, Query()]) -> Response:
    """Return which flows came, went and changed between two moments.

    A flow is there from the beginning of the load that told of it; loads that were rolled back
    since are as if they had never been.
    """
    until = asked.until or max(desk.pipeline.clock(), asked.since)
    if asked.since > until:
        raise UsageError("since is later than until: turn them round")
    before = await desk.flows.shown(asked.since)
    after = await desk.flows.shown(asked.until)
    wanted = Wanted.model_validate({"source": asked.source, "env": asked.env})
    sides = (having(before.rows, wanted), having(after.rows, wanted))
    found = await asyncio.to_thread(difference, *sides)
    moments = {"since": stamp(asked.since), "until": stamp(until)}
    return Response(msgspec.json.encode(moments | _told(found)), media_type="application/json")


def _told(found: Difference) -> dict[str, Any]:
    return {
        "counts": {
            "added": found.added.num_rows,
            "removed": found.removed.num_rows,
            "changed": found.after.num_rows,
        },
        "added": _records(found.added),
        "removed": _records(found.removed),
        "changed": _changed(found),
    }


def _changed(found: Difference) -> list[dict[str, Any]]:
    """Return the flows that changed: which, and each column that did, before and after."""
    rows = zip(_records(found.before), _records(found.after), strict=True)
    return [
        {name: new[name] for name in _NAME}
        | {
            when: {name: row[name] for name, own in found.columns.items() if own[number]}
            for when, row in (("before", old), ("after", new))
        }
        for number, (old, new) in enumerate(rows)
    ]


def _records(rows: pa.Table) -> list[dict[str, Any]]:
    return records(rows.slice(0, MOST))
