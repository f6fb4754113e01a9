"""How flows are tied to order management: by name, by steps, by the share of their systems."""

import random
import time

import pyarrow as pa
import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import ConfigError
from scarline.flows.coupling import OMS_PATTERN, coupled

Flows = list[tuple[str, str, str]]
Found = list[tuple[bool, int | None, float]]

SYSTEMS = st.sampled_from(["oms", "orders", "a", "b", "c", "d", "e", "f"])
FLOWS = st.lists(
    st.tuples(st.sampled_from(["prod", "test"]), SYSTEMS, SYSTEMS | st.just("")), max_size=25
)


def ties(flows: Flows, pattern: str = OMS_PATTERN) -> Found:
    """Return linked, distance and strength of each flow."""
    columns = list(zip(*flows, strict=True)) or [(), (), ()]
    names = ("env", "system_from", "system_to")
    arrays = [pa.array(column, pa.string()) for column in columns]
    found = coupled(pa.table(dict(zip(names, arrays, strict=True))), pattern)
    parts = (found.oms_linked, found.oms_distance, found.coupling)
    return list(zip(*(part.to_pylist() for part in parts), strict=True))


def prod(*flows: tuple[str, str]) -> Flows:
    """Return flows of one environment."""
    return [("prod", *flow) for flow in flows]


@pytest.mark.parametrize(
    "name",
    [
        *("oms", "OMS", "shop-oms", "oms-gateway", "oms2", "order", "orders", "purchase-order"),
        *("order-management", "order_manager", "OrderManager", "order.management.system"),
        *("eu/orders", "orders-v2", "ordermanagement"),
    ],
)
def test_order_management_is_known_by_a_part_of_its_name(name: str) -> None:
    """In any case and with any mark between the parts."""
    assert ties(prod((name, "stock")))[0][0]


@pytest.mark.parametrize(
    "name", ["border", "reorder", "customs", "rooms", "ordering", "preorder", "orderly", "stock"]
)
def test_a_name_that_only_contains_it_is_none(name: str) -> None:
    """The parts of a name are whole."""
    assert not re2.search(OMS_PATTERN, name)
    assert ties(prod((name, "shelf"))) == [(False, None, 0.0)]


def test_the_formula_is_the_one_that_is_written() -> None:
    """By hand, along a small estate."""
    flows = prod(
        ("web", "oms"),  # half of web's flows go to the OMS
        ("web", "search"),  # search: all its flows lead to web
        ("oms", "orders"),  # within order management
        ("search", "index"),  # index has two flows, one leads nearer
        ("index", "disk"),
        ("disk", ""),  # has one end, and is not counted among its flows
        ("mail", ""),
    )
    expected = [
        (True, 0, 0.5),
        (False, 1, 0.5 * 0.5),
        (True, 0, 1.0),
        (False, 2, 0.25 * 0.5),
        (False, 3, 0.125 * 1.0),
        (False, 4, 0.0625 * 1.0),
        (False, None, 0.0),
    ]
    assert expected == ties(flows)


def test_an_environment_is_an_estate_of_its_own() -> None:
    """The OMS of production is nothing to the web of the test environment."""
    flows = [("prod", "web", "oms"), ("test", "web", "search")]
    assert ties(flows) == [(True, 0, 1.0), (False, None, 0.0)]


@given(FLOWS)
def test_distances_are_those_of_a_plain_search(flows: Flows) -> None:
    """Every flow, found one step at a time."""
    distance = {
        (env, name): 0 for env, *ends in flows for name in ends if name in {"oms", "orders"}
    }
    for _ in flows:
        for env, one, other in flows:
            for here, there in (((env, one), (env, other)), ((env, other), (env, one))):
                if here in distance and there[1]:
                    distance[there] = min(distance[here] + 1, distance.get(there, 99))
    for (env, one, other), (linked, steps, strength) in zip(flows, ties(flows), strict=True):
        ends = [distance[env, it] for it in (one, other) if (env, it) in distance]
        assert steps == (min(ends) if ends else None)
        assert linked == (steps == 0)
        assert (strength > 0) == (steps is not None)
        assert 0 <= strength <= (0.5**steps if steps is not None else 0)


@given(FLOWS, st.randoms(use_true_random=False))
def test_the_order_of_the_flows_does_not_matter(flows: Flows, chance: random.Random) -> None:
    """Each keeps what it has."""
    before = dict(zip(flows, ties(flows), strict=True))
    mixed = list(flows)
    chance.shuffle(mixed)
    assert dict(zip(mixed, ties(mixed), strict=True)) == before


def test_another_pattern_finds_another_estate() -> None:
    """And one that is none is named."""
    assert ties(prod(("web", "erp")), "^erp$") == [(True, 0, 1.0)]
    with pytest.raises(ConfigError, match="'\\(', is none of RE2: missing"):
        ties(prod(("web", "erp")), "(")


def test_thirty_thousand_flows_take_less_than_a_second() -> None:
    """Also where they make one long chain."""
    flows = prod(("oms", "s0"), *((f"s{n}", f"s{n + 1}") for n in range(29_999)))
    start = time.perf_counter()
    assert ties(flows)[-1][1] == 29_999
    assert time.perf_counter() - start < 1
