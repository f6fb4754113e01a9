"""Drawings of flows: where systems stand, what crosses, and what stays when something comes."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.flows import ordering
from scarline.flows.layering import MOST_PLACES, layers, parts
from scarline.flows.layout import HEIGHT, drawn
from scarline.flows.redrawing import kept, redrawn
from scarline.flows.sifting import sifted

MOST = 14

Edges = list[tuple[int, int]]

GRAPHS = st.integers(1, MOST).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=30),
    )
)


def ends(edges: Edges) -> tuple[ordering.Longs, ordering.Longs]:
    """Return the starts and the ends of edges."""
    pairs = np.array(edges, np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def names(count: int) -> list[str]:
    """Return names of so many systems."""
    return [f"s{number}" for number in range(count)]


@given(GRAPHS)
def test_every_system_has_a_place_of_its_own(graph: tuple[int, Edges]) -> None:
    """Boxes do not overlap, and the same graph has the same drawing."""
    count, edges = graph
    widths = np.array([84.0 + 9 * (number % 7) for number in range(count)])
    drawing = drawn(count, *ends(edges), widths)
    assert len(drawing.x) == len(drawing.y) == count
    for one, other in combinations(range(count), 2):
        apart_x = abs(drawing.x[one] - drawing.x[other]) >= (widths[one] + widths[other]) / 2
        apart_y = abs(drawing.y[one] - drawing.y[other]) >= HEIGHT
        assert apart_x or apart_y
    again = drawn(count, *ends(edges), widths)
    assert (again.x == drawing.x).all()
    assert (again.y == drawing.y).all()
    assert again.bends == drawing.bends


@given(GRAPHS)
def test_callers_stand_before_what_they_call(graph: tuple[int, Edges]) -> None:
    """Unless they call one another in a circle: then some flow has to lead back."""
    count, edges = graph
    acyclic = sorted({(min(it), max(it)) for it in edges if it[0] != it[1]})
    drawing = drawn(count, *ends(acyclic))
    along = drawing.y if drawing.way.down else drawing.x
    assert all(along[one] < along[other] for one, other in acyclic)


@given(GRAPHS)
def test_flows_bend_within_the_layers_that_they_pass(graph: tuple[int, Edges]) -> None:
    """From their start on, both ways round the same."""
    count, edges = graph
    drawing = drawn(count, *ends(edges))
    for (one, other), points in drawing.bends.items():
        axis = int(drawing.way.down)
        places = [(drawing.x, drawing.y)[axis][it] for it in (one, other)]
        way = [places[0], *(it[axis] for it in points), places[1]]
        assert way in (sorted(way), sorted(way, reverse=True))
        assert drawing.bends[other, one] == list(reversed(points))


@given(GRAPHS)
def test_crossings_are_counted_as_by_hand(graph: tuple[int, Edges]) -> None:
    """Each pair of pieces that stand the other way round at their other ends; and order helps."""
    count, edges = graph
    found = layers(count, *ends([it for it in edges if it[0] != it[1]]))
    places = ordering.ordered(found)
    pieces = list(zip(found.above.tolist(), found.below.tolist(), strict=True))
    by_hand = sum(
        (places[a] - places[c]) * (places[b] - places[d]) < 0
        for (a, b), (c, d) in combinations(pieces, 2)
        if found.layer[a] == found.layer[c]
    )
    assert ordering.crossings(found, places) == by_hand
    for first, last in zip(found.bounds[:-1], found.bounds[1:], strict=True):
        assert sorted(places[first:last]) == list(range(last - first))


def test_what_need_not_cross_does_not() -> None:
    """Flows in the wrong order are turned round."""
    pairs = [(number, 19 - number) for number in range(10)]
    found = layers(20, *ends([*pairs, *((it, 18 - it) for it in range(9))]))
    assert ordering.crossings(found, ordering.ordered(found)) == 0


@given(GRAPHS)
def test_parts_are_what_flows_join(graph: tuple[int, Edges]) -> None:
    """By the number of the least system in them."""
    count, edges = graph
    expected = list(range(count))
    for _ in range(count):
        for one, other in edges:
            expected[one] = expected[other] = min(expected[one], expected[other])
    assert parts(count, *ends(edges)).tolist() == expected


@given(GRAPHS, st.data())
def test_what_was_there_stays_where_it_was(graph: tuple[int, Edges], data: st.DataObject) -> None:
    """Whatever goes; and what comes has a place of its own."""
    count, edges = graph
    there = data.draw(st.integers(count // 2 + 1, count))
    known = [it for it in edges if max(it) < there]
    before = kept(names(there), drawn(there, *ends(known)))
    after = redrawn(names(count), *ends(edges), np.full(count, 100.0), before)
    points = list(zip(after.x.tolist(), after.y.tolist(), strict=True))
    assert points[:there] == [before.points[it] for it in names(there)]
    assert len(set(points)) == count
    assert all(max(it) < there for it in after.bends)


def test_where_most_is_new_all_is_drawn_anew() -> None:
    """The old places would fit nothing."""
    edges = [(number, number + 1) for number in range(9)]
    before = kept(names(2), drawn(2, *ends(edges[:1])))
    after = redrawn(names(10), *ends(edges), np.full(10, 100.0), before)
    anew = drawn(10, *ends(edges), np.full(10, 100.0))
    assert (after.x == anew.x).all()


def test_nothing_at_all() -> None:
    """Is an empty drawing."""
    assert len(drawn(0, *ends([])).x) == 0


@pytest.mark.parametrize("count", [300, 2_000])
def test_circles_and_long_chains_come_to_an_end(count: int) -> None:
    """A ring, one with long leaps, a star: nothing is kept for every layer of each leap."""
    ring = [(number, (number + 1) % count) for number in range(count)]
    leaps = [(number, count - 1 - number) for number in range(count // 2)]
    star = [(0, number) for number in range(1, count)]
    for edges in (ring, ring + leaps, star):
        drawing = drawn(count, *ends(edges))
        assert np.isfinite(drawing.x).all()
        assert sum(map(len, drawing.bends.values())) <= 2 * MOST_PLACES


@given(GRAPHS)
def test_sifting_adds_no_crossing(graph: tuple[int, Edges]) -> None:
    """Whatever the places; each layer still has each place once, and parts stay together."""
    count, edges = graph
    found = layers(count, *ends([it for it in edges if it[0] != it[1]]))
    before = ordering.settled(found, ordering.begun(found, 1))
    after = sifted(found, before)
    assert ordering.crossings(found, after) <= ordering.crossings(found, before)
    for first, last in pairwise(found.bounds):
        order = np.argsort(after[first:last])
        assert sorted(after[first:last]) == list(range(last - first))
        own = found.part[first:last][order]
        assert len(np.flatnonzero(np.diff(own))) == len(set(own.tolist())) - 1
