"""The bytes of an answer to Arrow, beside the official client's models and JSON alone."""

import json
from functools import partial

import orjson
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v1.model.metrics_query_response import MetricsQueryResponse
from datadog_api_client.v2.model.timeseries_formula_query_response import (
    TimeseriesFormulaQueryResponse,
)

from bench.report import Report, best
from bench.workload import START, v1_answer, v2_answer
from scarline.sources.datadog.answers import read_v1, read_v2
from scarline.sources.datadog.queries import Query, Question
from scarline.sources.datadog.windows import Span

INTERVAL = 20


def run() -> None:
    """Read both shapes of answer in two sizes and print points per second."""
    for series, steps in ((200, 300), (8_000, 180)):
        times = 5 if series * steps < 100_000 else 3
        _both(series, steps, times)


def _both(series: int, steps: int, times: int) -> None:
    start = int(START.timestamp())
    query = Query("system.cpu.idle", "*", ("host",), "avg", INTERVAL)
    question = Question((query,), Span(start, start + steps * INTERVAL))
    points = series * steps
    bodies = {"v2": v2_answer(series, steps), "v1": v1_answer(series, steps)}
    models = {"v2": TimeseriesFormulaQueryResponse, "v1": MetricsQueryResponse}
    for version, body in bodies.items():
        title = f"parse {version}, {series:,} series x {steps} points, {len(body) / 1e6:.1f} MB"
        report = Report(title, "points/s")

        def ours(version: str = version, body: bytes = body) -> None:
            read = read_v2(body, question, {}) if version == "v2" else read_v1(body, question)
            assert read.rows.num_rows == points

        def model(version: str = version, body: bytes = body) -> None:
            client = ApiClient(Configuration())
            client.deserialize(body.decode(), (models[version],), check_type=True)

        report.add("scarline, to Arrow", points / best(ours, times))
        report.add("orjson alone", points / best(partial(orjson.loads, body), times))
        report.add("json alone", points / best(partial(json.loads, body), times))
        report.add("official client, models", points / best(model, 1))
        report.show("scarline, to Arrow")
