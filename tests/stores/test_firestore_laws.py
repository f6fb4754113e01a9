"""The laws once more, where hardly anything fits into one transaction, side by side with memory."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scarline.ledger import replay
from scarline.model import Batch
from scarline.stores.memory import MemoryStore
from tests.laws.stories import LOADS, RECORDS, pipeline, play
from tests.stores.emulator import Emulator, emulator_fixture, opener
from tests.stores.test_firestore import SMALL
from tests.stores.test_firestore_faults import told

__all__ = ["emulator_fixture"]

HISTORY = st.lists(
    st.lists(st.one_of(RECORDS, LOADS), max_size=3),
    min_size=1,
    max_size=4,
)


@pytest.mark.law
@pytest.mark.slow
@pytest.mark.parametrize("limits", [(500, 3_500_000), SMALL, (4, 1_000)], ids=str)
@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=HISTORY, data=st.data())
def test_as_in_memory(
    emulator: Emulator,
    limits: tuple[int, int],
    history: Sequence[Sequence[Batch]],
    data: st.DataObject,
) -> None:
    """After any pulls and any rollbacks in any order: what shows, what is counted, the ledger."""
    numbers = range(len(history))
    order = data.draw(st.lists(st.sampled_from(numbers), unique=True), "rolled back, in order")

    async def check() -> None:
        memory = MemoryStore()
        async with opener(emulator, *limits)() as store:
            for own in (memory, store):
                runs = await play(own, list(enumerate(history)))
                for number in order:
                    await pipeline(own, [], 99).rollback(runs[number].run, "a law is tested")
            assert await told(store) == await told(memory)
            assert replay(await store.entries()) == replay(await memory.entries())
            assert (await store.audit()).digests == (await memory.audit()).digests
            assert await pipeline(store, []).verify() == []

    asyncio.run(check())
