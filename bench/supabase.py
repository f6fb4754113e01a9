"""Commits through PostgREST, beside the upserts of rows that one would write otherwise."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import httpx
import pyarrow as pa
from supabase import AsyncClient, AsyncClientOptions

from bench.report import Report
from bench.workload import START, Estate, Prepared
from scarline.pipeline import Pipeline
from tests.stores.postgrest import Project, key, project

KEY = ("metric", "host", "ts")
PLAIN = """
create table if not exists public.plain (
    metric text, host text, ts timestamptz, value double precision,
    primary key (metric, host, ts)
);
notify pgrst, 'reload schema';
"""
LIKE_UPSERTS, ROOMY = 1_000, 100_000  # rows in a batch


def run(points: int) -> None:
    """Load so many points by each way and print points per second."""
    estate = Estate(hosts=50, metrics=2, steps=max(1_000, points // 100))
    report = Report(f"through PostgREST, {estate.points:,} points, first", "points/s")
    again = Report("through PostgREST, the same points again", "points/s")
    with project() as supabase:
        for size in (ROOMY, LIKE_UPSERTS):
            batches = list(estate.windows(size // 100))
            for told, seconds in zip((report, again), _committed(supabase, batches), strict=True):
                told.add(f"scarline, {size:,} points a commit", estate.points / seconds)
        rows = list(estate.windows(LIKE_UPSERTS // 100))
        for told, seconds in zip((report, again), _upserted(supabase, rows), strict=True):
            told.add("supabase client, 1,000-row JSON upserts", estate.points / seconds)
    report.show(report.lines[0][0])
    again.show(again.lines[0][0])


def _committed(supabase: Project, batches: Sequence[pa.RecordBatch]) -> list[float]:
    """Return the seconds of a first pull and of a second one of the same points."""

    async def work() -> list[float]:
        took = []
        async with supabase.store() as store:
            road = Pipeline({"metrics": Prepared(batches)}, store, lambda: START)
            for _ in range(2):
                start = time.perf_counter()
                await road.pull("metrics")
                took.append(time.perf_counter() - start)
        return took

    return asyncio.run(work())


def _upserted(supabase: Project, batches: Sequence[pa.RecordBatch]) -> list[float]:
    """Return the same for upserts into a plain keyed table, ignoring duplicates."""

    async def work() -> list[float]:
        supabase.sql(PLAIN)
        await asyncio.sleep(2)  # until PostgREST has heard of the table
        took = []
        async with httpx.AsyncClient(timeout=60) as http:
            options = AsyncClientOptions(httpx_client=http)
            client = await AsyncClient.create(supabase.url, key("service_role"), options)
            for _ in range(2):
                start = time.perf_counter()
                for rows in batches:
                    await client.table("plain").upsert(_dicts(rows), **HOW).execute()
                took.append(time.perf_counter() - start)
        return took

    return asyncio.run(work())


HOW: dict[str, Any] = {
    "ignore_duplicates": True,
    "on_conflict": ",".join(KEY),
    "returning": "minimal",
}


def _dicts(rows: pa.RecordBatch) -> list[dict[str, Any]]:
    plain = rows.select([*KEY, "value"])
    times = plain.column("ts").cast(pa.string())
    listed: list[dict[str, Any]] = plain.set_column(2, "ts", times).to_pylist()
    return listed
