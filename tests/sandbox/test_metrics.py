"""The metric endpoints answer as the recorded Datadog did, edge by edge."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import httpx2
import pytest

from scarline.sandbox import Sandbox, World, running
from tests.sandbox.conftest import NOON, Connect, timeseries_body

HOUR = 3600
DAY = 24 * HOUR
Timeseries = Callable[..., dict[str, Any]]


def query(call: httpx2.Client, start: float, end: float, text: str) -> dict[str, Any]:
    """Ask v1."""
    window: dict[str, Any] = {"from": int(start), "to": int(end), "query": text}
    answer: dict[str, Any] = call.get("/api/v1/query", params=window).raise_for_status().json()
    return answer


# A day from 52 s past a bucket's edge, as in the recorded v1 query.
RECORDED = {
    "from": 1641343852,
    "to": 1641430252,
    "first": 1641344100000,
    "last": 1641430200000,
    "end": 1641430499000,
}


def test_v1_edges_are_those_of_the_recording(connect: Connect) -> None:
    """The bucket that holds `from` is dropped; the last reaches past `to`; all names are there."""
    with running(World(clock=lambda: float(RECORDED["to"]))) as sandbox:
        answer = query(connect(sandbox), RECORDED["from"], RECORDED["to"], "system.cpu.idle{*}")
    (series,) = answer.pop("series")
    points = series.pop("pointlist")
    assert answer == {
        "status": "ok",
        "resp_version": 1,
        "to_date": 1641430252000,
        "query": "system.cpu.idle{*}",
        "message": "",
        "res_type": "time_series",
        "times": [],
        "from_date": 1641343852000,
        "group_by": [],
        "values": [],
    }
    assert series == {
        "end": RECORDED["end"],
        "attributes": {},
        "metric": "system.cpu.idle",
        "interval": 300,
        "tag_set": [],
        "start": RECORDED["first"],
        "length": 288,
        "query_index": 0,
        "aggr": None,
        "scope": "*",
        "expression": "system.cpu.idle{*}",
        "unit": [
            {
                "family": "percentage",
                "scale_factor": 1,
                "name": "percent",
                "short_name": "%",
                "plural": "percent",
                "id": 17,
            },
            None,
        ],
        "display_name": "system.cpu.idle",
    }
    assert [point[0] for point in points] == list(
        range(RECORDED["first"], RECORDED["last"] + 1, 300_000)
    )
    assert all(isinstance(point[0], int) and 0 < point[1] < 100 for point in points)


def test_v2_keeps_the_same_edges(timeseries: Timeseries) -> None:
    """An aligned window holds [from, to): its first bucket, and not the one at `to`."""
    start = NOON // 300 * 300 - DAY
    answer = timeseries(start, start + DAY, "avg:system.cpu.idle{*}", interval=300_000)
    assert answer["times"] == [int(start + 300 * n) * 1000 for n in range(288)]
    assert [len(answer["values"]), len(answer["values"][0])] == [1, 288]


@pytest.mark.parametrize(
    ("span", "interval"),
    [(HOUR, 20), (4 * HOUR, 60), (DAY, 300), (2 * DAY, 600), (7 * DAY, 3600), (30 * DAY, 14400)],
)
def test_default_interval(call: httpx2.Client, span: int, interval: int) -> None:
    """Without a rollup the interval is that of Datadog's table."""
    answer = query(call, NOON - span, NOON, "avg:system.load.1{role:db}")
    assert answer["series"][0]["interval"] == interval


@pytest.mark.parametrize(
    ("span", "asked", "got"),
    [
        (25 * HOUR, 60, 60),  # 1,500 points: just within the cap
        (26 * HOUR, 60, 120),  # too many: raised to the next nice interval
        (30 * DAY, 20, 1800),
        (HOUR, 5, 20),  # finer than the readings
        (HOUR, 45, 45),  # odd, but it fits
    ],
)
def test_small_rollup_is_silently_raised(
    call: httpx2.Client, span: int, asked: int, got: int
) -> None:
    """A rollup under the cap is raised without a word; only the returned interval tells."""
    text = f"max:system.load.1{{role:db}}.rollup(max, {asked})"
    (series,) = query(call, NOON - span, NOON, text)["series"]
    assert series["interval"] == got
    assert series["length"] <= 1500
    assert all(time // 1000 % got == 0 for time, _ in series["pointlist"])


def test_v2_rollup_in_the_query_beats_the_interval(timeseries: Timeseries) -> None:
    """`interval` is a wish in milliseconds; an explicit rollup comes first."""
    text = "avg:system.load.1{*}"
    wished = timeseries(NOON - HOUR, NOON - 60, text, interval=60_000)["times"]
    explicit = timeseries(NOON - HOUR, NOON - 60, f"{text}.rollup(avg, 120)", interval=60_000)
    assert {60_000} == {b - a for a, b in pairwise(wished)}
    assert {0} == {time % 120_000 for time in explicit["times"]}


def test_grouped_v1_series(call: httpx2.Client) -> None:
    """Scope and tag_set are sorted, the expression has the series' own scope and no `by`."""
    text = "avg:system.net.bytes_rcvd{role:db} by {host,device}.rollup(avg, 60)"
    answer = query(call, NOON - HOUR, NOON - 60, text)
    assert answer["group_by"] == ["device", "host"]
    first = answer["series"][0]
    scope = "device:eth0,host:db-01,role:db"
    assert first["scope"] == scope
    assert first["tag_set"] == ["device:eth0", "host:db-01"]
    assert first["expression"] == f"avg:system.net.bytes_rcvd{{{scope}}}.rollup(avg, 60)"
    assert [unit["name"] for unit in first["unit"]] == ["byte", "second"]
    assert len(answer["series"]) == 4


def test_several_queries_in_one_request(call: httpx2.Client, timeseries: Timeseries) -> None:
    """V1 takes them comma separated, v2 as a list; formulas choose among the latter."""
    texts = ["avg:system.load.1{role:db,env:prod} by {host}", "max:system.cpu.user{role:web}"]
    one = query(call, NOON - HOUR, NOON - 60, ",".join(texts))
    assert {(s["query_index"], s["metric"]) for s in one["series"]} == {
        (0, "system.load.1"),
        (1, "system.cpu.user"),
    }
    two = timeseries(NOON - HOUR, NOON - 60, *texts, formulas=[{"formula": "b"}])
    assert [s["query_index"] for s in two["series"]] == [0]
    assert two["series"][0]["unit"][0]["name"] == "percent"
    both = timeseries(NOON - HOUR, NOON - 60, *texts)
    assert [len(both["series"]), len(both["values"])] == [len(one["series"])] * 2
    assert both["series"][0]["unit"] is None


def test_formula_limit_keeps_the_highest(timeseries: Timeseries) -> None:
    """`limit` keeps that many series, by mean."""
    text = "avg:system.cpu.user{*} by {role}"
    everyone = timeseries(NOON - HOUR, NOON - 60, text)
    limit = {"count": 2, "order": "desc"}
    best = timeseries(NOON - HOUR, NOON - 60, text, formulas=[{"formula": "a", "limit": limit}])
    means = [sum(row) / len(row) for row in everyone["values"]]
    assert [sum(row) / len(row) for row in best["values"]] == sorted(means, reverse=True)[:2]


def test_v1_and_v2_agree(call: httpx2.Client, timeseries: Timeseries) -> None:
    """The same question has the same numbers behind both doors, nulls included."""
    text, start, end = "avg:system.mem.usable{*} by {host}", NOON - HOUR, NOON - 60
    one = query(call, start, end, text)["series"]
    two = timeseries(start, end, text)
    columns = {
        series["group_tags"][0]: dict(zip(two["times"], row, strict=True))
        for series, row in zip(two["series"], two["values"], strict=True)
    }
    assert len(one) == len(columns)
    for series in one:
        assert all(columns[series["tag_set"][0]][at] == value for at, value in series["pointlist"])
    assert any(value is None for row in two["values"] for value in row)


def test_same_buckets_in_other_windows_have_the_same_values(timeseries: Timeseries) -> None:
    """A value belongs to its bucket, not to the question."""
    text = "avg:system.cpu.user{*} by {host}.rollup(avg, 60)"
    wide = timeseries(NOON - 6 * HOUR, NOON - HOUR, text)
    slim = timeseries(NOON - 3 * HOUR, NOON - 2 * HOUR, text)
    place = wide["times"].index(slim["times"][0])
    cut = [row[place : place + len(slim["times"])] for row in wide["values"]]
    assert cut == slim["values"]


def test_wide_buckets_are_the_mean_of_the_narrow_ones(timeseries: Timeseries) -> None:
    """Up to five minutes, a bucket is the mean of all its readings."""
    text, start = "avg:system.cpu.user{host:db-01}", NOON // 300 * 300 - HOUR
    fine = timeseries(start, start + 300, f"{text}.rollup(avg, 20)")["values"][0]
    coarse = timeseries(start, start + 300, f"{text}.rollup(avg, 300)")["values"][0]
    present = [value for value in fine if value is not None]
    assert coarse == pytest.approx([sum(present) / len(present)], abs=2e-4)


def test_running_bucket_differs_later_and_the_future_is_empty(connect: Connect) -> None:
    """The newest bucket is partial until it has ended; nothing is told of what is to come."""
    time = [NOON]
    text, start = "avg:system.cpu.user{role:db}.rollup(avg, 60)", NOON - 10 * 60
    with running(World(clock=lambda: time[0])) as sandbox:
        call = connect(sandbox)
        seen = dict(query(call, start, NOON + HOUR, text)["series"][0]["pointlist"])
        time[0] += 120
        later = dict(query(call, start, NOON + HOUR, text)["series"][0]["pointlist"])
    newest = int(NOON) // 60 * 60_000
    assert max(seen) == newest
    assert max(later) == newest + 120_000
    assert [at for at in seen if seen[at] != later[at]] == [newest]


def test_nothing_is_older_than_fifteen_months(timeseries: Timeseries) -> None:
    """The retention edge: an empty answer, not an error."""
    answer = timeseries(NOON - 500 * DAY, NOON - 460 * DAY, "avg:system.cpu.user{*} by {host}")
    assert answer == {"series": [], "times": [], "values": []}


def test_hosts_come_and_go(timeseries: Timeseries) -> None:
    """Within a week two hosts are away for a while, and others lose readings."""
    text = "avg:system.cpu.user{*} by {host}.rollup(avg, 3600)"
    answer = timeseries(NOON - 7 * DAY, NOON, text)
    missing = {
        series["group_tags"][0]: row.count(None)
        for series, row in zip(answer["series"], answer["values"], strict=True)
    }
    assert sorted(host for host, count in missing.items() if count > 12) == [
        "host:web-08",
        "host:worker-02",
    ]


@pytest.mark.parametrize(
    ("scope", "hosts"),
    [
        ("*", 40),
        ("host:db-01", 1),
        ("role:web", 8),
        ("role:w*", 10),
        ("!role:web", 32),
        ("role:web AND NOT host:web-01", 7),
        ("host IN (db-01,db-02)", 2),
        ("role:web,role:db", 0),
        ("nonsense:x", 0),
    ],
)
def test_scopes(timeseries: Timeseries, scope: str, hosts: int) -> None:
    """Comma and AND narrow, `!` and NOT exclude, `*` stands for anything, IN lists."""
    text = f"avg:system.mem.total{{{scope}}} by {{host}}"
    assert len(timeseries(NOON - 6 * DAY, NOON, text)["series"]) == hosts


def test_groups_without_the_tag(timeseries: Timeseries) -> None:
    """A tag that nothing carries makes one group, N/A."""
    answer = timeseries(NOON - HOUR, NOON - 60, "sum:system.mem.total{*} by {nonsense}")
    assert [series["group_tags"] for series in answer["series"]] == [["nonsense:N/A"]]


def test_space_and_time_aggregation(timeseries: Timeseries) -> None:
    """Over hosts min <= avg <= max; over time likewise; a minute has three readings."""
    window = (NOON - 2 * HOUR, NOON - HOUR)
    rows = {
        name: timeseries(*window, f"{name}:system.mem.used{{role:api}}.rollup(avg, 60)")["values"][
            0
        ]
        for name in ("min", "avg", "max")
    }
    assert all(a <= b <= c for a, b, c in zip(rows["min"], rows["avg"], rows["max"], strict=True))
    counts = [
        timeseries(*window, f"sum:system.mem.used{{role:api}} by {{host}}.rollup({way}, 60)")
        for way in ("count", "min", "max")
    ]
    assert counts[0]["values"][0][0] == 3
    assert all(
        low is None or low <= high
        for lows, highs in zip(counts[1]["values"], counts[2]["values"], strict=True)
        for low, high in zip(lows, highs, strict=True)
    )


def test_unknown_metric_is_an_empty_answer(call: httpx2.Client, timeseries: Timeseries) -> None:
    """Datadog does not say that a metric is unknown: 200, and nothing in it."""
    assert query(call, NOON - HOUR, NOON, "avg:no.such.metric{*}")["series"] == []
    answer = timeseries(NOON - HOUR, NOON, "avg:no.such.metric{*} by {host}")
    assert answer == {"series": [], "times": [], "values": []}


@pytest.mark.parametrize(
    "text",
    [
        "avg:system.cpu.user",
        "median:system.cpu.user{*}",
        "avg:system.cpu.user{}",
        "avg:system.cpu.user{*}.rollup(avg, soon)",
        "avg:system.cpu.user{*}.rollup(p95, 60)",
        "avg:system.cpu.user{*}.derivative()",
        "avg:system.cpu.user{env:prod OR env:dev}",
        "topk(5, avg:system.cpu.user{*})",
    ],
)
def test_bad_query(call: httpx2.Client, text: str) -> None:
    """A query that cannot be read is a 400 with a sentence."""
    window: dict[str, Any] = {"from": int(NOON - HOUR), "to": int(NOON), "query": text}
    answer = call.get("/api/v1/query", params=window)
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith("Error parsing query")


@pytest.mark.parametrize(
    "window",
    [
        {"from": 200, "to": 200},
        {"from": 300, "to": 200},
        {"from": "yesterday", "to": 200},
        {"to": 200},
        {"from": 1, "to": 10**18},
    ],
)
def test_bad_window_v1(call: httpx2.Client, window: dict[str, Any]) -> None:
    """`from` must be a whole number before `to`."""
    answer = call.get("/api/v1/query", params={**window, "query": "avg:system.load.1{*}"})
    assert answer.status_code == 400
    assert list(answer.json()) == ["errors"]


def test_bad_body_v2(call: httpx2.Client) -> None:
    """Strings for times, an unknown formula, another data source, no JSON: 400 each."""
    good = timeseries_body(NOON - HOUR, NOON, "avg:system.load.1{*}")
    attributes = good["data"]["attributes"]
    wrong = [
        {"from": str(attributes["from"])},
        {"from": attributes["to"]},
        {"to": None},
        {"interval": 0},
        {"queries": []},
        {"queries": [{"data_source": "logs", "query": "x"}]},
        {"formulas": [{"formula": "a + b"}]},
        {"formulas": "a"},
    ]
    bodies = [{"data": {**good["data"], "attributes": {**attributes, **part}}} for part in wrong]
    bodies.append({"data": {**good["data"], "type": "scalar_request"}})
    for body in bodies:
        answer = call.post("/api/v2/query/timeseries", json=body)
        assert (answer.status_code, list(answer.json())) == (400, ["errors"]), body
    assert call.post("/api/v2/query/timeseries", content=b"{").status_code == 400


def test_metric_lists(call: httpx2.Client) -> None:
    """V1 gives all names at once; v2 gives pages, the last of which is bare."""
    names = call.get("/api/v1/metrics", params={"from": int(NOON - HOUR)}).json()["metrics"]
    assert "system.cpu.idle" in names
    assert call.get("/api/v1/metrics").status_code == 400
    none: dict[str, Any] = {"from": int(NOON - HOUR), "host": "nobody"}
    assert call.get("/api/v1/metrics", params=none).json()["metrics"] == []
    found, cursor, pages = [], None, 0
    while True:
        params = {"page[size]": "4"} | ({"page[cursor]": cursor} if cursor else {})
        page = call.get("/api/v2/metrics", params=params).json()
        found += [item["id"] for item in page["data"]]
        pages += 1
        if not page["data"]:
            break
        cursor = page["meta"]["pagination"]["next_cursor"]
    assert found == names
    assert (pages, page) == (5, {"data": []})


def test_page_links_are_as_recorded(call: httpx2.Client, frozen: Sandbox) -> None:
    """`next` holds the cursor and not the size; a foreign cursor is refused."""
    page = call.get("/api/v2/metrics", params={"page[size]": "2"}).json()
    meta = page["meta"]["pagination"]
    url = f"{frozen.url}/api/v2/metrics"
    assert page["links"] == {
        "self": f"{url}?page[size]=2",
        "last": None,
        "next": f"{url}?page[cursor]={meta['next_cursor']}",
        "prev": None,
        "first": f"{url}?page[size]=2",
    }
    assert meta == meta | {"cursor": None, "limit": 2, "type": "cursor_limit"}
    assert call.get("/api/v2/metrics", params={"page[cursor]": "abc"}).status_code == 400


def test_nothing_there(call: httpx2.Client) -> None:
    """An unknown path and a wrong method answer in JSON too."""
    assert call.get("/api/v1/nothing").status_code == 404
    assert call.post("/api/v1/query").json() == {"errors": ["Method not allowed"]}
