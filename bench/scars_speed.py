"""How many points a second the ScarOperator judges, one series at a time and many in a batch."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import numpy as np
import pyarrow as pa

from bench import scars_made
from bench.report import Report
from bench.scars_peers import half_space_trees, peers
from scarline.kinds import METRIC_POINT
from scarline.scars import ScarOperator, alert_series, detect

SEED = 2


def run(rows: int = 400_000, series: int = 10_000) -> None:
    """Print points per second, one series at a time and many in a batch, and bytes of state."""
    made = next(scars_made.kpi(1, SEED))
    values = np.resize(made.values, rows)
    ts = scars_made.START + 60.0 * np.arange(rows)
    report = Report("one series", "points/s and core")
    operator = ScarOperator()
    operator.update(ts[0] - 60, values[0])
    pairs = list(zip(ts.tolist(), values.tolist(), strict=True))

    def stream() -> None:
        for moment, value in pairs:
            operator.update(moment, value)

    report.add("ScarOperator.update", rows / core_seconds(stream, 1))
    report.add("alert_series", rows / core_seconds(lambda: alert_series(ts, values)))
    for name, peer in peers().items():
        part = values[: rows // 40] if peer is half_space_trees else values
        peer(part[:1000])
        report.add(name, part.size / core_seconds(partial(peer, part), 2))
    report.show("ScarOperator.update")
    batch(series)
    print(f"  state of a series: {len(operator.state()):,} bytes")


def core_seconds(work: Callable[[], object], times: int = 3) -> float:
    """Return the least time of this process for ``work``, in seconds, whoever else is running."""
    found = []
    for _ in range(times):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def batch(series: int, each: int = 100) -> None:
    """Print points per second of many series in one batch, with and without their states."""
    points = many(series, each)
    _, states = detect(points, {})
    report = Report(f"{series:,} series of {each} points in a batch", "points/s and core")
    report.add(
        "detect, from the beginning", points.num_rows / core_seconds(lambda: detect(points, {}))
    )
    later = many(series, each, each)
    went_on = core_seconds(lambda: detect(later, states))
    report.add("detect, going on from states", points.num_rows / went_on)
    report.show("detect, from the beginning")


def many(series: int, each: int, first: int = 0) -> pa.RecordBatch:
    """Make minute points of many hosts, from the minute ``first`` on."""
    chance = np.random.default_rng(first)
    hosts = pa.array([f"host-{number:05}" for number in range(series)])
    minutes = np.tile(np.arange(first, first + each), series) * 60_000_000
    start = int(datetime(2025, 3, 3, tzinfo=UTC).timestamp() * 1e6)
    rows = series * each

    def word(text: str) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([text]))

    columns = {
        "source": word("datadog"),
        "metric": word("system.load.1"),
        "host": pa.DictionaryArray.from_arrays(
            pa.array(np.repeat(np.arange(series, dtype=np.int32), each)), hosts
        ),
        "tags": word(""),
        "interval_seconds": pa.array(np.full(rows, 60, np.int32)),
        "aggregation": word("avg"),
        "unit": word(""),
        "ts": pa.array(start + minutes).cast(pa.timestamp("us", tz="UTC")),
        "value": pa.array(chance.gamma(4.0, size=rows)),
    }
    return pa.RecordBatch.from_pydict(columns, schema=METRIC_POINT.schema)
