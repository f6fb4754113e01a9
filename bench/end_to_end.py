"""From a pretend Datadog to committed rows, beside the obvious way; and what it costs."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import psycopg
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v1.api.metrics_api import MetricsApi

from bench.report import Measured, Report, measured
from scarline import bootstrap
from scarline.model import Window
from scarline.settings import Settings

METRICS = ("system.cpu.idle", "system.load.1")
KEYS = ("sandbox-api-key", "sandbox-app-key")
PORT = 8_139


@dataclass(frozen=True)
class Size:
    """How much is pulled: so many hosts for so long, a point a minute."""

    hosts: int
    hours: int

    @property
    def window(self) -> Window:
        """Return the window, up to the last full hour but one."""
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        end = now - timedelta(hours=1)
        return Window(end - timedelta(hours=self.hours), end)


def run(url: str, size: Size) -> None:
    """Pull one size by both ways and print points per second."""
    with sandbox(size.hosts) as address:
        _warm(address, size)
        points, took = pulled(url, address, size)
        part = Size(size.hosts, max(1, size.hours // 8))
        some, seconds = obvious(url, address, part)
    report = Report(
        f"end to end, {size.hosts} hosts x {size.hours} h, {points:,} points", "points/s"
    )
    memory = f"memory +{took.peak_megabytes:.0f} MB, client CPU {took.cpu_seconds:.1f} s"
    report.add("scarline pull", points / took.seconds, memory)
    report.add("official client, row dicts, 1,000-row inserts", some / seconds, f"{some:,} points")
    report.show("scarline pull")


def costs(url: str) -> None:
    """Print how memory and time grow with the window and with the hosts."""
    report = Report("cost of a pull", "points/s")
    for size in (
        Size(40, 1),
        Size(40, 24),
        Size(40, 24 * 30),
        Size(10, 6),
        Size(1_000, 6),
        Size(10_000, 2),
    ):
        with sandbox(size.hosts) as address:
            points, took = pulled(url, address, size)
        note = f"{points:,} points, {took.seconds:.1f} s, memory +{took.peak_megabytes:.0f} MB"
        report.add(f"{size.hosts:,} hosts x {size.hours:,} h", points / took.seconds, note)
    report.show(report.lines[2][0])


def pulled(url: str, address: str, size: Size) -> tuple[int, Measured]:
    """Pull as `scarline pull` does; return the points and what it took."""
    own = Settings.model_validate(
        {
            "DD_API_KEY": KEYS[0],
            "DD_APP_KEY": KEYS[1],
            "SCARLINE_DATADOG_URL": address,
            "DATABASE_URL": url,
        }
    )

    async def work() -> tuple[int, Measured]:
        async with bootstrap.open_pipeline(own, ["metrics"]) as pipeline:
            with measured() as took:
                run = await pipeline.pull("metrics", size.window)
            assert run.state == "done", run.missing[:3]
            await pipeline.rollback(run.run, "measured")
            return run.rows, took

    return asyncio.run(work())


def obvious(url: str, address: str, size: Size) -> tuple[int, float]:
    """Pull with the official client's models, make rows of them, insert 1,000 at a time."""
    configuration = Configuration(host=address)
    configuration.api_key = {"apiKeyAuth": KEYS[0], "appKeyAuth": KEYS[1]}
    insert = (
        "insert into bench_obvious (host, metric_name, value, timestamp) "
        "values (%(host)s, %(metric_name)s, %(value)s, %(timestamp)s) on conflict do nothing"
    )
    count = 0
    start = time.perf_counter()
    with psycopg.connect(url) as connection, ApiClient(configuration) as client:
        connection.execute("drop table if exists bench_obvious")
        connection.execute(
            "create table bench_obvious (host text, metric_name text, value float8, "
            "timestamp timestamptz, primary key (host, metric_name, timestamp))"
        )
        for metric in METRICS:
            rows = _rows(MetricsApi(client), metric, size)
            count += len(rows)
            for first in range(0, len(rows), 1_000):
                connection.cursor().executemany(insert, rows[first : first + 1_000])
                connection.commit()
    return count, time.perf_counter() - start


def _rows(api: MetricsApi, metric: str, size: Size) -> list[dict[str, Any]]:
    window = size.window
    rows = []
    for hour in range(0, size.hours, 24):
        start = window.start + timedelta(hours=hour)
        end = min(window.end, start + timedelta(hours=24))
        answer = api.query_metrics(
            _from=int(start.timestamp()),
            to=int(end.timestamp()),
            query=f"avg:{metric}{{*}} by {{host}}.rollup(avg, 60)",
        )
        for series in answer.series:
            for point in series.pointlist:
                at, value = point.value
                if value is not None:
                    moment = datetime.fromtimestamp(at / 1000, UTC)
                    host = series.scope.removeprefix("host:")
                    rows.append(
                        {"host": host, "metric_name": metric, "value": value, "timestamp": moment}
                    )
    return rows


@contextmanager
def sandbox(hosts: int, spans_a_day: int = 0) -> Iterator[str]:
    """Run a pretend Datadog in a process of its own; give its address."""
    address = f"http://127.0.0.1:{PORT}"
    words = [
        sys.executable,
        "-m",
        "scarline",
        "sandbox",
        "--port",
        str(PORT),
        "--hosts",
        str(hosts),
        "--spans-a-day",
        str(spans_a_day),
    ]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            _until_up(address)
            yield address
        finally:
            process.terminate()


def _until_up(address: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            httpx2.get(f"{address}/api/v1/validate", headers={"DD-API-KEY": KEYS[0]})
        except httpx2.ConnectError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _warm(address: str, size: Size) -> None:
    """Let the sandbox draw its world before anything is timed."""
    headers = {"DD-API-KEY": KEYS[0], "DD-APPLICATION-KEY": KEYS[1]}
    window = size.window
    asked = {
        "from": str(int(window.start.timestamp())),
        "to": str(int(window.end.timestamp())),
    }
    for metric in METRICS:
        query = {"query": f"avg:{metric}{{*}} by {{host}}"}
        httpx2.get(f"{address}/api/v1/query", params=asked | query, headers=headers, timeout=60)
