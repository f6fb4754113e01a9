"""A Datadog of a few lines, time that runs only when everybody waits, and short ways to pull."""

import asyncio
import heapq
import json
import re
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from scarline.model import Batch, Window
from scarline.ports import Ask, Notes, Source
from scarline.sources import datadog
from scarline.sources.datadog.nature import Nature
from scarline.stores.memory import MemoryStore

NOON = 1_795_003_200  # 2026-11-18 12:00:00 UTC, a Wednesday
KEYS: dict[str, Any] = {"api_key": "an-api-key", "app_key": "an-app-key"}
V1, V2 = "/api/v1/query", "/api/v2/query/timeseries"

QUERY = re.compile(r"avg:([\w.]+)\{\*\}(?: by \{([\w,]+)\})?\.rollup\(avg, (\d+)\)")
PERCENT = [{"family": "percentage", "name": "percent", "plural": "percent"}, None]


class Time:
    """A clock that jumps to the next waiter's hour once nothing else can happen."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now
        self._waiting: list[tuple[float, int]] = []
        self._number = count()

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait without waiting."""
        mine = (self.now + seconds, next(self._number))
        heapq.heappush(self._waiting, mine)
        try:
            while True:
                for _ in range(30):  # an exchange with an ASGI app takes fewer turns of the loop
                    await asyncio.sleep(0)
                if self._waiting[0] == mine:
                    self.now = max(self.now, mine[0])
                    return
        finally:
            self._waiting.remove(mine)
            heapq.heapify(self._waiting)


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    at: float

    @property
    def queries(self) -> list[str]:
        """The queries that it asks."""
        if self.path == V1:
            return [self.params["query"]]
        return [it["query"] for it in self.body["data"]["attributes"]["queries"]]

    @property
    def span(self) -> tuple[int, int]:
        """The stretch that it asks for, in seconds."""
        if self.path == V1:
            return int(self.params["from"]), int(self.params["to"])
        attributes = self.body["data"]["attributes"]
        return attributes["from"] // 1000, attributes["to"] // 1000


@dataclass(frozen=True)
class Reply:
    """An answer, as it is sent."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


def reply(document: object, status: int = 200, **headers: str) -> Reply:
    """Answer with JSON; a header's name is written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(document).encode(), named)


def refusal(status: int, text: str = "Forbidden", **headers: str) -> Reply:
    """Answer as Datadog refuses."""
    return reply({"errors": [text]}, status, **headers)


PAGE = Reply(200, b"<!DOCTYPE html><html><head><title>Log in</title></head></html>")

UNFINISHED = -1.0
"""The value of a bucket that still fills."""

Trouble = Callable[[Received], Reply | None]
"""Answers instead of the pretend Datadog, or lets it answer."""


@dataclass
class Pretend:
    """Knows some metrics on some hosts, one value a minute; asked finely, it answers so.

    ``troubles`` are asked first, in order, each for every request. ``coarse`` folds all
    answers to that many seconds, ``coarse_from`` only for windows at least so long. Points
    come ``every`` so many seconds; a bucket is ``unfinished`` for so long after its end.
    ``limit`` requests are let through in each ``period``.
    """

    time: Time = field(default_factory=Time)
    metrics: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: {"system.cpu.idle": ("a", "b"), "system.load.1": ("a",)}
    )
    troubles: list[Trouble] = field(default_factory=list)
    coarse: int = 1
    coarse_from: int = 0
    every: int = 60
    unfinished: int = 0
    limit: int | None = None
    period: int = 60
    skew: float = 0.0
    since: float = 0.0
    log: list[Received] = field(default_factory=list)
    served: list[tuple[float, int]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        params = dict(parse_qsl(scope["query_string"].decode()))
        read = json.loads(body) if body else None
        came = Received(scope["method"], scope["path"], params, headers, read, self.time.now)
        self.log.append(came)
        given = self._reply(came)
        self.served.append((came.at, given.status))
        dated = httpx2.Headers({"date": _http_date(self.time.now + self.skew)})
        told = {**dated, "content-type": "application/json", **given.headers}
        raw = [(name.lower().encode(), value.encode()) for name, value in told.items()]
        await send({"type": "http.response.start", "status": given.status, "headers": raw})
        await send({"type": "http.response.body", "body": given.body})

    @property
    def asked(self) -> list[tuple[str, str, tuple[int, int]]]:
        """What the queries asked: path, text and stretch of each."""
        told = [it for it in self.log if it.path in (V1, V2)]
        return [(it.path, query, it.span) for it in told for query in it.queries]

    def _reply(self, came: Received) -> Reply:
        for trouble in self.troubles:
            if instead := trouble(came):
                return instead
        limits = self._limits()
        if limits and int(limits["X-RateLimit-Remaining"]) < 0:
            return refusal(429, "Rate limit", **{**limits, "X-RateLimit-Remaining": "0"})
        return Reply(200, json.dumps(self._document(came)).encode(), limits)

    def _limits(self) -> dict[str, str]:
        if self.limit is None:
            return {}
        start = self.time.now // self.period * self.period
        used = 1 + sum(at >= start and status == 200 for at, status in self.served)
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Period": str(self.period),
            "X-RateLimit-Remaining": str(self.limit - used),
            "X-RateLimit-Reset": str(-int(-(start + self.period - self.time.now) // 1)),
            "X-RateLimit-Name": "timeseries",
        }

    def _document(self, came: Received) -> object:
        if came.path == "/api/v1/validate":
            return {"valid": True}
        if came.path == "/api/v1/metrics":
            return {"from": came.params["from"], "metrics": list(self.metrics)}
        frames = [self._frame(query, came.span) for query in came.queries]
        return _v1(frames[0]) if came.path == V1 else _v2(frames)

    def _frame(self, query: str, span: tuple[int, int]) -> "Frame":
        found = QUERY.fullmatch(query)
        assert found, query
        metric, groups, asked = found[1], found[2], int(found[3])
        long = span[1] - span[0] >= self.coarse_from
        step = max(asked, self.coarse) if long else asked
        first = -(-max(span[0], self.since) // step) * step
        times = range(int(first), span[1] + 1, step)
        reported = [at for at in times if at % self.every == 0 and at <= self.time.now + self.skew]
        hosts = list(self.metrics.get(metric, ())) if groups else ["*"]
        return Frame(metric, hosts, step, reported, self.time.now + self.skew - self.unfinished)


@dataclass(frozen=True)
class Frame:
    """What one query brings."""

    metric: str
    hosts: Sequence[str]
    interval: int
    times: Sequence[int]
    complete: float

    def value(self, host: str, at: int) -> float:
        """What is known now; of a bucket that is not complete, something else."""
        done = at + self.interval <= self.complete
        return value(self.metric, host, at) if done else UNFINISHED

    def tags(self, host: str) -> list[str]:
        return [] if host == "*" else [f"host:{host}"]


def value(metric: str, host: str, at: int) -> float:
    """The value that a metric has on a host at a time, for ever."""
    return zlib.crc32(f"{metric} {host} {at}".encode()) % 10_000 / 100


def _v1(frame: Frame) -> object:
    series = [
        {
            "metric": frame.metric,
            "scope": f"host:{host}",
            "tag_set": frame.tags(host),
            "interval": frame.interval,
            "unit": PERCENT,
            "pointlist": [[at * 1000, frame.value(host, at)] for at in frame.times],
        }
        for host in frame.hosts
    ]
    return {"status": "ok", "series": series}


def _v2(frames: Sequence[Frame]) -> object:
    times = sorted({at for frame in frames for at in frame.times})
    series, values = [], []
    for place, frame in enumerate(frames):
        for host in frame.hosts:
            series.append({"group_tags": frame.tags(host), "query_index": place, "unit": PERCENT})
            values.append([frame.value(host, at) if at in frame.times else None for at in times])
    attributes = {"series": series, "times": [at * 1000 for at in times], "values": values}
    return {"data": {"id": "0", "type": "timeseries_response", "attributes": attributes}}


def _http_date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


@asynccontextmanager
async def source(
    pretend: Pretend, notes: Notes | None = None, **settings: Any
) -> AsyncIterator[Source]:
    """A source that talks to ``pretend`` and lives in its time; it wants no flows unless told."""
    given = {**KEYS, "url": "https://pretend.invalid", "flow_envs": (), **settings}
    config = datadog.Config(**given)
    nature = Nature(
        pretend.time, pretend.time.sleep, lambda: 0.5, httpx2.ASGITransport(app=pretend)
    )
    async with datadog.open_source(config, notes or MemoryStore(), pretend.time, nature) as opened:
        yield opened


async def pulled(pretend: Pretend, ask: Ask | None = None, **settings: Any) -> list[Batch]:
    """All batches of one pull."""
    async with source(pretend, **settings) as opened:
        return [it async for it in opened.pull(ask or Ask("metrics"))]


def window(start: int, end: int) -> Window:
    """A window of so many minutes before noon, as in ``window(-60, -30)``."""
    return Window(*(datetime.fromtimestamp(NOON + 60 * it, UTC) for it in (start, end)))


def rows(batches: Sequence[Batch]) -> list[tuple[str, str, int, float]]:
    """Metric, host, minutes after noon and value of all rows, sorted."""
    return sorted(
        (row["metric"], row["host"], int(row["ts"].timestamp() - NOON) // 60, row["value"])
        for batch in batches
        for row in batch.rows.to_pylist()
    )


def expected(metric: str, host: str, minutes: range) -> list[tuple[str, str, int, float]]:
    """The rows that a metric has on a host in some minutes after noon."""
    return [(metric, host, it, value(metric, host, NOON + 60 * it)) for it in minutes]


def missing(batches: Sequence[Batch]) -> list[tuple[str, str]]:
    """What is missing, and why."""
    return [(str(it.window), it.reason) for batch in batches for it in batch.missing]
