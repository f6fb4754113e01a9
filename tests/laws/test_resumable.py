"""Law 4. Killed at any point and pulled again: the same records as without the crash."""

import asyncio
import contextlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.ledger import State, Word, live_cursor, replay
from scarline.model import Batch
from scarline.pipeline import Pipeline
from scarline.ports import Store
from tests.at_hand import Opener
from tests.fakes import CRASH, Clock, FakeSource, Killed, Mortal, Step
from tests.laws.stories import RESUMED, modest, moment, pipeline, shown, taken

STEPS = st.lists(RESUMED, min_size=1, max_size=5)


@modest
@given(steps=STEPS, crashes=st.lists(st.integers(0, 5), max_size=3))
def test_resumable(open_empty: Opener, steps: Sequence[Batch], crashes: Sequence[int]) -> None:
    """A crash is a value in the source's list, wherever it stands."""

    async def check() -> None:
        async with open_empty() as store:
            for number, place in enumerate(sorted(crashes)):
                broken: list[Batch | Step] = [*steps[:place], CRASH, *steps[place:]]
                await _pull_to_the_death(store, broken, number)
            await pipeline(store, steps, number=10).pull("metrics")
            resumed = await shown(store)
            runs = replay(await store.entries("metrics"))
            assert live_cursor(runs) == str(len(steps))
            assert await pipeline(store, [], number=11).verify() == []
            assert all(run.state in (State.FAILED, State.DONE) for run in runs)
        async with open_empty() as other:
            await pipeline(other, steps).pull("metrics")
            assert resumed == await shown(other)

    asyncio.run(check())


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@modest
@given(steps=STEPS, writes=st.integers(0, 6))
def test_killed_around_a_commit(
    open_empty: Opener, after: bool, steps: Sequence[Batch], writes: int
) -> None:
    """Killed just before or just after any entry is committed; the cursor never runs ahead."""

    async def check() -> None:
        async with open_empty() as store:
            mortal = Mortal(store, dies_at=writes, after=after)
            with contextlib.suppress(Killed):
                await _road(mortal, steps, 0).pull("metrics")
            told = await store.entries("metrics")
            stored = sum(entry.word is Word.WROTE for entry in told)
            assert int(live_cursor(replay(told)) or 0) == stored
            await pipeline(store, steps, number=1).pull("metrics")
            resumed = await shown(store)
            assert await pipeline(store, [], number=2).verify() == []
        async with open_empty() as other:
            await pipeline(other, steps).pull("metrics")
            assert resumed == await shown(other)

    asyncio.run(check())


async def _pull_to_the_death(store: Store, steps: Sequence[Batch | Step], number: int) -> None:
    mortal = Mortal(store)
    with contextlib.suppress(Killed):
        await _road(mortal, steps, number).pull("metrics")


def _road(mortal: Mortal, steps: Sequence[Batch | Step], number: int) -> Pipeline:
    source = FakeSource([taken(mortal, step) for step in steps], dying=mortal.kill)
    return Pipeline({"metrics": source}, mortal, Clock(moment(number)))
