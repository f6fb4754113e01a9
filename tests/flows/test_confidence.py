"""The confidence of a flow: within bounds, and never less for knowing more."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import UsageError
from scarline.flows.confidence import KNOWN, WEIGHTS, confidence
from scarline.kinds import INTEGRATION_FLOW

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LIKE = {
    "source": "datadog",
    "env": "prod",
    "system_from": "basket",
    "system_to": "orders",
    "flow_id": "0",
    "status": "healthy",
    "tags": "",
}
FLOW = st.fixed_dictionaries(
    {
        "known_by": st.sampled_from(sorted(KNOWN)),
        "last_seen": st.none() | st.integers(-99, 99).map(lambda days: NOW + timedelta(days=days)),
        "latency_ms": st.none() | st.floats(0, 1e6),
        "error_rate": st.none() | st.floats(0, 1),
        "owner_team": st.none() | st.just("sales"),
    }
)
RUNS = st.integers(0, 50).flatmap(lambda loads: st.tuples(st.integers(0, loads), st.just(loads)))


def believed(facts: Mapping[str, Any], seen: int = 1, loads: int = 1) -> float:
    """Return the confidence of one flow."""
    rows = pa.RecordBatch.from_pylist([LIKE | dict(facts)], schema=INTEGRATION_FLOW.schema)
    return float(confidence(rows, NOW, np.array([seen]), np.array([loads]))[0])


@given(FLOW, RUNS)
def test_it_is_from_0_to_1(facts: Mapping[str, Any], runs: tuple[int, int]) -> None:
    """Whatever is known."""
    assert 0 < believed(facts, *runs) <= 1


@given(FLOW, RUNS, st.integers(1, 99))
def test_older_is_believed_less(facts: Mapping[str, Any], runs: tuple[int, int], days: int) -> None:
    """And a time to come counts as now."""
    later = facts["last_seen"] or NOW
    earlier = {**facts, "last_seen": min(later, NOW) - timedelta(days=days)}
    assert believed(earlier, *runs) < believed({**facts, "last_seen": later}, *runs)


@given(FLOW, RUNS, st.sampled_from(["latency_ms", "error_rate", "owner_team"]))
def test_each_number_that_is_known_adds_as_much(
    facts: Mapping[str, Any], runs: tuple[int, int], name: str
) -> None:
    """A third of the weight of coverage, and a latency of 0 is known."""
    without, known = {**facts, name: None}, {**facts, name: "x" if "team" in name else 0.0}
    gained = believed(known, *runs) - believed(without, *runs)
    assert gained == pytest.approx(WEIGHTS["coverage"] / 3)


@given(FLOW, st.integers(0, 50), st.integers(1, 50))
def test_a_flow_seen_in_more_of_the_loads_is_believed_more(
    facts: Mapping[str, Any], seen: int, more: int
) -> None:
    """Of as many loads; and the same share of more loads counts more."""
    loads = seen + more
    assert believed(facts, seen, loads) < believed(facts, seen + 1, loads)
    assert believed(facts, loads, loads) < believed(facts, loads + 1, loads + 1)


@given(FLOW, RUNS)
def test_observed_is_more_than_declared_is_more_than_inferred(
    facts: Mapping[str, Any], runs: tuple[int, int]
) -> None:
    """In this order."""
    ways = ("inferred", "declared", "observed")
    inferred, declared, observed = (believed({**facts, "known_by": it}, *runs) for it in ways)
    assert inferred < declared < observed


def test_the_formula_is_the_one_that_is_written() -> None:
    """By hand: a week old, two of three known, one load of one, declared."""
    facts = {
        "known_by": "declared",
        "last_seen": NOW - timedelta(days=7),
        "latency_ms": 1.0,
        "owner_team": "sales",
    }
    by_hand = 0.35 * 0.5 + 0.2 * 2 / 3 + 0.2 * 2 / 3 + 0.25 * 0.8
    assert believed(facts) == pytest.approx(by_hand)
    unknown = believed({**facts, "last_seen": None})
    assert unknown == pytest.approx(by_hand)  # the middle is what a week leaves
    assert sum(WEIGHTS.values()) == pytest.approx(1)


@given(FLOW, RUNS, st.floats(0, 1))
def test_what_the_source_told_stays(
    facts: Mapping[str, Any], runs: tuple[int, int], told: float
) -> None:
    """It knows its flows better than we."""
    assert told == believed({**facts, "confidence": told}, *runs)


def test_a_table_from_a_store_is_read_as_rows_are() -> None:
    """In as many chunks as it comes."""
    row = pa.RecordBatch.from_pylist([{**LIKE, "known_by": "observed"}], INTEGRATION_FLOW.schema)
    table = pa.Table.from_batches([row, row])
    found = confidence(table, NOW, np.array([1, 1]), np.array([1, 1]))
    assert found.tolist() == [believed({"known_by": "observed"})] * 2


@pytest.mark.parametrize(
    ("seen", "loads", "now"), [(2, 1, NOW), (-1, 1, NOW), (1, 1, NOW.replace(tzinfo=None))]
)
def test_counts_that_cannot_be_and_a_naive_time_are_refused(
    seen: int, loads: int, now: datetime
) -> None:
    """Before a number comes out that looks right."""
    rows = pa.RecordBatch.from_pylist([{**LIKE, "known_by": "observed"}], INTEGRATION_FLOW.schema)
    with pytest.raises(UsageError):
        confidence(rows, now, np.array([seen]), np.array([loads]))
