"""Scars that start together are one incident, with what happened beside it."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.kinds import INTEGRATION_FLOW, LLM_FAILURE
from scarline.scars.incidents import (
    AROUND,
    TOGETHER,
    Incident,
    failures_beside,
    flows_beside,
    incident_id,
    incidents,
)
from tests.fakes import EPOCH, failures
from tests.scars.scarred import scar, table

MINUTE = 1 / 60


def found(rows: Sequence[dict[str, Any]], *systems: str) -> list[Incident]:
    """Return the incidents of these scars."""
    return incidents(table(rows), systems)


def shown(rows: Sequence[dict[str, Any]]) -> dict[str, set[tuple[str, Any]]]:
    """Return which scars each incident has, by its id."""
    return {
        it.id: {(rows[row]["series"], rows[row]["onset"]) for row in it.rows} for it in found(rows)
    }


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw scars of some hosts, each once, minutes to hours apart."""
    rows = [
        scar(draw(st.integers(0, 300)) * MINUTE, host=draw(st.sampled_from("abc")))
        for _ in range(draw(st.integers(1, 25)))
    ]
    return list({(row["series"], row["onset"]): row for row in rows}.values())


def test_across_hosts_and_metrics() -> None:
    """It is named after what most of it is about, and lasts until the last one ended."""
    rows = [
        scar(1, host="web-1"),
        scar(1 + 4 * MINUTE, host="web-2"),
        scar(1 + 9 * MINUTE, host="web-2", metric="system.cpu.idle", direction="low"),
        scar(3, host="web-1"),
    ]
    later, first = found(rows)
    assert later.rows == [3]
    assert later.name == "system.load.1 high on web-1"
    assert first.rows == [0, 1, 2]
    assert (first.hosts, first.metrics) == (
        ["web-1", "web-2"],
        ["system.cpu.idle", "system.load.1"],
    )
    assert first.name == "system.load.1 high and 1 more on 2 hosts"
    assert first.id == incident_id(EPOCH + timedelta(hours=1)) == "20260302T010000Z"
    assert first.ended_at == EPOCH + timedelta(hours=1, minutes=39)


def test_services_stand_in_the_name() -> None:
    """Two of them, and how many more."""
    rows = [scar(1, host=it, tags=f"service:{it}") for it in "abcd"]
    assert found(rows)[0].name == "system.load.1 high on 4 hosts (a, b, 2 more)"
    assert found(rows[:1])[0].name == "system.load.1 high on a (a)"


def test_it_goes_on_while_one_of_its_scars_does() -> None:
    """The others may be over."""
    (own,) = found([scar(1), scar(1, host="web-2", ended_at=None)])
    assert own.ended_at is None


def test_a_slow_metric_joins_within_its_interval() -> None:
    """Hourly points tell of the same outage up to an hour later, minute points do not."""
    assert len(found([scar(1), scar(1.9, host="b", interval_seconds=3600)])) == 1
    assert len(found([scar(1), scar(1.9, host="b", interval_seconds=60)])) == 2


@given(histories(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[dict[str, Any]], chance: Any) -> None:
    """Each scar is in one incident, the same one however they come."""
    mixed = list(rows)
    chance.shuffle(mixed)
    assert shown(mixed) == shown(rows)
    assert sum(map(len, shown(rows).values())) == len(rows)


@given(histories())
def test_growing_by_what_comes_later_renames_nothing(rows: list[dict[str, Any]]) -> None:
    """What came before keeps its incident and its id, whichever of those that began at once."""
    rows.sort(key=lambda it: it["onset"])
    for count in range(1, len(rows)):
        before, after = shown(rows[:count]), shown(rows[: count + 1])
        assert all(own <= after.get(name, set()) for name, own in before.items())


@given(histories())
def test_what_starts_together_is_together(rows: list[dict[str, Any]]) -> None:
    """No incident takes in what began later than the window after its first."""
    for own in found(rows):
        times = [rows[row]["onset"] for row in own.rows]
        assert times == sorted(times)
        assert times[-1] - times[0] <= TOGETHER
    firsts = sorted(it.onset for it in found(rows))
    assert all(b - a > TOGETHER for a, b in pairwise(firsts))


@pytest.mark.parametrize(
    ("tags", "host", "service", "how"),
    [
        ("env:prod,service:checkout", "web-1", "checkout", "tag"),
        ("env:prod", "prod-checkout-api-02", "checkout-api", "host name"),
        ("", "checkout01.example.net", "checkout", "host name"),
        ("", "Checkout_API-7", "checkout-api", "host name"),
        ("", "checkouts-7", "checkout", "host name"),
        ("", "recheckout-1", None, None),
        ("", "", None, None),
    ],
)
def test_the_service_of_a_host(tags: str, host: str, service: str | None, how: str | None) -> None:
    """By its tag, else by the longest system that the host's name has as whole words."""
    (own,) = found([scar(1, tags=tags, host=host)], "checkout", "checkout-api", "--")
    assert dict(own.services) == ({service: how} if service else {})


def flow(caller: str, called: str, status: str) -> dict[str, Any]:
    """Return a row of a flow."""
    return {
        "source": "fake",
        "env": "prod",
        "system_from": caller,
        "system_to": called,
        "flow_id": f"{caller}-{called}",
        "status": status,
        "known_by": "observed",
        "tags": "",
    }


def test_flows_of_its_services_the_worst_first() -> None:
    """From it and to it; others are not beside it."""
    rows = [
        flow("web", "checkout", "healthy"),
        flow("checkout", "pay", "degraded"),
        flow("a", "b", "failed"),
        flow("checkout", "stock", "failed"),
    ]
    flows = pa.Table.from_pylist(rows, schema=INTEGRATION_FLOW.schema)
    (own,) = found([scar(1, tags="service:checkout")])
    beside = flows_beside(own, flows)["flow_id"].to_pylist()
    assert beside == ["checkout-stock", "checkout-pay", "web-checkout"]
    (unknown,) = found([scar(1)])
    assert flows_beside(unknown, flows).num_rows == 0


def test_failures_of_its_time_and_services() -> None:
    """A little before and after count too; while it goes on, so does what comes."""
    start = EPOCH + timedelta(hours=1)
    rows = [
        {"span_id": "early", "failed_at": start - AROUND - timedelta(seconds=1)},
        {"span_id": "at", "failed_at": start},
        {"span_id": "soon", "failed_at": start + AROUND},
        {"span_id": "gone", "failed_at": start + AROUND + timedelta(seconds=1)},
        {"span_id": "other", "failed_at": start, "service_name": "shop"},
        {"span_id": "app", "failed_at": start, "service_name": None, "ml_app": "checkout"},
        {"span_id": "late", "failed_at": start + timedelta(hours=2)},
    ]
    told = failures(*({"service_name": "checkout"} | it for it in rows))
    table_ = pa.Table.from_batches([told], LLM_FAILURE.schema)
    now = start + timedelta(hours=3)
    for ended, want in (
        (start, {"at", "app", "soon"}),
        (None, {"at", "app", "soon", "gone", "late"}),
    ):
        (own,) = found([scar(1, tags="service:checkout", ended_at=ended)])
        assert set(failures_beside(own, table_, now)["span_id"].to_pylist()) == want
