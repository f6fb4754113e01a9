"""Health: what the ledger tells of each stream, the same from any process."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import SourceUnavailable
from scarline.ledger import State
from scarline.model import Asked, Batch, Missing, Usage, Window, stamp
from scarline.pipeline import Pipeline
from scarline.stores.memory import MemoryStore
from scarline.web.desk import Config
from scarline.web.health.standing import Standings, standing
from tests.fakes import EPOCH, Clock, FakeSource, Killed, Mortal, batch, failed
from tests.web.pulling import Halting, Service, service
from tests.web.served import FLOWS, served

HEALTH = "/api/health"

METRICS = Config(streams=frozenset({"metrics"}))


def hours(first: float, last: float) -> Window:
    """Return a window by hours after the epoch."""
    return Window(EPOCH + timedelta(hours=first), EPOCH + timedelta(hours=last))


def told(minute: int, asked: Window, *missing: Window) -> Batch:
    """Return a batch of one point that says what it asked and what is missing."""
    gaps = tuple(Missing("cpu", it, "403: the key lacks timeseries_query") for it in missing)
    return batch(("cpu", "a", minute, 1.0), asked=(Asked("cpu", asked),), missing=gaps)


async def pulled(api: Service, *steps: Any) -> None:
    """Pull these steps as a job, however it ends."""
    api.sources["metrics"] = FakeSource(steps, resuming=False)
    await api.http.post("/jobs/metrics")


async def only(api: Service, path: str = HEALTH) -> dict[str, Any]:
    """Return what is said of the one stream."""
    done = await api.http.get(path)
    assert done.status_code == 200, done.text
    (stream,) = done.json()["streams"]
    found: dict[str, Any] = stream
    return found


async def test_never_pulled() -> None:
    """Nothing is known, which is not the same as well."""
    async with service({}, METRICS) as api:
        assert await only(api) == {
            "stream": "metrics",
            "source": None,
            "state": "never",
            "last_run": None,
            "last_success": None,
            "complete_until": None,
            "answered_until": None,
            "lag_seconds": None,
            "backlog": {"runs": 0, "missing": 0, "windows": []},
            "reasons": [],
            "runs": {},
            "usual_seconds": None,
            "expected_at": None,
            "quota": None,
            "job": True,
        }


async def test_well() -> None:
    """The lag is the time since the end of what was asked, not since the run."""
    async with service({}, METRICS) as api:
        api.clock.forward(hours=2)
        await pulled(api, told(0, hours(0, 1)))
        api.clock.forward(minutes=5)
        found = await only(api)
        assert (found["state"], found["lag_seconds"]) == ("well", 3_900)
        assert found["complete_until"] == stamp(hours(0, 1).end)
        assert found["last_success"] == found["last_run"]
        assert found["last_run"]["ended_at"] == stamp(EPOCH + timedelta(hours=2))
        assert found["backlog"]["runs"] == 0


async def test_falling_short() -> None:
    """Runs that are partial or failed are a backlog, with reasons, until one is done."""
    async with service({}, METRICS) as api:
        await pulled(api, told(0, hours(0, 1)))
        success = (await only(api))["last_success"]
        api.clock.forward(hours=3)
        await pulled(api, told(1, hours(1, 3), hours(2, 2.5)))
        found = await only(api)
        assert (found["state"], found["backlog"]["runs"]) == ("partial", 1)
        assert found["backlog"]["missing"] == 1
        assert found["backlog"]["windows"][0]["window"] == str(hours(2, 2.5))
        assert found["complete_until"] == stamp(hours(0, 1).end)
        assert found["answered_until"] == stamp(hours(2, 2.5).start)
        lost = SourceUnavailable("Datadog does not answer")
        await pulled(api, told(2, hours(1, 2)), lost)
        await pulled(api, lost)
        found = await only(api)
        assert (found["state"], found["backlog"]["runs"]) == ("failing", 3)
        assert found["last_success"] == success
        assert found["lag_seconds"] == 7_200
        reasons = {it["reason"]: it["count"] for it in found["reasons"]}
        assert reasons == {
            "SourceUnavailable: Datadog does not answer": 2,
            "403: the key lacks timeseries_query": 1,
        }
        await pulled(api, told(1, hours(1, 3)))
        found = await only(api)
        assert (found["state"], found["backlog"], found["reasons"]) == (
            "well",
            {"runs": 0, "missing": 0, "windows": []},
            [],
        )


async def test_the_same_after_a_restart() -> None:
    """Another process on the same store says the same, though it pulled nothing."""
    store = MemoryStore()
    async with service({"metrics": Halting(left=41)}, METRICS, store) as api:
        await api.http.post("/jobs/metrics")
        before = await only(api)
        assert before["quota"] == {"left": 41, "at": stamp(EPOCH)}
    async with service({}, METRICS, store) as api:
        assert await only(api) == before


async def test_a_process_that_died() -> None:
    """Its run is interrupted, which is no success; nothing that is remembered hides it."""
    store = MemoryStore()
    dying = Pipeline({"metrics": Halting()}, Mortal(store, dies_at=2), Clock())
    with pytest.raises(Killed):
        await dying.pull("metrics")
    async with service({"metrics": Halting()}, METRICS, store) as api:
        found = await only(api)
        assert (found["state"], found["last_run"]["state"]) == ("failing", "interrupted")
        async with store.lease("metrics"):
            assert (await only(api))["last_run"]["state"] == "running"
        assert (await only(api))["last_run"]["state"] == "interrupted"
        await api.http.post("/jobs/metrics")
        assert (await only(api))["state"] == "well"


async def test_a_rollback_takes_a_success_away() -> None:
    """What was taken back was not brought."""
    async with service({}, METRICS) as api:
        await pulled(api, told(0, hours(0, 1)))
        run = (await only(api))["last_success"]["run"]
        await api.http.post(f"/api/runs/{run}/rollback")
        found = await only(api)
        assert found["state"] == "never"
        assert (found["last_success"], found["lag_seconds"]) == (None, None)
        assert found["answered_until"] is None
        assert found["last_run"]["state"] == "rolled back"


async def test_sources_of_a_stream_are_told_apart() -> None:
    """What was posted does not hide that nothing comes from Datadog; each stream has its own."""
    async with served() as api:
        await api.told({"from": "a", "source": "datadog"}, {"from": "b", "source": "csv"})
        streams = (await api.http.get(HEALTH)).json()["streams"]
        assert [(it["stream"], it["source"], it["state"]) for it in streams] == [
            ("failures", None, "never"),
            ("flows", "datadog", "well"),
            ("flows", "csv", "well"),
            ("metrics", None, "never"),
        ]
        await api.http.delete(FLOWS, params={"source": "csv"})
        streams = (await api.http.get(HEALTH)).json()["streams"]
        assert [it["state"] for it in streams] == ["never", "well", "never", "never"]


async def test_failures_have_a_page_of_their_own() -> None:
    """Of that stream alone."""
    async with service({"failures": FakeSource([failed({})])}) as api:
        await api.http.post("/jobs/failures")
        found = await only(api, "/api/failures/health")
        assert (found["stream"], found["state"]) == ("failures", "well")


async def test_what_did_not_change_is_not_read_again() -> None:
    """The ledger is read once for each entry that is added, not for each question."""
    store = Counting()
    async with service({"metrics": Halting()}, METRICS, store) as api:
        await api.http.post("/jobs/metrics")
        first = await only(api)
        read = store.read
        assert await only(api) == first
        assert store.read == read
        await api.http.post("/jobs/metrics")
        assert (await only(api))["last_run"] != first["last_run"]


@given(st.lists(st.sampled_from(["done", "partial", "failed", "rolled back"]), max_size=8))
async def test_the_law_of_the_backlog(ends: list[str]) -> None:
    """It holds what fell short since the last live success; totals count all that ever ran."""
    store, clock = MemoryStore(), Clock()
    for number, end in enumerate(ends):
        clock.forward(minutes=1)
        gap = (hours(number, number + 0.5),) if end == "partial" else ()
        step = told(number, hours(number, number + 1), *gap)
        lost = [SourceUnavailable("gone")] if end == "failed" else []
        source = FakeSource([step, *lost], resuming=False)
        road = Pipeline({"metrics": source}, store, clock)
        try:
            run = await road.pull("metrics")
        except SourceUnavailable:
            continue
        if end == "rolled back":
            await road.rollback(run.run, "for the test")
    (found,) = await Standings(Pipeline({}, store, clock), {"metrics"}).all()
    done = max((number for number, end in enumerate(ends) if end == "done"), default=-1)
    after = [end for end in ends[done + 1 :] if end != "rolled back"]
    assert [it.state for it in found.short] == after[::-1]
    assert (found.success is None) == (done < 0)
    assert found.complete_until == (hours(0, done + 1).end if done >= 0 else None)
    assert found.rows == len(ends)
    assert sum(found.states.values()) == len(ends)
    assert found.states.get(State.ROLLED_BACK, 0) == ends.count("rolled back")


def test_usage_adds_up() -> None:
    """Also of nothing."""
    assert set(standing("metrics", None, []).usage.values()) == {0}
    assert {*standing("metrics", None, []).usage} == {*Usage.__dataclass_fields__}


class Counting:
    """A store that counts how often its entries are read."""

    def __init__(self) -> None:
        self._store, self.read = MemoryStore(), 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def entries(self, stream: str | None = None) -> Any:
        self.read += 1
        return await self._store.entries(stream)
