"""Metrics by HTTP: which series there are, and one of them as it is drawn."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.kinds import INTEGRATION_FLOW, METRIC_POINT
from scarline.model import Asked, Batch, Cursor, Window
from scarline.scars import detect
from scarline.scars.growing import series_id
from scarline.scars.options import DEFAULT
from scarline.watch import Watch
from scarline.web.metrics.drawn import drawn, thinned
from tests.fakes import EPOCH, FakeSource, loaded
from tests.web.failing import captured, told
from tests.web.served import Served, problem_of, served

API = "/api/metrics"
POINTS = f"{API}/points"
KEY = ("fake", "m", "a", "env:prod", 60, "avg")


def columns(values: np.ndarray[Any, Any], host: str = "a", metric: str = "m") -> pa.RecordBatch:
    """Return minute points of one series from EPOCH on, made by columns."""
    count = len(values)
    micros = int(EPOCH.timestamp()) * 1_000_000 + 60_000_000 * np.arange(count)
    words = {"source": "fake", "metric": metric, "host": host, "tags": "env:prod"}
    words |= {"aggregation": "avg", "unit": "percent"}
    zeros = pa.array(np.zeros(count, np.int32))
    own = {name: pa.DictionaryArray.from_arrays(zeros, [word]) for name, word in words.items()}
    own["interval_seconds"] = pa.array(np.full(count, 60, np.int32))
    own["ts"] = pa.array(micros).cast(pa.timestamp("us", "UTC"))
    own["value"] = pa.array(values)
    names = METRIC_POINT.schema.names
    return pa.RecordBatch.from_arrays([own[it] for it in names], schema=METRIC_POINT.schema)


def noisy(count: int, seed: int = 1) -> np.ndarray[Any, Any]:
    """Return values of a quiet series."""
    return np.random.default_rng(seed).normal(100.0, 1.0, count)


async def pulled(api: Served, *batches: pa.RecordBatch) -> None:
    """Have a pull of metrics that brings these points, and finds the scars in them."""
    hours = Window(EPOCH, EPOCH + timedelta(days=3))
    told_ = [Batch(METRIC_POINT, it, Cursor(""), (Asked("q", hours),)) for it in batches]
    source = FakeSource(told_, resuming=False)
    await replace(api.pipeline, sources={"metrics": source}, watch=Watch()).pull("metrics")


async def flowed(api: Served, flows: Batch) -> None:
    """Have a load that brings these flows."""
    source = FakeSource([flows], resuming=False, kinds={"flows": INTEGRATION_FLOW})
    await replace(api.pipeline, sources={"flows": source}).pull("flows")


async def test_series_with_their_newest_value() -> None:
    """Those that have points in the last hours; with how many scars each has."""
    values = noisy(600)
    values[500:530] += 60.0
    async with served() as api:
        assert (await told(api, API))["window"] is None
        await pulled(api, columns(values), columns(noisy(100), "b"), columns(noisy(599), "a", "k"))
        answer = await told(api, API)
        assert [(it["metric"], it["host"]) for it in answer["series"]] == [("k", "a"), ("m", "a")]
        own = answer["series"][1]
        assert (own["series"], own["unit"], own["points"]) == (series_id(KEY), "percent", 360)
        assert (own["last_at"], own["last_value"]) == ("2026-03-02T09:59:00Z", values[-1])
        assert (own["scars"], own["open"]) == (1, False)
        all_of_them = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T10:00:00Z"}
        assert (await told(api, API, **all_of_them))["total"] == 3
        assert (await told(api, API, host="b", **all_of_them))["total"] == 1
        first = await told(api, API, limit=1)
        rest = await told(api, API, limit=1, cursor=first["next"])
        assert [it["series"][0]["metric"] for it in (first, rest)] == ["k", "m"]
        assert rest["next"] is None


async def test_many_series_are_drawn_small() -> None:
    """Means of equal stretches of the window; null where no point is, or no number."""
    values = np.repeat([1.0, 2.0, np.nan, 4.0], 15)
    async with served() as api:
        await pulled(api, columns(values), columns(values[:30] * 10, "b"))
        hour = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T01:00:00Z"}
        answer = await told(api, API, spark=4, **hour)
        assert [it["spark"] for it in answer["series"]] == [
            [1.0, 2.0, None, 4.0],
            [10.0, 20.0, None, None],
        ]
        assert (await told(api, API, spark=2, **hour))["series"][0]["spark"] == [1.5, 4.0]
        assert "spark" not in (await told(api, API, **hour))["series"][0]


async def test_one_series_with_its_band_and_scars() -> None:
    """What was expected is what the detector says of all points up to there."""
    values = noisy(600)
    values[500:530] += 60.0
    async with served() as api:
        await pulled(api, columns(values), columns(noisy(600, 2), "b"))
        answer = await told(api, POINTS, metric="m", host="a", **{"from": "2026-03-02T05:00:00Z"})
        assert (answer["total"], answer["shown"]) == (300, 300)
        assert answer["value"] == values[300:].tolist()
        assert answer["ts"] == [int(EPOCH.timestamp()) + 60 * it for it in range(300, 600)]
        said, _ = detect(columns(values), {})
        for name in ("expected", "low", "high", "score"):
            expected = said.column(name).to_pylist()[300:]
            assert answer[name] == [pytest.approx(it, rel=1e-6) for it in expected]
        (scar,) = answer["scars"]
        assert (scar["onset"], scar["direction"]) == ("2026-03-02T08:20:00Z", "high")
        assert (scar["mark"], scar["quiet"], scar["seen_before"]) == (None, False, 0)
        by_digest = await told(
            api, POINTS, series=series_id(KEY), **{"from": "2026-03-02T05:00:00Z"}
        )
        assert by_digest == answer
        plain = await told(api, POINTS, metric="m", host="a", band="false")
        assert "expected" not in plain
        assert plain["total"] == 600


async def test_which_series_is_meant_must_be_clear() -> None:
    """More than one is refused with their digests, none with a sentence."""
    async with served() as api:
        none = problem_of(await api.http.get(POINTS, params={"metric": "m"}), 404)
        assert "scarline pull metrics" in none["detail"]
        await pulled(api, columns(noisy(50)), columns(noisy(50), "b"))
        several = problem_of(await api.http.get(POINTS, params={"metric": "m"}), 400)
        assert series_id(KEY) in several["detail"]
        problem_of(await api.http.get(POINTS), 404)
        problem_of(await api.http.get(POINTS, params={"series": "none"}), 404)
        problem_of(await api.http.get(POINTS, params={"metric": "m", "host": "none"}), 404)
        late = {"metric": "m", "host": "a", "from": "2026-03-09T00:00:00Z"}
        problem_of(await api.http.get(POINTS, params=late), 400)
        for window in ({}, {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T00:50:00Z"}):
            own = await told(api, POINTS, series=series_id(KEY), **window)
            assert (own["series"]["host"], own["total"]) == ("a", 50)


async def test_what_is_known_is_not_sent_again() -> None:
    """The same points are the same answer."""
    async with served() as api:
        await pulled(api, columns(noisy(50)))
        done = await api.http.get(POINTS, params={"metric": "m"})
        known = {"If-None-Match": done.headers["etag"]}
        again = await api.http.get(POINTS, params={"metric": "m"}, headers=known)
        assert (again.status_code, again.content) == (304, b"")


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.floats(-10, 10)), min_size=1, max_size=400),
    st.integers(10, 60),
)
def test_thinning_keeps_extremes_and_ends(rows: list[tuple[int, float]], most: int) -> None:
    """Few enough, rising, with the first, the last, the lowest and the highest."""
    rows = sorted(dict(rows).items())
    times, values = (np.array(it) for it in zip(*rows, strict=True))
    kept = thinned(times, values.astype(float), most)
    assert len(kept) <= most
    assert (np.diff(kept) > 0).all()
    assert {0, len(rows) - 1} <= set(kept.tolist())
    assert values[kept].min() == values.min()
    assert values[kept].max() == values.max()
    if len(rows) <= most:
        assert len(kept) == len(rows)


def test_thinning_looks_past_missing_numbers() -> None:
    """A stretch of nan keeps one of them; others keep their highest number."""
    values = np.full(1000, np.nan)
    values[:500] = np.arange(500.0)
    kept = thinned(np.arange(1000), values, 20)
    assert 499 in kept.tolist()
    assert len(kept) <= 20


@pytest.mark.parametrize("most", [2_000, 20_000])
def test_a_hundred_thousand_points_are_quick(most: int) -> None:
    """Judged, thinned and told within the time that a page may wait; nothing loops over points."""
    points = pa.Table.from_batches([columns(noisy(100_000))])
    drawn(points.slice(0, 10), datetime.fromtimestamp(0, UTC), most, DEFAULT)  # compiles
    start = time.process_time()
    told_ = drawn(points, datetime.fromtimestamp(0, UTC), most, DEFAULT)
    assert time.process_time() - start < 1.0
    assert told_["total"] == 100_000
    assert most * 0.9 < len(told_["ts"]) <= most
    assert {len(told_[it]) for it in ("ts", "value", "low", "high")} == {len(told_["ts"])}


async def test_the_worst_first() -> None:
    """Scars of the window stand with the drawings; filters and pages go by them."""
    values = noisy(600)
    values[500:530] += 60.0
    large = noisy(600, 2)
    large[590:] += 90.0
    async with served() as api:
        await pulled(api, columns(noisy(600, 3), "a"), columns(values, "b"), columns(large, "c"))
        wanted: dict[str, Any] = {"spark": 10, "order": "worst"}
        answer = await told(api, API, **wanted)
        assert [it["host"] for it in answer["series"]] == ["c", "b", "a"]
        assert [len(it["recent"]) for it in answer["series"]] == [1, 1, 0]
        assert answer["series"][0]["recent"][0]["ended_at"] is None
        assert (answer["metrics"], answer["hosts"]) == (["m"], ["a", "b", "c"])
        first = await told(api, API, **wanted, limit=2)
        rest = await told(api, API, **wanted, limit=2, cursor=first["next"])
        assert [it["host"] for it in first["series"] + rest["series"]] == ["c", "b", "a"]
        for query, hosts in (
            ({"scarred": "true"}, ["c", "b"]),
            ({"open": "true"}, ["c"]),
            ({"mark": "none", "find": "B"}, ["b"]),
            ({"mark": "noise"}, []),
            ({"last": "20m", "scarred": "true"}, ["c"]),
        ):
            found = (await told(api, API, **wanted, **query))["series"]
            assert [it["host"] for it in found] == hosts, query
        both = {"last": "1h", "from": "2026-03-02T00:00:00Z"}
        assert (await told(api, API, **both))["window"]["from"] == both["from"]


async def test_what_was_beside_a_series() -> None:
    """Flows of its service that changed, its failures, and runs; the scar that is named."""
    values = noisy(600)
    values[500:530] += 60.0
    async with served() as api:
        api.clock.at = EPOCH
        await flowed(api, loaded({("shop", "pay"): {"status": "healthy"}}))
        api.clock.at = EPOCH + timedelta(hours=8)
        await flowed(api, loaded({("shop", "pay"): {"status": "failed"}}))
        await captured(api, [{"failed_at": api.clock.at, "service_name": "shop"}])
        api.clock.forward(hours=2)
        await pulled(api, columns(values, "shop-1"))
        wanted: dict[str, Any] = {"host": "shop-1", "metric": "m", "last": "4h", "beside": "true"}
        answer = await told(api, POINTS, **wanted, scar="2026-03-02T08:20:00Z")
        own = answer["beside"]
        assert (own["service"], own["known_by"]) == ("shop", "host name")
        (change,) = own["flows"]
        assert (change["what"], change["at"]) == ("changed", "2026-03-02T08:00:00Z")
        assert (change["before"], change["after"]) == ("status healthy", "status failed")
        assert (own["failures_total"], own["failures"][0]["service_name"]) == (1, "shop")
        assert {it["stream"] for it in own["runs"]} == {"failures", "flows"}
        assert answer["scar"]["onset"] == "2026-03-02T08:20:00Z"
        assert (await told(api, POINTS, **wanted))["scar"] is None
        assert "beside" not in await told(api, POINTS, host="shop-1", metric="m")
