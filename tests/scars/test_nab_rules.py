"""The scoring of NAB by its known points, and by rows worked by hand."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.nab import PROFILES, Profile, falling, is_held, normalised, tally, worth

STANDARD = PROFILES["standard"]
WINDOWS = [(40, 49), (80, 89)]


def flags(*rows: int) -> npt.NDArray[np.bool_]:
    """Flag some of a hundred rows."""
    return np.isin(np.arange(100), rows)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_nothing_is_0_and_all_at_once_is_100(profile: Profile) -> None:
    """The two ends of the scale."""
    assert normalised([tally(flags(), WINDOWS, profile)], profile) == 0
    assert normalised([tally(flags(40, 80), WINDOWS, profile)], profile) == pytest.approx(100)


def test_rows_worked_by_hand() -> None:
    """A hit, a miss, a false row far from windows, one just after, and one in probation."""
    middle = (2 / (1 + math.exp(-5 * 0.5)) - 1) / (2 / (1 + math.exp(-5)) - 1)
    after = 2 / (1 + math.exp(5 * 2 / 9)) - 1
    found = tally(flags(3, 20, 45, 47, 51), WINDOWS, STANDARD)
    assert found.points == pytest.approx(middle - 1 - 0.11 + 0.11 * after)
    assert found.windows == 2
    assert middle == pytest.approx(0.8598, abs=1e-4)
    assert after == pytest.approx(-0.5047, abs=1e-4)


def test_what_rows_are_worth() -> None:
    """Early in a window nearly 1, at its end little, outside less than nothing."""
    value, number = worth(100, WINDOWS)
    assert value[40] == pytest.approx(1)
    assert value[49] == pytest.approx((2 / (1 + math.exp(-0.5)) - 1) / 0.98661, abs=1e-5)
    assert value[[0, 39, 77, 78, 79]].tolist() == pytest.approx([-1] * 5, abs=1e-5)
    assert number[[39, 40, 49, 50, 80, 89, 90]].tolist() == [-1, 0, 0, -1, 1, 1, -1]


def test_a_window_counts_once_and_by_its_first_flag() -> None:
    """More flags in it change nothing."""
    assert tally(flags(41, 42, 49), WINDOWS, STANDARD) == tally(flags(41), WINDOWS, STANDARD)


@given(st.floats(-1, 10), st.floats(-1, 10))
def test_later_is_never_worth_more(one: float, other: float) -> None:
    """From the left edge of a window on, the worth falls."""
    early, late = falling(np.array([min(one, other), max(one, other)]))
    assert early >= late


def test_the_halves_are_fixed() -> None:
    """By the digest of the name, for ever."""
    names = ["realTweets/Twitter_volume_AAPL.csv", "realTweets/Twitter_volume_CRM.csv"]
    assert [is_held(name) for name in names] == [True, False]
