"""Single values of a span: what is told in any of its forms, and what is not told at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.sources.datadog.spans_values import (
    EPOCH,
    dug,
    heads,
    instant,
    named,
    number,
    tagged,
    tags,
    text,
    whole,
)

AT = datetime(2025, 10, 30, 14, 17, 38, 897_000, tzinfo=UTC)

TIMES = st.datetimes(datetime(1980, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(TIMES)
def test_the_unit_of_a_time_is_told_by_its_size(at: datetime) -> None:
    """Nano-, micro-, milliseconds and seconds of the same moment are the same moment."""
    micros = (at - EPOCH) // timedelta(microseconds=1)
    assert instant(micros * 1_000) == instant(micros) == instant(str(micros)) == at
    assert instant(micros // 1_000) == at.replace(microsecond=at.microsecond // 1_000 * 1_000)
    assert instant(micros // 1_000_000) == at.replace(microsecond=0)


@pytest.mark.parametrize(
    "told",
    [
        1_761_833_858_897,
        1_761_833_858_897.0,
        "1761833858897",
        "2025-10-30T14:17:38.897Z",
        "2025-10-30T15:17:38.897+01:00",
        "2025-10-30T14:17:38.897",
    ],
    ids=repr,
)
def test_a_time_in_every_form(told: Any) -> None:
    """As a number of any size, and as ISO 8601."""
    assert instant(told) == AT


NO_TIMES: list[Any] = [
    *(None, "", "soon", "12 ns", True, 0, -5, 10**40, float("nan"), float("inf"), [1], {}),
    *(12_345, "9" * 5_000),
]


@pytest.mark.parametrize("told", NO_TIMES, ids=lambda it: repr(it)[:20])
def test_what_is_no_time_after_1973(told: Any) -> None:
    """It is not told."""
    assert instant(told) is None


@pytest.mark.parametrize(("told", "found"), [(3, 3.0), (2.5, 2.5), ("7", 7.0), (0, 0.0)], ids=repr)
def test_a_number_may_stand_in_a_text(told: Any, found: float) -> None:
    """As some tracers write it."""
    assert number(told) == found
    assert whole(told) == int(found)


NO_NUMBERS: list[Any] = [
    *(-1, "-1", "many", None, True, [], float("nan"), float("inf"), "inf", 10**400),
]


@pytest.mark.parametrize("told", NO_NUMBERS, ids=lambda it: repr(it)[:20])
def test_a_number_is_finite_and_not_negative(told: Any) -> None:
    """Anything else is not told."""
    assert number(told) is None
    assert whole(told) is None


def test_a_count_fits_into_64_bits() -> None:
    """The columns hold no more."""
    assert whole(2**63) is None


def test_tags_repeat_their_keys() -> None:
    """Values stand in their order, each once; a tag may have no value, or colons in it."""
    told = ["env:prod", "team:shop", "team:ai", "team:shop", "canary", "version:", "url:a:b", 7]
    assert tags(told) == {
        "env": ("prod",),
        "team": ("shop", "ai"),
        "canary": (),
        "version": (),
        "url": ("a:b",),
    }
    assert tags({"env": "prod", "n": 3, "team": ["a", None]}) == {
        "env": ("prod",),
        "n": ("3",),
        "team": ("a",),
    }
    assert tags("env:prod") == tags(None) == {}


def test_the_first_of_several_names_that_has_a_value_counts() -> None:
    """Flat or nested."""
    assert tagged(tags(["a:", "b:1", "c:2"]), "a", "b", "c") == "1"
    assert tagged({}, "a") is None
    told = {"usr.id": "", "user": {"id": 7}, "a": {"b.c": "no"}}
    assert named(told, "usr.id", "user.id") == "7"
    assert dug({"a.b": 1, "a": {"b": 2}}, "a.b") == 1
    assert dug({"a": {"b": {"c": 3}}}, "a.b.c") == 3
    assert dug({"a": 1}, "a.b") is None


@pytest.mark.parametrize(("told", "found"), [("x", "x"), (12, "12"), ("", None), (True, None)])
def test_ids_are_kept_as_text(told: Any, found: str | None) -> None:
    """Decimal ids may come as numbers."""
    assert text(told) == found


OBJECTS = st.recursive(
    st.just("told"),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "a.b", "c"]), inner, min_size=1),
    max_leaves=4,
)


@given(OBJECTS, st.lists(st.sampled_from(["a", "a.b", "a.b.c", "b.c"]), min_size=1, max_size=2))
def test_where_no_key_can_lead_to_a_name_nothing_stands_under_it(told: Any, paths: Any) -> None:
    """So that most objects need no search."""
    if isinstance(told, dict) and named(told, *paths) is not None:
        assert not told.keys().isdisjoint(heads(*paths))
