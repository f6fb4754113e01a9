"""A day of LLM spans to failures in PostgreSQL, beside the obvious service."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import psycopg
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v2.api.agent_observability_api import AgentObservabilityApi
from datadog_api_client.v2.model.llm_obs_search_spans_request import LLMObsSearchSpansRequest

from bench.end_to_end import KEYS, sandbox
from bench.report import Measured, Report, measured
from scarline import bootstrap
from scarline.kinds import LLM_FAILURE
from scarline.ledger import Run
from scarline.model import Window
from scarline.ports import Query
from scarline.settings import Settings

MASKS = [
    re.compile(it)
    for it in (
        r"[\w.+-]+@[\w-]+\.[\w.]+",
        r"\b\d{3}[-. ]\d{3}[-. ]\d{4}\b",
        r"\b(?:\d[ -]?){13,16}\b",
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
    )
]
"""The four patterns that people paste into a mask."""


def run(url: str, spans: int = 250_000) -> None:
    """Capture a day of so many spans; and an hour of them with the official client's models."""
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=5)
    day = Window(end - timedelta(hours=24), end)
    hour = Window(end - timedelta(hours=1), end)
    with sandbox(1, spans) as address:
        pulled, took = captured(url, address, day)
        planted = httpx.get(
            f"{address}/_sandbox/failures",
            params={"from": day.start.timestamp(), "to": day.end.timestamp()},
            timeout=120,
        ).json()["failures"]
        lost, extra = _judged(url, planted)
        some, other = obvious(url, address, hour)
    report = Report(f"{spans:,} spans of 24 hours, failures kept in PostgreSQL", "spans/CPU s")
    kept = f"{pulled.rows:,} failures, {lost} lost, {extra} that were none, {pulled.usage}"
    print(kept)
    report.add("scarline pull failures", spans / took.cpu_seconds, _cost(took))
    report.add("official client, models, get-then-set", some / other.cpu_seconds, _cost(other))
    report.show("scarline pull failures")


def captured(url: str, address: str, window: Window) -> tuple[Run, Measured]:
    """Pull as `scarline pull failures` does; return the run and what it took."""
    own = Settings.model_validate(
        {
            "DD_API_KEY": KEYS[0],
            "DD_APP_KEY": KEYS[1],
            "SCARLINE_DATADOG_URL": address,
            "DATABASE_URL": url,
        }
    )

    async def work() -> tuple[Run, Measured]:
        async with bootstrap.open_pipeline(own, ["failures"], approved=True) as pipeline:
            with measured() as took:
                done = await pipeline.pull("failures", window)
            assert done.state == "done", done.missing[:3]
            return done, took

    return asyncio.run(work())


def _judged(url: str, planted: list[dict[str, Any]]) -> tuple[int, int]:
    """Return how many planted failures are not there, and how many there are beside them."""

    async def work() -> set[tuple[str, str]]:
        own = Settings.model_validate({"DATABASE_URL": url})
        async with bootstrap.open_pipeline(own) as pipeline:
            query = Query(LLM_FAILURE, columns=("trace_id", "span_id"))
            rows = (await pipeline.store.find(query)).to_pylist()
        assert len(rows) == len({(it["trace_id"], it["span_id"]) for it in rows})
        return {(it["trace_id"], it["span_id"]) for it in rows}

    found = asyncio.run(work())
    sure = {(it["trace_id"], it["span_id"]) for it in planted if it["certain"]}
    return len(sure - found), len(found - {(it["trace_id"], it["span_id"]) for it in planted})


def obvious(url: str, address: str, window: Window) -> tuple[int, Measured]:
    """Do it as one does in an afternoon: models, four masks, a look and a write for each."""
    configuration = Configuration(host=address)
    configuration.api_key = {"apiKeyAuth": KEYS[0], "appKeyAuth": KEYS[1]}
    configuration.unstable_operations["search_llm_obs_spans"] = True
    count = 0
    filters = {"from": window.start.isoformat(), "to": window.end.isoformat()}
    asked: dict[str, Any] = {"filter": filters, "page": {"limit": 1_000}, "sort": "timestamp"}
    with measured() as took, psycopg.connect(url) as connection, ApiClient(configuration) as client:
        connection.execute("drop table if exists bench_trace")
        connection.execute("create table bench_trace (id text primary key, body text, seen int)")
        while True:
            sent: Any = {"type": "spans", "attributes": asked}
            body = LLMObsSearchSpansRequest(data=sent)
            answer = AgentObservabilityApi(client).search_llm_obs_spans(body=body)
            count += len(answer.data)
            for span in answer.data:
                _kept(connection, span.to_dict().get("attributes") or {})
            after = (answer.to_dict()["meta"].get("page") or {}).get("after")
            if after is None:
                return count, took
            asked["page"]["cursor"] = after


def _kept(connection: psycopg.Connection[Any], span: dict[str, Any]) -> None:
    if not _failed(span):
        return
    text = json.dumps(span, default=str)
    for mask in MASKS:
        text = mask.sub("[REDACTED]", text)
    key = f"{span.get('trace_id')}:{span.get('span_id')}"
    query = "select seen from bench_trace where id = %s"
    before = connection.execute(query, (key,)).fetchone()
    if before is None:
        connection.execute("insert into bench_trace values (%s, %s, 1)", (key, text))
    else:
        change = "update bench_trace set body = %s, seen = %s where id = %s"
        connection.execute(change, (text, before[0] + 1, key))
    connection.commit()


def _failed(span: dict[str, Any]) -> bool:
    judged = [it for it in (span.get("evaluation") or {}).values() if isinstance(it, dict)]
    return span.get("status") == "error" or any(it.get("assessment") == "fail" for it in judged)


def _cost(took: Measured) -> str:
    return (
        f"CPU {took.cpu_seconds:.1f} s, {took.seconds:.0f} s in all, "
        f"memory +{took.peak_megabytes:.0f} MB"
    )
