"""The route of metrics for Prometheus: what the ledger tells, and what this process answered.

What the ledger tells is the same from every process and after a restart. Labels hold names that
we gave, never what a request said: a path that we do not know is one word.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from fastapi import APIRouter, Response
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from scarline.ledger import State
from scarline.web import documents
from scarline.web.desk import Open
from scarline.web.health.standing import Standing
from scarline.web.problems import DOCUMENTED

router = APIRouter(tags=["health"], responses=DOCUMENTED)

MOST_SOURCES = 20
"""Sources of one stream that have numbers of their own: anybody who may write can name one."""

LABELS = ("stream", "source")

COUNTED: Sequence[tuple[str, str, Callable[[Standing], float]]] = (
    ("rows", "Rows that pulls stored", lambda it: it.rows),
    ("requests", "Requests that pulls sent", lambda it: it.usage["requests"]),
    ("retries", "Requests that pulls had to repeat", lambda it: it.usage["retries"]),
    ("waited_seconds", "Seconds that pulls waited", lambda it: it.usage["waited_seconds"]),
    ("answer_bytes", "Bytes of the answers to pulls", lambda it: it.usage["answer_bytes"]),
)

Measured = Callable[[Standing, datetime], float | None]

MEASURED: Sequence[tuple[str, str, Measured]] = (
    (
        "last_success_timestamp_seconds",
        "End of the last run that is done",
        lambda it, _: _ended(it),
    ),
    ("lag_seconds", "Time since all that was due had come", lambda it, now: it.lag_seconds(now)),
    ("backlog_runs", "Runs since the last success that fell short", lambda it, _: len(it.short)),
    ("missing_windows", "What the last run could not get", lambda it, _: len(it.missing)),
    ("last_run_requests", "Requests of the last run", lambda it, _: _of_last(it, "requests")),
    ("last_run_waited_seconds", "Its waiting", lambda it, _: _of_last(it, "waited_seconds")),
)


class Told:
    """The standings as a collector of the library takes them."""

    def __init__(self, standings: Iterable[Standing], now: datetime) -> None:
        self._standings, self._now = list(_bounded(standings)), now

    def collect(self) -> Iterator[Metric]:
        """Yield a family for each thing that is told of a stream."""
        runs = GaugeMetricFamily(
            "scarline_runs", "Runs by how they stand", labels=(*LABELS, "state")
        )
        for it in self._standings:
            for state in State:
                runs.add_metric([*_labels(it), state], it.states.get(state, 0))
        yield runs
        for name, what, count in COUNTED:
            counter = CounterMetricFamily(f"scarline_{name}", what, labels=LABELS)
            for it in self._standings:
                counter.add_metric(_labels(it), count(it))
            yield counter
        for name, what, measure in MEASURED:
            gauge = GaugeMetricFamily(f"scarline_{name}", what, labels=LABELS)
            for it in self._standings:
                if (value := measure(it, self._now)) is not None:
                    gauge.add_metric(_labels(it), value)
            yield gauge


@router.get("/metrics", responses=documents.MEASURES, response_class=Response)
async def get_metrics(desk: Open) -> Response:
    """Return metrics in the text format of Prometheus."""
    told = Told(await desk.standings.all(), desk.pipeline.clock())
    body = generate_latest(told) + generate_latest(desk.traffic.registry)
    return Response(body, media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _bounded(standings: Iterable[Standing]) -> Iterator[Standing]:
    """Yield those of the first sources of each stream."""
    told: dict[str, int] = {}
    for it in standings:
        told[it.stream] = told.get(it.stream, 0) + 1
        if told[it.stream] <= MOST_SOURCES:
            yield it


def _labels(it: Standing) -> list[str]:
    return [it.stream, it.source or ""]


def _ended(it: Standing) -> float | None:
    return it.success.ended_at.timestamp() if it.success and it.success.ended_at else None


def _of_last(it: Standing, name: str) -> float | None:
    return it.last.usage.get(name, 0) if it.last else None
