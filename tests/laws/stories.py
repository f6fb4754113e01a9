"""What hypothesis makes up: histories of pulls whose answers overlap and contradict."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from scarline.kinds import INTEGRATION_FLOW, LLM_FAILURE, METRIC_POINT
from scarline.ledger import Run
from scarline.model import Batch
from scarline.pipeline import Pipeline
from scarline.ports import Query, Store
from scarline.stores.firestore.store import FirestoreStore
from tests.fakes import EPOCH, Clock, FakeSource, batch, failed, failures, loaded

Rows = dict[tuple[str, str, int], float]


def answer(rows: Rows, unit: str | None) -> Batch:
    """Return a batch of ``rows``."""
    return batch(*[(*key, value) for key, value in rows.items()], unit=unit)


# A few names, times and values, so that answers meet: here and there a value is seen first,
# seen again, replaced, and seen once more.
ROWS: st.SearchStrategy[Rows] = st.dictionaries(
    st.tuples(
        st.sampled_from(["cpu", "load"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from([0, 1, 2, 3, 7, 10_080]),  # the last one lies in another partition
    ),
    st.sampled_from([0.0, 1.0, -2.5]),
    max_size=8,
)
POINTS = st.builds(answer, ROWS, st.sampled_from(["percent", "fraction", None]))

# The same of records: of few keys, each with one of few stories.
SPANS = st.tuples(st.sampled_from(["t1", "t2"]), st.sampled_from(["s1", "s2", "s10"]))
STORIES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "failed_at": st.sampled_from([EPOCH, EPOCH + timedelta(minutes=1)]),
        "trace_payload": st.sampled_from(["", '{"a": 1}', None]),
        "cost_usd": st.sampled_from([0.0, -0.0, 0.1]),
        "status_code": st.sampled_from([500, None]),
    },
)


def told(spans: dict[tuple[str, str], dict[str, Any]]) -> Batch:
    """Return a batch of failed spans, by key."""
    return failed(
        *[{"trace_id": trace, "span_id": span, **own} for (trace, span), own in spans.items()]
    )


RECORDS = st.builds(told, st.dictionaries(SPANS, STORIES, max_size=5))
# Flows between three systems; some loads tell of all that prod has, and so of what is gone.
PAIRS = st.tuples(st.sampled_from("ab"), st.sampled_from(["", "a", "c"]))
CALLS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "latency_ms": st.sampled_from([0.0, 12.5, None]),
        "env": st.sampled_from(["prod", "test"]),
    },
)
LOADS = st.builds(
    lambda flows, envs: loaded(flows, *envs),
    st.dictionaries(PAIRS, CALLS, max_size=5),
    st.sampled_from([(), ("prod",), ("prod", "test")]),
)
RESUMED = st.one_of(POINTS, RECORDS)
"""What may come in parts: a source that tells of everything tells it all in one run."""

ANSWERS = st.one_of(RESUMED, LOADS)
PULLS = st.lists(st.lists(ANSWERS, max_size=3), min_size=1, max_size=4)

modest = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)


def moment(number: int) -> datetime:
    """Return when the pull of that number begins."""
    return EPOCH + timedelta(days=30, hours=number)


def takes_points(store: Store) -> bool:
    """Return whether ``store`` holds metric points, and not records only."""
    return not isinstance(getattr(store, "_store", store), FirestoreStore)


def taken(store: Store, step: Any) -> Any:
    """Return a step as ``store`` takes it: points told as failed spans if it has records only."""
    if takes_points(store) or not isinstance(step, Batch) or step.kind is not METRIC_POINT:
        return step
    rows = [
        {"trace_id": point["metric"], "span_id": f"{point['host']} {point['ts']}"}
        | {"failed_at": point["ts"], "cost_usd": point["value"], "version": point["unit"]}
        for point in step.rows.to_pylist()
    ]
    return replace(step, kind=LLM_FAILURE, rows=failures(*rows))


def pipeline(
    store: Store, steps: Sequence[Any], number: int = 0, *, resuming: bool = True
) -> Pipeline:
    """Return a pipeline at the moment of pull ``number``, with a source that plays ``steps``."""
    source = FakeSource([taken(store, step) for step in steps], resuming=resuming)
    return Pipeline({"metrics": source}, store, Clock(moment(number)))


async def play(store: Store, history: Sequence[tuple[int, Sequence[Batch]]]) -> list[Run]:
    """Pull each of the numbered answers of ``history`` in its own run, at its own moment."""
    return [
        await pipeline(store, steps, number, resuming=False).pull("metrics")
        for number, steps in history
    ]


async def shown(store: Store) -> list[dict[str, Any]]:
    """Return all that the store shows: the points, then the failed spans."""
    kinds = (*([METRIC_POINT] if takes_points(store) else []), LLM_FAILURE, INTEGRATION_FLOW)
    tables = [await store.find(Query(kind)) for kind in kinds]
    return [row for table in tables for row in table.to_pylist()]
