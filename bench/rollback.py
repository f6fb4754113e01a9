"""Taking one run of several away."""

import asyncio
import time
from pathlib import Path

from bench.report import Report
from bench.workload import START, Estate, Prepared
from scarline.pipeline import Pipeline
from scarline.stores.postgres import Config, open_store


def run(url: str, estate: Estate) -> None:
    """Pull the estate in ten runs and roll back one, one that was read twice, and all."""
    width = max(1, estate.steps // 10)
    report = Report(f"rollback of one run of ten, {estate.points:,} points in all", "s")

    async def work() -> None:
        async with open_store(Config(Path(), url)) as store:
            runs = []
            for rows in estate.windows(width):
                road = Pipeline({"metrics": Prepared([rows])}, store, lambda: START)
                runs.append(await road.pull("metrics"))
            second = Pipeline(
                {"metrics": Prepared([next(estate.windows(width))])}, store, lambda: START
            )
            await second.pull("metrics")
            for run, note in ((runs[5], "seen once"), (runs[0], "seen by a later run too")):
                start = time.perf_counter()
                await second.rollback(run.run, "measured")
                report.add(f"{run.rows:,} points, {note}", time.perf_counter() - start)
            start = time.perf_counter()
            faults = await second.verify()
            report.add("verify of all that is left", time.perf_counter() - start)
            assert not faults, faults

    asyncio.run(work())
    report.show(report.lines[0][0])
