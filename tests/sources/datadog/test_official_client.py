"""The official client, as a second reader: it finds the same points in the same bodies."""

import json
from typing import Any

from datadog_api_client import Configuration
from datadog_api_client.model_utils import validate_and_convert_types
from datadog_api_client.v1.model.metrics_query_response import MetricsQueryResponse
from datadog_api_client.v2.model.timeseries_formula_query_response import (
    TimeseriesFormulaQueryResponse,
)

from scarline.sources.datadog.answers import read_v1, read_v2
from scarline.sources.datadog.points import Reading
from scarline.sources.datadog.queries import Query, Question
from scarline.sources.datadog.windows import Span

START = 1_711_977_600

# As recorded in DataDog/datadog-api-client-python (test_timeseries_cross_product_query and
# test_query_timeseries_points), the second cut short; groups and nulls after the specification.
V2 = {
    "data": {
        "id": "0",
        "type": "timeseries_response",
        "attributes": {
            "series": [
                {"group_tags": ["host:a"], "query_index": 0, "unit": None},
                {"group_tags": ["host:b"], "query_index": 0, "unit": None},
            ],
            "times": [1711977645000, 1711977705000, 1711980225000],
            "values": [[1, 1, 87], [None, 0.1, 91.4583840476142]],
        },
    }
}
V1 = {
    "status": "ok",
    "resp_version": 1,
    "series": [
        {
            "end": 1711978499000,
            "attributes": {},
            "metric": "system.cpu.idle",
            "interval": 300,
            "tag_set": [f"host:{host}"],
            "start": 1711977600000,
            "length": 3,
            "query_index": 0,
            "aggr": "avg",
            "scope": f"host:{host}",
            "pointlist": points,
            "expression": f"avg:system.cpu.idle{{host:{host}}}",
            "unit": [
                {
                    "family": "percentage",
                    "scale_factor": 1.0,
                    "name": "percent",
                    "short_name": "%",
                    "plural": "percent",
                    "id": 17,
                },
                None,
            ],
            "display_name": "system.cpu.idle",
        }
        for host, points in (
            ("a", [[1711977600000.0, 91.4583840476142], [1711977900000.0, 91.5041914039484]]),
            ("b", [[1711977600000.0, None], [1711977900000.0, 3.0], [1711978200000.0, 1e-7]]),
        )
    ],
    "to_date": 1711978500000,
    "query": "avg:system.cpu.idle{*} by {host}",
    "message": "",
    "res_type": "time_series",
    "times": [],
    "from_date": 1711977600000,
    "group_by": ["host"],
    "values": [],
}


def question(interval: int) -> Question:
    """One metric by host, for an hour."""
    query = Query("system.cpu.idle", "*", ("host",), "avg", interval)
    return Question((query,), Span(START, START + 3_600))


def ours(reading: Reading) -> list[tuple[str, int, float]]:
    """Host, milliseconds and value of each row."""
    return sorted(
        (row["host"], round(row["ts"].timestamp() * 1000), row["value"])
        for row in reading.rows.to_pylist()
    )


def theirs(document: Any, model: Any) -> Any:
    """The document as the official client's model, types checked."""
    read: Any = validate_and_convert_types
    client: Any = Configuration
    return read(document, (model,), ["body"], True, True, client())


def test_v2_reads_the_same() -> None:
    """Five-second points, of which there are few."""
    attributes = theirs(V2, TimeseriesFormulaQueryResponse).data.attributes
    points = sorted(
        (series.group_tags.value[0].removeprefix("host:"), time, value)
        for series, row in zip(attributes.series.value, attributes.values.value, strict=True)
        for time, value in zip(attributes.times.value, row.value, strict=True)
        if value is not None
    )
    assert ours(read_v2(json.dumps(V2).encode(), question(5), {})) == points


def test_v1_reads_the_same() -> None:
    """Interval and unit as well."""
    answer = theirs(V1, MetricsQueryResponse)
    points = sorted(
        (series.scope.removeprefix("host:"), int(point.value[0]), point.value[1])
        for series in answer.series
        for point in series.pointlist
        if point.value[1] is not None
    )
    reading = read_v1(json.dumps(V1).encode(), question(300))
    assert ours(reading) == points
    assert {row["interval_seconds"] for row in reading.rows.to_pylist()} == {300}
    assert {row["unit"] for row in reading.rows.to_pylist()} == {str(answer.series[0].unit[0].name)}
