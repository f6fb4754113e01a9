"""One run by HTTP: in short in a list, in full by its name, and why it was taken back."""

from datetime import timedelta

from scarline.model import Asked, Missing, Usage, Window, stamp
from scarline.web.runs.routes import BRIEF
from tests.fakes import EPOCH, FakeSource, batch
from tests.web.pulling import Halting, service
from tests.web.served import problem_of, served


def hour(number: int) -> Window:
    """Return one hour, by its number after the epoch."""
    return Window(EPOCH + timedelta(hours=number), EPOCH + timedelta(hours=number + 1))


async def test_a_list_that_is_brief() -> None:
    """Leaves out what makes it long, and says how much there is; with health it asks once."""
    gaps = [Missing(f"q{it}", hour(it), "403") for it in range(BRIEF + 5)]
    asked = tuple(Asked(it.what, it.window) for it in gaps)
    rows = [(f"m{it}", "a", 0, 1.0) for it in range(BRIEF + 5)]
    told = batch(*rows, asked=(*asked, Asked("q", hour(0))), missing=tuple(gaps))
    async with service({"metrics": FakeSource([told])}) as api:
        run = (await api.http.post("/jobs/metrics")).json()
        (brief,) = (await api.http.get("/api/runs", params={"brief": True})).json()["runs"]
        assert len(brief["coverage"]["missing"]) == len(brief["tally"]) == BRIEF
        assert brief["coverage"]["reasons"] == [{"reason": "403", "count": BRIEF + 5}]
        whole = brief | {"tally": run["tally"], "coverage": run["coverage"]}
        assert whole == run
        both = (await api.http.get("/api/runs", params={"health": True})).json()
        health = (await api.http.get("/api/health")).json()
        assert (both["at"], both["streams"]) == (health["at"], health["streams"])
        assert both["verified"] is None


async def test_the_story_of_a_run() -> None:
    """Its entries, in order, with what each says; its lanes, those first that lack most."""
    asked = (Asked("a", hour(0)), Asked("b", hour(0)), Asked("b", hour(1)))
    gap = (Missing("b", hour(1), "403"),)
    told = batch(("cpu", "a", 0, 1.0), asked=asked, missing=gap, usage=Usage(requests=3))
    async with service({"metrics": Halting(left=41), "failures": FakeSource([told])}) as api:
        run = (await api.http.post("/jobs/metrics")).json()["run"]
        found = (await api.http.get(f"/api/runs/{run}")).json()
        assert [it["word"] for it in found["entries"]] == ["started", *["wrote"] * 3, "finished"]
        assert found["entry_count"] == 5
        pairs = zip(found["entries"], found["entries"][1:], strict=False)
        assert all(later["previous"] == before["digest"] for before, later in pairs)
        assert [it["rows"] for it in found["entries"]] == [None, 1, 1, 1, None]
        assert [it["requests"] for it in found["entries"]] == [None, 2, 2, 2, None]
        assert found["entries"][-1]["told"] == "done"
        assert found["quota"] == {"left": 41, "at": stamp(EPOCH)}
        api.clock.forward(minutes=1)
        run = (await api.http.post("/jobs/failures")).json()["run"]
        found = (await api.http.get(f"/api/runs/{run}")).json()
        assert [(it["what"], it["asked"], it["missing"]) for it in found["lanes"]] == [
            ("b", 2, 1),
            ("a", 1, 0),
        ]
        assert [it["state"] for it in found["lanes"][0]["strip"]] == ["answered", "missing"]
        assert found["entries"][1]["missing"] == 1
        assert found["quota"] is None
        problem_of(await api.http.get("/api/runs/metrics-nope"), 404)


async def test_why_a_run_was_taken_back() -> None:
    """Is what was said, without anything personal; or that it was asked for by HTTP."""
    async with served() as api:
        for body, kept in (
            ({"reason": "wrong account, says ann@example.org"}, "wrong account, says"),
            ({}, "asked for by HTTP"),
            (None, "asked for by HTTP"),
        ):
            run = (await api.told({"from": str(kept) + str(body)}))["run"]
            done = await api.http.post(f"/api/runs/{run}/rollback", json=body)
            assert kept in done.json()["reason"]
            assert "ann@" not in done.text
