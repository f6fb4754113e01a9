"""Arrow in memory to committed rows, first and again, beside the usual ways to load."""

import asyncio
import importlib.util
import io
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg
import pyarrow as pa
import pyarrow.csv as pc
from psycopg.conninfo import conninfo_to_dict

from bench.report import Measured, Report, measured
from bench.workload import START, Estate, Prepared
from scarline.pipeline import Pipeline
from scarline.stores.postgres import Config, open_store

WIDTH = 100  # steps in a batch, as a window of a pull would have
TABLE = """
create table {} (metric text, host text, ts timestamptz, value float8 {})
"""
SIZE = """
select sum(pg_total_relation_size(c.oid))
from pg_class c join pg_namespace n on n.oid = relnamespace
where nspname = 'scarline' and relkind in ('r', 'p')
"""


def run(url: str, estate: Estate) -> None:
    """Load the estate by each way and print points per second."""
    batches = list(estate.windows(WIDTH))
    report = Report(f"load, {estate.points:,} points, first", "points/s")
    again = Report("load, the same points again", "points/s")
    sizes: list[float] = []
    for repeat, told in ((0, report), (1, again)):
        took = ours(url, batches, repeat)
        note = f"client memory +{took.peak_megabytes:.0f} MB, client CPU {took.cpu_seconds:.1f} s"
        told.add("scarline", estate.points / took.seconds, note)
        with psycopg.connect(url) as connection:
            (held,) = connection.execute(SIZE).fetchone() or (0,)
        sizes.append(held / estate.points)
    for name, load, share in WAYS:
        if name.startswith("dlt") and not _has_dlt():
            print("without dlt: pip install -r requirements-bench.lock")
            continue
        some = batches[: max(1, round(len(batches) * share))]
        count = sum(rows.num_rows for rows in some)
        for told in (report, again):
            start = time.perf_counter()
            try:
                load(url, some)
            except psycopg.errors.UniqueViolation:
                told.add(name, float("nan"), "aborts: the key is there")
                continue
            told.add(name, count / (time.perf_counter() - start), f"{count:,} points")
    report.show("scarline")
    again.show("scarline")
    print(
        f"\n  on disk, indexes included: {sizes[0]:.1f} bytes a point, "
        f"{sizes[1]:.1f} once every point was seen twice"
    )


def ours(url: str, batches: Sequence[pa.RecordBatch], repeat: int) -> Measured:
    """Pull prepared batches through the whole pipeline."""

    async def pull() -> Measured:
        async with open_store(Config(Path(), url)) as store:
            road = Pipeline({"metrics": Prepared(batches)}, store, lambda: START)
            with measured() as took:
                run = await road.pull("metrics")
            expected = "same" if repeat else "new"
            assert run.counts[expected] == sum(rows.num_rows for rows in batches)
            return took

    return asyncio.run(pull())


def copy_unindexed(url: str, batches: Sequence[pa.RecordBatch]) -> None:
    """COPY into a table without a key: the limit, and not safe to repeat."""
    with psycopg.connect(url) as connection:
        connection.execute("drop table if exists bench_limit")
        connection.execute(TABLE.format("bench_limit", ""))
        statement = "copy bench_limit from stdin (format csv)"
        with connection.cursor().copy(statement) as copy:
            for rows in batches:
                copy.write(_csv(rows))


def copy_straight(url: str, batches: Sequence[pa.RecordBatch]) -> None:
    """COPY into a table with its key: aborts when a point is there already."""
    with psycopg.connect(url) as connection:
        _keyed(connection, "bench_keyed")
        with connection.cursor().copy("copy bench_keyed from stdin (format csv)") as copy:
            for rows in batches:
                copy.write(_csv(rows))


def executemany(url: str, batches: Sequence[pa.RecordBatch]) -> None:
    """Insert rows with executemany, which psycopg sends as a pipeline."""
    insert = "insert into bench_many values (%s, %s, %s, %s) on conflict do nothing"
    with psycopg.connect(url) as connection:
        _keyed(connection, "bench_many")
        for rows in batches:
            columns = [rows.column(name).to_pylist() for name in ("metric", "host", "ts", "value")]
            connection.cursor().executemany(insert, list(zip(*columns, strict=True)))


def dlt_merge(url: str, batches: Sequence[pa.RecordBatch]) -> None:
    """Load Arrow with dlt, merging on the key."""
    os.environ |= {"RUNTIME__LOG_LEVEL": "CRITICAL", "RUNTIME__DLTHUB_TELEMETRY": "false"}
    import dlt  # noqa: PLC0415 - only where it is installed

    table = pa.Table.from_batches(batches).select(["metric", "host", "ts", "value"])
    plain = table.cast(
        pa.schema([("metric", pa.string()), ("host", pa.string()), table.field(2), table.field(3)])
    )
    destination = dlt.destinations.postgres(_spelled_out(url))
    pipeline = dlt.pipeline("bench", destination=destination, dataset_name="dlt")
    pipeline.run(
        plain,
        table_name="points",
        write_disposition={"disposition": "merge", "strategy": "upsert"},
        primary_key=["metric", "host", "ts"],
    )


def _spelled_out(url: str) -> str:
    """Return ``url`` with user, password and host in it: dlt looks nowhere else for them."""
    given = conninfo_to_dict(url)
    password = Path(str(given["passfile"])).read_text(encoding="utf-8").strip().split(":")[-1]
    user, database, host = given["user"], given["dbname"], quote(str(given["host"]), safe="")
    return f"postgresql://{user}:{password}@localhost/{database}?host={host}"


def _keyed(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("select to_regclass(%s)", [name]).fetchone() == (None,):
        connection.execute(TABLE.format(name, ", primary key (metric, host, ts)"))


def _csv(rows: pa.RecordBatch) -> bytes:
    written = io.BytesIO()
    plain = rows.select(["metric", "host", "ts", "value"])
    text = [plain.column(0).cast(pa.string()), plain.column(1).cast(pa.string())]
    table = pa.table(
        [*text, plain.column(2), plain.column(3)], names=["metric", "host", "ts", "value"]
    )
    pc.write_csv(table, written, pc.WriteOptions(include_header=False))
    return written.getvalue()


def _has_dlt() -> bool:
    return importlib.util.find_spec("dlt") is not None


Load = Callable[[str, Sequence[pa.RecordBatch]], None]
WAYS: Sequence[tuple[str, Load, float]] = (
    ("COPY, no index (the limit)", copy_unindexed, 1.0),
    ("COPY into the keyed table", copy_straight, 1.0),
    ("dlt from Arrow, merge (upsert)", dlt_merge, 0.5),
    ("psycopg executemany, ON CONFLICT", executemany, 0.1),
)
