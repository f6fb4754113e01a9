"""Metrics of some hosts over three days, with incidents of which one comes again, on other hosts.

``python -m tests.pages.scars_seeds [PORT]`` serves them, for a look.
"""

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scarline.alerts import parsed
from scarline.bootstrap.alerting import Alerting
from scarline.kinds import METRIC_POINT
from scarline.ledger import Run
from scarline.model import Asked, Batch, Cursor, Window
from scarline.notify.targets import target
from scarline.scars.growing import DETECTOR
from scarline.watch import Watch
from tests.fakes import EPOCH, FakeSource, failed, loaded
from tests.pages.runs_seeds import pulled
from tests.pages.serving import Site, serving

Floats = npt.NDArray[np.float64]

STEP = 5
"""Minutes from point to point."""

DAY = 24 * 60 // STEP
"""Points."""

END = 3 * DAY

LATE = 2
"""So many points of each series are not brought with the others."""

UNITS = {"system.cpu.user": "percent", "system.mem.used": "byte", "system.load.1": None}
"""What is told of each host, and in which unit."""

LEVELS = {"system.cpu.user": 34.0, "system.mem.used": 6.1e9, "system.load.1": 2.2}

HOSTS = ("checkout-01", "checkout-02", "payments-01", "stock-01", "batch-01", "batch-02")

HUMP = np.sin(np.pi * np.linspace(0.05, 0.95, 10))


@dataclass
class Told:
    """A series as it is made, to be brought part by part."""

    metric: str
    host: str
    values: Floats = field(repr=False)

    def batch(self, first: int, last: int) -> pa.RecordBatch:
        """Return the points from the ``first`` to before the ``last``."""
        micros = int(EPOCH.timestamp() * 1e6) + 60_000_000 * STEP * np.arange(first, last)
        words: dict[str, Any] = {
            "source": "datadog",
            "metric": self.metric,
            "host": self.host,
            "tags": "env:prod",
            "aggregation": "avg",
        }
        zeros = pa.array(np.zeros(len(micros), np.int32))
        own = {name: pa.DictionaryArray.from_arrays(zeros, [it]) for name, it in words.items()}
        unit = UNITS.get(self.metric)
        own["unit"] = pa.array([unit] * len(micros), METRIC_POINT.schema.field("unit").type)
        own["interval_seconds"] = pa.array(np.full(len(micros), 60 * STEP, np.int32))
        own["ts"] = pa.array(micros).cast(pa.timestamp("us", "UTC"))
        own["value"] = pa.array(self.values[first:last])
        names = METRIC_POINT.schema.names
        return pa.RecordBatch.from_arrays([own[it] for it in names], schema=METRIC_POINT.schema)


def moment(point: int) -> datetime:
    """Return when a point is."""
    return EPOCH + timedelta(minutes=STEP * point)


def course(metric: str, seed: int, count: int = END) -> Floats:
    """Return a quiet series: a level with its day, and noise."""
    draw, level = np.random.default_rng(seed), LEVELS[metric]
    day = np.sin(2 * np.pi * (np.arange(count) / DAY - 0.3))
    return np.asarray(level * (1 + 0.16 * day + 0.025 * draw.standard_normal(count)))


def estate() -> list[Told]:
    """Return all series: a busy hour that comes again, a shift that goes on, a gap."""
    found = {
        (metric, host): Told(metric, host, course(metric, 100 * at + number))
        for at, metric in enumerate(UNITS)
        for number, host in enumerate(HOSTS)
    }
    humps = (
        ("system.cpu.user", "checkout-01", 380, 60.0),
        ("system.load.1", "checkout-01", 380, 5.0),
        ("system.cpu.user", "checkout-02", 812, 62.0),
        ("system.load.1", "checkout-02", 812, 5.4),
        ("system.cpu.user", "checkout-01", 812, 58.0),
    )
    for metric, host, at, size in humps:
        found[metric, host].values[at : at + len(HUMP)] += size * HUMP
    found["system.mem.used", "payments-01"].values[END - 5 :] += 3.4e9
    found["system.cpu.user", "stock-01"].values[820:823] += 28.0
    found["system.load.1", "batch-02"].values[800:816] = np.nan
    return list(found.values())


def brought(series: Sequence[Told], first: int, last: int) -> Batch:
    """Return the points from the ``first`` to before the ``last``, as one pull brings them."""
    window = Window(moment(first), moment(last))
    parts = [it.batch(first, last) for it in sorted(series, key=lambda it: (it.metric, it.host))]
    rows = pa.Table.from_batches(parts).unify_dictionaries().combine_chunks().to_batches()[0]
    asked = tuple(Asked(f"avg:{it}{{*}} by {{host}}", window) for it in UNITS)
    return Batch(METRIC_POINT, rows, Cursor(""), asked)


def watched(site: Site, *told: Batch) -> Run:
    """Pull, and find scars as a real pull does."""
    source = FakeSource(told, resuming=False, name="datadog")
    road = replace(site.pipeline, sources={"metrics": source}, watch=Watch())
    return site.run(road.pull("metrics"))


def three_days(site: Site) -> list[Told]:
    """Bring all series but what is late, flows before and within, and failures beside."""
    series = estate()
    flows = {("checkout", "payments"): {"status": "healthy", "latency_ms": 41.0}}
    site.clock.at = EPOCH
    pulled(site, loaded(flows), stream="flows")
    site.clock.at = moment(811)
    slow = {("checkout", "payments"): {"status": "degraded", "latency_ms": 880.0}}
    pulled(site, loaded(slow | {("payments", "fraud"): {"status": "healthy"}}), stream="flows")
    at = moment(815)
    own = {"service_name": "checkout", "failed_at": at, "fetched_at": at}
    spans = [
        own | {"span_id": f"s{it}", "title": "the model did not answer in 30 s"} for it in range(3)
    ]
    pulled(site, failed(*spans), stream="failures")
    site.clock.at = moment(END - LATE)
    watched(site, brought(series, 0, END - LATE))
    return series


RULES = """
promoted = ["DETECTOR"]

[[rule]]
name = "Leak"
metric = "system.mem.*"
severity = "critical"
[rule.annotations]
summary = "{host} needs more memory than it should"

[[rule]]
name = "Busy"
metric = "system.cpu.*"
severity = "warning"
for = "10m"

[route]
receiver = "ops"
group_by = ["alertname"]
group_wait = "30s"
group_interval = "5m"
repeat_interval = "1h"

[[inhibit]]
source = ['alertname="Leak"']
target = ['severity="warning"']
equal = ["host"]

[[receiver]]
name = "ops"
type = "webhook"
url_env = "OPS_URL"
secret_env = "OPS_SECRET"
"""


def alerting(url: str) -> Alerting:
    """Return rules of alerts with one receiver, which is at ``url``."""
    rules = parsed(RULES.replace("DETECTOR", DETECTOR))
    secrets = {"OPS_URL": url, "OPS_SECRET": "sixteen-letters-or-more"}
    return Alerting(rules, {name: target(it, secrets) for name, it in rules.receivers.items()})


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8137
    with serving(port, alerting=alerting("http://127.0.0.1:9")) as served:
        three_days(served)
        sys.stderr.write(f"{served.url}\n")
        threading.Event().wait()
