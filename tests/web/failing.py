"""A backlog of failures behind the real app, and what asks it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2 as httpx

from scarline.ledger import Run
from scarline.model import Asked, Missing, Window
from scarline.stores.memory import MemoryStore
from tests.fakes import EPOCH, FakeSource, failed
from tests.web.served import Served

API = "/api/failures"
GROUPS = f"{API}/groups"
EXPORTS = f"{API}/exports"
DUE = f"{API}/deliveries"

HOUR = Window(EPOCH, EPOCH + timedelta(hours=1))
SEARCH = "@ml_app:fake"

FAILED: Sequence[dict[str, Any]] = (
    {
        "trace_id": "t1",
        "severity": "critical",
        "signature": "A",
        "title": "Timed out: search",
        "ml_app": "shop",
        "trace_payload": '{"name":"search","n":1}',
        "reasons": '[{"rule":"timeout","why":"because"}]',
        "grouped_by": '{"cause":"timeout","words":["search","slow"]}',
    },
    {
        "trace_id": "t2",
        "severity": "low",
        "signature": "A",
        "title": "Timed out: search",
        "ml_app": "shop",
        "failed_at": EPOCH + timedelta(minutes=1),
        "version": "2",
    },
    {
        "trace_id": "t3",
        "severity": "medium",
        "signature": "B",
        "title": "Search is slow",
        "ml_app": "shop",
        "service_name": "desk",
        "failure_type": "quality",
        "span_name": "Answering",
        "failed_at": EPOCH + timedelta(minutes=2),
        "grouped_by": '{"words":["search","slow"]}',
    },
)


async def captured(
    api: Served,
    rows: Sequence[Mapping[str, Any]] = FAILED,
    asked: Sequence[Window] = (HOUR,),
    missing: Sequence[tuple[Window, str]] = (),
) -> Run:
    """Have a run of failures that asked for these windows and misses those."""
    facts: dict[str, Any] = {"asked": tuple(Asked(SEARCH, it) for it in asked)}
    facts["missing"] = tuple(Missing(SEARCH, *it) for it in missing)
    source = FakeSource([failed(*rows, **facts)], resuming=False)
    road = replace(api.pipeline, sources={"failures": source})
    return await road.pull("failures", HOUR)


async def told(api: Served, path: str = API, **wanted: Any) -> dict[str, Any]:
    """Return a good answer."""
    done = await api.http.get(path, params=wanted)
    assert done.status_code == 200, done.text
    answer: dict[str, Any] = done.json()
    return answer


async def moved(
    api: Served, group: str, version: int, state: str, why: str = "because"
) -> httpx.Response:
    """Ask for another state of a group that was seen at a version."""
    body = {"state": state, "why": why}
    headers = {"If-Match": f'"{version}"', "X-Scarline-User": "Kim.P"}
    return await api.http.patch(f"{GROUPS}/{group}", json=body, headers=headers)


async def ready(api: Served, group: str) -> None:
    """Bring a new group to where it can be exported."""
    for version, state in enumerate(("triaged", "ready")):
        done = await moved(api, group, version, state)
        assert done.status_code == 200, done.text


class Late(MemoryStore):
    """Lets nobody write a decision before all who came at once have looked."""

    @asynccontextmanager
    async def lease(self, stream: str) -> AsyncIterator[None]:
        """Hold the stream, after a while."""
        await asyncio.sleep(0.3 if stream == "decisions" else 0)
        async with super().lease(stream):
            yield


def lines(text: str) -> list[dict[str, Any]]:
    """Return the lines of a bundle."""
    return [json.loads(it) for it in text.splitlines()]
