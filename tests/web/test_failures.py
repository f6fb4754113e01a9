"""Failures by HTTP: lists, filters, pages, one with its payload, groups, and what was looked at."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.failures.groups import SEVERITIES
from scarline.kinds import LLM_FAILURE
from scarline.model import Window, stamp
from scarline.ports import Query
from scarline.stores.memory import MemoryStore
from scarline.web.failures.listing import page
from tests.fakes import EPOCH, failures
from tests.web.failing import API, FAILED, GROUPS, HOUR, SEARCH, captured, moved, told
from tests.web.served import problem_of, served

FROM, TO = stamp(HOUR.start), stamp(HOUR.end)


def traces(answer: dict[str, Any]) -> list[str]:
    """Return the traces of the failures of a page."""
    return [it["trace_id"] for it in answer["failures"]]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["t3", "t2", "t1"]),
        ({"order": "severity"}, ["t1", "t3", "t2"]),
        ({"severity": "medium"}, ["t3", "t1"]),
        ({"severity": "critical"}, ["t1"]),
        ({"application": "shop"}, ["t3", "t2", "t1"]),
        ({"application": "sho"}, []),
        ({"service": "desk"}, ["t3"]),
        ({"type": "quality"}, ["t3"]),
        ({"state": "new"}, ["t3", "t2", "t1"]),
        ({"state": "triaged"}, []),
        ({"signature": "A"}, ["t2", "t1"]),
        ({"group": "B"}, ["t3"]),
        ({"text": "TIMED"}, ["t2", "t1"]),
        ({"text": "answering"}, ["t3"]),
        ({"text": "%"}, []),
        ({"from": stamp(EPOCH + timedelta(minutes=1))}, ["t3", "t2"]),
        ({"to": stamp(EPOCH + timedelta(minutes=1))}, ["t1"]),
        ({"from": FROM, "to": TO, "severity": "", "text": ""}, ["t3", "t2", "t1"]),
    ],
)
async def test_filters(wanted: dict[str, Any], expected: list[str]) -> None:
    """Each leaves out what does not fit; empty ones leave out nothing."""
    async with served() as api:
        await captured(api)
        answer = await told(api, **wanted)
    assert traces(answer) == expected
    assert answer["total"] == len(expected)


async def test_a_list_has_no_payload_and_one_failure_has_it() -> None:
    """As JSON, not as a text of JSON; null where nobody knows."""
    async with served() as api:
        await captured(api)
        (listed,) = (await told(api, severity="critical"))["failures"]
        assert "trace_payload" not in listed
        assert (listed["group"], listed["state"], listed["model"]) == ("A", "new", None)
        assert listed["failed_at"] == FROM
        one = await told(api, f"{API}/t1/s1")
    assert one.items() >= listed.items()
    assert one["trace_payload"] == {"name": "search", "n": 1}
    assert one["reasons"] == [{"rule": "timeout", "why": "because"}]
    assert set(one) == {*LLM_FAILURE.schema.names, "group", "state"}


@pytest.mark.parametrize("path", ["t1/other", "other/s1", "%00/%00", "groups/s1", "exports/s1"])
async def test_what_is_not_there(path: str) -> None:
    """Is a problem, and no text that was sent reaches the store."""
    store = Counting()
    async with served(store=store) as api:
        await captured(api)
        await told(api)
        reads = store.reads
        problem_of(await api.http.get(f"{API}/{path}"), 404)
        assert store.reads - reads <= (1 if path == "exports/s1" else 0)


ROW = st.tuples(st.integers(0, 3), st.sampled_from(["low", "critical"]), st.integers(0, 9))


@given(
    st.lists(ROW, max_size=9, unique_by=lambda it: it[2]),
    st.integers(1, 4),
    st.sampled_from(["newest", "severity"]),
)
def test_pages_are_the_whole_in_parts(
    rows: list[tuple[int, str, int]], limit: int, order: str
) -> None:
    """Whatever the order and the size of a page: each failure once, in the order of the whole."""
    table = pa.Table.from_batches(
        [
            failures(
                *(
                    {
                        "trace_id": f"t{name}",
                        "severity": severity,
                        "failed_at": EPOCH + timedelta(minutes=at),
                    }
                    for at, severity, name in rows
                )
            )
        ]
    )
    for name in ("group", "state"):
        table = table.append_column(name, pa.array([""] * len(rows), pa.string()))
    whole, _ = page(table, order, 100, "")
    found, cursor = page(table, order, limit, "")
    while cursor:
        more, cursor = page(table, order, limit, cursor)
        assert 0 < len(more) <= limit
        found += more
    ranks = [(SEVERITIES.index(it["severity"]), it["failed_at"]) for it in whole]
    newest = [at for _, at in ranks]
    expected = ranks if order == "severity" else newest
    assert expected == sorted(expected, reverse=True)
    assert len(whole) == len(rows)
    assert found == whole


async def test_nothing_is_read_again_while_nothing_changed() -> None:
    """An ETag says so to the caller, the heads of the chains to us."""
    store = Counting()
    async with served(store=store) as api:
        await captured(api)
        first = await api.http.get(API)
        reads = store.reads
        tag = {"If-None-Match": first.headers["etag"]}
        same = await api.http.get(API, headers=tag)
        assert (same.status_code, same.content) == (304, b"")
        assert store.reads == reads
        assert LLM_FAILURE.schema.names != list(store.columns)
        assert "trace_payload" not in store.columns
        await captured(api, [{"trace_id": "t9"}])
        assert (await api.http.get(API, headers=tag)).status_code == 200


async def test_what_is_shown_when_a_run_is_taken_back() -> None:
    """Its failures are gone, and its time was not looked at."""
    async with served() as api:
        run = await captured(api)
        await api.pipeline.rollback(run.run, "wrong account")
        answer = await told(api, **{"from": FROM, "to": TO})
    assert answer["failures"] == []
    assert answer["coverage"]["looked"] is False
    assert [it["what"] for it in answer["coverage"]["missing"]] == ["failures"]


async def test_no_failures_is_not_could_not_look() -> None:
    """A stretch that was looked at and held none; one of which a part is missing; one of none."""
    middle = Window(EPOCH + timedelta(minutes=20), EPOCH + timedelta(minutes=30))
    async with served() as api:
        never = (await told(api))["coverage"]
        assert never == {"asked": None, "looked": False, "answered": [], "missing": []}
        await captured(api, [], [HOUR, HOUR], missing=[(middle, "HTTP 403")])
        answer = await told(api, **{"from": FROM, "to": TO})
        covered = answer["coverage"]
        assert (answer["failures"], covered["looked"]) == ([], True)
        assert covered["asked"] == {"from": FROM, "to": TO}
        gap = {"from": stamp(middle.start), "to": stamp(middle.end)}
        assert covered["missing"] == [{"what": SEARCH, **gap, "reason": "HTTP 403"}]
        assert [it["to"] for it in covered["answered"]] == [gap["from"], TO]
        later = {"from": TO, "to": stamp(HOUR.end + timedelta(hours=1))}
        assert (await told(api, **later))["coverage"]["looked"] is False
        await captured(api, [], asked=[middle])
        assert (await told(api, **{"from": FROM, "to": TO}))["coverage"]["missing"] == []


async def test_a_stretch_has_a_start_before_its_end() -> None:
    """Else it is refused, as is whatever else is not known."""
    async with served() as api:
        problem_of(await api.http.get(API, params={"from": TO, "to": FROM}), 400)
        problem_of(await api.http.get(GROUPS, params={"from": TO, "to": FROM}), 400)
        problem_of(await api.http.get(API, params={"severty": "low"}), 422)
        problem_of(await api.http.get(API, params={"cursor": "AAAA"}), 400)


async def test_groups_are_worst_first_then_largest_then_newest() -> None:
    """With what their failures have in common, and page by page."""
    more = [{"trace_id": f"u{it}", "signature": "C", "severity": "medium"} for it in range(2)]
    async with served() as api:
        await captured(api, [*FAILED, *more])
        answer = await told(api, GROUPS)
        assert [it["id"] for it in answer["groups"]] == ["A", "C", "B"]
        assert answer["total"] == 3
        first = answer["groups"][0]
        assert (first["failures"], first["traces"], first["version"]) == (2, 2, 0)
        assert first["why"] == {"cause": "timeout", "words": ["search", "slow"]}
        part = await told(api, GROUPS, limit=2)
        rest = await told(api, GROUPS, limit=2, cursor=part["next"])
        assert [it["id"] for it in rest["groups"]] == ["B"]
        assert rest["next"] is None


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"severity": "high"}, ["A"]),
        ({"service": "desk"}, ["B"]),
        ({"type": "timeout"}, ["A"]),
        ({"application": "shop", "state": "new"}, ["A", "B"]),
        ({"state": "ready"}, []),
        ({"trend": "new"}, ["A", "B"]),
        ({"trend": "resolved"}, []),
        ({"text": "IS SLOW"}, ["B"]),
        ({"from": stamp(EPOCH + timedelta(minutes=2))}, ["B"]),
        ({"to": stamp(EPOCH + timedelta(minutes=2))}, ["A"]),
        (
            {
                "from": stamp(EPOCH + timedelta(seconds=1)),
                "to": stamp(EPOCH + timedelta(seconds=2)),
            },
            [],
        ),
    ],
)
async def test_filters_of_groups(wanted: dict[str, Any], expected: list[str]) -> None:
    """Each leaves out what does not fit; a stretch wants a failure within it."""
    async with served() as api:
        await captured(api)
        assert [it["id"] for it in (await told(api, GROUPS, **wanted))["groups"]] == expected


async def test_a_group_tells_its_failures_its_likeness_and_its_history() -> None:
    """Page by page, with the version in the ETag."""
    async with served() as api:
        await captured(api)
        assert (await moved(api, "A", 0, "triaged", "seen at the desk")).status_code == 200
        done = await api.http.get(f"{GROUPS}/A", params={"limit": 1})
        answer = done.json()
        assert done.headers["etag"].startswith('"1.')
        assert traces(answer) == ["t2"]
        rest = await told(api, f"{GROUPS}/A", cursor=answer["next"])
        assert traces(rest) == ["t1"]
        assert answer["suggestions"] == [{"group": "B", "likeness": 1.0}]
        (decision,) = answer["history"]
        assert decision["who"] == "kim.p"
        assert (decision["value"], decision["why"]) == ({"state": "triaged"}, "seen at the desk")
        assert answer["group"]["state"] == "triaged"
        assert (await told(api, state="triaged"))["total"] == 2
        problem_of(await api.http.get(f"{GROUPS}/Z"), 404)


async def test_hostile_text_stays_text() -> None:
    """What a user wrote to a model is told as JSON, and changes no header and no path."""
    nasty = '</script><img src=x onerror="1">\u2028\x1b[31m\r\nX-Evil: 1 {{7*7}}'
    row = {"trace_id": "t1", "title": nasty, "span_name": nasty, "trace_payload": '{"a":"</b>"}'}
    async with served() as api:
        await captured(api, [row])
        done = await api.http.get(API, params={"text": "</SCRIPT>"})
        assert done.headers["content-type"] == "application/json"
        assert done.headers["x-content-type-options"] == "nosniff"
        assert "x-evil" not in done.headers
        assert done.json()["failures"][0]["title"] == nasty
        assert (await told(api, f"{API}/t1/s1"))["trace_payload"] == {"a": "</b>"}


class Counting(MemoryStore):
    """Counts how often facts are read, and of which columns last."""

    reads = 0
    columns: tuple[str, ...] = ()

    async def find(self, query: Query) -> Any:
        """Find, and count it."""
        self.reads += 1
        if query.kind is LLM_FAILURE:
            self.columns = tuple(query.columns or LLM_FAILURE.schema.names)
        return await super().find(query)
