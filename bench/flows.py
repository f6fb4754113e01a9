"""A large list of services to flows, beside the obvious script; and the order of change."""

import asyncio
import csv
import hashlib
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.report import Report, measured
from scarline.flows.coupling import coupled
from scarline.flows.normal import DEGRADED_FROM, FAILED_FROM, WORDS
from scarline.flows.sequence import sequence
from scarline.pipeline import Pipeline
from scarline.ports import Ask
from scarline.sources.csv_services import Config, open_source
from scarline.stores import postgres

Load = Callable[[Path], int]
"""Loads a file, returns the number of flows that it brought."""

OBVIOUS_SHARE = 0.1
"""The obvious script reads this part of the rows: it takes a while."""

UNITS = {"ns": 1e-6, "us": 1e-3, "\u00b5s": 1e-3, "ms": 1.0, "s": 1e3}

MEASURED = """
import sys
from pathlib import Path
from bench import flows
count = getattr(flows, sys.argv[1])(Path(sys.argv[2]))
status = Path("/proc/self/status").read_text().split()
print(count, int(status[status.index("VmHWM:") + 1]) / 1024)
"""


def run(rows: int = 1_000_000, more: Mapping[str, Load] | None = None) -> None:
    """Read a file of so many rows by each way, and put 10,000 systems in their order.

    ``more`` has other ways to load the same file, by name, such as one into a store.
    """
    with tempfile.TemporaryDirectory() as folder:
        whole, part = Path(folder, "whole.csv"), Path(folder, "part.csv")
        write(whole, rows)
        write(part, round(rows * OBVIOUS_SHARE))
        assert ours(part) == obvious(part)
        report = Report(f"list of {rows:,} services ({megabytes(whole)}) to flows", "rows/s")
        for name, load, path in (
            ("scarline", "ours", whole),
            ("csv.DictReader, dicts, row by row", "obvious", part),
        ):
            _, seconds, peak = alone(load, path)
            share = rows if path is whole else round(rows * OBVIOUS_SHARE)
            report.add(name, share / seconds, f"{share:,} rows, whole process {peak:.0f} MB")
        for name, way in (more or {}).items():
            with measured() as took:
                way(whole)
            report.add(name, rows / took.seconds, f"memory +{took.peak_megabytes:.0f} MB")
        report.show("scarline")
    order()


def alone(load: str, path: Path) -> tuple[int, float, float]:
    """Return flows, seconds and peak megabytes of a load in a process of its own."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, load, str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - start
    count, peak = done.stdout.split()
    return int(count), seconds, float(peak)


def ours(path: Path) -> int:
    """Read a file as `scarline load-flows` does, up to the store."""

    async def load() -> int:
        source = open_source(Config(path), lambda: datetime.now(UTC))
        batches = source.pull(Ask("flows"))
        rows: int = sum([batch.rows.num_rows async for batch in batches])
        return rows - 1  # that it is all

    return asyncio.run(load())


def committed(url: str, path: Path) -> int:
    """Load a file as `scarline load-flows` does, redacted and into PostgreSQL."""

    async def load() -> int:
        def clock() -> datetime:
            return datetime.now(UTC)

        async with postgres.open_store(postgres.Config(Path(), url)) as store:
            source = open_source(Config(path), clock)
            run = await Pipeline({"flows": source}, store, clock).pull("flows")
            return run.rows

    return asyncio.run(load())


def obvious(path: Path) -> int:
    """Read a file as one does in an afternoon: a dict for each row, then one for each flow."""
    flows: dict[str, dict[str, Any]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            latency, errors = milliseconds(row["Avg latency"]), share(row["Error rate"])
            called = [it.strip() for it in re.split(r"[,;|\n]", row["Dependencies"])]
            for system_to in [it for it in called if it] or [""]:
                key = ("datadog", row["Env"], row["Name"], system_to)
                form = "".join(f"{len(it)}:{it}" for it in key)
                flow_id = hashlib.sha256(form.encode()).hexdigest()[:32]
                flows[flow_id] = {
                    "flow_id": flow_id,
                    "source": "datadog",
                    "env": row["Env"],
                    "system_from": row["Name"],
                    "system_to": system_to,
                    "status": status(row["Monitor status"], errors),
                    "last_seen": None,
                    "latency_ms": latency,
                    "error_rate": errors,
                    "owner_team": row["Team"] or None,
                    "known_by": "declared",
                    "confidence": None,
                    "tags": "",
                }
    return len(sorted(flows.values(), key=lambda it: (it["env"], it["system_from"])))


def milliseconds(text: str) -> float | None:
    """Return a duration in milliseconds."""
    found = re.fullmatch(r"\s*([0-9.,]+)\s*([^0-9]*)\s*", text)
    if not found:
        return None
    return float(found[1].replace(",", "")) * UNITS[found[2].strip() or "ms"]


def share(text: str) -> float | None:
    """Return a share from 0 to 1."""
    found = re.fullmatch(r"\s*([0-9.]+)\s*(%?)\s*", text)
    if not found:
        return None
    value = float(found[1])
    return value / 100 if found[2] or value > 1 else value


def status(word: str, errors: float | None) -> str:
    """Return the status of a flow."""
    if word.strip().lower() in WORDS:
        return WORDS[word.strip().lower()]
    if errors is None:
        return "unknown"
    if errors >= FAILED_FROM:
        return "failed"
    return "degraded" if errors >= DEGRADED_FROM else "healthy"


def write(path: Path, rows: int) -> None:
    """Write a list of so many services, the same at every call."""
    chance = random.Random(rows)  # noqa: S311 - the work is the same at each run
    with path.open("w", encoding="utf-8") as file:
        file.write("Name,Team,Env,Avg latency,Error rate,Monitor status,Dependencies\n")
        for number in range(rows):
            called = ", ".join(
                f"service-{chance.randrange(rows):07}"
                for _ in range(chance.choice((0, 1, 1, 2, 3)))
            )
            file.write(
                f"service-{number:07},team-{number % 97},prod,{chance.random() * 500:.1f} ms,"
                f"{chance.random() * 3:.2f} %,{chance.choice(('OK', 'Warn', 'Alert', 'No Data'))},"
                f'"{called}"\n'
            )


def megabytes(path: Path) -> str:
    """Return the size of a file in words."""
    return f"{path.stat().st_size / 1e6:.0f} MB"


def order(systems: int = 10_000, flows: int = 30_000) -> None:
    """Print how long the order of change and the coupling of a large estate take."""
    chance = random.Random(systems)  # noqa: S311 - the work is the same at each run
    names = [f"service-{number:05}" for number in range(systems - 1)] + ["order-management"]
    rows = pa.table(
        {
            "env": ["prod"] * flows,
            "system_from": chance.choices(names, k=flows),
            "system_to": chance.choices(names, k=flows),
        }
    )
    report = Report(f"{systems:,} systems, {flows:,} flows", "runs/s")
    for name, work in (("sequence", sequence), ("coupling", coupled)):
        with measured() as took:
            work(rows)
        report.add(name, 1 / took.seconds, f"{took.seconds:.3f} s")
    report.show("sequence")
