"""A pull of failures against a list of spans: windows, pages, cursors, caps, and every refusal."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from scarline.errors import UsageError
from scarline.kinds import LLM_FAILURE
from scarline.model import Batch, Cursor, Window
from scarline.ports import Ask
from scarline.sources.datadog import Spans
from tests.sources.datadog.pretend import (
    NOON,
    Pretend,
    Received,
    Reply,
    Trouble,
    pulled,
    refusal,
    reply,
    source,
)

LLM, APM = "/api/v2/llm-obs/v1/spans/events/search", "/api/v2/spans/events/search"
TRACE = "/api/v2/trace/"
HOUR = 3_600
DAY = 24 * HOUR

MICROS = timedelta(microseconds=1)

Document = dict[str, Any]


def told(
    trace: str, own: str, seconds: float, above: str = "undefined", **changes: Any
) -> Document:
    """A span as LLM Observability tells it, so many seconds before noon."""
    attributes = {
        "trace_id": trace,
        "span_id": own,
        "parent_id": above,
        "name": f"step {own}",
        "span_kind": "task",
        "status": "ok",
        "start_ns": int((NOON - seconds) * 1_000_000) * 1_000,
        "duration": 5e8,
        "ml_app": "shop",
        "tags": ["service:web", "env:prod", "user_id:jane@example.com"],
        "output": {"value": "done"},
        **changes,
    }
    return {"id": own, "type": "span", "attributes": attributes}


def failed(trace: str, own: str, seconds: float, above: str = "undefined", **more: Any) -> Document:
    """The same, with an error."""
    wrong = {"error.type": "ToolError", "error.message": "it broke"}
    return told(trace, own, seconds, above, status="error", **({"metadata": wrong} | more))


@dataclass
class Story:
    """Spans to be found by LLM Observability's search, and by APM's; each page is remembered.

    ``hidden`` spans by their id are not found before that time.
    """

    spans: Sequence[Document] = ()
    hidden: dict[str, float] = field(default_factory=dict)
    now: Callable[[], float] = lambda: NOON
    most: int = 5_000

    def __call__(self, came: Received) -> Reply | None:
        if came.path == LLM:
            return self._page(came, self.spans)
        if came.path == APM:
            return self._page(came, [_apm(it) for it in self.spans])
        if came.path.startswith(TRACE):
            return reply({"data": {"attributes": self._trace(came.path.removeprefix(TRACE))}})
        return None

    def _page(self, came: Received, spans: Sequence[Document]) -> Reply:
        asked = came.body["data"]["attributes"]
        wanted, page = asked["filter"], asked["page"]
        start, end = (datetime.fromisoformat(wanted[it]) for it in ("from", "to"))
        found = [
            it
            for it in sorted(spans, key=_start)
            if start <= _start(it) < end
            and all(
                wanted.get(name, it["attributes"].get(name)) == it["attributes"].get(name)
                for name in ("ml_app", "trace_id")
            )
            and self.hidden.get(it["id"], 0) <= self.now()
            and _tagged(it, wanted.get("tags", {}))
        ]
        first = int(page.get("cursor", 0))
        last = first + min(page["limit"], self.most)
        more = str(last) if last < len(found) else None
        meta = {"status": "done", "page": {"after": more} if more else None}
        return reply({"data": found[first:last], "meta": meta})

    def _trace(self, trace: str) -> Document:
        own = [it["attributes"] for it in self.spans if it["attributes"]["trace_id"] == trace]
        spans = [{"spanID": it["span_id"], "name": it["name"], "parentID": 0} for it in own]
        return {"spans": spans, "is_truncated": False}


def _start(document: Document) -> datetime:
    own = document["attributes"]
    if "start_timestamp" in own:
        return datetime.fromisoformat(own["start_timestamp"])
    start = own.get("start_ns")
    micros = start // 1_000 if isinstance(start, int) else NOON * 1_000_000 - 60_000_000
    return datetime(1970, 1, 1, tzinfo=UTC) + micros * MICROS


def _tagged(document: Document, tags: dict[str, str]) -> bool:
    return all(f"{key}:{value}" in document["attributes"]["tags"] for key, value in tags.items())


def _apm(document: Document) -> Document:
    """The same span as APM tells it."""
    own = document["attributes"]
    custom = {"duration": own["duration"]} | ({"ml_app": own["ml_app"]} if own["ml_app"] else {})
    if own["status"] == "error":
        custom["error"] = {"type": "ToolError", "message": "it broke"}
    attributes = {
        "trace_id": own["trace_id"],
        "span_id": own["span_id"],
        "parent_id": own["parent_id"].replace("undefined", "0"),
        "resource_name": own["name"],
        "start_timestamp": _start(document).isoformat(),
        "service": "web",
        "tags": [],
        "custom": custom,
    }
    return {"id": document["id"], "type": "spans", "attributes": attributes}


def telling(*spans: Document, troubles: Sequence[Trouble] = (), **story: Any) -> Pretend:
    """A Datadog that knows these spans."""
    return Pretend(troubles=[*troubles, Story(spans, **story)])


def asked(pretend: Pretend, *paths: str) -> list[Document]:
    """What the searches asked."""
    return [
        {"path": it.path, **it.body["data"]["attributes"]}
        for it in pretend.log
        if it.path in (paths or (LLM, APM))
    ]


def windows(pretend: Pretend) -> list[tuple[int, int]]:
    """The stretches that the searches asked for, in seconds after noon."""
    found = [it["filter"] for it in asked(pretend)]
    return [
        tuple(int(datetime.fromisoformat(it[end]).timestamp()) - NOON for end in ("from", "to"))  # type: ignore[misc]
        for it in found
    ]


def ids(batches: Sequence[Batch]) -> list[str]:
    """The ids of the failing spans, in the order in which they came."""
    return [row["span_id"] for batch in batches for row in batch.rows.to_pylist()]


def missing(batches: Sequence[Batch]) -> list[tuple[str, str]]:
    """What is missing, and why."""
    return [(it.what, it.reason) for batch in batches for it in batch.missing]


def kept_out(batches: Sequence[Batch]) -> dict[str, int]:
    """What was left out, by reason."""
    found: dict[str, int] = {}
    for batch in batches:
        for reason, count in batch.kept_out.items():
            found[reason] = found.get(reason, 0) + count
    return found


def between(start: float, end: float) -> Window:
    """A window of seconds before noon."""
    return Window(*(datetime.fromtimestamp(NOON - it, UTC) for it in (start, end)))


def named(start: float, end: float, cursor: Cursor | None = None) -> Ask:
    """A pull of seconds before noon."""
    return Ask("failures", between(start, end), cursor)


async def pull(pretend: Pretend, ask: Ask | None = None, **settings: Any) -> list[Batch]:
    """All batches of one pull of failures."""
    whole = {"page_size": 100, "lead_seconds": 0, **settings}
    return await pulled(pretend, ask or Ask("failures"), spans=Spans(**whole))


def once(path: str, *replies: Reply, after: int = 0) -> Trouble:
    """Answer requests to ``path`` so, once the first ``after`` of them had their answers."""
    left = [None] * after + list(replies)

    def answer(came: Received) -> Reply | None:
        return left.pop(0) if came.path == path and left else None

    return answer


# --- what is asked, and what comes ---


async def test_the_first_pull() -> None:
    """An hour, absolute, oldest first; one row for each span that failed, and a cursor."""
    pretend = telling(told("t", "1", 90), failed("t", "2", 80, "1"), told("u", "3", 70))
    (batch,) = await pull(pretend, page_size=1_000)
    assert asked(pretend) == [
        {
            "path": LLM,
            "filter": {"from": "2026-11-18T10:59:30Z", "to": "2026-11-18T11:59:30Z"},
            "page": {"limit": 1_000},
            "sort": "timestamp",
        }
    ]
    assert batch.rows.schema == LLM_FAILURE.schema
    batch.rows.validate(full=True)
    (row,) = batch.rows.to_pylist()
    assert (row["trace_id"], row["span_id"], row["error_type"]) == ("t", "2", "ToolError")
    assert row["failed_at"] == datetime.fromtimestamp(NOON - 80, UTC)
    assert row["service_name"] == "web"
    assert json.loads(row["trace_payload"]) == failed("t", "2", 80, "1")["attributes"]
    assert [(it.what, it.window) for it in batch.asked] == [("llm spans *", between(3_630, 30))]
    assert batch.missing == ()
    assert batch.cursor is not None


@pytest.mark.parametrize(
    ("settings", "filters"),
    [
        ({"ml_apps": ("a", "b")}, [{"ml_app": "a"}, {"ml_app": "b"}]),
        ({"services": ("web",)}, [{"tags": {"service": "web"}}]),
        (
            {"ml_apps": ("a",), "services": ("x", "y")},
            [{"ml_app": "a", "tags": {"service": it}} for it in ("x", "y")],
        ),
        ({"query": "@status:error"}, [{"query": "@status:error"}]),
    ],
    ids=["apps", "services", "both", "query"],
)
async def test_what_is_searched_for(settings: Any, filters: list[Document]) -> None:
    """Datadog's filters take one value each; a query of one's own stands alone."""
    pretend = telling()
    await pull(pretend, **settings)
    wanted = [
        {k: v for k, v in it["filter"].items() if k not in ("from", "to")} for it in asked(pretend)
    ]
    assert wanted == filters


async def test_only_what_was_asked_for_comes() -> None:
    """One application of two; each search has its own place."""
    pretend = telling(failed("t", "1", 90), failed("u", "2", 80, ml_app="other"))
    assert ids(await pull(pretend, ml_apps=("other",))) == ["2"]
    assert ids(await pull(pretend, ml_apps=("other", "shop"))) == ["2", "1"]


async def test_pages_follow_the_cursor() -> None:
    """Until there is none; the window is one to the cursor."""
    pretend = telling(*(failed(f"t{it}", f"{it:03}", 1_000 - it) for it in range(250)))
    batches = await pull(pretend)
    assert [it["page"].get("cursor") for it in asked(pretend)] == [None, "100", "200"]
    assert len(set(windows(pretend))) == 1
    assert ids(batches) == [f"{it:03}" for it in range(250)]


async def test_many_failures_come_in_parts_that_lead_back() -> None:
    """Only the last part of a window has its cursor and its account: memory stays flat."""
    pretend = telling(*(failed(f"t{it}", f"{it:04}", 2_000 - it) for it in range(100)))
    batches = await pull(pretend, page_size=1_000)
    assert [it.rows.num_rows for it in batches] == [40, 40, 20]
    assert batches[0].cursor == batches[1].cursor != batches[2].cursor
    assert batches[0].asked == batches[1].asked == ()
    assert ids(batches) == sorted(ids(batches))
    again = await pull(pretend, Ask("failures", cursor=batches[1].cursor), page_size=1_000)
    assert ids(again) == ids(batches)


async def test_windows_are_cut_and_each_has_a_cursor() -> None:
    """A pull that ends between two of them goes on with the second."""
    pretend = telling(*(failed(f"t{it}", f"{it}", 9_000 - it * 2_000) for it in range(5)))
    batches = await pull(pretend, named(9_030, 30), window_seconds=3_600)
    assert windows(pretend) == [(-9_030, -5_430), (-5_430, -1_830), (-1_830, -30)]
    assert [ids([it]) for it in batches] == [["0", "1"], ["2", "3"], ["4"]]
    pretend.log.clear()
    rest = await pull(pretend, named(9_030, 30, batches[0].cursor), look_back_seconds=0)
    assert windows(pretend) == [(-5_430, -1_830), (-1_830, -30)]
    assert ids(rest) == ["2", "3", "4"]


async def test_late_spans_are_caught_by_the_look_back() -> None:
    """What came since, and an hour before it again."""
    pretend = Pretend()
    late, new = failed("t", "late", 600), failed("u", "new", -500)
    pretend.troubles.append(Story((late, new), {"late": NOON + 1}, now=lambda: pretend.time.now))
    (first,) = await pull(pretend)
    assert ids([first]) == []
    pretend.time.now = NOON + 900
    pretend.log.clear()
    second = await pull(pretend, Ask("failures", cursor=first.cursor))
    assert windows(pretend) == [(-30 - HOUR, -30), (-30, 870)]
    assert ids(second) == ["late", "new"]


async def test_the_first_pull_of_a_day_may_look_back_deeper() -> None:
    """The next one does not."""
    pretend = telling()
    pretend.time.now = midnight = float(NOON + 12 * HOUR)
    settings = {"deep_look_back_seconds": 20 * HOUR, "window_seconds": DAY}
    *_, batch = await pull(pretend, named(600, 0), **settings)
    starts = []
    for later in (1_000.0, 2_000.0):
        pretend.time.now = midnight + later
        pretend.log.clear()
        *_, batch = await pull(pretend, Ask("failures", cursor=batch.cursor), **settings)
        starts.append(NOON + windows(pretend)[0][0])
    assert starts == [NOON - 20 * HOUR, midnight + 1_000 - 30 - HOUR]


# --- what is left out, and told ---


async def test_a_span_that_comes_twice_is_kept_once() -> None:
    """The first is kept, also if it comes by another search; it is counted."""
    twice = failed("t", "1", 90), failed("t", "1", 90, name="again"), failed("u", "1", 80)
    batches = await pull(telling(*twice))
    assert ids(batches) == ["1", "1"]
    assert batches[0].rows.column("span_name").to_pylist() == ["step 1", "step 1"]
    assert kept_out(batches) == {"span that came twice": 1}


async def test_a_search_is_not_taken_on_trust() -> None:
    """What it should not have brought is counted; the case of names does not matter."""
    apps = enumerate(("shop", "Shop", "x"), 1)
    spans = [failed(f"t{it}", str(it), 90, ml_app=app) for it, app in apps]
    answer = reply({"data": spans})
    batches = await pull(telling(troubles=[once(LLM, answer)]), ml_apps=("SHOP",))
    assert ids(batches) == ["1", "2"]
    assert kept_out(batches) == {"span of another application": 1}
    batches = await pull(telling(troubles=[once(LLM, answer)]), services=("else",))
    assert kept_out(batches) == {"span of another service": 3}


async def test_malformed_spans_are_counted_by_reason() -> None:
    """The rest of their page is kept."""
    broken = (
        failed("t", "1", 90)["attributes"] | {"trace_id": None},
        {"trace_id": "t", "span_id": "3"},
    )
    documents = [{"id": "x", "attributes": {"tags": [], **it}} for it in broken]
    batches = await pull(telling(*documents, failed("t", "2", 80)))
    assert ids(batches) == ["2"]
    assert kept_out(batches) == {"span without trace_id": 1, "span without a start time": 1}


async def test_a_path_does_not_depend_on_where_a_window_begins() -> None:
    """What began before it is read for its name; it is no failure of this window."""
    bare: Document = {"metadata": {}, "output": None, "span_kind": "embedding"}
    spans = (
        failed("t", "1", 2_000, name="answer"),
        failed("t", "2", 1_700, "1", **bare),
        failed("t", "3", 1_690, "2", **bare),
    )
    (batch,) = await pull(telling(*spans), named(1_800, 30), lead_seconds=600)
    assert ids([batch]) == ["2", "3"]
    assert [str(it.window) for it in batch.asked] == [str(between(1_800, 30))]
    (whole,) = await pull(telling(*spans), named(3_600, 30))
    (without,) = await pull(telling(*spans), named(1_800, 30), lead_seconds=0)
    assert _signed(batch) == _signed(whole)[1:] != _signed(without)


def _signed(batch: Batch) -> list[str]:
    return [str(it) for it in batch.rows.column("signature").to_pylist()]


async def test_a_failing_tool_counts_for_its_caller_on_another_page() -> None:
    """A page is judged once the one after it was read."""
    wrong: Document = {
        "metadata": {"error.type": "Error", "error.message": "no"},
        "status": "error",
    }
    caller = told("t", "caller", 900, span_kind="agent", **wrong)
    others = [told(f"u{it}", f"u{it}", 800) for it in range(99)]
    tool = failed("t", "tool", 700, "caller", span_kind="tool")
    together = _reasons(await pull(telling(caller, tool)))
    apart = _reasons(await pull(telling(caller, *others, tool)))
    assert "tool_error" in together["caller"]
    assert apart == together
    assert "tool_error" not in _reasons(await pull(telling(caller)))["caller"]


async def test_a_loop_is_seen_over_pages_and_windows() -> None:
    """The same tool, the same arguments."""
    calls = [
        told("t", str(it), 900 - it, span_kind="tool", name="look", input={"value": "x"})
        for it in range(5)
    ]
    others = [told(f"u{it}", f"u{it}", 897.5) for it in range(99)]
    for cut in ({}, {"window_seconds": 2}):
        (row,) = [
            row
            for batch in await pull(telling(*calls, *others), named(902, 890), **cut)
            for row in batch.rows.to_pylist()
        ]
        assert (row["span_id"], row["failure_type"]) == ("4", "tool_loop")


def _reasons(batches: Sequence[Batch]) -> dict[str, str]:
    return {row["span_id"]: row["reasons"] for b in batches for row in b.rows.to_pylist()}


async def test_the_log_tells_the_trail_without_anybody_in_it() -> None:
    """Trigger, requests, filters, and the decision on every trace."""
    pretend = telling(failed("t", "1", 90), told("u", "2", 80, name="call jane@example.com"))
    with capture_logs() as logs:
        await pull(pretend, ml_apps=("shop",), hashed=lambda who: f"hash of {len(who)}")
    events = {it["event"]: it for it in logs}
    assert events["pull of failures"]["trigger"] == "first pull"
    assert events["pull of failures"]["searches"] == ["llm spans ml_app:shop"]
    assert events["page read"]["spans"] == 2
    assert events["kept"]["trace"] == "t"
    assert events["kept"]["user"] == "hash of 16"
    assert events["kept"]["failures"] == {"error": 1}
    assert (events["left out"]["trace"], events["left out"]["why"]) == ("u", "no rule spoke")
    assert "jane" not in str(logs)
    assert "it broke" not in str(logs)


async def test_failures_are_grouped_without_anybody_in_them() -> None:
    """By the text of the error once personal data is taken out of it."""
    said = [f"the limit of {name} was not found" for name in ("Maria Lindqvist", "Aykut Demir")]
    spans = [failed(it, it, 90, name="ask", metadata={"error.message": it}) for it in said]
    (batch,) = await pull(
        telling(*spans), cleaned=lambda its: ["the limit of [NAME] was not found"] * len(its)
    )
    assert len(set(_signed(batch))) == 1
    assert "Demir" in batch.rows.column("trace_payload")[1].as_py()


async def test_users_are_pseudonyms() -> None:
    """Made by the function that is passed in; none without it."""
    pretend = telling(failed("t", "1", 90))
    (batch,) = await pull(pretend, hashed=lambda who: who[::-1])
    assert batch.rows.column("user_hash").to_pylist() == ["moc.elpmaxe@enaj"]
    (batch,) = await pull(pretend)
    assert batch.rows.column("user_hash").to_pylist() == [None]


# --- laws ---


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 3_500), st.booleans()), max_size=60),
    st.sampled_from([97, 600, 3_600]),
    st.integers(1, 5),
    st.integers(0, 4),
)
async def test_any_windows_and_pages_bring_the_same(
    spans: list[tuple[int, bool]], width: int, most: int, broken: int
) -> None:
    """However it is cut, and whatever broke off in between and was pulled again."""
    documents = [
        (failed if wrong else told)(f"t{at % 7}", str(number), 40 + at)
        for number, (at, wrong) in enumerate(spans)
    ]
    plain = await pull(telling(*documents), named(3_600, 30))
    troubles = [once(LLM, *[refusal(500, "no")] * 3, after=broken)]
    pretend = telling(*documents, most=most, troubles=troubles)
    ask, found = named(3_600, 30), dict[str, Any]()
    for _ in range(2):
        batches = await pull(pretend, ask, window_seconds=width, pages_per_window=2)
        found |= {row["span_id"]: row for b in batches for row in b.rows.to_pylist()}
        ask = named(3_600, 30, batches[-1].cursor)
    assert {it: _same(row) for it, row in found.items()} == {
        row["span_id"]: _same(row) for b in plain for row in b.rows.to_pylist()
    }


def _same(row: Document) -> Document:
    return {key: value for key, value in row.items() if key != "fetched_at"}


async def test_a_cursor_of_somebody_else() -> None:
    """It is refused before anything is asked."""
    pretend = telling()
    with pytest.raises(UsageError, match="cursor"):
        await pull(pretend, Ask("failures", cursor=Cursor("7")))
    assert pretend.log == []


async def test_the_stream_is_offered() -> None:
    """Beside the others."""
    async with source(Pretend()) as opened:
        assert opened.streams()["failures"] is LLM_FAILURE
