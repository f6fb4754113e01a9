"""Verification by HTTP: what was looked at, what does not hold, and how far it has come."""

import asyncio
from dataclasses import replace
from typing import Any

from scarline.errors import StoreUnavailable
from scarline.stores.memory import MemoryStore
from scarline.web.desk import Config
from tests.web.served import Served, problem_of, served

VERIFY = "/api/verify"


async def verification(api: Served) -> dict[str, Any]:
    """Return how verifying stands."""
    found: dict[str, Any] = (await api.http.get(VERIFY)).json()
    return found


async def test_all_holds() -> None:
    """With the numbers of what was looked at; what was taken back is not looked for."""
    async with served() as api:
        assert await verification(api) == {"under_way": None, "last": None}
        await api.told({"from": "a"}, {"from": "b"})
        gone = (await api.told({"from": "c"}, {"from": "d"}, {"from": "e"}))["run"]
        await api.http.post(f"/api/runs/{gone}/rollback")
        found = (await api.http.post(VERIFY)).json()
        seconds = found.pop("seconds")
        assert found == {
            "at": "2026-03-02T00:00:00Z",
            "holds": True,
            "streams": 1,
            "entries": 7,
            "rows": 2,
            "faults": [],
            "fault_count": 0,
        }
        assert 0 <= seconds < 60
        assert await verification(api) == {
            "under_way": None,
            "last": {**found, "seconds": seconds},
        }


async def test_a_row_that_was_changed() -> None:
    """Is named by its entry, also to who asks later and elsewhere."""
    store = MemoryStore()
    async with served(store=store) as api:
        run = (await api.told({"from": "a"}))["run"]
        key = (run, 2)
        kind, rows = store._batches[key]  # noqa: SLF001 - a hand in the store
        store._batches[key] = (kind, rows.slice(0, 0))  # noqa: SLF001 - the same
        found = (await api.http.post(VERIFY)).json()
        assert (found["holds"], found["fault_count"]) == (False, 1)
        assert found["faults"] == [f"the rows of entry 2 of run {run} are gone"]
    async with served(store=store) as api:
        assert (await verification(api))["last"] == found
        listed = (await api.http.get("/api/runs", params={"health": True})).json()
        assert listed["verified"] == found


async def test_an_entry_that_was_changed() -> None:
    """Runs cannot be told any more, and verifying says why all the same."""
    store = MemoryStore()
    async with served(store=store) as api:
        await api.told({"from": "a"})
        entry = store._entries[1]  # noqa: SLF001 - a hand in the store
        store._entries[1] = replace(entry, body="{}")  # noqa: SLF001 - the same
        problem_of(await api.http.get("/api/runs"), 500)
        found = (await api.http.post(VERIFY)).json()
        assert (found["holds"], found["entries"], found["rows"]) == (False, 3, None)
        assert any("was changed after it was written" in it for it in found["faults"])


async def test_asked_twice_at_once() -> None:
    """It is done once, tells how far it is, and goes on without the one who asked first."""
    store = Slow()
    async with served(store=store) as api:
        await api.told({"from": "a"}, {"from": "b"})
        first = asyncio.ensure_future(api.http.post(VERIFY))
        await store.asked.wait()
        under = (await verification(api))["under_way"]
        assert under == {
            "at": "2026-03-02T00:00:00Z",
            "phase": "rows",
            "streams": 1,
            "entries": 3,
            "rows": 2,
        }
        second = asyncio.ensure_future(api.http.post(VERIFY))
        await asyncio.sleep(0.05)
        first.cancel()
        store.may.set()
        assert (await second).json()["holds"] is True
        assert store.audits == 1
        assert (await verification(api))["under_way"] is None


async def test_only_the_operator_may_ask_for_it() -> None:
    """It reads all that is stored; how it ended may be read by who reads."""
    reader, operator = "reads-0123456789abcdef", "operates-0123456789abcdef"
    async with served(Config(reader=reader, operator=operator)) as api:
        for token, status in ((reader, 403), (operator, 200)):
            headers = {"Authorization": f"Bearer {token}"}
            assert (await api.http.post(VERIFY, headers=headers)).status_code == status
        headers = {"Authorization": f"Bearer {reader}"}
        assert (await api.http.get(VERIFY, headers=headers)).json()["last"]["holds"] is True


async def test_a_store_that_goes_away() -> None:
    """Is a problem, and the next one who asks may find it back."""
    store = Slow()
    async with served(store=store) as api:
        store.may.set()
        store.fails = True
        problem_of(await api.http.post(VERIFY), 503)
        assert await verification(api) == {"under_way": None, "last": None}
        store.fails = False
        assert (await api.http.post(VERIFY)).json()["holds"] is True


class Slow(MemoryStore):
    """Reads its rows only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = asyncio.Event(), asyncio.Event()
        self.audits, self.fails = 0, False

    async def audit(self) -> Any:
        """Wait, and count it."""
        self.audits += 1
        self.asked.set()
        await self.may.wait()
        if self.fails:
            message = "the database cannot be reached: is it running?"
            raise StoreUnavailable(message)
        return await super().audit()
