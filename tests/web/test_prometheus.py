"""Metrics, read by the library's own parser; and traces, read as a collector receives them."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from scarline.errors import SourceUnavailable
from scarline.web.desk import Config
from scarline.web.health.prometheus import MOST_SOURCES
from tests.fakes import EPOCH, FakeSource, batch
from tests.web.pulling import Halting, service
from tests.web.served import problem_of, served
from tests.web.test_door import OPERATOR, READER, bearer

METRICS = Config(streams=frozenset({"metrics"}))

CANARY = "jane.canary@example.com"

Sample = tuple[str, frozenset[tuple[str, str]]]


async def scraped(api: Any, **headers: str) -> dict[Sample, float]:
    """Return all samples, by name and labels."""
    done = await api.http.get("/metrics", headers=headers)
    assert done.status_code == 200, done.text
    assert done.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[Sample, float] = {}
    for family in text_string_to_metric_families(done.text):
        assert family.documentation, family.name
        for it in family.samples:
            key = (it.name, frozenset(it.labels.items()))
            assert key not in found, f"{key} stands there twice"
            found[key] = it.value
    return found


def of(name: str, **labels: str) -> Sample:
    """Return the key of a sample of metrics from the fake source."""
    own = {"stream": "metrics", "source": "fake"} | labels
    return f"scarline_{name}", frozenset(own.items())


def answered(method: str, route: str, status: str) -> Sample:
    """Return the key of the count of such answers."""
    labels = {"method": method, "route": route, "status": status}
    return "scarline_http_requests_total", frozenset(labels.items())


async def test_what_the_ledger_tells() -> None:
    """Runs, rows and usage since ever; times and backlog as they are now."""
    async with service({"metrics": Halting(steps=3)}, METRICS) as api:
        api.clock.forward(hours=1)
        await api.http.post("/jobs/metrics")
        api.sources["metrics"] = FakeSource([SourceUnavailable("gone")], resuming=False)
        await api.http.post("/jobs/metrics")
        api.clock.forward(minutes=5)
        found = await scraped(api)
        told = {
            of("runs", state="done"): 1,
            of("runs", state="failed"): 1,
            of("runs", state="partial"): 0,
            of("rows_total"): 3,
            of("requests_total"): 6,
            of("retries_total"): 3,
            of("waited_seconds_total"): 1.5,
            of("answer_bytes_total"): 300,
            of("last_success_timestamp_seconds"): EPOCH.timestamp() + 3_600,
            of("lag_seconds"): 3_900 - 180,
            of("backlog_runs"): 1,
            of("missing_windows"): 0,
            of("last_run_requests"): 0,
        }
        assert {key: found[key] for key in told} == told


async def test_never_is_not_zero() -> None:
    """A stream without a success has no time of it, and no lag; its counts are 0."""
    async with service({}, METRICS) as api:
        found = await scraped(api)
        assert found[of("rows_total", source="")] == 0
        assert of("lag_seconds", source="") not in found
        assert of("last_success_timestamp_seconds", source="") not in found


async def test_what_was_answered() -> None:
    """By the route as we wrote it; what nobody wrote is one word, whatever was asked."""
    async with service({"metrics": Halting()}, METRICS) as api:
        await api.http.post("/jobs/metrics")
        await api.http.post("/api/runs/nothing/rollback")
        for number in range(3):
            await api.http.get(f"/{CANARY}/{number}")
        await api.http.request("CANARY", "/healthz")
        await api.http.get("/healthz", headers={"Host": "evil.example"})
        found = await scraped(api)
        assert found[answered("POST", "/jobs/{stream}", "200")] == 1
        assert found[answered("POST", "/api/runs/{run}/rollback", "404")] == 1
        assert found[answered("GET", "other", "404")] == 3
        assert found[answered("GET", "other", "421")] == 1
        assert [key for key in found if ("method", "other") in key[1]]
        assert "anary" not in (await api.http.get("/metrics")).text.lower()
        assert "process_cpu_seconds_total" in {name for name, _ in found}


async def test_sources_that_anybody_can_name_are_bounded() -> None:
    """The first of a stream have numbers of their own; more do not make the answer longer."""
    async with served() as api:
        for number in range(MOST_SOURCES + 3):
            await api.told({"from": "a", "source": f"s{number:02}"})
            api.clock.forward(seconds=1)
        await api.told({"from": "b", "source": "s00"})
        lags = [labels for name, labels in await scraped(api) if name == "scarline_lag_seconds"]
        sources = {dict(labels)["source"] for labels in lags}
        assert sources == {f"s{number:02}" for number in range(MOST_SOURCES)}


async def test_two_apps_count_apart() -> None:
    """What one answered is not what the other did."""
    async with service({}) as one, service({}) as other:
        await one.http.get("/healthz")
        assert answered("GET", "/healthz", "200") in await scraped(one)
        assert answered("GET", "/healthz", "200") not in await scraped(other)


async def test_readers_may_scrape() -> None:
    """Nobody else, where there are tokens."""
    async with service({}, Config(reader=READER, operator=OPERATOR, hosts=None)) as api:
        problem_of(await api.http.get("/metrics"), 401)
        await scraped(api, **bearer(READER))


class Collector:
    """Takes traces as OTLP sends them over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.sent = b""
        collector = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.sent += body
                for part in ExportTraceServiceRequest.FromString(body).resource_spans:
                    collector.spans += [it for scope in part.scope_spans for it in scope.spans]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the output of the tests clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Run a collector while a test runs."""
    own = Collector()
    thread = threading.Thread(target=own.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield own
    own.server.shutdown()
    thread.join()
    own.server.server_close()


async def test_traces(collector: Collector) -> None:
    """A span for each pull, with its counts; sent at the latest when the service ends."""
    async with service({"metrics": Halting(steps=2)}, Config(otlp_url=collector.url)) as api:
        run = (await api.http.post("/jobs/metrics")).json()["run"]
        lost = SourceUnavailable(f"{CANARY} is gone")
        api.sources["metrics"] = FakeSource([batch(("cpu", "a", 9, 1.0)), lost], resuming=False)
        await api.http.post("/jobs/metrics")
    done, failed = collector.spans
    told = {it.key: it.value for it in done.attributes}
    assert done.name == failed.name == "pull metrics"
    assert told["scarline.run"].string_value == run
    assert told["scarline.state"].string_value == "done"
    assert told["scarline.rows"].int_value == 2
    assert told["scarline.waited_seconds"].double_value == 1.0
    assert (failed.status.code, failed.status.message) == (2, "SourceUnavailable")
    assert done.end_time_unix_nano > done.start_time_unix_nano
    assert b"canary" not in collector.sent
    assert not failed.events


async def test_traces_that_cannot_be_sent_stop_nothing(collector: Collector) -> None:
    """The pull is done, and the service ends."""
    async with service({"metrics": Halting()}, Config(otlp_url="http://127.0.0.1:9")) as api:
        assert (await api.http.post("/jobs/metrics")).json()["state"] == "done"
    assert collector.spans == []
