"""What a rollback would do, told before: and then it does that."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scarline.kinds import INTEGRATION_FLOW, LLM_FAILURE
from tests.fakes import FakeSource, batch, failed, loaded
from tests.web.pulling import Service, service
from tests.web.served import problem_of, served

FLOW_KIND = {"flows": INTEGRATION_FLOW}

FAILURE_KIND = {"failures": LLM_FAILURE}


async def preview(api: Any, run: str) -> dict[str, Any]:
    """Return what taking a run back would do."""
    done = await api.http.get(f"/api/runs/{run}/preview")
    assert done.status_code == 200, done.text
    found: dict[str, Any] = done.json()
    return found


async def pulled(api: Service, stream: str, source: FakeSource) -> str:
    """Pull what a source has; return the run."""
    api.sources[stream] = source
    api.clock.forward(minutes=1)
    name: str = (await api.http.post(f"/jobs/{stream}")).json()["run"]
    return name


async def test_what_goes_stays_and_changes() -> None:
    """By flow: told by one run alone, told the same by another, told otherwise before."""
    async with served() as api:
        await api.told({"from": "a", "latency_ms": 1}, {"from": "b", "latency_ms": 1})
        api.clock.forward(minutes=1)
        run = await api.told(
            {"from": "a", "latency_ms": 1}, {"from": "b", "latency_ms": 2}, {"from": "c"}
        )
        found = await preview(api, run["run"])
        assert found["effect"] == {"goes": 1, "comes_back": 0, "changes": 1, "stays": 1}
        assert (found["rows"], found["kind"], found["other_count"]) == (3, "integration_flow", 1)
        assert [(it["subject"], it["rows"]) for it in found["subjects"]] == [("", 3)]
        await api.http.post(f"/api/runs/{run['run']}/rollback")
        found = await preview(api, run["run"])
        assert (found["state"], found["effect"]) == ("rolled back", None)
        problem_of(await api.http.get("/api/runs/nope/preview"), 404)


async def test_what_comes_back() -> None:
    """Flows that a whole list no longer had."""
    async with service({}) as api:
        many: dict[tuple[str, str], dict[str, Any]] = {
            ("a", "b"): {},
            ("b", "c"): {},
            ("c", "d"): {},
        }
        await pulled(api, "flows", FakeSource([loaded(many, "prod")], kinds=FLOW_KIND))
        few = FakeSource([loaded({("a", "b"): {}}, "prod")], resuming=False, kinds=FLOW_KIND)
        run = await pulled(api, "flows", few)
        effect = (await preview(api, run))["effect"]
        assert effect == {"goes": 0, "comes_back": 2, "changes": 0, "stays": 1}


async def test_of_failures() -> None:
    """A failure that another run saw too stays."""
    one, two = {"span_id": "1"}, {"span_id": "2"}
    async with service({}) as api:
        first = FakeSource([failed(one)], kinds=FAILURE_KIND)
        await pulled(api, "failures", first)
        second = FakeSource([failed(one, two)], resuming=False, kinds=FAILURE_KIND)
        run = await pulled(api, "failures", second)
        found = await preview(api, run)
        assert found["effect"] == {"goes": 1, "comes_back": 0, "changes": 0, "stays": 1}
        assert found["goes_on_elsewhere"] is False
        assert found["other_count"] == 1


async def test_of_points() -> None:
    """Which of them other runs saw is not known: so it is said, with the runs that may have."""
    async with service({}) as api:
        await pulled(api, "metrics", FakeSource([batch(("cpu", "a", 0, 1.0))]))
        await pulled(api, "metrics", FakeSource([batch(), batch(("mem", "a", 0, 1.0))]))
        both = FakeSource([batch(), batch(), batch(("cpu", "a", 0, 1.0), ("mem", "a", 5, 1.0))])
        run = await pulled(api, "metrics", both)
        found = await preview(api, run)
        assert (found["effect"], found["other_count"], found["subject_count"]) == (None, 1, 2)
        assert found["goes_on_elsewhere"] is True
        assert found["others"][0]["run"].endswith("-1")


names = st.sampled_from("abcd")
loads = st.lists(
    st.tuples(st.dictionaries(names, st.integers(0, 2), max_size=3), st.booleans()),
    min_size=1,
    max_size=4,
)


@given(loads, st.data())
async def test_the_law_of_the_preview(told: list[tuple[dict[str, int], bool]], data: Any) -> None:
    """A rollback of flows does what was told: the flows before and after are counted."""
    async with served() as api:
        runs = []
        for flows, whole in told:
            made = {("x", name): {"latency_ms": float(value)} for name, value in flows.items()}
            source = FakeSource([loaded(made, *(["prod"] if whole else []))], kinds=FLOW_KIND)
            road = api.pipeline.__class__({"flows": source}, api.pipeline.store, api.clock)
            runs.append((await road.pull("flows")).run)
            api.clock.forward(minutes=1)
        run = data.draw(st.sampled_from(runs))
        effect = (await preview(api, run))["effect"]
        before = {it["flow_id"]: it["latency_ms"] for it in await api.shown()}
        await api.http.post(f"/api/runs/{run}/rollback")
        after = {it["flow_id"]: it["latency_ms"] for it in await api.shown()}
        if effect is None:
            assert before == after
            return
        assert effect["goes"] == len(before.keys() - after.keys())
        assert effect["comes_back"] == len(after.keys() - before.keys())
        assert effect["changes"] == sum(before[it] != after[it] for it in before.keys() & after)
