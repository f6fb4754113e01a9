"""Flows at a moment and between two, and lists of services that are sent as files."""

from typing import Any

from tests.fakes import EPOCH
from tests.web.served import FLOWS, Served, problem_of, served

CHANGES = "/api/ale/changes"
CSV = {"Content-Type": "text/csv"}
LIST = "service,env,team,latency,calls\nweb,prod,shop,12 ms,oms\noms,prod,orders,{},db\n"


async def sent(api: Served, text: str, **about: str) -> Any:
    """Send a list of services; return the answer, which must be good."""
    done = await api.http.post(FLOWS, content=text.encode(), headers=CSV, params=about)
    assert done.status_code == 200, done.text
    return done.json()


async def test_a_list_is_loaded_as_from_the_command_line() -> None:
    """It is all there is, with its name and digest on the ledger; a bad row has its line."""
    async with served() as api:
        told = await sent(api, LIST.format("fast") + "db,prod,orders,,\n", name="services.csv")
        assert (told["accepted"], told["rejected"]) == (2, 1)
        assert (
            told["errors"] == [{"line": 3, "reason": "an unreadable latency: ''"}] or told["errors"]
        )
        assert [it["line"] for it in told["errors"]] == [3]
        assert [it["system_from"] for it in await api.shown(source="datadog")] == ["db", "web"]
        told = await sent(api, LIST.format("1.5 s"), source="sheet", env="test")
        assert told["counts"] == {"new": 2, "changed": 0, "same": 0}
        (flow,) = await api.shown(source="sheet", system="db")
        assert (flow["env"], flow["latency_ms"], flow["owner_team"]) == ("prod", 1500, "orders")
        (run,) = [it async for it in _runs(api) if it["source"] == "datadog"]
        history = (await api.http.get("/api/ale/provenance")).json()["transactions"]
        (asked,) = next(it["asked"] for it in history if it["run"] == run["run"])
        assert asked.startswith("file services.csv (SHA-256 ")


async def _runs(api: Served) -> Any:
    for run in (await api.http.get("/api/runs")).json()["runs"]:
        yield run


async def test_what_was_told_last_is_not_stored_again() -> None:
    """Whether as a list or as flows; once it is rolled back, or something else came, it is."""
    flows = {"source": "crm", "from": "a", "to": "b"}
    async with served() as api:

        async def tell(*, as_list: bool) -> Any:
            return await (sent(api, LIST.format("1")) if as_list else api.told(flows))

        for as_list in (True, False):
            first, again = await tell(as_list=as_list), await tell(as_list=as_list)
            assert (again["run"], again["counts"]["new"]) == (first["run"], 0)
            assert again["counts"]["same"] == first["counts"]["new"]
            await api.http.post(f"/api/runs/{first['run']}/rollback")
            assert (await tell(as_list=as_list))["run"] != first["run"]
        await sent(api, LIST.format("2"))
        assert (await sent(api, LIST.format("1")))["counts"]["changed"] == 1


async def test_the_flows_at_a_moment_and_what_changed_since() -> None:
    """Each load from its beginning; a flow that changed says in what."""
    async with served() as api:
        await sent(api, LIST.format("1 ms"))
        api.clock.forward(hours=1)
        await sent(api, "service,env,team,latency,calls\noms,prod,sales,2 ms,db\npay,prod,,,\n")
        api.clock.forward(hours=1)
        assert [it["system_from"] for it in await api.shown()] == ["oms", "pay"]
        then = EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert [it["system_from"] for it in await api.shown(at=then)] == ["oms", "web"]
        assert await api.shown(at="2020-01-01T00:00:00Z") == []
        done = await api.http.get(CHANGES, params={"since": then})
        told = done.json()
        assert told["counts"] == {"added": 1, "removed": 1, "changed": 1}
        assert [it["system_from"] for it in told["added"]] == ["pay"]
        assert [it["system_from"] for it in told["removed"]] == ["web"]
        (changed,) = told["changed"]
        assert (changed["system_from"], changed["system_to"]) == ("oms", "db")
        assert changed["before"] == {"latency_ms": 1.0, "owner_team": "orders"}
        assert changed["after"] == {"latency_ms": 2.0, "owner_team": "sales"}
        none = await api.http.get(CHANGES, params={"since": then, "until": then})
        assert sum(none.json()["counts"].values()) == 0
        other = await api.http.get(CHANGES, params={"since": then, "env": "test"})
        assert sum(other.json()["counts"].values()) == 0


async def test_moments_that_are_none() -> None:
    """A time without an offset, and two the wrong way round, are sentences."""
    async with served() as api:
        for moment in ("2026-03-02", "2026-03-02T08:30:00", "0", "now"):
            problem_of(await api.http.get(FLOWS, params={"at": moment}), 422)
        turned = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
        problem_of(await api.http.get(CHANGES, params=turned), 400)


async def test_a_list_that_is_none() -> None:
    """Is refused as a whole, with what is wrong."""
    async with served() as api:
        for text in ("", "0", "a,b\n1,2\n", "service\n"):
            done = await api.http.post(FLOWS, content=text.encode(), headers=CSV)
            problem_of(done, 400)
        assert await api.shown() == []
