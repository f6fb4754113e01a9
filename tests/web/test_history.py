"""Runs and provenance by HTTP, and taking a run back."""

from typing import Any

import pytest

from scarline.errors import StoreUnavailable
from scarline.stores.memory import MemoryStore
from tests.web.served import FLOWS, problem_of, served

WHERE = "/api/ale/provenance"


async def all_of(api: Any, path: str, name: str, **params: Any) -> list[dict[str, Any]]:
    """Return all items of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(20):
        page = (await api.http.get(path, params={"cursor": cursor} | params)).json()
        assert page[name] or not cursor, "the page before was the last"
        found += page[name]
        cursor = page["next"]
        if cursor is None:
            return found
    pytest.fail("the pages have no end")


async def test_provenance() -> None:
    """Each load and each rollback, newest first, with the digest of its entry and of the file."""
    async with served() as api:
        first = await api.told({"from": "a"}, {"source": "datadog"})
        api.clock.forward(minutes=1)
        second = await api.told({"from": "b", "source": "csv"})
        api.clock.forward(minutes=1)
        await api.http.post(f"/api/runs/{first['run']}/rollback")
        page = (await api.http.get(WHERE)).json()
        assert (page["verified"], page["faults"], page["next"]) == (None, [], None)
        told = page["transactions"]
        assert [(it["what"], it["run"], it["state"]) for it in told] == [
            ("rollback", first["run"], "rolled back"),
            ("ingest", second["run"], "done"),
            ("ingest", first["run"], "rolled back"),
        ]
        entries = {it.position: it for it in await api.pipeline.store.entries("flows")}
        assert all(entries[it["position"]].digest == it["digest"] for it in told)
        assert [it["at"] for it in told] == [
            "2026-03-02T00:02:00Z",
            "2026-03-02T00:01:00Z",
            "2026-03-02T00:00:00Z",
        ]
        assert "SHA-256" in told[1]["asked"][0]
        assert told[2]["counts"]["kept_out"] == {"system_from is missing": 1}
        assert [it["source"] for it in told] == ["api", "csv", "api"]
        paged = await all_of(api, WHERE, "transactions", limit=1)
        assert paged == told


async def test_entries_count_as_their_run_does() -> None:
    """A list tells of everything: the rows that say so are told of beside those of flows."""
    async with served() as api:
        listed = "service,env\nweb,prod\noms,prod\noms,test\n"
        done = await api.http.post(FLOWS, content=listed, headers={"Content-Type": "text/csv"})
        run = (await api.http.get(f"/api/runs/{done.json()['run']}")).json()
    (wrote,) = [it for it in run["entries"] if it["word"] == "wrote"]
    assert (wrote["rows"], run["counts"]["rows"]) == (3, 3)
    assert wrote["whole"] == 2  # prod and test
    assert [it["rows"] for it in run["entries"] if it["word"] != "wrote"] == [None, None]


async def test_provenance_verifies() -> None:
    """With what does not hold; a changed row is found."""
    store = MemoryStore()
    async with served(store=store) as api:
        await api.told({"from": "a"})
        page = (await api.http.get(WHERE, params={"verify": True})).json()
        assert (page["verified"], page["faults"]) == (True, [])
        lost = next(iter(store._batches))  # noqa: SLF001 - a hand in the store
        del store._batches[lost]  # noqa: SLF001 - the same
        page = (await api.http.get(WHERE, params={"verify": True})).json()
        assert page["verified"] is False
        assert "are gone" in page["faults"][0]


async def test_runs() -> None:
    """All of them, newest first, each once, whatever the size of a page."""
    async with served() as api:
        names = []
        for number in range(7):
            names.append((await api.told({"from": str(number)}))["run"])
            api.clock.forward(minutes=number % 2)  # two in one minute
        for limit in (1, 2, 7, 1_000):
            found = await all_of(api, "/api/runs", "runs", limit=limit)
            assert sorted(it["run"] for it in found) == sorted(names)
            assert found[0]["run"] == names[-1]
        assert await all_of(api, "/api/runs", "runs", stream="metrics") == []


async def test_a_run_taken_back() -> None:
    """Shows no longer; twice, or one that is not there, is a problem."""
    async with served() as api:
        run = (await api.told({"from": "a"}))["run"]
        done = await api.http.post(f"/api/runs/{run}/rollback")
        assert (done.status_code, done.json()["state"]) == (200, "rolled back")
        assert await api.shown() == []
        told = problem_of(await api.http.post(f"/api/runs/{run}/rollback"), 409)
        assert "rolled back already" in told["detail"]
        problem_of(await api.http.post("/api/runs/flows-nope/rollback"), 404)
        done = await api.http.post("/api/runs/ann@example.org/rollback")
        assert "ann@" not in problem_of(done, 404)["detail"]


async def test_runs_that_are_wanted() -> None:
    """By stream, source and state; pages go on within them."""
    async with served() as api:
        for number in range(5):
            await api.told({"from": str(number), "source": "ab"[number % 2]})
            api.clock.forward(minutes=1)
        first = (await all_of(api, "/api/runs", "runs"))[-1]["run"]
        await api.http.post(f"/api/runs/{first}/rollback")
        for wanted, many in (
            ({"source": "a"}, 3),
            ({"source": "a", "state": "done"}, 2),
            ({"state": "rolled back"}, 1),
            ({"source": "c"}, 0),
        ):
            assert len(await all_of(api, "/api/runs", "runs", limit=1, **wanted)) == many
        problem_of(await api.http.get("/api/runs", params={"state": "lost"}), 422)


async def test_while_another_process_pulls() -> None:
    """A write is told to come again; reading goes on."""
    store = MemoryStore()
    async with served(store=store) as api, store.lease("flows"):
        done = await api.http.post(FLOWS, json={"from": "a"})
        problem_of(done, 409)
        assert done.headers["retry-after"] == "1"
        assert await api.shown() == []


async def test_sequence() -> None:
    """What is called comes first; an environment has an order of its own."""
    async with served() as api:
        await api.told(
            {"from": "web", "to": "oms", "env": "prod"},
            {"from": "oms", "to": "stock", "env": "prod"},
            {"from": "stock", "to": "web", "env": "test"},
        )
        prod = (await api.http.get("/api/ale/sequence", params={"env": "prod"})).json()
        assert [it["systems"] for it in prod["steps"]] == [["stock"], ["oms"], ["web"]]
        assert [it["level"] for it in prod["steps"]] == [0, 1, 2]
        whole = (await api.http.get("/api/ale/sequence")).json()
        assert whole["steps"] == [{"level": 0, "systems": ["oms", "stock", "web"]}]
        await api.told({"from": "stock", "to": "db", "env": "prod"})
        prod = (await api.http.get("/api/ale/sequence", params={"env": "prod"})).json()
        assert prod["steps"][0]["systems"] == ["db"]


async def test_probes() -> None:
    """It runs while the store is away, and says that it cannot work."""
    async with served(store=Away()) as api:
        assert (await api.http.get("/healthz")).status_code == 200
        done = await api.http.get("/readyz")
        problem_of(done, 503)
        assert done.headers["retry-after"] == "1"
    async with served() as api:
        assert (await api.http.get("/readyz")).json() == {"ready": True}


@pytest.mark.parametrize(
    ("path", "methods"),
    [(FLOWS, "DELETE, GET, POST"), ("/api/runs/x/rollback", "POST"), ("/healthz", "GET")],
)
async def test_methods_that_are_not_there(path: str, methods: str) -> None:
    """Are refused with those that are."""
    async with served() as api:
        done = await api.http.put(path)
        problem_of(done, 405)
        assert done.headers["allow"] == methods


class Away:
    """A store that cannot be reached."""

    def __init__(self) -> None:
        self._store = MemoryStore()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @property
    def max_rows_per_batch(self) -> int:
        return self._store.max_rows_per_batch

    async def heads(self) -> Any:
        message = "the database cannot be reached: is it running?"
        raise StoreUnavailable(message)
