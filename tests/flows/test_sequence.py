"""The order of change: what is called comes first, and a circle changes at one time."""

import random
import time
from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from scarline.flows.sequence import Step, sequence

Flows = list[tuple[str, str]]

SYSTEMS = st.sampled_from("abcde")
FLOWS = st.lists(st.tuples(SYSTEMS, SYSTEMS | st.just("")), max_size=15)


def steps(flows: Flows) -> list[Step]:
    """Return the order of change for flows from one system to another."""
    return sequence(
        pa.table(
            {
                "system_from": pa.array([it[0] for it in flows], pa.string()),
                "system_to": pa.array([it[1] for it in flows], pa.string()),
            }
        )
    )


def leads(flows: Flows, start: str) -> set[str]:
    """Return the systems that can be reached from one, itself included."""
    found, front = {start}, {start}
    while front:
        front = {callee for caller, callee in flows if caller in front and callee} - found
        found |= front
    return found


def test_an_estate_is_ordered_from_what_everybody_calls() -> None:
    """A circle of three is one step; mail calls none and is called by none."""
    flows = [("web", "orders"), ("orders", "stock"), ("stock", "ship"), ("ship", "orders")]
    expected = [
        Step(0, ("db",)),
        Step(0, ("mail",)),
        Step(1, ("orders", "ship", "stock")),
        Step(2, ("web",)),
    ]
    assert expected == steps([*flows, ("stock", "db"), ("mail", "")])


@given(FLOWS)
def test_every_system_stands_once(flows: Flows) -> None:
    """None is lost, none changed twice."""
    found = [system for step in steps(flows) for system in step.systems]
    assert sorted({system for flow in flows for system in flow} - {""}) == sorted(found)


@given(FLOWS)
def test_every_flow_leads_to_an_earlier_step_of_a_lower_level_or_stays_within_one(
    flows: Flows,
) -> None:
    """So nothing is changed before what it calls."""
    found = steps(flows)
    place = {system: n for n, step in enumerate(found) for system in step.systems}
    for caller, callee in flows:
        if callee and place[caller] != place[callee]:
            assert place[callee] < place[caller]
            assert found[place[callee]].level < found[place[caller]].level
    assert all(one.level <= other.level for one, other in pairwise(found))


@given(FLOWS)
def test_a_step_holds_those_that_reach_one_another(flows: Flows) -> None:
    """And no others."""
    for step in steps(flows):
        for system in step.systems:
            circle = {other for other in leads(flows, system) if system in leads(flows, other)}
            assert circle == set(step.systems)


@given(FLOWS)
def test_a_level_is_as_low_as_it_can_be(flows: Flows) -> None:
    """It is one more than the highest that it needs."""
    found = steps(flows)
    level = {system: step.level for step in found for system in step.systems}
    for step in found:
        needed = {b for a, b in flows if a in step.systems and b and b not in step.systems}
        assert step.level == max((level[it] for it in needed), default=-1) + 1


@given(FLOWS, st.randoms(use_true_random=False))
def test_the_order_of_the_flows_does_not_matter(flows: Flows, chance: random.Random) -> None:
    """The same estate has the same order, whatever the store gives first."""
    mixed = [*flows, *flows]
    chance.shuffle(mixed)
    assert steps(flows) == steps(mixed)


def test_a_large_estate_takes_less_than_a_second() -> None:
    """10,000 services and 30,000 flows; a chain as long needs no deep recursion."""
    chance = random.Random(4)  # noqa: S311 - the estate is the same each time
    names = [f"service-{n:05}" for n in range(10_000)]
    flows = [(chance.choice(names), chance.choice(names)) for _ in range(20_000)]
    flows += pairwise(names)
    start = time.perf_counter()
    found = steps(flows)
    assert time.perf_counter() - start < 1
    assert sum(len(step.systems) for step in found) == 10_000
    assert len(steps(list(pairwise(names)))) == 10_000
