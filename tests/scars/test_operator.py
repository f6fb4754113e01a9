"""What an operator of hosts sees: quiet where all is well, one alert where it is not."""

import math
import subprocess
import sys

import numpy as np
import numpy.typing as npt
import pytest

from scarline.errors import UsageError
from scarline.scars import (
    Direction,
    Options,
    ScarOperator,
    alert_series,
    known_direction,
    score_series,
)
from scarline.scars.memory import MEMORY

Floats = npt.NDArray[np.floating]

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
START = 1_740_960_000.0


def noise(rows: int, seed: int = 1) -> Floats:
    """Make values of spread 1 around 0."""
    return np.asarray(np.random.default_rng(seed).normal(size=rows))


def times(rows: int, step: float = MINUTE) -> Floats:
    """Make times of a step each, from a Monday."""
    return START + step * np.arange(rows)


def onsets(values: Floats, step: float = MINUTE, options: Options | None = None) -> list[int]:
    """Return the rows in which an alert begins."""
    ts = times(values.size, step)
    return np.flatnonzero(alert_series(ts, values, options or Options()) >= 0.5).tolist()


def remembered(values: Floats) -> np.void:
    """Return what an operator remembers after minute values."""
    operator = ScarOperator()
    for ts, value in zip(times(values.size).tolist(), values.tolist(), strict=True):
        operator.update(ts, value)
    memory: np.void = np.frombuffer(operator.state(), MEMORY)[0]
    return memory


def daily(rows: int, step: float, height: float) -> Floats:
    """Make the course of days, with a sharp hour in each."""
    day = times(rows, step) % DAY / DAY
    return np.asarray(height * (np.sin(2 * np.pi * day) + 2.0 * ((day > 0.5) & (day < 0.55))))


@pytest.mark.parametrize("value", [0.0, 42.0, 100.0, -1e9, 1e-9])
def test_a_constant_says_nothing(value: float) -> None:
    """Not even where its last bits tremble."""
    trembling = value * (1 + 1e-12 * noise(5000))
    assert onsets(np.full(5000, value)) == []
    assert onsets(trembling) == []
    assert score_series(times(5000), trembling).max() < 0.5


@pytest.mark.parametrize("step", [10.0, MINUTE, 300.0])
@pytest.mark.parametrize("size", [-1000.0, -20.0, 8.0, 50.0])
def test_a_shift_of_the_level_is_one_alert(step: float, size: float) -> None:
    """At once, and never again: the new level is how it is now."""
    values = 50 + noise(5000)
    values[2500:] += size
    found = [row for row in onsets(values, step, Options(false_onsets_per_week=0.1)) if row > 2400]
    assert len(found) == 1
    assert 2500 <= found[0] <= 2503
    values[4500:4510] += 60
    assert [row for row in onsets(values, step) if 4500 <= row < 4503]


def test_a_constant_that_changes_is_one_alert() -> None:
    """A gauge that sticks at 100 % is told once, not for weeks."""
    values = np.repeat([5.0, 100.0], 3000)
    assert onsets(values) == [3000]


def test_a_gauge_that_sticks_is_one_alert_and_it_is_heard_again() -> None:
    """What was noisy and stands still is told once; what happens later is told, too."""
    values = np.concatenate([50 + 5 * noise(3000), np.full(6000, 50.0), 50 + 5 * noise(3000)])
    values[11000:11010] += 60
    found = onsets(values)
    assert len([row for row in found if 3000 <= row < 9000]) == 1
    assert [row for row in found if 11000 <= row < 11010]


def test_outliers_do_not_poison() -> None:
    """After values of a billion, an incident of twelve spreads is found as before."""
    values = noise(8000)
    values[[2000, 2600, 3300, 4100]] = [1e9, -1e12, 1e9, 3e11]
    values[7000:7010] += 12
    assert 7000 <= onsets(values)[-1] < 7010
    for name in ("near_spread", "spread", "step"):
        assert remembered(values[:6000])[name] < 1.5 * remembered(noise(6000))[name]


def test_what_goes_on_is_one_alert() -> None:
    """An incident of forty minutes is one onset, and its end is none."""
    values = noise(5000)
    values[3000:3040] += 15
    assert [row for row in onsets(values) if 2900 < row < 3200] == [3000]


def test_incidents_that_come_again_are_all_found() -> None:
    """Every few hours, of one kind, for nine days: none becomes so usual that it is not told."""
    values = noise(10 * 1440)
    begins = np.arange(1440, values.size - 20, 390)
    for begin in begins:
        values[begin : begin + 10] += 25
    found = onsets(values)
    assert all(any(begin <= row < begin + 3 for row in found) for begin in begins)
    assert len(found) == begins.size


@pytest.mark.parametrize("step", [MINUTE, 300.0, HOUR])
def test_it_learns_the_season(step: float) -> None:
    """A busy hour of each day is told at first and not later; at night it is an incident."""
    days = 28
    rows = int(days * DAY / step)
    values = 100 + daily(rows, step, 20) + noise(rows)
    night = int((21 * DAY + 3 * HOUR) / step)
    length = max(2, int(HOUR / step))
    values[night : night + length] += 40
    found = onsets(values, step, Options(false_onsets_per_week=0.2))
    late = [row for row in found if row * step > 14 * DAY]
    assert [row for row in late if night <= row < night + length]
    assert len(late) <= 2


def nightly(days: int, lasts: int = 8) -> tuple[Floats, list[int]]:
    """Make minutes of noise with a job each day at three, give or take a quarter of an hour."""
    values = noise(days * 1440)
    chance = np.random.default_rng(3)
    begins = [day * 1440 + 180 + int(chance.integers(-15, 15)) for day in range(1, days)]
    for begin in begins:
        values[begin : begin + lasts] += 20 + 2 * noise(lasts, begin)
    return values, begins


def test_what_comes_every_day_at_about_the_same_time_is_told_twice() -> None:
    """On the third day it is a habit: no alert, no score above the line, for as long as it goes."""
    values, begins = nightly(12)
    assert begins[0] <= onsets(values)[0] < begins[0] + 3
    assert len(onsets(values)) == 2
    scores = score_series(times(values.size), values)
    assert max(scores[begin : begin + 8].max() for begin in begins[2:]) < 0.5


def test_a_habit_hides_nothing_else() -> None:
    """Not at another hour, not on the other side, not what is much larger."""
    values, begins = nightly(12)
    other, low, large = 7 * 1440 + 700, begins[10], begins[8]
    values[other : other + 8] += 20
    values[large : large + 8] += 80
    values[low : low + 8] -= 40 + 20
    found = onsets(values)[2:]
    assert len(found) == 3
    for begin, row in zip([other, large, low], found, strict=True):
        assert begin <= row < begin + 8


def test_a_habit_that_stopped_is_forgotten() -> None:
    """What comes again after two weeks, thirteen days of them quiet, is news."""
    values, begins = nightly(24)
    quiet = noise(values.size, 2)
    values[7 * 1440 : 20 * 1440] = quiet[7 * 1440 : 20 * 1440]
    again = begins[19]
    assert [row for row in onsets(values) if again <= row < again + 8]


def test_weekends_are_told_once() -> None:
    """A quieter Saturday and Sunday, at five minutes a step: the second time they are expected."""
    rows = 28 * 288
    days = np.arange(rows) / 288
    values = 100 + noise(rows) - 12 * (np.floor(days % 7) >= 5)
    found = np.array(onsets(values, 300.0)) / 288
    assert 5 <= found[0] < 5.1
    assert found.size <= 2
    assert found.max() < 7.1


def test_a_step_of_a_counter_is_no_incident() -> None:
    """Where values are whole numbers and nearly all the same, the next number is not far off."""
    values = 3.0 + (np.random.default_rng(2).random(5000) < 0.01)
    operator = ScarOperator()
    for ts, value in zip(times(5000).tolist(), values.tolist(), strict=True):
        operator.update(ts, value)
    operator.update(START + 5000 * MINUTE, 4.0)
    assert 3 < operator.last.missed_by < 10
    assert operator.update(START + 5001 * MINUTE, 12.0) > 0.5


def test_what_stands_alone_is_told_and_not_among_its_like() -> None:
    """At an hour a step: the same two values, after quiet weeks and after rough ones."""
    values = noise(28 * 24)
    values[-40:-38] += 5
    assert values.size - 39 in onsets(values, HOUR)
    for begin in range(200, values.size - 60, 31):
        values[begin : begin + 2] += 8
    assert not [row for row in onsets(values, HOUR) if values.size - 40 <= row < values.size - 37]


def test_the_line_falls_where_it_is_quiet() -> None:
    """And is whole again with an incident: an event is twice as strange as all else of late."""
    operator = ScarOperator()
    lines = []
    values = np.append(0.2 * noise(400) + 10 * np.sin(np.arange(400) * np.pi / 12), 60.0)
    for ts, value in zip(times(401, HOUR).tolist(), values.tolist(), strict=True):
        operator.update(ts, value)
        lines.append(float(np.frombuffer(operator.state(), MEMORY)[0]["line"]))
    assert lines[0] == lines[-1] == 1
    assert min(lines) == lines[-2] == pytest.approx(0.7)


@pytest.mark.parametrize("step", [7.0, MINUTE, 900.0])
def test_it_learns_the_interval(step: float) -> None:
    """Gaps are counted in intervals: some values missing is no incident, nor is the gap's end."""
    kept = np.random.default_rng(5).random(4000) > 0.05
    kept[2000:2600] = False
    values = 50 + noise(4000)
    ts = times(4000, step)[kept]
    found = alert_series(ts, values[kept], Options(false_onsets_per_week=0.1)) >= 0.5
    assert not found.any()


def test_the_end_of_a_gap_is_no_alert_though_the_day_went_on() -> None:
    """What was expected a moment before the gap is not expected ten hours later."""
    rows = 5 * 1440
    values = 100 + 50 * np.sin(2 * np.pi * times(rows) / DAY) + 0.2 * noise(rows)
    kept = np.ones(rows, dtype=bool)
    kept[4 * 1440 + 300 : 4 * 1440 + 900] = False
    found = alert_series(times(rows)[kept], values[kept]) >= 0.5
    assert not found[4 * 1440 + 250 : 4 * 1440 + 350].any()


def test_missing_values_are_missing_not_zero() -> None:
    """They have score 0 and say nothing; those around them are judged as ever."""
    values = 50 + noise(3000)
    values[2000:2300] = math.nan
    values[2500] = 90
    scores = score_series(times(3000), values)
    assert (scores[2000:2300] == 0).all()
    assert scores[2301:2490].max() < 0.5
    assert scores[2500] > 0.5


def test_a_clock_that_is_set_back_is_believed_after_some_values() -> None:
    """The first of them are taken for late; then the series goes on as it was."""
    values = 50 + noise(4000)
    values[3500] = 90
    ts = times(4000)
    ts[2000:] -= 30 * DAY
    scores = score_series(ts, values)
    assert (scores[2000:2004] == 0).all()
    assert (scores[2004:3500] > 0).all()
    assert scores[2004:3500].max() < 0.6
    assert scores[3500] > 0.5


def test_it_warms_up_first() -> None:
    """Until it can speak it says so, and has score 0."""
    operator = ScarOperator()
    states: list[str] = []
    for ts, value in zip(times(200).tolist(), noise(200).tolist(), strict=True):
        score = operator.update(ts, value if len(states) != 20 else 1e6)
        states.append(operator.last.state)
        assert score == 0 or operator.last.state != "warming"
    assert states == ["warming"] * 99 + ["steady"] * 101


def test_it_explains_itself() -> None:
    """Which expert, what was expected, the band, by how much it was missed, which side."""
    operator = ScarOperator()
    for ts, value in zip(times(3000).tolist(), (50 + noise(3000)).tolist(), strict=True):
        operator.update(ts, value)
    assert operator.last.state == "steady"
    assert operator.last.low < 50 < operator.last.high
    score = operator.update(START + 3000 * MINUTE, 20.0)
    told = operator.last
    assert told.score == score > 0.5
    assert (told.onset, told.state, told.direction) == (True, "raised", Direction.LOW)
    assert told.expert in {"spike", "level", "extreme"}
    assert told.expected == pytest.approx(50, abs=1.5)
    assert told.low > 20
    assert told.missed_by == pytest.approx(-30 / np.sqrt(2 / np.pi), rel=0.2)
    operator.update(START + 3001 * MINUTE, 20.0)
    assert (operator.last.onset, operator.last.state) == (False, "raised")


def test_a_band_is_where_the_score_would_stay_below_the_line() -> None:
    """Just within it the level expert says less than 0.5, well beyond it some expert more."""
    operator = ScarOperator()
    for ts, value in zip(times(3000).tolist(), (50 + noise(3000)).tolist(), strict=True):
        operator.update(ts, value)
    state, at = operator.state(), START + 3000 * MINUTE
    operator.update(at, 50.0)
    high, expected = operator.last.high, operator.last.expected
    assert ScarOperator.resumed(state).update(at, expected + 0.8 * (high - expected)) < 0.5
    assert ScarOperator.resumed(state).update(at, expected + 1.3 * (high - expected)) > 0.5


@pytest.mark.parametrize(
    ("direction", "found"),
    [(Direction.BOTH, [3000, 4000]), (Direction.HIGH, [3000]), (Direction.LOW, [4000])],
)
def test_a_direction_is_kept(direction: Direction, found: list[int]) -> None:
    """The side that is harmless raises nothing."""
    values = noise(5000)
    values[3000] += 30
    values[4000] -= 30
    assert onsets(values, options=Options(direction)) == found


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        ("system.cpu.idle", Direction.LOW),
        ("system.mem.pct_usable", Direction.LOW),
        ("system.load.1", Direction.HIGH),
        ("trace.web.request.errors", Direction.HIGH),
        ("shop.orders.count", Direction.BOTH),
    ],
)
def test_directions_of_well_known_metrics_are_known(metric: str, direction: Direction) -> None:
    """Nobody is woken because the CPU is idle, unless that was asked for."""
    assert known_direction(metric) == direction
    idle = ScarOperator(metric="system.cpu.idle")
    asked = ScarOperator(Options(Direction.BOTH), "system.cpu.idle")
    for ts, value in zip(times(300).tolist(), (20 + noise(300)).tolist(), strict=True):
        idle.update(ts, value)
        asked.update(ts, value)
    at = START + 300 * MINUTE
    assert idle.update(at, 99.0) < 0.5 < asked.update(at, 99.0)


def test_the_budget_can_be_set_and_is_about_what_comes() -> None:
    """Two weeks of noise with light and heavier tails: as many false onsets as were granted."""
    rates = {}
    for budget in (0.1, 1.0, 10.0):
        options = Options(false_onsets_per_week=budget)
        found = 0
        for seed in range(12):
            chance = np.random.default_rng(seed)
            found += len(onsets(chance.standard_t((6, 30)[seed % 2], 20160), options=options))
        rates[budget] = found / 24
    assert rates[0.1] <= 0.1
    assert 0.2 < rates[1.0] <= 1
    assert 3 < rates[10.0] < 15


@pytest.mark.parametrize("budget", [0.0, -1.0, math.nan, math.inf])
def test_a_budget_that_is_no_number_above_0_is_refused(budget: float) -> None:
    """The sentence names the option."""
    with pytest.raises(UsageError, match="false_onsets_per_week"):
        Options(false_onsets_per_week=budget)


def test_alerts_are_onsets_and_scores_go_on() -> None:
    """A score stays high while it is strange; the view of alerts reaches 0.5 once."""
    values = noise(3000)
    values[2000:2020] += 20
    scores, alerts = (form(times(3000), values) for form in (score_series, alert_series))
    assert (scores[2000:2004] > 0.5).all()
    assert np.flatnonzero(alerts >= 0.5).tolist() == [2000]
    assert alerts[2000] == scores[2000]


def test_to_import_it_is_quick() -> None:
    """Commands that judge nothing do not wait for a compiler."""
    asked = "import sys, scarline.scars; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
