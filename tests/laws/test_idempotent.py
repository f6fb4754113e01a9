"""Law 2. Pulling a span of time twice shows the same records as once."""

import asyncio
from collections.abc import Sequence

from hypothesis import given

from scarline.model import Batch
from tests.at_hand import Opener
from tests.laws.stories import PULLS, modest, play, shown


@modest
@given(history=PULLS)
def test_idempotent(open_empty: Opener, history: Sequence[Sequence[Batch]]) -> None:
    """The last pull again: nothing new, nothing changed within it, the same rows show."""

    async def check() -> None:
        async with open_empty() as store:
            await play(store, list(enumerate(history)))
            once = await shown(store)
            last = history[-1]
            (again,) = await play(store, [(len(history), last)])
            assert await shown(store) == once
            assert again.counts["new"] == 0
            settled = {
                tuple(row[name] for name in one.kind.key)
                for one in last
                for row in one.rows.to_pylist()
            }
            if sum(one.rows.num_rows for one in last) == len(settled):
                assert again.counts["changed"] == 0

    asyncio.run(check())
