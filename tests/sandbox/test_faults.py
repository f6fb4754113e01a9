"""Each fault does what its name says, when it was told to."""

import gzip
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson
import pytest

from scarline.sandbox import FAULT_KINDS, Fault, Sandbox, World, parse_fault, running
from tests.sandbox.conftest import NOON, Connect, timeseries_body

HOUR = 3600
BY_HOST = "avg:system.mem.used{role:web,!host:web-08} by {host}"
WINDOW = {"from": int(NOON - HOUR), "to": int(NOON - 60)}
WORLD = World(clock=lambda: NOON)


def v1(call: httpx2.Client) -> httpx2.Response:
    """Ask the same question of v1 each time."""
    return call.get("/api/v1/query", params={**WINDOW, "query": BY_HOST})


def v2(call: httpx2.Client) -> dict[str, Any]:
    """Ask the same question of v2 each time: the whole document."""
    body = timeseries_body(WINDOW["from"], WINDOW["to"], BY_HOST)
    document: dict[str, Any] = call.post("/api/v2/query/timeseries", json=body).json()
    return document


@pytest.mark.parametrize(
    ("text", "status", "media", "headers"),
    [
        ("429:7", 429, "application/json", {"remaining": "0", "reset": "7"}),
        ("429:0", 429, "application/json", {"remaining": "0", "reset": "0"}),
        ("429-bare", 429, "application/json", {}),
        ("429-html", 429, "text/html; charset=utf-8", {}),
        ("429-retry-after:3", 429, "application/json", {"remaining": "0", "reset": "3"}),
        ("500", 500, "application/json", {}),
        ("502", 502, "text/html; charset=utf-8", {}),
        ("503:2", 503, "application/json", {"reset": "2"}),
        ("html", 200, "text/html; charset=utf-8", {}),
        ("revoked", 403, "application/json", {}),
    ],
)
def test_answers_instead(
    connect: Connect, text: str, status: int, media: str, headers: dict[str, str]
) -> None:
    """Status, media type and rate-limit headers of the faults that answer themselves."""
    with running(WORLD, [parse_fault(text)]) as sandbox:
        answer = v1(connect(sandbox))
        (served,) = sandbox.log
    assert (answer.status_code, answer.headers["content-type"]) == (status, media)
    told = {name: answer.headers.get(f"x-ratelimit-{name}") for name in ("remaining", "reset")}
    assert told == {"remaining": None, "reset": None} | headers
    retry_after = "3" if text.startswith("429-retry") else None
    assert answer.headers.get("retry-after") == retry_after
    assert (served.status, served.faults) == (status, (parse_fault(text).name,))
    assert media.startswith("text/html") == answer.text.startswith("<!DOCTYPE html>")


def test_429_names_the_bucket(connect: Connect) -> None:
    """The headers of a planted 429 are those of the endpoint's own limit, and cost no call."""
    with running(WORLD, [Fault("429", count=1)]) as sandbox:
        call = connect(sandbox)
        refused, good = v1(call), v1(call)
    assert refused.headers["x-ratelimit-name"] == "timeseries_query"
    assert [refused.headers["x-ratelimit-limit"], good.headers["x-ratelimit-remaining"]] == [
        "1600",
        "1599",
    ]


def test_slow_and_hang(connect: Connect) -> None:
    """Slow answers in the end; a hang outlasts the caller, and ends with the sandbox."""
    with running(WORLD, [Fault("slow", 0.2)]) as sandbox:
        began = time.monotonic()
        assert v1(connect(sandbox)).status_code == 200
        assert time.monotonic() - began >= 0.2
        sandbox.faults[:] = [Fault("hang")]
        with pytest.raises(httpx2.ReadTimeout):
            connect(sandbox).get("/api/v1/validate", timeout=0.2)
        began = time.monotonic()
    assert time.monotonic() - began < 2


def test_drop(connect: Connect) -> None:
    """The connection ends without an answer; the next request is well."""
    with running(WORLD, [Fault("drop", count=1)]) as sandbox:
        with pytest.raises(httpx2.TransportError):
            v1(connect(sandbox))
        assert v1(connect(sandbox)).status_code == 200
        assert [served.status for served in sandbox.log] == [0, 200]


def test_truncate(connect: Connect) -> None:
    """The body ends before its announced length."""
    with (
        running(WORLD, [Fault("truncate")]) as sandbox,
        pytest.raises(httpx2.RemoteProtocolError, match="closed"),
    ):
        v1(connect(sandbox))


def test_cut(connect: Connect) -> None:
    """The length is right, the JSON is not."""
    with running(WORLD, [Fault("cut"), Fault("gzip-off")]) as sandbox:
        answer = v1(connect(sandbox))
    assert len(answer.content) == int(answer.headers["content-length"])
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)


def both(connect: Connect, *faults: Fault) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give v1 and v2 answers without and with faults."""
    with running(WORLD) as sandbox:
        good = [v1(connect(sandbox)).json(), v2(connect(sandbox))]
        sandbox.faults.extend(faults)
        bad = [v1(connect(sandbox)).json(), v2(connect(sandbox))]
    return good, bad


def tags(documents: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Give the host of each series, in v1 and v2."""
    one, two = documents
    return (
        [series["tag_set"][0] for series in one["series"]],
        [series["group_tags"][0] for series in two["data"]["attributes"]["series"]],
    )


def test_partial_hosts(connect: Connect) -> None:
    """Every third series is missing, and nothing says so."""
    good, bad = both(connect, Fault("partial-hosts"))
    expected = [tag for place, tag in enumerate(tags(good)[0], 1) if place % 3]
    assert tags(bad) == (expected, expected)
    assert len(bad[1]["data"]["attributes"]["values"]) == len(expected)


def test_partial_time(connect: Connect) -> None:
    """The middle third of the window is missing."""
    good, bad = both(connect, Fault("partial-time"))
    times = good[1]["data"]["attributes"]["times"]
    third = len(times) // 3
    assert bad[1]["data"]["attributes"]["times"] == times[:third] + times[2 * third :]
    for before, after in zip(good[0]["series"], bad[0]["series"], strict=True):
        assert after["length"] == len(after["pointlist"]) == before["length"] - third


def test_reorder_and_duplicate(connect: Connect) -> None:
    """The same series in another order, each with its own values; then some of them twice."""
    good, bad = both(connect, Fault("reorder"))
    assert sorted(tags(bad)[0]) == tags(good)[0] != tags(bad)[0] == tags(bad)[1]
    rows = dict(zip(tags(good)[1], values(good), strict=True))
    assert [rows[tag] for tag in tags(bad)[1]] == values(bad)
    good, bad = both(connect, Fault("duplicate", 2))
    assert tags(bad)[0] == tags(good)[0] + tags(good)[0][::2] == tags(bad)[1]
    assert values(bad) == values(good) + values(good)[::2]


def values(documents: list[dict[str, Any]]) -> list[list[float | None]]:
    """Give the values of the v2 document."""
    rows: list[list[float | None]] = documents[1]["data"]["attributes"]["values"]
    return rows


def test_coarse(connect: Connect) -> None:
    """Points three times as far apart; v1's interval says so, v2's times do."""
    good, bad = both(connect, Fault("coarse"))
    assert {series["interval"] for series in bad[0]["series"]} == {60}
    times = bad[1]["data"]["attributes"]["times"]
    assert times == [t for t in good[1]["data"]["attributes"]["times"] if t % 60_000 == 0]
    assert [point[0] for point in bad[0]["series"][0]["pointlist"]] == times


def test_skew(connect: Connect) -> None:
    """Points and the Date header are off by the same seconds."""
    good, bad = both(connect, Fault("skew", -120))
    times = good[1]["data"]["attributes"]["times"]
    assert bad[1]["data"]["attributes"]["times"] == [time - 120_000 for time in times]
    assert bad[0]["series"][0]["start"] == good[0]["series"][0]["start"] - 120_000
    with running(WORLD, [Fault("skew", -120)]) as sandbox:
        date = parsedate_to_datetime(v1(connect(sandbox)).headers["date"])
    assert date == datetime.fromtimestamp(int(NOON) - 120, UTC)


def test_status_error_and_errors_member(connect: Connect) -> None:
    """Two ways of failing with HTTP 200."""
    good, bad = both(connect, Fault("status-error"), Fault("errors-member"))
    assert (bad[0]["status"], bad[0]["series"]) == ("error", [])
    assert bad[0]["error"]
    assert bad[1]["errors"]
    assert tags(bad)[1] == tags(good)[1][: len(tags(good)[1]) // 2]


def test_repeated_cursor_and_foreign_link(connect: Connect) -> None:
    """A page whose next is itself; a next link that leads to somebody else's host."""
    with running(WORLD, [Fault("repeat-cursor")]) as sandbox:
        call = connect(sandbox)
        first = call.get("/api/v2/metrics", params={"page[size]": 2}).json()
        cursor = first["meta"]["pagination"]["next_cursor"]
        params = {"page[size]": 2, "page[cursor]": cursor}
        pages = [call.get("/api/v2/metrics", params=params).json() for _ in range(2)]
        assert pages[0] == pages[1]
        assert pages[0]["meta"]["pagination"]["next_cursor"] == cursor
        sandbox.faults[:] = [Fault("foreign-next", "http://127.0.0.1:9")]
        page = call.get("/api/v2/metrics", params={"page[size]": 2}).json()
    assert urlsplit(page["links"]["next"]).netloc == "127.0.0.1:9"
    assert urlsplit(page["links"]["next"]).path == "/api/v2/metrics"


def test_gzip(connect: Connect) -> None:
    """Compressed if asked and large; the two faults turn that round."""
    with running(WORLD) as sandbox:
        call = connect(sandbox)
        plain = {"Accept-Encoding": "identity"}
        params: dict[str, Any] = {**WINDOW, "query": BY_HOST}
        good = call.get("/api/v1/query", params=params)
        assert "content-encoding" not in call.get("/api/v1/validate").headers
        asked_plain = call.get("/api/v1/query", params=params, headers=plain)
        sandbox.faults[:] = [Fault("gzip-off")]
        off = call.get("/api/v1/query", params=params)
        sandbox.faults[:] = [Fault("gzip-on")]
        with call.stream("GET", "/api/v1/query", params=params, headers=plain) as on:
            raw = b"".join(on.iter_raw())
    assert good.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in asked_plain.headers
    assert "content-encoding" not in off.headers
    assert good.content == asked_plain.content == off.content == gzip.decompress(raw)


def statuses(sandbox: Sandbox, connect: Connect, count: int = 8) -> list[int]:
    """Ask several times; give what came."""
    call = connect(sandbox)
    return [call.get("/api/v1/validate").status_code for _ in range(count)]


def test_broken_connections_are_not_logged_as_bugs(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """What a fault was asked to do is no error of the sandbox."""
    with running(
        WORLD, [Fault("drop", nth=1), Fault("truncate", nth=2), Fault("hang", nth=3)]
    ) as s:
        for _ in range(3):
            with pytest.raises(httpx2.TransportError):
                connect(s).get("/api/v1/validate", timeout=0.2)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("500", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("500,nth=3", [3]),
        ("500,every=3", [3, 6]),
        ("500,after=6", [7, 8]),
        ("500,count=2", [1, 2]),
        ("500,every=2,count=2", [2, 4]),
        ("500@/api/v1/val", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("500@/api/v2/,nth=1", []),
        ("500,p=0", []),
        ("revoked:4", [4, 5, 6, 7, 8]),
    ],
)
def test_when_it_strikes(connect: Connect, text: str, failed: list[int]) -> None:
    """nth, every, after, count, path; counted from one, among the requests of that path."""
    with running(WORLD, [parse_fault(text)]) as sandbox:
        seen = statuses(sandbox, connect)
    assert [place for place, status in enumerate(seen, 1) if status != 200] == failed


def test_chance_is_the_seeds(connect: Connect) -> None:
    """The same seed fails the same requests; another seed others."""
    runs = []
    for seed in (7, 7, 8):
        with running(World(seed=seed), [Fault("500", probability=0.5)]) as sandbox:
            runs.append(statuses(sandbox, connect, 24))
    assert runs[0] == runs[1] != runs[2]
    assert 4 < runs[0].count(500) < 20


def test_two_equal_faults_count_apart(connect: Connect) -> None:
    """Each entry of the list has its own counts, also when added later."""
    with running(WORLD, [Fault("500", count=1)]) as sandbox:
        assert statuses(sandbox, connect, 2) == [500, 200]
        sandbox.faults.append(Fault("500", count=1))
        assert statuses(sandbox, connect, 2) == [500, 200]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("429", Fault("429", 1)),
        ("slow:2", Fault("slow", 2.0)),
        (" drop,nth=2 ", Fault("drop", nth=2)),
        (
            "503:5@/api/v1/query,every=3,p=0.5",
            Fault("503", 5.0, "/api/v1/query", every=3, probability=0.5),
        ),
        ("foreign-next:http://x:1", Fault("foreign-next", "http://x:1")),
    ],
)
def test_parse(text: str, fault: Fault) -> None:
    """The text of the command line."""
    assert parse_fault(text) == fault


@pytest.mark.parametrize("name", FAULT_KINDS)
def test_every_name_parses_and_is_explained(name: str) -> None:
    """Each kind can be asked for by its bare name and has a sentence."""
    assert parse_fault(name).name == name
    assert FAULT_KINDS[name].sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("flood", "there is no fault 'flood'; there are: 429, 429-bare,"),
        ("", "there is no fault ''"),
        ("slow:soon", "needs a number, not 'soon'"),
        ("500:3", "cannot take the value"),
        ("slow:nan", "cannot take the value"),
        ("500,when=3", "none of nth, every, after, count, p"),
        ("500,nth=x", "needs a number"),
        ("500,every=0", "every >= 1"),
        ("500,p=2", "p <= 1"),
    ],
)
def test_parse_refuses_with_a_sentence(text: str, sentence: str) -> None:
    """A wrong text is told what is wrong, and an unknown name all names."""
    with pytest.raises(ValueError, match=sentence):
        parse_fault(text)
