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
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pyarrow as pa
from pydantic import SecretStr

from bench.flows_service import obvious_service
from bench.report import Report, measured
from scarline.bootstrap.loading import ServiceList, open_list
from scarline.flows.coupling import coupled
from scarline.flows.normal import DEGRADED_FROM, FAILED_FROM, WORDS
from scarline.flows.sequence import sequence
from scarline.ports import Ask
from scarline.settings import Settings
from scarline.sources.csv_services import Config, open_source

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


def run(url: str, rows: int = 1_000_000) -> None:
    """Load a file of so many rows by each way, and put 10,000 systems in their order."""
    with tempfile.TemporaryDirectory() as folder:
        whole, part, mixed = (Path(folder, f"{name}.csv") for name in ("whole", "part", "mixed"))
        few = round(rows * OBVIOUS_SHARE)
        write(whole, rows)
        write(part, few)
        write(mixed, rows, mixed=True)
        assert ours(part) == obvious(part)
        size = f"{rows:,} services ({megabytes(whole)})"
        report = Report(f"list of {size} to flows", "rows/s")
        for name, load, path, share in (
            ("scarline", "ours", whole, rows),
            ("csv.DictReader, dicts, row by row", "obvious", part, few),
        ):
            _, seconds, peak = alone(load, path)
            report.add(name, share / seconds, f"{share:,} rows, whole process {peak:.0f} MB")
        report.show("scarline")
        report = Report(f"list of {size} to flows in PostgreSQL", "rows/s")
        other = partial(committed, source="other")
        for name, way, path, share in (
            ("scarline, redacted and committed", committed, whole, rows),
            ("the same file again", committed, whole, rows),
            ("as many of another source, in no order", other, mixed, rows),
            ("the same in dicts, one POST, pydantic, executemany", posted, part, few),
        ):
            with measured() as took:
                way(url, path)
            report.add(name, share / took.seconds, f"memory +{took.peak_megabytes:.0f} MB")
        report.show("scarline, redacted and committed")
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


def committed(url: str, path: Path, source: str = "datadog") -> int:
    """Load a file as `scarline load-flows` does, redacted and into PostgreSQL."""

    async def load() -> int:
        own = Settings().model_copy(update={"database_url": SecretStr(url)})
        async with open_list(own, ServiceList(path, source), lambda *_: None) as (road, before):
            return (before or await road.pull("flows")).rows

    return asyncio.run(load())


def obvious(path: Path) -> int:
    """Read a file as one does in an afternoon: a dict for each row, then one for each flow."""
    return len(dicts(path))


def posted(url: str, path: Path) -> int:
    """Do all of it as one does in an afternoon: read, one POST, a statement for each flow."""
    flows = dicts(path)
    with obvious_service(url) as address:
        httpx.post(address, json=flows, timeout=None).raise_for_status()
    return len(flows)


def dicts(path: Path) -> list[dict[str, Any]]:
    """Return the flows of a file as dictionaries, in order."""
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
    return sorted(flows.values(), key=lambda it: (it["env"], it["system_from"]))


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


def write(path: Path, rows: int, *, mixed: bool = False) -> None:
    """Write a list of so many services, the same at every call; by name unless it is ``mixed``."""
    chance = random.Random(rows)  # noqa: S311 - the work is the same at each run
    numbers = chance.sample(range(rows), rows) if mixed else range(rows)
    with path.open("w", encoding="utf-8") as file:
        file.write("Name,Team,Env,Avg latency,Error rate,Monitor status,Dependencies\n")
        for number in numbers:
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
