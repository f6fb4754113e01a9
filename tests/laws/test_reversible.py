"""Law 3. Rolling back any run, in any order, leaves the state in which it never happened."""

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from scarline.ledger import State, Word, live_cursor, replay
from scarline.model import Batch
from tests.at_hand import Opener
from tests.laws.stories import PULLS, modest, pipeline, play, shown


@modest
@given(history=PULLS, data=st.data())
def test_reversible(
    open_empty: Opener, history: Sequence[Sequence[Batch]], data: st.DataObject
) -> None:
    """Rows, cursor and verification are those of a store that only saw the other runs."""
    numbers = range(len(history))
    order = data.draw(st.lists(st.sampled_from(numbers), unique=True), "rolled back, in order")

    async def check() -> None:
        async with open_empty() as store:
            runs = await play(store, list(enumerate(history)))
            road = pipeline(store, [], number=99)
            for number in order:
                gone = await road.rollback(runs[number].run, "a law is tested")
                assert gone.state is State.ROLLED_BACK
            left = await shown(store)
            told = await store.entries("metrics")
            assert await road.verify() == []
            assert [it.run for it in told if it.word is Word.ROLLED_BACK] == [
                runs[number].run for number in order
            ]
        async with open_empty() as other:
            kept = [(number, history[number]) for number in numbers if number not in order]
            await play(other, kept)
            assert left == await shown(other)
            others = replay(await other.entries("metrics"))
            assert live_cursor(replay(told)) == live_cursor(others)

    asyncio.run(check())


@modest
@given(first=PULLS, second=PULLS)
def test_rolled_back_and_pulled_again(
    open_empty: Opener, first: Sequence[Sequence[Batch]], second: Sequence[Sequence[Batch]]
) -> None:
    """What is pulled after a rollback shows as it would have without either."""

    async def check() -> None:
        async with open_empty() as store:
            for run in await play(store, list(enumerate(first))):
                await pipeline(store, [], number=50).rollback(run.run, "wrong account")
            await play(store, [(60 + number, steps) for number, steps in enumerate(second)])
            after = await shown(store)
        async with open_empty() as other:
            await play(other, list(enumerate(second)))
            assert after == await shown(other)

    asyncio.run(check())
