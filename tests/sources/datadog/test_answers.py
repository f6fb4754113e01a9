"""From bytes to Arrow: shapes, gaps, units, intervals, and what is refused."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import SourceChanged
from scarline.kinds import METRIC_POINT
from scarline.series import series_bounds, series_names
from scarline.sources.datadog.answers import read_v1, read_v2
from scarline.sources.datadog.points import Found, Reading, places
from scarline.sources.datadog.queries import Query, Question
from scarline.sources.datadog.refusals import Complaint
from scarline.sources.datadog.shapes import CutShort
from scarline.sources.datadog.windows import Span
from tests.sources.datadog.pretend import NOON, PERCENT

CPU = Query("system.cpu.idle", "*", ("host",), "avg", 60)
LOAD = Query("system.load.1", "*", ("host",), "avg", 60)
HOUR = Span(NOON, NOON + 3_600)


def v2(
    series: list[tuple[int, list[str], Any]], times: list[int], values: list[Any], **more: Any
) -> bytes:
    """A v2 answer: query, tags and unit of each series, minutes after noon, rows of values."""
    named = [
        {"query_index": index, "group_tags": tags, "unit": unit} for index, tags, unit in series
    ]
    axis = [(NOON + 60 * at) * 1000 for at in times]
    attributes = {"series": named, "times": axis, "values": values}
    return json.dumps({"data": {"id": "0", "attributes": attributes}, **more}).encode()


def v1(series: list[tuple[list[str], list[tuple[int, Any]]]], interval: int = 60) -> bytes:
    """A v1 answer: tags of each series, and its minutes after noon with their values."""
    listed = [
        {
            "metric": "system.cpu.idle",
            "tag_set": tags,
            "scope": ",".join(tags),
            "interval": interval,
            "unit": PERCENT,
            "pointlist": [[(NOON + 60 * at) * 1000.0, value] for at, value in points],
        }
        for tags, points in series
    ]
    return json.dumps({"status": "ok", "series": listed}).encode()


def by_v2(body: bytes, *queries: Query, settled: Mapping[str, int] | None = None) -> Reading:
    """Read a v2 answer."""
    return read_v2(body, Question(queries or (CPU,), HOUR), settled or {})


def by_v1(body: bytes, query: Query = CPU) -> Reading:
    """Read a v1 answer."""
    return read_v1(body, Question((query,), HOUR))


def told(reading: Reading) -> list[tuple[Any, ...]]:
    """Metric, host, tags, unit, interval, minute and value of each row, as they stand."""
    return [
        (
            *(row[name] for name in ("metric", "host", "tags", "unit", "interval_seconds")),
            (row["ts"] - datetime.fromtimestamp(NOON, UTC)).total_seconds() / 60,
            row["value"],
        )
        for row in reading.rows.to_pylist()
    ]


def test_rows_have_the_schema_of_their_kind() -> None:
    """Source, aggregation and all."""
    reading = by_v2(v2([(0, ["host:a"], PERCENT)], [0], [[1.5]]))
    reading.rows.validate(full=True)
    assert reading.rows.schema == METRIC_POINT.schema
    row = reading.rows.to_pylist()[0]
    assert (row["source"], row["aggregation"]) == ("datadog", "avg")


def test_the_series_of_several_queries_come_apart() -> None:
    """In whatever order they are listed; nulls are counted where the query has a time."""
    body = v2(
        [(1, ["host:b"], None), (0, ["host:b"], PERCENT), (0, ["host:a"], PERCENT)],
        [0, 1, 2, 3],
        [[None, None, 3.0, None], [1.0, None, 2.0, 4.0], [5.0, 6, None, 7]],
    )
    reading = by_v2(body, CPU, LOAD)
    assert told(reading) == [
        ("system.load.1", "b", "", None, 60, 2, 3.0),
        *[("system.cpu.idle", "b", "", "percent", 60, at, v) for at, v in ((0, 1), (2, 2), (3, 4))],
        *[("system.cpu.idle", "a", "", "percent", 60, at, v) for at, v in ((0, 5), (1, 6), (3, 7))],
    ]
    assert reading.kept_out == {"no value": 2}
    assert reading.found == {CPU.key: Found(2, 60), LOAD.key: Found(1, 60)}


def test_v1_says_the_same() -> None:
    """As v2 does of the same points."""
    one = by_v1(v1([(["host:b"], [(0, 1.0), (1, None), (2, 2)]), (["host:a"], [(5, 3.0)])]))
    other = by_v2(
        v2(
            [(0, ["host:b"], PERCENT), (0, ["host:a"], PERCENT)],
            [0, 1, 2, 5],
            [[1.0, None, 2, None], [None, None, None, 3.0]],
        )
    )
    assert told(one) == told(other)
    assert one.kept_out == {"no value": 1}


def test_rows_outside_the_window_are_dropped_in_silence() -> None:
    """The bucket at the end was cut, and will be asked for again."""
    times = [-1, 0, 59, 60]
    assert [row[5] for row in told(by_v2(v2([(0, [], None)], times, [[1, 2, 3, 4]])))] == [0, 59]
    points = [(at, 1.0) for at in times]
    assert [row[5] for row in told(by_v1(v1([([], points)])))] == [0, 59]


def test_numbers_that_are_none_are_kept_out() -> None:
    """JSON has no infinity, but some programs write it."""
    two = v2([(0, ["x:,NaN"], None)], [0, 1, 2, 3], [[1.0, float("nan"), float("-inf"), 2.5]])
    one = v1([(["x:,NaN"], list(enumerate([1.0, float("nan"), float("-inf"), 2.5])))])
    for reading in (by_v2(two), by_v1(one)):
        assert [(row[2], row[-1]) for row in told(reading)] == [("x:,NaN", 1.0), ("x:,NaN", 2.5)]
        assert reading.kept_out == {"no value": 2}


def test_a_series_that_is_there_twice_counts_once() -> None:
    """The first is kept; the order of tags makes no other series."""
    series = [(0, ["host:a", "env:x"], None), (0, ["env:x", "host:a"], None)]
    reading = by_v2(v2(series, [0, 1], [[1.0, 2.0], [3.0, None]]))
    assert [row[-1] for row in told(reading)] == [1.0, 2.0]
    assert reading.kept_out == {"no value": 1, "answered twice": 1}
    again = by_v1(v1([(["host:a"], [(0, 1.0)]), (["host:a"], [(0, 2.0), (1, 3.0)])]))
    assert ([row[-1] for row in told(again)], again.kept_out) == ([1.0], {"answered twice": 2})


PLACES = [
    (["host:a"], ("a", "")),
    ([], ("", "")),
    (["host:N/A"], ("", "")),
    (["env:prod", "host:a", "az:1"], ("a", "az:1,env:prod")),
    (["host:a:b"], ("a:b", "")),
    (["service:web", "env:prod"], ("", "env:prod,service:web")),
]


@pytest.mark.parametrize(("tags", "found"), PLACES)
def test_the_host_is_a_column_and_the_rest_are_tags(
    tags: list[str], found: tuple[str, str]
) -> None:
    """Sorted, so that the same series has the same name."""
    assert places(tags) == found


def test_v1_without_a_set_of_tags_has_a_scope() -> None:
    """Of which only the groups name the series."""
    query = Query("system.cpu.idle", "env:prod", ("host", "az"), "avg", 60)
    body = v1([(["env:prod", "host:a", "az:1"], [(0, 1.0)])])
    document = json.loads(body)
    document["series"][0]["tag_set"] = None
    assert told(by_v1(json.dumps(document).encode(), query))[0][1:3] == ("a", "az:1")


UNITS = [
    (PERCENT, "percent"),
    (None, None),
    ([None, None], None),
    ([{"name": "byte"}, {"name": "second"}], "byte/second"),
    ([{"name": "byte", "more": {"of": [1]}}], "byte"),
    ({"name": "byte"}, "byte"),
    ("byte", "byte"),
]


@pytest.mark.parametrize(("unit", "name"), UNITS)
def test_the_unit_is_the_one_in_the_answer(unit: Any, name: str | None) -> None:
    """None is assumed."""
    assert told(by_v2(v2([(0, [], unit)], [0], [[1.0]])))[0][3] == name


def test_series_with_and_without_a_unit_stand_side_by_side() -> None:
    """A null in a dictionary column is a null."""
    reading = by_v2(v2([(0, ["host:a"], PERCENT), (0, ["host:b"], None)], [0], [[1.0], [2.0]]))
    assert [row[3] for row in told(reading)] == ["percent", None]


RHYTHMS = [
    ([0, 1, 2, 3], 60),
    ([0, 5, 10, 15], 300),
    ([0, 5, 10, 30, 35, 40], 300),  # a gap
    ([0, 5, 11, 16], 60),  # reported every five minutes or so
    ([0, 7, 30, 31], 60),  # now and then
    ([0, 5], 60),  # too few to tell
    ([3, 8, 13, 18], 60),  # five minutes apart, but beside the five minutes
    ([], 60),
]


@pytest.mark.parametrize(("times", "interval"), RHYTHMS)
def test_v2_does_not_say_its_interval_so_the_times_do(times: list[int], interval: int) -> None:
    """Where they have a rhythm; else it is what was asked for."""
    reading = by_v2(v2([(0, [], None)], times, [[1.0] * len(times)]))
    assert reading.found[CPU.key].interval == interval
    assert {row[4] for row in told(reading)} <= {interval}


def test_each_query_has_its_own_rhythm() -> None:
    """Though the times are those of all."""
    values = [[1.0] * 7, [1.0, None, None, 1.0, None, None, 1.0]]
    reading = by_v2(v2([(0, [], None), (1, [], None)], list(range(7)), values), CPU, LOAD)
    assert {(row[0], row[4]) for row in told(reading)} == {(CPU.metric, 60), (LOAD.metric, 180)}


def test_what_is_settled_needs_no_rhythm() -> None:
    """Unless the times contradict it."""
    body = v2([(0, [], None)], [0, 5, 10, 15], [[1.0] * 4])
    assert by_v2(body, settled={CPU.key: 60}).found[CPU.key].interval == 60
    finer = v2([(0, [], None)], [0, 1, 2, 3], [[1.0] * 4])
    assert by_v2(finer, settled={CPU.key: 300}).found[CPU.key].interval == 60


@pytest.mark.parametrize(
    ("stated", "interval"), [(60, 60), (300, 300), (60_000, 60), (300_000, 300)]
)
def test_v1_states_its_interval_in_seconds_or_milliseconds(stated: int, interval: int) -> None:
    """The specification and the recordings differ."""
    reading = by_v1(v1([([], [(0, 1.0), (5, 1.0)])], stated))
    assert (reading.found[CPU.key].interval, told(reading)[0][4]) == (interval, interval)


BROKEN: list[tuple[bytes, type[Exception]]] = [
    (b"", CutShort),
    (v2([], [], [], errors="Bad").replace(b"Bad", b"\xff"), CutShort),
    (b"[" * 100_000, SourceChanged),
    (b"<html><title>Log in</title>", CutShort),
    (v2([(0, [], None)], [0, 1], [[1.0, 2.0]])[:-30], CutShort),
    (b"[]", SourceChanged),
    (b"{}", SourceChanged),
    (v2([(0, [], None)], [0, 1], [[1.0]]), SourceChanged),  # a value short
    (v2([(0, [], None)], [0, 1], [[1.0, 2.0], [3.0, 4.0]]), SourceChanged),  # a series short
    (v2([(0, [], None)], [0], [["1.0"]]), SourceChanged),
    (v2([(1, [], None)], [0], [[1.0]]), SourceChanged),  # of no query
    (v2([(-1, [], None)], [0], [[1.0]]), SourceChanged),
    (v2([(0, [], None)], [1, 0], [[1.0, 2.0]]), SourceChanged),  # time runs backwards
    (v2([(0, [], None)], [0], [[1.0]]).replace(b"000]", b"001]"), SourceChanged),  # off the grid
    (v2([], [], [], errors=["Query timed out"]), Complaint),
    (v2([], [], [], errors="Query timed out"), Complaint),
    (v2([], [], [], errors=[{"title": "Bad", "detail": "very"}]), Complaint),
]


@pytest.mark.parametrize(("body", "error"), BROKEN)
def test_what_is_no_answer_is_none(body: bytes, error: type[Exception]) -> None:
    """Nothing of it is kept."""
    with pytest.raises(error):
        by_v2(body)


BROKEN_V1: list[tuple[bytes, type[Exception], str]] = [
    (b'{"status":"error","error":"Query timed out"}', Complaint, "error Query timed out"),
    (b'{"status":"ok","series":[],"errors":["no"]}', Complaint, "no"),
    (b'{"status":"ok","series":[{}]}', SourceChanged, "interval"),
    (v1([([], [(0, 1.0)])], 0), SourceChanged, "different intervals"),
    (v1([([], [(1, 1.0), (0, 1.0)])]), SourceChanged, "do not rise"),
    (v1([([], [(0, 1.0)])], 7), SourceChanged, "multiples of 7 s"),
    (v1([([], [(0, 1.0)])]).replace(b", 1.0]", b"]"), SourceChanged, "not pairs"),
    (v1([([], [(0, 1.0)])]).replace(b", 1.0]", b", 1.0, 2.0]"), SourceChanged, "not pairs"),
    (v1([([], [(0, 1.0)])]).replace(b"000.0,", b".0,"), SourceChanged, "milliseconds"),
    (v1([([], [(0, 1.0)])]).replace(b"1.0]", b'"x"]'), SourceChanged, "shape"),
]


@pytest.mark.parametrize(("body", "error", "said"), BROKEN_V1)
def test_nor_in_v1(body: bytes, error: type[Exception], said: str) -> None:
    """HTTP 200 or not."""
    with pytest.raises(error, match=said):
        by_v1(body)


def test_an_answer_without_series_is_an_answer() -> None:
    """Nothing found is not the same as could not look."""
    for reading in (by_v2(v2([], [], [])), by_v1(v1([]))):
        assert (reading.rows.num_rows, reading.found) == (0, {CPU.key: Found(0, 60)})


VALUES = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-9, 9))


@given(st.data(), st.integers(0, 5), st.lists(st.integers(0, 80), unique=True, max_size=12))
def test_every_value_comes_through_exactly_and_in_order(
    data: st.DataObject, count: int, minutes: list[int]
) -> None:
    """To the bit, by both ways, each series together and by rising time."""
    times = sorted(minutes)
    table = [[data.draw(VALUES) for _ in times] for _ in range(count)]
    hosts = [[f"host:{number}"] for number in range(count)]
    wanted = {
        (f"{number}", at): float(value)
        for number, row in enumerate(table)
        for at, value in zip(times, row, strict=True)
        if value is not None and at < 60
    }
    answer2 = v2([(0, tags, None) for tags in hosts], times, table)
    answer1 = v1(
        [(tags, list(zip(times, row, strict=True))) for tags, row in zip(hosts, table, strict=True)]
    )
    for reading in (by_v2(answer2, settled={CPU.key: 60}), by_v1(answer1)):
        assert {(row[1], row[5]): row[6] for row in told(reading)} == wanted
        bounds = series_bounds(METRIC_POINT, reading.rows)
        names = series_names(METRIC_POINT, reading.rows, bounds)
        assert len(set(names)) == len(names)
        stamps = reading.rows.column("ts").cast("int64").to_numpy()
        for start, end in pairwise(bounds):
            assert np.all(np.diff(stamps[start:end]) > 0)
