"""Runs as an account of some days leaves them: whole, partial, failed, taken back, with scars."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pyarrow as pa

from scarline.errors import SourceUnavailable
from scarline.kinds import METRIC_POINT, SCAR, Kind
from scarline.ledger import Head, Run
from scarline.model import Asked, Batch, CleanBatch, Cursor, Missing, Usage, Window
from scarline.ports import Ask, Check, Plan, Planned, Progress, Source
from scarline.watch import Watch
from tests.fakes import EPOCH, FakeSource, failed, points
from tests.pages.serving import Site

QUERIES = (
    "avg:system.cpu.user{*} by {host}",
    "avg:system.mem.used{*} by {host}",
    "avg:system.load.1{*} by {host}",
    "sum:trace.http.request.hits{env:prod} by {service}",
)

FORBIDDEN = "403: the application key lacks the permission timeseries_query"

SLOW = "504 after 3 tries: Datadog did not answer in time"


def minutes(first: float, last: float) -> Window:
    """Return a window by minutes after the epoch."""
    return Window(EPOCH + timedelta(minutes=first), EPOCH + timedelta(minutes=last))


def brought(first: int, last: int, gaps: Mapping[str, tuple[int, int, str]] | None = None) -> Batch:
    """Return points of some minutes; of each query in ``gaps`` a part is missing."""
    asked = tuple(Asked(it, minutes(first, last)) for it in QUERIES)
    missing = tuple(
        Missing(what, minutes(start, end), why) for what, (start, end, why) in (gaps or {}).items()
    )
    asked += tuple(Asked(it.what, it.window) for it in missing)
    rows = [
        (query.partition(":")[2].partition("{")[0], host, minute, float(minute % 17))
        for query in QUERIES
        for host in ("web-1", "web-2", "db-1", "db-2")
        for minute in range(first, last)
    ]
    usage = Usage(
        requests=len(asked), retries=len(missing), answer_bytes=41_200, waited_seconds=1.5
    )
    kept_out = {"no value (null)": 12, "the newest bucket is not complete": 4}
    return Batch(METRIC_POINT, points(*rows), Cursor(""), asked, missing, kept_out, usage)


@dataclass
class Going:
    """A source whose pull stops before each step until it is let on: its progress can be seen."""

    steps: int = 4
    name: str = "datadog"
    stopped: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    may: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def streams(self) -> Mapping[str, Kind]:
        return {"metrics": METRIC_POINT}

    async def pull(self, ask: Ask) -> AsyncGenerator[Batch, None]:
        first = int(ask.cursor or 0)
        for step in range(first, first + self.steps):
            usage = Usage(requests=3 * (step - first), retries=1, waited_seconds=2.0)
            waiting = 42.0 if step == first + 2 else 0.0
            ask.notify(Progress(step - first, self.steps, usage, left=877, waiting_seconds=waiting))
            self.stopped.release()
            await self.may.acquire()
            told = brought(10_000 + 5 * step, 10_005 + 5 * step)
            yield replace(told, cursor=Cursor(str(step + 1)))

    async def plan(self, ask: Ask) -> Plan:
        sent = [Planned("POST /api/v2/query/timeseries", it, minutes(0, 60)) for it in QUERIES]
        share = "4 of the 1600 requests an hour that Datadog grants to this bucket (640 are used)"
        return Plan(sent, [f"4 requests to {ask.stream}", share])

    async def check(self) -> Sequence[Check]:
        return []


@dataclass
class Finding:
    """A watch that finds a scar in whatever is brought."""

    kind: Kind = METRIC_POINT

    def over(self, *_: Any) -> "Finding":
        return self

    async def found(self, clean: CleanBatch) -> Batch:
        row = clean.batch.rows.slice(0, 1).to_pylist()[0]
        scar = {name: row[name] for name in METRIC_POINT.series} | {
            "series": "0a1b2c3d",
            "onset": row["ts"],
            "points": 3,
            "detector": "scar-operator/3",
            "direction": "high",
            "peak_at": row["ts"],
            "peak_score": 0.9,
            "peak_value": row["value"],
            "shape": "[]",
        }
        return Batch(SCAR, pa.RecordBatch.from_pylist([scar], SCAR.schema), None)

    def end(self, _: Head) -> None:
        pass


def pulled(site: Site, *steps: Batch | Exception, stream: str = "metrics") -> Run | None:
    """Pull these steps; return the run, or None if it failed."""
    kinds = {stream: steps[0].kind} if isinstance(steps[0], Batch) else {stream: METRIC_POINT}
    source = FakeSource(steps, resuming=False, name="datadog", kinds=kinds)
    sources: Mapping[str, Source] = {stream: source}
    with suppress(SourceUnavailable):
        return site.run(replace(site.pipeline, sources=sources).pull(stream))
    return None


def scarred(site: Site, told: Batch) -> Run:
    """Pull a batch in which a scar is found."""
    source = FakeSource([told], resuming=False, name="datadog")
    watch = cast("Watch", Finding())
    return site.run(
        replace(site.pipeline, sources={"metrics": source}, watch=watch).pull("metrics")
    )


def some_days(site: Site) -> dict[str, str]:
    """Pull as a scheduler would, every 15 minutes; return the runs that are worth a look."""
    named: dict[str, str] = {}
    site.clock.forward(hours=1)
    for number in range(22):
        first = 15 * number
        steps: list[Batch | Exception] = [brought(first, first + 15)]
        if number == 6:
            steps = [SourceUnavailable("Datadog does not answer: 3 tries within 60 s")]
        if number == 12:
            gaps = {QUERIES[3]: (first, first + 15, FORBIDDEN)}
            steps = [brought(first, first + 15, gaps)]
        run = pulled(site, *steps)
        if number == 12 and run:
            named["partial"] = run.run
        if number == 9 and run:
            named["gone"] = run.run
        site.clock.forward(minutes=15)
    named["scarred"] = scarred(site, brought(330, 345)).run
    site.run(site.pipeline.rollback(named["gone"], "the key was that of the wrong account"))
    spans = failed(
        {"title": "timeout of model", "span_id": "1", "trace_payload": '{"to": "ann@example.org"}'},
        {"title": "bad JSON", "span_id": "2", "failure_type": "schema"},
        usage=Usage(requests=6, answer_bytes=810_000),
        kept_out={"not a failure": 4_812},
    )
    pulled(site, spans, stream="failures")
    site.clock.forward(minutes=15)
    gaps = {
        QUERIES[0]: (30 * 15 - 90, 30 * 15 - 60, SLOW),
        QUERIES[3]: (330, 30 * 15, FORBIDDEN),
    }
    last = pulled(site, brought(330, 30 * 15, gaps))
    assert last is not None
    named["last"] = last.run
    site.seed()
    site.clock.forward(minutes=4)
    return named
