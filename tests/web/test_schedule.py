"""Pulls at regular times: each after the last, and none that fails ends them."""

import asyncio
from datetime import timedelta

from scarline.errors import SourceUnavailable
from scarline.ledger import State
from scarline.web.jobs.schedule import regularly
from tests.fakes import FakeSource, batch
from tests.web.pulling import Halting, service

SOON = timedelta(milliseconds=10)


async def test_streams_are_pulled_again_and_again() -> None:
    """One that fails is tried again, and the other goes on meanwhile."""
    broken = FakeSource([SourceUnavailable("nobody answers")])
    async with service({"metrics": Halting(steps=2), "flows": broken}) as api:
        pulling = asyncio.ensure_future(
            regularly(api.desk.pulls, {"metrics": SOON, "flows": SOON, "nothing": SOON})
        )
        async with asyncio.timeout(20):
            while len(await api.pipeline.runs("metrics")) < 3:  # noqa: ASYNC110 - by its effect
                await asyncio.sleep(0.01)
            while len(await api.pipeline.runs("flows")) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert not pulling.done()
        pulling.cancel()
        await asyncio.wait([pulling])
        states = {it.state for it in await api.pipeline.runs("metrics")}
        assert State.DONE in states


async def test_a_stream_that_is_held_is_left_to_its_holder() -> None:
    """The next time comes."""
    source = FakeSource([batch(("cpu", "a", 0, 1.0))])
    async with service({"metrics": source}) as api:
        async with api.pipeline.store.lease("metrics"):
            pulling = asyncio.ensure_future(regularly(api.desk.pulls, {"metrics": SOON}))
            await asyncio.sleep(0.1)
            assert await api.pipeline.runs("metrics") == []
        async with asyncio.timeout(20):
            while not await api.pipeline.runs("metrics"):  # noqa: ASYNC110 - by its effect
                await asyncio.sleep(0.01)
        pulling.cancel()
        await asyncio.wait([pulling])
