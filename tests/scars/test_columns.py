"""Thousands of series at once say what each would say alone."""

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.errors import UsageError
from scarline.kinds import METRIC_POINT
from scarline.scars import SCORED, Key, Options, ScarOperator, detect

START = datetime(2025, 3, 3, tzinfo=UTC).timestamp()


def points(series: list[tuple[str, str, str, list[float]]], first: int = 0) -> pa.RecordBatch:
    """Make minute points of series: metric, host, unit, values from the minute ``first`` on."""
    rows = [
        {
            "source": "datadog",
            "metric": metric,
            "host": host,
            "tags": "",
            "interval_seconds": 60,
            "aggregation": "avg",
            "unit": unit,
            "ts": datetime.fromtimestamp(START + 60 * (first + row), UTC),
            "value": value,
        }
        for metric, host, unit, values in series
        for row, value in enumerate(values)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=METRIC_POINT.schema)


def walk(seed: int, rows: int = 300) -> list[float]:
    """Make a series with an incident in it."""
    values = np.random.default_rng(seed).normal(size=rows)
    values[-30:] += 12
    return [float(value) for value in values]


def alone(metric: str, values: list[float]) -> ScarOperator:
    """Feed an operator with minute values."""
    operator = ScarOperator(metric=metric)
    for row, value in enumerate(values):
        operator.update(START + 60 * row, value)
    return operator


SERIES = [
    ("system.load.1", "a", "", walk(1)),
    ("system.cpu.idle", "a", "percent", walk(2)),
    ("system.load.1", "b", "", walk(3)),
]


def key(metric: str, host: str) -> Key:
    """Name a series."""
    return ("datadog", metric, host, "", 60, "avg")


def test_each_series_has_its_own_memory_and_direction() -> None:
    """The states are those of operators that saw one series each; so is the last row."""
    scored, states = detect(points(SERIES), {})
    assert scored.schema == SCORED
    ends = np.cumsum([len(values) for *_, values in SERIES]) - 1
    for (metric, host, _, values), end in zip(SERIES, ends, strict=True):
        operator = alone(metric, values)
        assert states[key(metric, host)] == operator.state()
        row, told = scored.slice(int(end), 1).to_pylist()[0], operator.last
        assert row == {
            "score": told.score,
            "onset": told.onset,
            "state": told.state,
            "expert": told.expert,
            "direction": str(told.direction),
            "expected": told.expected,
            "low": told.low,
            "high": told.high,
            "missed_by": told.missed_by,
        }
    assert len(states) == 3


def test_an_onset_is_where_the_incident_begins_unless_it_is_harmless() -> None:
    """Load that rises is bad, a CPU that idles is not."""
    scored, _ = detect(points(SERIES), {})
    onsets = np.flatnonzero(scored.column("onset").to_numpy(zero_copy_only=False))
    assert onsets.size == 2
    assert ((onsets >= [270, 870]) & (onsets <= [273, 873])).all()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 299), max_size=6, unique=True))
def test_in_pieces_or_whole_it_is_the_same(cuts: list[int]) -> None:
    """However a pull cuts the points, scores and states are the same."""
    whole, last = detect(points(SERIES), {})
    states: dict[Key, bytes] = {}
    parts: list[list[float]] = [[] for _ in SERIES]
    for first, end in pairwise([0, *sorted(cuts), 300]):
        part = points([(m, h, u, v[first:end]) for m, h, u, v in SERIES], first)
        scored, states = detect(part, states)
        for own, piece in zip(parts, np.split(scored.column("score").to_numpy(), 3), strict=True):
            own.extend(piece.tolist())
    assert [score for own in parts for score in own] == whole.column("score").to_pylist()
    assert states == last


def test_a_series_goes_on_where_its_unit_changes() -> None:
    """The unit describes a series, it does not make another of it."""
    values, metric = walk(4), "system.load.1"
    parts = [
        points([(metric, "a", "", values[:200])]),
        points([(metric, "a", "x", values[200:])], 200),
        points([(metric, "b", "", walk(5))]),
    ]
    rows = pa.Table.from_batches(parts).combine_chunks().to_batches()[0]
    _, states = detect(rows, {})
    assert states == {
        key(metric, "a"): alone(metric, values).state(),
        key(metric, "b"): alone(metric, walk(5)).state(),
    }


def test_series_that_are_not_in_the_points_are_left_alone() -> None:
    """Only new states come back."""
    _, states = detect(points(SERIES), {})
    _, more = detect(points([("system.load.1", "c", "", [1.0])]), states)
    assert list(more) == [key("system.load.1", "c")]


def test_no_points_no_rows() -> None:
    """An empty batch is as good as any."""
    scored, states = detect(points([]), {})
    assert (scored.num_rows, states) == (0, {})


def test_what_was_not_judged_is_null() -> None:
    """A missing value has no expectation, and no expert."""
    scored, _ = detect(points([("system.load.1", "a", "", [1.0, float("nan")])]), {})
    row = scored.to_pylist()[1]
    assert (row["score"], row["state"], row["expert"], row["expected"]) == (
        0.0,
        "missing",
        None,
        None,
    )


def test_a_budget_stays_with_the_series() -> None:
    """The options are in the state: who began with some goes on with them."""
    strict = Options(false_onsets_per_week=0.01)
    _, states = detect(points(SERIES), {}, strict)
    operator = ScarOperator(strict, "system.load.1")
    for row, value in enumerate(walk(1)):
        operator.update(START + 60 * row, value)
    assert states[key("system.load.1", "a")] == operator.state()


def test_a_state_that_is_none_is_refused() -> None:
    """With a sentence."""
    with pytest.raises(UsageError, match="no state of a ScarOperator"):
        detect(points(SERIES), {key("system.load.1", "b"): b"x"})
