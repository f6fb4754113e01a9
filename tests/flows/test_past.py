"""The flows at a moment, and what became of them since."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from scarline import ledger
from scarline.flows.difference import COMPARED, difference
from scarline.flows.past import LOADS as LAST
from scarline.flows.past import Graph, Load, graph
from scarline.kinds import INTEGRATION_FLOW
from scarline.model import Batch
from scarline.pipeline import Pipeline
from scarline.ports import Query, Store
from scarline.stores.memory import MemoryStore
from tests.fakes import EPOCH, Clock, FakeSource, loaded
from tests.laws.stories import LOADS, modest

Flows = dict[tuple[str, str], dict[str, Any]]

HISTORIES = st.lists(LOADS, max_size=7)


async def told(store: Store, loads: Sequence[Batch]) -> list[str]:
    """Pull each load in a run of its own, one an hour; return the runs."""
    return [await _told(store, load, number) for number, load in enumerate(loads)]


async def _told(store: Store, load: Batch, number: int) -> str:
    source = FakeSource([load], resuming=False)
    return (await Pipeline({"flows": source}, store, Clock(_hour(number))).pull("flows")).run


async def at(store: Store, hours: int) -> Graph:
    """Return the flows at so many hours, as the ledger and the store tell them."""
    runs = ledger.replay(await store.entries("flows"))
    loads = [
        Load(it.run, str(it.request["source"]), frozenset(it.tally), frozenset(it.whole))
        for it in runs
        if it.live and it.started_at <= _hour(hours)
    ]
    return await graph(loads, lambda names, columns: store.seen(INTEGRATION_FLOW, names, columns))


def _hour(number: int) -> datetime:
    return EPOCH + timedelta(hours=number)


@modest
@given(history=HISTORIES)
async def test_each_moment_is_as_it_was_then(history: Sequence[Batch]) -> None:
    """What showed after each load is what is told of that moment when all of them are there."""
    store = MemoryStore()
    shown = []
    for number, load in enumerate(history):
        await _told(store, load, number)
        shown.append((await store.find(Query(INTEGRATION_FLOW))).to_pylist())
    assert [(await at(store, it)).rows.to_pylist() for it in range(len(history))] == shown
    assert (await at(store, -1)).rows.num_rows == 0


@modest
@given(history=HISTORIES, gone=st.sets(st.integers(0, 6)))
async def test_a_load_that_was_rolled_back_never_was(
    history: Sequence[Batch], gone: set[int]
) -> None:
    """In every moment, also in those before its rollback."""
    store, without = MemoryStore(), MemoryStore()
    for number, run in enumerate(await told(store, history)):
        if number in gone:
            await Pipeline({}, store, Clock(_hour(100))).rollback(run, "a test")
    for number, load in enumerate(history):
        if number not in gone:
            await _told(without, load, number)
    for number in range(len(history)):
        left, never = await at(store, number), await at(without, number)
        assert left.rows.to_pylist() == never.rows.to_pylist()
        assert (left.seen.tolist(), left.loads.tolist()) == (
            never.seen.tolist(),
            never.loads.tolist(),
        )


async def test_how_steadily_a_flow_is_told() -> None:
    """Of the last loads of everything; one load that tells only of some counts for nothing."""
    store = MemoryStore()
    both: Flows = {("a", "b"): {}, ("a", "c"): {}}
    one: Flows = {("a", "b"): {}}
    wholes = [loaded(flows, "prod") for flows in (both, both, one, one, one, one, both)]
    await told(store, [*wholes, loaded({("a", "d"): {}}), loaded({("x", "y"): {"env": "test"}})])
    found = await at(store, 100)
    names = found.rows.select(["env", "system_to"]).to_pylist()
    steady = zip(names, found.seen.tolist(), found.loads.tolist(), strict=True)
    assert {(it["env"], it["system_to"]): (seen, loads) for it, seen, loads in steady} == {
        ("prod", "b"): (LAST, LAST),
        ("prod", "c"): (1, LAST),
        ("prod", "d"): (0, LAST),
        ("test", "y"): (1, 1),
    }


@modest
@given(before=LOADS, after=LOADS)
def test_a_difference_leads_from_one_to_the_other(before: Batch, after: Batch) -> None:
    """What went is taken away, what came or changed is put in: then both are alike."""
    old, new = (pa.Table.from_batches([it.rows.filter(_flows(it.rows))]) for it in (before, after))
    found = difference(old, new)
    rows = {it["flow_id"]: it for it in old.to_pylist()}
    for it in found.removed.to_pylist():
        del rows[it["flow_id"]]
    for it in found.added.to_pylist():
        assert it["flow_id"] not in rows
    for was, now in zip(found.before.to_pylist(), found.after.to_pylist(), strict=True):
        assert rows[was["flow_id"]] == was
        assert now["flow_id"] == was["flow_id"]
    rows |= {it["flow_id"]: it for it in [*found.added.to_pylist(), *found.after.to_pylist()]}
    assert rows == {it["flow_id"]: it for it in new.to_pylist()}
    for name in COMPARED:
        pairs = zip(found.before[name].to_pylist(), found.after[name].to_pylist(), strict=True)
        assert found.columns[name] == [one != other for one, other in pairs]
    assert all(any(row) for row in zip(*found.columns.values(), strict=True))


def _flows(rows: pa.RecordBatch) -> pa.Array:
    return pa.array([it != "" for it in rows["system_from"].to_pylist()], pa.bool_())
