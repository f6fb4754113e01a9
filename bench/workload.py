"""The work that both sides do: points of an estate, as batches and as answers."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import orjson
import pyarrow as pa

from scarline.kinds import METRIC_POINT, Kind
from scarline.model import Asked, Batch, Cursor, Window
from scarline.ports import Ask, Check, Plan

START = datetime(2026, 3, 2, tzinfo=UTC)
INTERVAL_SECONDS = 60


@dataclass(frozen=True)
class Estate:
    """So many hosts, metrics and steps of a minute; the same numbers at every call."""

    hosts: int = 100
    metrics: int = 20
    steps: int = 1_000

    @property
    def points(self) -> int:
        """Return how many points there are in all."""
        return self.hosts * self.metrics * self.steps

    def windows(self, width: int) -> Iterator[pa.RecordBatch]:
        """Yield all points, ``width`` steps at a time, as the rows of a batch."""
        for first in range(0, self.steps, width):
            yield self.rows(first, min(width, self.steps - first))

    def rows(self, first: int, width: int) -> pa.RecordBatch:
        """Return the points of ``width`` steps, series after series."""
        series = self.hosts * self.metrics
        chance = np.random.default_rng(first)
        step = np.tile(np.arange(first, first + width, dtype=np.int64), series)
        start = int(START.timestamp() * 1e6)
        which = np.repeat(np.arange(series, dtype=np.int32), width)
        constant = pa.array(np.zeros(len(which), dtype=np.int32))
        return pa.RecordBatch.from_arrays(
            [
                _words(constant, ["bench"]),
                _words(
                    pa.array(which // self.hosts), [f"system.m{i}" for i in range(self.metrics)]
                ),
                _words(pa.array(which % self.hosts), [f"host-{i:04}" for i in range(self.hosts)]),
                _words(constant, [""]),
                pa.array(np.full(len(which), INTERVAL_SECONDS, dtype=np.int32)),
                _words(constant, ["avg"]),
                _words(constant, ["percent"]),
                pa.array(start + step * INTERVAL_SECONDS * 1_000_000).cast(
                    METRIC_POINT.schema.field("ts").type
                ),
                pa.array(chance.random(len(which)) * 100),
            ],
            schema=METRIC_POINT.schema,
        )


def _words(indices: pa.Array, words: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(indices, pa.array(words))


@dataclass(frozen=True)
class Prepared:
    """A source that has its batches ready, so that only what comes after it is measured."""

    rows: Sequence[pa.RecordBatch]
    name: str = "bench"

    def streams(self) -> Mapping[str, Kind]:
        """Return the one stream."""
        return {"metrics": METRIC_POINT}

    async def pull(self, ask: Ask) -> AsyncGenerator[Batch, None]:
        """Yield the batches; ``ask`` changes nothing."""
        window = ask.window or Window(START, START + timedelta(days=1))
        for number, rows in enumerate(self.rows):
            asked = (Asked("bench", window),)
            yield Batch(METRIC_POINT, rows, Cursor(str(number)), asked)

    async def plan(self, ask: Ask) -> Plan:
        """Return no plan."""
        return Plan([], [ask.stream])

    async def check(self) -> Sequence[Check]:
        """Return nothing to check."""
        return []


def v2_answer(series: int, steps: int) -> bytes:
    """Return the bytes of an answer of ``POST /api/v2/query/timeseries``, grouped by host."""
    chance = np.random.default_rng(7)
    start = int(START.timestamp()) * 1000
    unit = {"family": "percentage", "id": 17, "name": "percent", "plural": "percent"}
    attributes = {
        "series": [
            {"group_tags": [f"host:host-{i:05}"], "query_index": 0, "unit": [unit, None]}
            for i in range(series)
        ],
        "times": [start + i * 20_000 for i in range(steps)],
        "values": (chance.random((series, steps)) * 100).tolist(),
    }
    data = {"id": "0", "type": "timeseries_response", "attributes": attributes}
    return orjson.dumps({"data": data})


def v1_answer(series: int, steps: int) -> bytes:
    """Return the bytes of an answer of ``GET /api/v1/query``, grouped by host."""
    chance = np.random.default_rng(7)
    start = int(START.timestamp()) * 1000
    values = (chance.random((series, steps)) * 100).tolist()
    unit = {"family": "percentage", "name": "percent", "plural": "percent", "short_name": "%"}
    end = start + steps * 20_000
    return orjson.dumps(
        {
            "status": "ok",
            "resp_version": 1,
            "series": [
                {
                    "metric": "system.cpu.idle",
                    "display_name": "system.cpu.idle",
                    "expression": f"avg:system.cpu.idle{{host:host-{i:05}}}",
                    "scope": f"host:host-{i:05}",
                    "tag_set": [f"host:host-{i:05}"],
                    "interval": 20,
                    "length": steps,
                    "start": start,
                    "end": end - 1,
                    "aggr": "avg",
                    "unit": [unit, None],
                    "query_index": 0,
                    "attributes": {},
                    "pointlist": [[start + k * 20_000, value] for k, value in enumerate(own)],
                }
                for i, own in enumerate(values)
            ],
            "from_date": start,
            "to_date": end,
            "query": "avg:system.cpu.idle{*} by {host}",
            "group_by": ["host"],
            "res_type": "time_series",
            "message": "",
        }
    )
