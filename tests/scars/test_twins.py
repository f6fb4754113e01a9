"""A scar finds the earlier ones that it resembles, whatever their order, size and length."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.scars.incidents import TOGETHER
from scarline.scars.twins import ALIKE, Twins, forms, likenesses, twins
from tests.fakes import EPOCH
from tests.scars.scarred import HUMP, PLATEAU, RAMP, WAVE, scar, table

COURSES = (PLATEAU, RAMP, HUMP, WAVE)


def found(rows: Sequence[dict[str, Any]]) -> list[Any]:
    """Return for each scar, oldest first, its twin, likeness, count and last, by what they are."""
    told = twins(table(rows))
    keys = [(row["series"], row["onset"]) for row in rows]
    names = [*keys, None]
    return sorted(
        (
            key,
            names[told.best[at]],
            float(told.likeness[at]),
            int(told.seen[at]),
            names[told.last[at]],
        )
        for at, key in enumerate(keys)
    )


def only(*rows: dict[str, Any]) -> tuple[int, float, int, int]:
    """Return what is found for the last of the rows."""
    told: Twins = twins(table(rows))
    return int(told.best[-1]), float(told.likeness[-1]), int(told.seen[-1]), int(told.last[-1])


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw scars of a few shapes on a few hosts, some of them together."""
    count = draw(st.integers(1, 25))
    rows = [
        scar(
            draw(st.integers(0, 400)) / 12,
            [number + draw(st.floats(-0.1, 0.1)) for number in draw(st.sampled_from(COURSES))],
            host=draw(st.sampled_from(("web-1", "web-2", "db-1"))),
            metric=draw(st.sampled_from(("system.load.1", "system.cpu.user"))),
            missed_by=draw(st.floats(4, 400)),
            points=draw(st.integers(1, 600)),
        )
        for _ in range(count)
    ]
    return list({(row["series"], row["onset"]): row for row in rows}.values())


def test_the_same_again_is_a_twin() -> None:
    """It says which, how often, and when last; the first one has none."""
    rows = [scar(0), scar(24), scar(48), scar(72)]
    told = twins(table(rows))
    assert told.best.tolist() == [-1, 0, 1, 2]
    assert told.last.tolist() == [-1, 0, 1, 2]
    assert told.seen.tolist() == [0, 1, 2, 3]
    assert told.likeness.tolist() == [0.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("other", [RAMP, HUMP, WAVE, [-1.0] * 24, [1.0, *[0.0] * 22, 1.0]])
def test_another_course_is_none(other: list[float]) -> None:
    """Nor is its mirror image, nor one of another metric."""
    assert only(scar(0, PLATEAU), scar(24, other))[0] == -1


def test_another_metric_or_side_is_none() -> None:
    """Twins are of one metric, and bad on the same side."""
    assert only(scar(0, metric="system.cpu.user"), scar(24))[0] == -1
    assert only(scar(0, direction="both"), scar(24))[0] == -1


def test_of_two_the_likest_is_the_best_and_the_later_the_last() -> None:
    """A twin of the same size is likelier than one that is ten times as large."""
    rows = [scar(0), scar(24, missed_by=200.0), scar(48)]
    best, likeness, seen, last = only(*rows)
    assert (best, likeness, seen, last) == (0, 1.0, 2, 1)


def test_scars_that_start_together_are_one_occasion() -> None:
    """Neither is the twin of the other; seen twice is seen on two days, not on six hosts."""
    hosts = ("web-1", "web-2", "web-3")
    together = [
        scar(24 * day + 0.05 * at, host=it) for day in (0, 1) for at, it in enumerate(hosts)
    ]
    told = twins(table([*together, scar(48)]))
    assert told.seen.tolist() == [0, 0, 0, 1, 1, 1, 2]
    assert told.best[:3].tolist() == [-1, -1, -1]
    late = scar(0) | {"onset": EPOCH + TOGETHER + timedelta(seconds=1), "host": "web-2"}
    assert only(scar(0), late)[0] == 0


def test_what_is_calm_at_the_end_does_not_matter() -> None:
    """An alert goes on until it has been calm for a while: that is no part of what happened."""
    early = [*HUMP, *([0.0] * 4)]
    assert only(scar(0, early), scar(24, [*HUMP, *([0.01] * 40)]))[1] > 0.98


@pytest.mark.parametrize("course", COURSES)
def test_robust_to_size_and_length(course: list[float]) -> None:
    """Three times as large and long is a twin; a thousand times is none."""
    stretched = [float(it) for it in np.repeat(course, 3)]
    like = only(scar(0, course), scar(24, stretched, missed_by=60.0, points=90))
    assert like[0] == 0
    assert ALIKE <= like[1] < 1
    assert only(scar(0, course, points=1), scar(24, course, points=1000))[0] == -1


@given(histories(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[dict[str, Any]], chance: Any) -> None:
    """Shuffled, the same twins."""
    mixed = list(rows)
    chance.shuffle(mixed)
    assert found(mixed) == found(rows)


@given(histories(), st.floats(1.05, 3))
def test_what_all_scars_are_measured_in_does_not_matter(
    rows: list[dict[str, Any]], factor: float
) -> None:
    """All of them so many times as large and twice as long are as alike, but for rounding."""
    other = [
        row | {"missed_by": row["missed_by"] * factor, "interval_seconds": 120} for row in rows
    ]
    own, every = forms(table(rows)), np.arange(len(rows))
    told, again = (likenesses(it, every, every) for it in (own, forms(table(other))))
    assert np.allclose(told, again, atol=0.003)


@given(histories())
def test_a_scar_that_is_taken_away_is_no_twin(rows: list[dict[str, Any]]) -> None:
    """And it changes nothing for the others; nor does one that comes later."""
    before = {row[0]: row for row in found(rows)}
    for gone in range(len(rows)):
        key = (rows[gone]["series"], rows[gone]["onset"])
        after = {row[0]: row for row in found([*rows[:gone], *rows[gone + 1 :]])}
        assert all(key not in row[1:] for row in after.values())
        for own, row in after.items():
            if key not in before[own][1:] and row[3] == before[own][3]:
                assert row == before[own]
            if own[1] <= key[1]:
                assert row == before[own]


@given(histories())
def test_likenesses_say_what_twins_say(rows: list[dict[str, Any]]) -> None:
    """One against all, and all at once."""
    own, every = forms(table(rows)), np.arange(len(rows))
    alike = likenesses(own, every, every)
    told = twins(table(rows))
    assert np.array_equal(np.where(alike.max(axis=1) >= ALIKE, alike.max(axis=1), 0), told.likeness)
    assert alike.min() >= 0
    assert alike.max() <= 1


def test_what_has_no_shape_has_no_twin() -> None:
    """And a table without rows has none either."""
    assert only(scar(0, [0.0] * 24), scar(24, [0.0] * 24))[0] == -1
    assert len(twins(table([])).best) == 0
    assert only(scar(0, missed_by=None), scar(24, missed_by=None))[0] == 0


def test_ten_thousand_scars_are_quick() -> None:
    """All against all of one metric, in far less processor time than a page may wait."""
    chance = np.random.default_rng(1)
    some = [scar(0, [*chance.normal(size=6).cumsum()]) for _ in range(200)]
    rows = table([some[at % 200] for at in range(10_000)])
    onset = np.datetime64(EPOCH.replace(tzinfo=None), "us") + 3_600_000_000 * np.arange(10_000)
    at = rows.schema.get_field_index("onset")
    rows = rows.set_column(at, "onset", pa.array(onset).cast(rows.schema.field(at).type))
    twins(rows.slice(0, 10))
    start = time.process_time()
    told = twins(rows)
    assert time.process_time() - start < 3.0
    assert told.seen.max() >= 9_800 // 200
