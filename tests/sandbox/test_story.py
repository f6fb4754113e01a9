"""Incidents mark the hosts they name, leave the others quiet, and come back with the weeks."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scarline.sandbox import Incident, World
from scarline.sandbox.catalogue import METRICS
from scarline.sandbox.evaluate import Frame, evaluate
from scarline.sandbox.query import parse
from scarline.sandbox.signals import Moments
from tests.sandbox.conftest import NOON

HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY
WEEKLY = World(clock=lambda: NOON)
STORY = WEEKLY.incidents(NOON - WEEK, NOON)


def frame(world: World, metric: str, start: float, end: float) -> Frame:
    """Evaluate a metric by host on the finest grain, long after it happened."""
    starts = np.arange(start // 20 * 20, end, 20).astype(np.int64)
    query = parse(f"avg:{metric}{{*}} by {{host,device}}")
    return evaluate(world, query, Moments(starts, 20, NOON + WEEK))


@pytest.mark.parametrize("seed", [1, 7, 2026])
def test_any_day_holds_a_whole_incident(seed: int) -> None:
    """Whatever hour a day is cut at, one incident begins and ends in it."""
    world = World(seed=seed)
    for hour in range(24 * 14):
        start = NOON + hour * HOUR
        whole = [i for i in world.incidents(start, start + DAY) if start <= i.onset < i.ended]
        assert [i for i in whole if i.ended <= start + DAY], hour


def test_incidents_overlap_the_window_and_stand_in_order() -> None:
    """Every incident that touches the window is given, by onset; none that does not."""
    start, end = STORY[3].onset + 1, STORY[6].onset + 1
    assert WEEKLY.incidents(start, end) == STORY[3:7]
    assert WEEKLY.incidents(STORY[3].ended, STORY[3].ended + 1) == ()


@pytest.mark.parametrize("incident", STORY, ids=lambda i: i.id)
def test_struck_hosts_differ_and_quiet_hosts_do_not(incident: Incident) -> None:
    """Against the same estate without a story: struck series move far, all others not at all."""
    metric = incident.metrics[0]
    seen = frame(WEEKLY, metric, incident.onset - HOUR, incident.ended + HOUR)
    calm = frame(_Calm(), metric, incident.onset - HOUR, incident.ended + HOUR)
    gap = np.abs(seen.values - calm.values)
    during = (seen.starts >= incident.onset) & (seen.starts < incident.ended)
    others = STORY + WEEKLY.incidents(NOON, NOON + WEEK)
    named = {h for i in others if _overlap(i, incident) and metric in i.metrics for h in i.hosts}
    noise = np.nanstd(np.diff(calm.values, axis=1), axis=1)
    struck = np.array([group[-1].removeprefix("host:") in named for group in seen.groups])
    assert not np.nan_to_num(gap[~struck]).any()
    mine = np.array([g[-1].removeprefix("host:") in incident.hosts for g in seen.groups])
    strongest = np.nanmax(gap[mine][:, during], axis=1)
    assert (strongest > 4 * noise[mine]).all()


def _overlap(one: Incident, other: Incident) -> bool:
    return one.onset < other.ended + HOUR and one.ended > other.onset - HOUR


class _Calm(World):
    """The same estate in which nothing happens."""

    def incidents(self, start: float, end: float) -> tuple[Incident, ...]:  # noqa: ARG002
        return ()


def test_the_week_brings_the_same_kinds_again() -> None:
    """Same titles and shapes at the same places of the week; other minutes."""
    last = WEEKLY.incidents(NOON - 2 * WEEK, NOON - WEEK)
    assert [(i.title, i.shape) for i in STORY] == [(i.title, i.shape) for i in last]
    assert [i.onset for i in STORY] != [i.onset + WEEK for i in last]
    assert len({i.id for i in (*STORY, *last)}) == len(STORY) + len(last) == 28


def test_seeds_decide() -> None:
    """The same seed gives the same values, another seed others."""
    frames = [frame(World(seed=seed), "system.cpu.user", NOON - HOUR, NOON) for seed in (7, 7, 8)]
    assert np.array_equal(frames[0].values, frames[1].values, equal_nan=True)
    assert not np.array_equal(frames[0].values, frames[2].values, equal_nan=True)


def test_days_and_weeks_have_a_rhythm() -> None:
    """Busy by day, idle by night, and quieter on Sunday."""
    friday, sunday = NOON - 5 * DAY, NOON - 3 * DAY
    means = {
        name: np.nanmean(frame(_Calm(), "system.cpu.user", at, at + HOUR).values)
        for name, at in (
            ("day", friday + 3 * HOUR),
            ("night", friday - 9 * HOUR),
            ("sunday", sunday + 3 * HOUR),
        )
    }
    assert means["day"] > 1.5 * means["night"]
    assert means["day"] > means["sunday"] > means["night"]


@pytest.mark.parametrize("name", METRICS)
def test_values_are_possible(name: str) -> None:
    """Within a day every value is one that the metric can have."""
    world, metric = World(), METRICS[name]
    starts = np.arange(NOON - DAY, NOON, 300).astype(np.int64)
    values = evaluate(
        world, parse(f"avg:{name}{{*}} by {{host}}"), Moments(starts, 300, NOON)
    ).values
    assert np.nanmin(values) >= 0
    unit = metric.units[0].name if metric.units else None
    top = {"percent": 100.0, "fraction": 1.0, "byte": 2.0**40, None: 200.0}[unit]
    assert np.nanmax(values) <= top


@pytest.mark.parametrize("hosts", [1, 2, 9, 10, 1000, 10_000])
def test_estates_of_any_size(hosts: int) -> None:
    """Every size has its hosts, all named apart, and something happens in it."""
    world = World(hosts=hosts)
    assert len(set(world.estate.names)) == hosts
    assert {len(column) for column in world.estate.tags.values()} == {hosts}
    assert all(0 < len(incident.hosts) <= 12 for incident in world.incidents(NOON - DAY, NOON))


@pytest.mark.parametrize("hosts", [0, -1, 10_001])
def test_impossible_estates(hosts: int) -> None:
    """A size beyond reason is refused when the world is made."""
    with pytest.raises(ValueError, match="1 to 10000"):
        World(hosts=hosts)


def test_a_smaller_estate_has_the_same_hosts() -> None:
    """A host's values do not depend on how many others there are."""
    ask: Callable[[int], Any] = lambda hosts: evaluate(  # noqa: E731
        World(hosts=hosts),
        parse("avg:system.cpu.user{host:web-01}"),
        Moments(np.array([int(NOON) // 20 * 20 - 20], dtype=np.int64), 20, NOON),
    ).values.tolist()
    assert ask(20) == ask(40)
