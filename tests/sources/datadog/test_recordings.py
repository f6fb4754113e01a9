"""Datadog's own recorded answers, where SCARLINE_TEST_RECORDINGS says they lie."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scarline.sources.datadog import quota
from scarline.sources.datadog.answers import read_v1, read_v2
from scarline.sources.datadog.queries import Query, Question
from scarline.sources.datadog.quota import Told
from scarline.sources.datadog.windows import Span, ceil, floor
from tests.conftest import missing

Recorded = Callable[[str], str]

BODY = re.compile(r"^      string: '(.*?)'$", re.MULTILINE | re.DOTALL)
HEADER = re.compile(r"^      ([\w-]+):\n      - '?([^'\n]*)'?$", re.MULTILINE)


@pytest.fixture
def recorded() -> Recorded:
    """A function that gives a recording as it stands in its file."""
    folder = os.environ.get("SCARLINE_TEST_RECORDINGS")
    if folder is None:
        missing(
            "Datadog's own recorded answers",
            "set SCARLINE_TEST_RECORDINGS to their folder",
            ci_has_it=False,  # they are not ours to keep here
        )
    return lambda name: (Path(folder) / f"{name}.yaml").read_text()


def body(recording: str) -> bytes:
    """The body of the first answer."""
    found = BODY.search(recording)
    assert found
    return found[1].replace("''", "'").encode()


def test_a_recorded_v1_query_is_read(recorded: Recorded) -> None:
    """All but the last bucket, which reaches past the window."""
    answer = body(recorded("test_query_timeseries_points_returns_ok_response"))
    query = Query("system.cpu.idle", "*", (), "avg", 300)
    span = Span(ceil(1641343852, 300), floor(1641430252, 300))
    reading = read_v1(answer, Question((query,), span))
    assert reading.rows.num_rows == 287
    first = reading.rows.to_pylist()[0]
    assert (first["value"], first["unit"]) == (91.4583840476142, "percent")
    assert (first["interval_seconds"], first["host"]) == (300, "")
    assert reading.found[query.key].interval == 300


def test_a_recorded_v2_timeseries_is_read(recorded: Recorded) -> None:
    """Its three points lie on the grid that was asked for."""
    answer = body(recorded("test_timeseries_cross_product_query_returns_ok_response"))
    query = Query("datadog.estimated_usage.metrics.custom", "*", (), "avg", 5)
    question = Question((query,), Span(1711977600, 1711981200))
    reading = read_v2(answer, question, {})
    assert reading.rows.column("value").to_pylist() == [1, 1, 87]
    assert reading.found[query.key].interval == 5


def test_recorded_rate_limits_are_read(recorded: Recorded) -> None:
    """Their names are Datadog's."""
    first = recorded("test_retry_rate_limit").split("- request:")[1]
    headers = dict(HEADER.findall(first.split("response:")[1]))
    assert quota.told(headers, 0) == Told("logs_public_search_api", 10, 10.0, 9, 3.0)
