"""What hypothesis makes up: histories of pulls whose answers overlap and contradict."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from scarline.ledger import Run
from scarline.model import METRIC_POINT, Batch
from scarline.pipeline import Pipeline
from scarline.ports import Query, Store
from tests.fakes import EPOCH, Clock, FakeSource, batch

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
ANSWERS = st.builds(answer, ROWS, st.sampled_from(["percent", "fraction", None]))
PULLS = st.lists(st.lists(ANSWERS, max_size=3), min_size=1, max_size=4)

modest = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)


def moment(number: int) -> datetime:
    """Return when the pull of that number begins."""
    return EPOCH + timedelta(days=30, hours=number)


def pipeline(
    store: Store, steps: Sequence[Any], number: int = 0, *, resuming: bool = True
) -> Pipeline:
    """Return a pipeline at the moment of pull ``number``, with a source that plays ``steps``."""
    return Pipeline({"metrics": FakeSource(steps, resuming=resuming)}, store, Clock(moment(number)))


async def play(store: Store, history: Sequence[tuple[int, Sequence[Batch]]]) -> list[Run]:
    """Pull each of the numbered answers of ``history`` in its own run, at its own moment."""
    return [
        await pipeline(store, steps, number, resuming=False).pull("metrics")
        for number, steps in history
    ]


async def shown(store: Store) -> list[dict[str, Any]]:
    """Return all that the store shows."""
    rows: list[dict[str, Any]] = (await store.find(Query(METRIC_POINT))).to_pylist()
    return rows
