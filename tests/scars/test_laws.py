"""What holds for every series, whatever is in it."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scarline.errors import UsageError
from scarline.scars import Options, ScarOperator, alert_series, score_series
from scarline.scars.memory import MEMORY

Floats = npt.NDArray[np.float64]

NUMBERS = st.floats() | st.sampled_from([0.0, 1.0, 1e9, math.nan, math.inf])
STEPS = st.sampled_from([60.0, 60.0, 60.0, 60.0, 300.0, 0.0, -60.0, -1e6, 1e6, math.nan])
SERIES = st.lists(st.tuples(STEPS, NUMBERS), min_size=1, max_size=60)


@st.composite
def wild(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """Draw a series with anything in it, most of it after the operator has warmed."""
    seed = draw(st.integers(0, 2**32 - 1))
    quiet = np.random.default_rng(seed).normal(size=draw(st.sampled_from([0, 150, 400])))
    tail = draw(SERIES)
    steps = np.array([*(60.0 for _ in quiet), *(step for step, _ in tail)])
    ts = 1_700_000_000.0 + np.nancumsum(steps)
    ts[np.isnan(steps)] = math.nan
    return ts, np.array([*quiet, *(value for _, value in tail)])


def stepwise(operator: ScarOperator, ts: Floats, values: Floats) -> list[float]:
    """Feed values one by one."""
    return [operator.update(t, v) for t, v in zip(ts.tolist(), values.tolist(), strict=True)]


@settings(deadline=None)
@given(wild())
def test_scores_are_numbers_from_0_to_1(series: tuple[Floats, Floats]) -> None:
    """No input, however strange, gives anything else."""
    for scores in (score_series(*series), alert_series(*series)):
        assert ((scores >= 0) & (scores <= 1)).all()


@settings(deadline=None)
@given(wild())
@example((np.array([60.0, 120.0]), np.array([0.0, 1e39])))
@example((np.array([1e300, 1e305]), np.array([0.0, 1.0])))
@example((np.array([-1e25, 1e19, 2e19, 1e25]), np.array([0.0, 1.0, 2.0, 3.0])))
def test_no_input_leaves_a_memory_that_is_no_number(series: tuple[Floats, Floats]) -> None:
    """What is nan or infinite once stays so: nothing of it may be kept."""
    operator = ScarOperator()
    stepwise(operator, *series)
    memory = np.frombuffer(operator.state(), MEMORY)[0]
    assert all(np.isfinite(memory[name]).all() for name in MEMORY.names or ())


@settings(deadline=None)
@given(wild(), st.integers(0, 500), NUMBERS)
def test_the_future_changes_nothing(series: tuple[Floats, Floats], cut: int, other: float) -> None:
    """The prefix of a series has the prefix of its scores, whatever comes after it."""
    ts, values = series
    changed = values.copy()
    changed[cut:] = other
    for form in (score_series, alert_series):
        whole = form(ts, values)[:cut].tolist()
        assert whole == form(ts[:cut], values[:cut]).tolist()
        assert whole == form(ts, changed)[:cut].tolist()


@settings(deadline=None)
@given(wild())
def test_a_stream_and_a_batch_say_the_same(series: tuple[Floats, Floats]) -> None:
    """One by one or all at once: the same numbers to the last bit."""
    assert stepwise(ScarOperator(), *series) == score_series(*series).tolist()


@settings(deadline=None)
@given(wild(), st.integers(0, 500))
def test_stopped_and_gone_on_is_never_stopped(series: tuple[Floats, Floats], cut: int) -> None:
    """Saved and loaded anywhere: the same scores and the same state, in at most 4096 bytes."""
    ts, values = series
    first = ScarOperator(Options(false_onsets_per_week=0.3), "system.cpu.idle")
    whole = ScarOperator(Options(false_onsets_per_week=0.3), "system.cpu.idle")
    scores = stepwise(first, ts[:cut], values[:cut])
    second = ScarOperator.resumed(first.state())
    scores += stepwise(second, ts[cut:], values[cut:])
    assert scores == stepwise(whole, ts, values)
    assert second.state() == whole.state()
    assert len(second.state()) <= 4096


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), NUMBERS, st.floats(0, 1e9))
def test_late_and_repeated_values_change_nothing(seed: int, other: float, late: float) -> None:
    """A value that came before, or that is missing, has score 0 and is not learnt."""
    chance = np.random.default_rng(seed)
    operator, whole = ScarOperator(), ScarOperator()
    for row, value in enumerate(chance.normal(size=300).tolist()):
        ts = 1_700_000_000.0 + 60.0 * row
        assert operator.update(ts, value) == whole.update(ts, value)
        if chance.random() < 0.3:
            assert operator.update(ts, other) == 0
            assert operator.update(ts - late, other) == 0
            assert operator.update(ts + 60, math.nan) == 0


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e6), st.floats(-1e3, 1e3))
def test_a_score_has_no_unit(seed: int, scale: float, offset: float) -> None:
    """Percent, bytes or Fahrenheit: the same series has the same onsets."""
    values = np.random.default_rng(seed).normal(size=900)
    values[700:720] += 15
    ts = 1_700_000_000.0 + 60.0 * np.arange(values.size)
    plain = alert_series(ts, values + 3) >= 0.5
    assert plain.any()
    assert (plain == (alert_series(ts, scale * (values + 3 + offset)) >= 0.5)).mean() > 0.99


@pytest.mark.parametrize(
    "state", [b"", b"SCAR", bytes(MEMORY.itemsize), ScarOperator().state() + b"0"]
)
def test_what_is_no_state_is_refused(state: bytes) -> None:
    """The sentence says what to do."""
    with pytest.raises(UsageError, match="feed it the stored points again"):
        ScarOperator.resumed(state)


def test_columns_of_different_lengths_are_refused() -> None:
    """A time for each value."""
    with pytest.raises(UsageError, match="one time for each value"):
        score_series([1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    "given",
    ["12", ["1", "2"], [1.0, "2"], [1.0, [2.0]], [1.0, 2j], np.array([1, 2], "M8[s]"), {"a": 1}],
)
@pytest.mark.parametrize("form", [score_series, alert_series])
def test_what_is_no_number_is_refused(given: Any, form: Callable[..., Floats]) -> None:
    """Times or values: the sentence says which, and what to give."""
    with pytest.raises(UsageError, match=r"the times are not all numbers: give a flat list"):
        form(given, [1.0, 2.0])
    with pytest.raises(UsageError, match=r"the values are not all numbers: give a flat list"):
        form([1.0, 2.0], given)


@pytest.mark.parametrize("given", [1.0, [[1.0, 2.0], [3.0, 4.0]]])
def test_what_is_not_one_series_is_refused(given: Any) -> None:
    """One number, or a table of them."""
    with pytest.raises(UsageError, match="in one dimension"):
        score_series(given, given)


def test_what_else_holds_numbers_is_taken() -> None:
    """Whole numbers, None for a value that is missing, decimals, columns of Arrow."""
    ts, values = list(range(0, 60 * 300, 60)), [*(float(it % 7) for it in range(299)), math.nan]
    plain = score_series(np.array(ts, dtype=np.float64), np.array(values)).tolist()
    assert score_series(ts, np.array([*values[:-1], None])).tolist() == plain
    assert score_series(pa.array(ts), pa.chunked_array([values[:9], values[9:]])).tolist() == plain
    assert max(plain) > 0
