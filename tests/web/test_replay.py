"""A request that is sent again with its key is done once."""

import asyncio
from typing import Any

import pytest

from scarline.errors import StoreUnavailable
from scarline.stores.memory import MemoryStore
from scarline.web.replay import ABANDONED_AFTER, Replay
from tests.fakes import Clock
from tests.web.served import FLOWS, problem_of, served

KEY = {"Idempotency-Key": "5f8c2f0e"}


async def test_the_same_request_again() -> None:
    """Is answered the same, to the byte, and makes no run; another key makes one."""
    async with served() as api:
        first = await api.http.post(FLOWS, json={"from": "a"}, headers=KEY)
        again = await api.http.post(FLOWS, json={"from": "a"}, headers=KEY)
        assert (first.status_code, again.content) == (200, first.content)
        assert len(await api.pipeline.runs()) == 1
        await api.told({"from": "a"}, **{"Idempotency-Key": "another"})
        assert len(await api.pipeline.runs()) == 2


async def test_another_request_of_the_same_key() -> None:
    """Is refused: one of the two was a mistake."""
    async with served() as api:
        await api.told({"from": "a"}, **KEY)
        problem_of(await api.http.post(FLOWS, json={"from": "b"}, headers=KEY), 422)
        assert len(await api.shown()) == 1


async def test_a_request_that_failed_frees_its_key() -> None:
    """So that it can be sent again."""
    store = MemoryStore()
    async with served(store=store) as api:
        async with store.lease("flows"):
            problem_of(await api.http.post(FLOWS, json=[{"from": "a"}], headers=KEY), 409)
        await api.told({"from": "a"}, **KEY)
        assert len(await api.shown()) == 1


async def test_two_at_once() -> None:
    """One is done; the other hears of it, or has its answer."""
    async with served() as api:
        posts = [api.http.post(FLOWS, json={"from": "a"}, headers=KEY) for _ in range(5)]
        answers = await asyncio.gather(*posts)
        assert {it.status_code for it in answers} <= {200, 409}
        assert len({it.content for it in answers if it.status_code == 200}) == 1
        assert len(await api.pipeline.runs()) == 1


async def test_a_process_that_died_holds_a_key_for_a_while_only() -> None:
    """Then the same request is done."""
    notes, clock = MemoryStore(), Clock()
    replay = Replay(notes, clock, "k", "digest")
    dying = asyncio.ensure_future(replay.once(asyncio.Event().wait))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    kept = dict(notes._notes)  # noqa: SLF001 - as it is when nobody can clear it any more
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    notes._notes = kept  # noqa: SLF001 - the same

    async def work() -> bytes:
        return b"done"

    with pytest.raises(Exception, match="under way"):
        await replay.once(work)
    clock.forward(seconds=ABANDONED_AFTER.total_seconds() + 1)
    assert await replay.once(work) == b"done"


async def test_a_key_that_cannot_be_freed_hides_no_error() -> None:
    """What went wrong first is what is raised."""
    replay = Replay(Dropping(), Clock(), "k", "digest")

    async def work() -> bytes:
        message = "the first"
        raise StoreUnavailable(message)

    with pytest.raises(StoreUnavailable, match="the first"):
        await replay.once(work)


class Dropping:
    """Notes that are gone after the first was written."""

    def __init__(self) -> None:
        self._notes, self._written = MemoryStore(), False

    async def note(self, name: str) -> Any:
        return await self._notes.note(name)

    async def swap(self, name: str, text: str, version: int) -> bool:
        if self._written:
            message = "the second"
            raise StoreUnavailable(message)
        self._written = True
        return await self._notes.swap(name, text, version)
