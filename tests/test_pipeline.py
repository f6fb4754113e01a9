"""The road itself: what a run is called while it goes on, ends, or is gone."""

import contextlib
from collections.abc import AsyncGenerator

import pytest

from scarline.errors import RunEnded, RunInProgress, RunNotFound
from scarline.ledger import State
from scarline.model import Batch
from scarline.pipeline import Pipeline
from scarline.ports import Ask, Progress
from scarline.stores.memory import MemoryStore
from tests.fakes import CRASH, Clock, FakeSource, Killed, Mortal, batch
from tests.laws.stories import moment, pipeline, shown

ONE, TWO = batch(("cpu", "a", 0, 1.0)), batch(("cpu", "a", 1, 2.0), ("cpu", "b", 1, 3.0))


async def test_a_run_is_running_while_it_is_held() -> None:
    """Seen from another process: running, then done."""
    store = MemoryStore()
    seen: list[State] = []

    class Looking(FakeSource):
        async def pull(self, ask: Ask) -> AsyncGenerator[Batch, None]:
            seen.extend(run.state for run in await pipeline(store, []).runs())
            async for one in super().pull(ask):
                yield one

    await Pipeline({"metrics": Looking([ONE])}, store, Clock(moment(0))).pull("metrics")
    assert seen == [State.RUNNING]
    assert [run.state for run in await pipeline(store, []).runs()] == [State.DONE]


async def test_a_run_whose_process_is_gone_is_interrupted_then_failed() -> None:
    """Nobody holds it: interrupted. The next pull closes it, and goes on after its cursor."""
    store = MemoryStore()
    mortal = Mortal(store)
    source = FakeSource([ONE, CRASH, TWO], dying=mortal.kill)
    with contextlib.suppress(Killed):
        await Pipeline({"metrics": source}, mortal, Clock(moment(0))).pull("metrics")
    (run,) = await pipeline(store, []).runs()
    assert (run.state, run.rows) == (State.INTERRUPTED, 1)
    await pipeline(store, [ONE, TWO], number=1).pull("metrics")
    done, failed = await pipeline(store, []).runs()
    assert (done.state, done.rows) == (State.DONE, 2)
    assert failed.error == "the process that pulled this ended without a word"


async def test_progress_tells_what_is_stored() -> None:
    """Rows are counted once they are committed, not when they were answered."""
    told: list[int] = []

    class Telling(FakeSource):
        async def pull(self, ask: Ask) -> AsyncGenerator[Batch, None]:
            async for one in super().pull(ask):
                ask.notify(Progress(1, 2, one.usage))
                yield one
            ask.notify(Progress(2, 2, ONE.usage))

    source = Telling([ONE, TWO])
    road = Pipeline({"metrics": source}, MemoryStore(), Clock(moment(0)))
    run = await road.pull("metrics", notify=lambda progress: told.append(progress.rows))
    assert told[0] == 0
    assert told[-1] <= run.rows == 3
    assert told == sorted(told)


async def test_what_cannot_be_rolled_back() -> None:
    """An unknown run, one that is rolled back, one whose stream is being pulled."""
    store = MemoryStore()
    road = pipeline(store, [ONE])
    run = await road.pull("metrics")
    with pytest.raises(RunNotFound, match="there is no run 'x'"):
        await road.rollback("x", "")
    async with store.lease("metrics"):
        with pytest.raises(RunInProgress, match="under way already"):
            await road.rollback(run.run, "")
    gone = await road.rollback(run.run, "for bob@example.org")
    assert (gone.state, gone.reason, gone.live) == (State.ROLLED_BACK, "for [email]", False)
    with pytest.raises(RunEnded, match="rolled back already"):
        await road.rollback(run.run, "")
    assert len(await store.entries("metrics")) == 4


async def test_after_a_rollback_its_cursor_no_longer_counts() -> None:
    """The next pull reads again what was taken away."""
    store = MemoryStore()
    road = pipeline(store, [ONE, TWO])
    run = await road.pull("metrics")
    assert (await road.pull("metrics")).rows == 0
    await road.rollback(run.run, "")
    assert (await road.pull("metrics")).rows == 3


async def test_a_batch_that_is_too_large_comes_in_parts() -> None:
    """All rows arrive; the cursor moves with the last part alone, so a crash loses none."""
    rows = [("cpu", host, minute, 1.0) for host in "ab" for minute in range(3)]
    large = batch(*rows, kept_out={"no value": 1})
    whole, parted = MemoryStore(), MemoryStore(max_rows_per_batch=4)
    await pipeline(whole, [ONE, large]).pull("metrics")
    mortal = Mortal(parted, dies_at=3)  # started, the first batch, a part: then it is killed
    with contextlib.suppress(Killed):
        source = FakeSource([ONE, large])
        await Pipeline({"metrics": source}, mortal, Clock(moment(0))).pull("metrics")
    (killed,) = await pipeline(parted, []).runs()
    assert (killed.rows, killed.cursor, killed.kept_out) == (1 + 4, "1", {})
    run = await pipeline(parted, [ONE, large], number=1).pull("metrics")
    assert (run.rows, len(run.batches), run.kept_out) == (6, 2, {"no value": 1})
    assert await shown(parted) == await shown(whole)
    assert await pipeline(parted, []).verify() == []
