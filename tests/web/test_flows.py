"""Flows by HTTP: told, asked for, page by page, exported, and taken back."""

import base64
import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.kinds import INTEGRATION_FLOW
from scarline.stores.memory import MemoryStore
from scarline.web.desk import Config
from scarline.web.flows.answers import FORMULA, harmless
from scarline.web.paging import cursor_after, key_of
from tests.web.served import FLOWS, problem_of, served

ESTATE: list[dict[str, Any]] = [
    {"from": "web", "to": "oms", "env": "prod", "owner_team": "shop", "error_rate": 0.2},
    {"from": "oms", "to": "stock", "env": "prod", "owner_team": "orders", "error_rate": 0.001},
    {"from": "stock", "to": "database", "env": "prod", "known_by": "inferred"},
    {"from": "web", "to": "oms", "env": "staging", "source": "datadog"},
    {"from": "lonely", "confidence": 0.123456789},
]


def pairs(flows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Return the ends of flows."""
    return {(it["system_from"], it["system_to"]) for it in flows}


async def test_what_is_told_is_shown() -> None:
    """Every column in clear JSON, null where nobody knows."""
    async with served() as api:
        flow = {
            "system_from": "oms",
            "system_to": "stock",
            "latency_ms": 12,
            "error_rate": 0.05,
            "last_seen": "2026-03-01T23:00:00.5+01:00",
            "tags": ["type:web", "tier:1", ""],
        }
        answer = await api.told(flow)
        assert (answer["accepted"], answer["rejected"], answer["errors"]) == (1, 0, [])
        assert answer["counts"] == {"new": 1, "changed": 0, "same": 0}
        assert answer["runs"] == [answer["run"]]
        (shown,) = await api.shown()
    assert len(shown.pop("flow_id")) == 32
    assert 0.5 < shown.pop("confidence") < 1
    assert shown == {
        "source": "api",
        "env": "",
        "system_from": "oms",
        "system_to": "stock",
        "status": "degraded",
        "last_seen": "2026-03-01T22:00:00.500000Z",
        "latency_ms": 12.0,
        "error_rate": 0.05,
        "owner_team": None,
        "known_by": "declared",
        "tags": ["tier:1", "type:web"],
        "oms_linked": True,
        "oms_distance": 0,
        "coupling": 1.0,
    }


@pytest.mark.parametrize("form", ["one", "list", "object"])
async def test_forms_of_a_body(form: str) -> None:
    """One flow, a list, or an object with a list; the same again is the same."""
    flow = {"from": "a", "to": "b"}
    body: Any = {"one": flow, "list": [flow], "object": {"flows": [flow]}}[form]
    async with served() as api:
        first = (await api.http.post(FLOWS, json=body)).json()
        again = (await api.http.post(FLOWS, json=body)).json()
        assert (first["counts"]["new"], again["counts"]["same"]) == (1, 1)
        assert pairs(await api.shown()) == {("a", "b")}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, {("web", "oms"), ("oms", "stock"), ("stock", "database"), ("lonely", "")}),
        ({"source": "datadog"}, {("web", "oms")}),
        ({"source": "nobody"}, set()),
        ({"env": "prod"}, {("web", "oms"), ("oms", "stock"), ("stock", "database")}),
        ({"system": "oms"}, {("web", "oms"), ("oms", "stock")}),
        ({"system": "database"}, {("stock", "database")}),
        ({"owner": "orders"}, {("oms", "stock")}),
        ({"status": "failed"}, {("web", "oms")}),
        ({"status": "healthy", "env": ""}, {("oms", "stock")}),
        ({"min_confidence": 0.2}, {("web", "oms"), ("oms", "stock"), ("stock", "database")}),
        ({"min_confidence": 0.99}, set()),
    ],
)
async def test_filters(wanted: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    """Each leaves out what does not fit; empty ones leave out nothing."""
    async with served() as api:
        await api.told(*ESTATE)
        assert pairs(await api.shown(**wanted)) == expected


async def test_a_told_confidence_stays() -> None:
    """To the last digit; computed ones go by the clock."""
    async with served() as api:
        await api.told(ESTATE[-1], {"from": "x", "last_seen": "2026-03-01T00:00:00Z"})
        by_name = {it["system_from"]: it["confidence"] for it in await api.shown()}
        assert by_name["lonely"] == 0.123456789
        api.clock.forward(days=30)
        later = {it["system_from"]: it["confidence"] for it in await api.shown()}
    assert later["lonely"] == 0.123456789
    assert later["x"] < by_name["x"]


async def test_nothing_is_read_again_while_nothing_changed() -> None:
    """An ETag says so to the caller, the head of the chain to us."""
    store = Counting()
    async with served(store=store) as api:
        await api.told(*ESTATE)
        first = await api.http.get(FLOWS)
        reads = store.reads
        tag = {"If-None-Match": f'"other", {first.headers["etag"]}'}
        same = await api.http.get(FLOWS, headers=tag)
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == first.headers["etag"]
        assert (await api.http.get(FLOWS, params={"env": "prod"}, headers=tag)).status_code == 200
        assert store.reads == reads
        await api.told({"from": "web", "to": "oms", "env": "prod", "status": "ok"})
        changed = await api.http.get(FLOWS, headers=tag)
        assert changed.status_code == 200
        assert store.reads > reads
        assert changed.json() != first.json()


async def test_bad_rows_are_named_and_kept_out() -> None:
    """By their number and a reason, with nothing of what was in them."""
    secret = "ann@example.org"
    rows: list[Any] = [
        {"from": "good", "to": "one"},
        {"to": secret},
        {"from": "a", "latency_ms": secret},
        {"from": "a", "latency_ms": -1},
        {"from": "a", "latency_ms": True},
        {"from": "a", "latency_ms": 10**400},
        {"from": "a", "error_rate": 1.01},
        {"from": "a", "last_seen": "2026-03-01T00:00:00"},
        {"from": "a", "last_seen": "2026-02-30T00:00:00Z"},
        {"from": "a", "known_by": secret},
        {"from": "a", "system_from": "b"},
        {"from": "a" * 1_001},
        {"from": "a", "tags": [1]},
        secret,
        {"from": "a", "confidence": "1"},
        {"from": "  "},
    ]
    async with served() as api:
        done = await api.http.post(FLOWS, json=rows)
        answer = done.json()
        assert (answer["accepted"], answer["rejected"]) == (1, len(rows) - 1)
        assert [it["row"] for it in answer["errors"]] == list(range(1, len(rows)))
        assert "ann" not in done.text
        assert pairs(await api.shown()) == {("good", "one")}
        run = await api.pipeline.run(answer["run"])
        assert sum(run.kept_out.values()) == len(rows) - 1


async def test_only_bad_rows() -> None:
    """Are an answer, and no run."""
    async with served() as api:
        answer = await api.told({})
        assert (answer["accepted"], answer["run"], answer["runs"]) == (0, None, [])
        assert await api.pipeline.runs() == []


async def test_of_rows_that_tell_the_same_the_last_stays() -> None:
    """And the others are counted."""
    async with served() as api:
        answer = await api.told(*({"from": "a", "latency_ms": number} for number in range(3)))
        assert [it["latency_ms"] for it in await api.shown()] == [2]
        run = await api.pipeline.run(answer["run"])
        assert dict(run.kept_out) == {"told again by a later row": 2}


async def test_a_character_that_no_database_keeps() -> None:
    """Is another one before keys are told apart: so that no key comes twice."""
    async with served() as api:
        answer = await api.told({"from": "a\0"}, {"from": "a\ufffd"})
        (flow,) = await api.shown()
        assert flow["system_from"] == "a\ufffd"
        run = await api.pipeline.run(answer["run"])
        assert dict(run.kept_out) == {"told again by a later row": 1}


async def test_each_source_is_a_run_and_can_be_taken_back() -> None:
    """DELETE takes all runs of one source, and brings back what was before."""
    async with served() as api:
        answer = await api.told(*ESTATE)
        assert (answer["run"], len(answer["runs"])) == (None, 2)
        before = await api.shown()
        await api.told({"from": "new", "source": "datadog"})
        gone = (await api.http.delete(FLOWS, params={"source": "datadog"})).json()["runs"]
        assert [it["state"] for it in gone] == ["rolled back"] * 2
        assert await api.shown() == [it for it in before if it["source"] == "api"]
        assert (await api.http.delete(FLOWS, params={"source": "datadog"})).json() == {"runs": []}
        assert await api.pipeline.verify() == []


async def test_a_source_beside_the_list() -> None:
    """Is that of all flows that name none."""
    rows = [{"from": "a"}, {"from": "b", "source": "csv"}, {"from": "c", "source": None}]
    async with served() as api:
        answer = await api.http.post(FLOWS, json={"source": "datadog", "flows": rows})
        assert answer.json()["accepted"] == 3
        told = {it["system_from"]: it["source"] for it in await api.shown()}
        assert told == {"a": "datadog", "b": "csv", "c": "datadog"}
        wrong = await api.http.post(FLOWS, json={"source": 7, "flows": rows})
        assert [it["row"] for it in wrong.json()["errors"]] == [0, 2]


async def test_a_source_that_is_a_person() -> None:
    """Is not stored, on the ledger neither; and can be taken back by the name that was sent."""
    async with served() as api:
        await api.told({"from": "a", "source": "ann@example.org"})
        assert "ann" not in repr(await api.pipeline.store.entries())
        gone = await api.http.delete(FLOWS, params={"source": "ann@example.org"})
        assert len(gone.json()["runs"]) == 1


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"[", "application/json", 400),
        (b"7", "application/json", 400),
        (b'{"flows": 1}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"from": "a"}', "text/plain", 415),
        (b'{"from": "a"}', "", 415),
        (b'[{"from": "a"},{},{},{}]', "application/json", 413),
        (b" " * 200_001, "application/json", 413),
    ],
)
async def test_bodies_that_are_refused(body: bytes, media: str, status: int) -> None:
    """Nothing of them is stored."""
    async with served(Config(max_bytes=200_000, max_rows=3)) as api:
        headers = {"Content-Type": media} if media else {}
        problem_of(await api.http.post(FLOWS, content=body, headers=headers), status)
        assert await api.pipeline.runs() == []


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=10001", "min_confidence=nan", "min_confidence=2", "status=fine", "sourse=a"],
)
async def test_questions_that_are_refused(query: str) -> None:
    """With the part that is wrong; a misspelled filter never finds everything."""
    async with served() as api:
        told = problem_of(await api.http.get(f"{FLOWS}?{query}"), 422)
        assert told["errors"][0]["where"] == f"query {query.partition('=')[0]}"


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)


@settings(max_examples=40)
@given(
    st.sets(st.tuples(names, names.filter(str.strip), names), max_size=14),
    st.integers(min_value=1, max_value=5),
)
async def test_pages_have_every_flow_once(keys: set[tuple[str, str, str]], limit: int) -> None:
    """In order, whatever the names and the size of a page."""
    async with served() as api:
        await api.told(*({"env": env, "from": one, "to": two} for env, one, two in keys))
        whole = await api.shown()
        found, cursor = [], ""
        while cursor is not None:
            part = await api.http.get(FLOWS, params={"limit": limit, "cursor": cursor})
            page = part.json()
            assert len(page["flows"]) <= limit
            found += page["flows"]
            assert len(found) <= len(whole), "a page came twice"
            assert page["flows"] or not whole, "the page before was the last"
            cursor = page["next"]
    assert found == whole
    order = [tuple(it[name] for name in INTEGRATION_FLOW.key) for it in found]
    assert order == sorted(set(order))


async def test_a_page_after_the_longest_names() -> None:
    """Can be asked for: its cursor is as long as it has to be."""
    long = "\u00e9\U0001d49c" * 500
    async with served() as api:
        flow = {"source": long, "env": f"a{chr(1) * 998}b", "from": long}
        await api.told(*(flow | {"to": f"{long[:-1]}{it}"} for it in "ab"))
        first = (await api.http.get(FLOWS, params={"limit": 1})).json()
        second = await api.http.get(FLOWS, params={"limit": 1, "cursor": first["next"]})
        assert second.status_code == 200
        assert pairs(second.json()["flows"]) != pairs(first["flows"])


@given(st.lists(names, max_size=4))
def test_a_cursor_leads_back(key: list[str]) -> None:
    """Every key comes back from its cursor."""
    assert key_of(cursor_after(key), len(key)) == tuple(key)


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "....", "a" * 40, "\u00e9", cursor_after(["a"]), cursor_after(["a"] * 4)[:-1]),
        base64.urlsafe_b64encode(b'no sum["a","a","a","a"]').decode().rstrip("="),
    ],
)
async def test_a_cursor_that_is_none(cursor: str) -> None:
    """Is refused: it would show another part than the caller thinks."""
    async with served() as api:
        done = await api.http.get(FLOWS, params={"cursor": cursor})
        problem_of(done, 400 if re.fullmatch(r"[\w-]+", cursor, re.ASCII) else 422)


async def test_no_cell_of_an_export_is_a_formula() -> None:
    """What begins as one comes after an apostrophe; the rest is as it was told."""
    hostile = ["=cmd()", "+1", "-1", "@x", "plain", 'quo"te', "a,b", "li\nne"]
    async with served() as api:
        await api.told(*({"from": name, "to": name, "owner_team": name} for name in hostile))
        done = await api.http.get(FLOWS, params={"format": "csv"})
    assert done.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(done.text, newline="")))
    assert len(rows) == len(hostile)
    assert {row["system_from"].removeprefix("'") for row in rows} == set(hostile)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(FORMULA)]


@given(st.text())
def test_a_harmless_cell(text: str) -> None:
    """Loses nothing, and begins as no formula."""
    assert not harmless(text).startswith(FORMULA)
    assert harmless(text).removeprefix("'") == text or text.startswith("'")


class Counting:
    """A store that counts how often its rows are read."""

    def __init__(self) -> None:
        self._store, self.reads = MemoryStore(), 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @property
    def max_rows_per_batch(self) -> int:
        return self._store.max_rows_per_batch

    async def seen(self, *what: Any) -> Any:
        self.reads += 1
        return await self._store.seen(*what)
