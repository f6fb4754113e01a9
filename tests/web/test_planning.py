"""What a pull would send, told before: nothing is sent or written for it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass

from scarline.errors import ConfigError
from scarline.kinds import METRIC_POINT, Kind
from scarline.model import Batch, Window
from scarline.ports import Ask, Check, Plan, Planned
from scarline.web.desk import Config
from scarline.web.runs.planning import MOST_REQUESTS
from tests.fakes import EPOCH
from tests.web.pulling import service
from tests.web.served import problem_of

HOUR = Window(EPOCH, EPOCH.replace(hour=1))


@dataclass
class Planning:
    """Says what it would send; says so of a setting that is missing."""

    requests: int = 1
    lacks: str = ""
    name: str = "fake"

    def streams(self) -> Mapping[str, Kind]:
        return {"metrics": METRIC_POINT}

    async def pull(self, ask: Ask) -> AsyncGenerator[Batch, None]:
        raise NotImplementedError(ask.stream)
        yield

    async def plan(self, ask: Ask) -> Plan:
        if self.lacks:
            raise ConfigError(self.lacks)
        sent = [Planned("POST /query", f"avg:cpu{{{ask.stream}}}", HOUR)] * self.requests
        return Plan(sent, ["3 of the 100 requests an hour that are granted (40 are used)"])

    async def check(self) -> Sequence[Check]:
        return []


async def test_what_a_pull_would_send() -> None:
    """All are counted, the first are named; the ledger stays as it is."""
    async with service({"metrics": Planning(MOST_REQUESTS + 7)}) as api:
        found = (await api.http.get("/api/plans/metrics")).json()
        assert (found["stream"], found["requests"]) == ("metrics", MOST_REQUESTS + 7)
        assert len(found["first"]) == MOST_REQUESTS
        assert found["first"][0] == {
            "request": "POST /query",
            "what": "avg:cpu{metrics}",
            "window": str(HOUR),
        }
        assert "40 are used" in found["costs"][0]
        assert await api.pipeline.store.entries() == []


async def test_a_stream_that_cannot_be_pulled() -> None:
    """A sentence says why: unknown, without a source here, or without a setting."""
    lacking = Planning(lacks="DD_API_KEY is not set: set it")
    config = Config(streams=frozenset({"metrics", "flows"}))
    async with service({"metrics": lacking}, config) as api:
        problem_of(await api.http.get("/api/plans/weather"), 404)
        problem_of(await api.http.get("/api/plans/flows"), 404)
        assert "DD_API_KEY" in problem_of(await api.http.get("/api/plans/metrics"), 503)["detail"]
