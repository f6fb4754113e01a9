"""Supabase through its REST API: what was written is read back, to the bit, whatever its size."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from scarline.errors import StoreRefused, StoreUnavailable, UsageError
from scarline.kinds import LLM_FAILURE, METRIC_POINT, Kind
from scarline.ledger import Entry, Fact, Head, State, Word, follow, head_of
from scarline.model import Batch, Cursor, Window
from scarline.ports import Note, Query, Store
from scarline.privacy import redact
from scarline.series import content_digest
from scarline.stores.memory import MemoryStore
from scarline.stores.supabase import SupabaseStore, records, store
from scarline.stores.supabase.rest import Rest
from tests.fakes import EPOCH, batch, failed, points
from tests.laws.stories import moment, pipeline, shown
from tests.stores.postgrest import MOST_ROWS, Project, supabase

__all__ = ["supabase"]

SPAN = {"span_id": "s2", "cost_usd": -0.0}
STORY = [
    [batch(("cpu", "a", 0, 1.0), ("cpu", "a", 5, 2.0), ("load", "b", 0, 3.0)), batch()],
    [batch(("cpu", "a", 5, 4.0), ("cpu", "c", 7, 5.0), unit="fraction"), failed({}, SPAN)],
    [
        batch(("cpu", "a", 5, 2.0), ("cpu", "a", 6, 2.0), ("load", "", 10_080, 6.0)),
        failed(SPAN | {"model": "m"}, {"trace_id": "t2"}),
    ],
]


def entry(head: Head, word: Word = Word.STARTED, run: str = "metrics-1", **facts: Any) -> Entry:
    """Return the entry that comes after `head`."""
    return follow(head, Fact("metrics", run, word, moment(0), facts))


async def pulled(own: Store, *stories: int) -> list[str]:
    """Pull those parts of the story; return the runs."""
    return [
        (await pipeline(own, STORY[it], it, resuming=False).pull("metrics")).run for it in stories
    ]


@pytest.mark.parametrize("gone", [[], [0], [1], [2], [2, 0], [0, 1, 2]])
async def test_the_story_ends_as_in_memory(supabase: Project, gone: Sequence[int]) -> None:
    """Pulls, rollbacks and verification: the same rows, runs and entries as in memory."""
    memory = MemoryStore()
    async with supabase.store() as own:
        for each in (memory, own):
            runs = await pulled(each, 0, 1, 2)
            road = pipeline(each, [], 9)
            for it in gone:
                assert (await road.rollback(runs[it], "wrong account")).state is State.ROLLED_BACK
        assert await shown(memory) == await shown(own)
        assert await memory.entries() == await own.entries()
        assert await memory.heads() == await own.heads()
        assert await pipeline(memory, []).runs() == await pipeline(own, []).runs()
        assert (await memory.audit()).digests == (await own.audit()).digests
        assert await pipeline(own, []).verify() == []


@pytest.mark.parametrize(
    "asked",
    [
        {"where": {"host": ["a"]}},
        {"where": {"host": ["a", "b"], "metric": ["cpu"]}},
        {"where": {"host": []}},
        {"where": {"unit": ["fraction"]}},
        {"where": {"interval_seconds": ["60"], "aggregation": ["avg"], "tags": ["env:prod"]}},
        {"window": Window(EPOCH + timedelta(minutes=1), EPOCH + timedelta(minutes=7))},
        {"limit": 3},
        {"limit": 2, "where": {"host": ["a"]}},
    ],
    ids=str,
)
async def test_questions_are_answered_as_in_memory(
    supabase: Project, asked: Mapping[str, Any]
) -> None:
    """Filters, windows and limits: the same table, in the same order."""
    memory = MemoryStore()
    async with supabase.store() as own:
        for each in (memory, own):
            await pulled(each, 0, 1, 2)
        query = Query(METRIC_POINT, **asked)
        assert (await memory.find(query)).to_pylist() == (await own.find(query)).to_pylist()


async def test_what_it_does_not_hold_is_a_sentence(supabase: Project) -> None:
    """An unknown column and an unknown kind are refused, each by name."""
    async with supabase.store() as own:
        with pytest.raises(UsageError, match="cannot be searched by colour"):
            await own.find(Query(METRIC_POINT, where={"colour": ["red"]}))
        other = Kind("histogram", METRIC_POINT.schema, (), ("metric",), (), "metric", "ts")
        with pytest.raises(StoreRefused, match="keeps no histogram"):
            await own.find(Query(other))


def series(values: Sequence[float], times: Sequence[int], **columns: object) -> Batch:
    """Return one series with these values at these microseconds after `EPOCH`."""
    (like,) = points(("cpu", "a", 0, 0.0)).to_pylist()
    rows = [
        like | columns | {"value": value, "ts": EPOCH + timedelta(microseconds=time)}
        for value, time in zip(values, times, strict=True)
    ]
    schema = METRIC_POINT.schema
    return Batch(METRIC_POINT, pa.RecordBatch.from_pylist(rows, schema=schema), Cursor("x"))


ODD = [-0.0, 5e-324, 2.2250738585072014e-308, 0.1 + 0.2, math.nan, math.inf, -math.inf]
DOUBLES = st.one_of(st.floats(allow_nan=False), st.sampled_from(ODD))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(DOUBLES, min_size=1, max_size=20),
    gaps=st.lists(st.integers(1, 10**9), min_size=20, max_size=20),
    tags=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
)
async def test_doubles_and_times_are_kept_to_the_bit(
    supabase: Project, values: Sequence[float], gaps: Sequence[int], tags: str
) -> None:
    """Every double, every microsecond and every letter comes back, and the digest agrees."""
    sent = series(values, [sum(gaps[:it]) for it in range(len(values))], tags=tags)
    async with supabase.store() as own:
        await own.commit(redact(sent), entry(Head(), Word.WROTE))
        found = await own.find(Query(METRIC_POINT))
        kept = redact(sent).batch.rows
        for name in ("ts", "value"):
            bits = found.column(name).combine_chunks().view(pa.int64())
            assert kept.column(name).view(pa.int64()).equals(bits)
        assert kept.column("tags").to_pylist() == found.column("tags").to_pylist()
        told = {("metrics-1", 1): content_digest(METRIC_POINT, kept)}
        assert told == (await own.audit()).digests


async def test_a_long_chain_comes_whole(supabase: Project) -> None:
    """More entries than PostgREST gives rows, and more bytes than go into a page: all come."""
    async with supabase.store() as own:
        head, chain = Head(), []
        for number in range(MOST_ROWS + 50):
            size = 3_000_000 if number in (7, 8, 9) else 10
            chain.append(entry(head, Word.WROTE, told="x" * size))
            head = head_of(chain[-1:])
        with psycopg.connect(supabase.database) as connection:
            connection.cursor().executemany(
                "select scarline.append(%s)",
                [(Jsonb(store._as_json(it)),) for it in chain],  # noqa: SLF001 - as it sends it
            )
        assert chain == await own.entries("metrics")
        assert chain == await own.entries()
        assert supabase.gateway.calls.count("scarline_entries") == 2 * 3


async def test_more_series_than_rows_are_given(supabase: Project) -> None:
    """A cap on rows cuts short who reads the view, not the store."""
    rows = [("cpu", f"host-{it:05d}", it % 3, float(it)) for it in range(MOST_ROWS + 100)]
    async with supabase.store() as own:
        await pipeline(own, [batch(*rows)]).pull("metrics")
        assert [row[3] for row in rows] == [row["value"] for row in await shown(own)]
        assert await pipeline(own, []).verify() == []
    view = await supabase.read("service_role", "metrics")
    assert len(view.json()) == MOST_ROWS


@pytest.mark.parametrize("page", [1, 2, 5])
async def test_pages_add_up(supabase: Project, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pages: the same rows, the same audit, the same first rows."""
    async with supabase.store() as own:
        await pulled(own, 0, 1, 2)
        rows, audit = await shown(own), await own.audit()
        monkeypatch.setattr(store, "POINTS_PER_PAGE", page)
        monkeypatch.setattr(records, "RECORDS_PER_PAGE", page)
        assert rows == await shown(own)
        assert audit == await own.audit()
        for kind in (METRIC_POINT, LLM_FAILURE):
            own_rows = [row for row in rows if row.keys() == set(kind.schema.names)]
            for limit in range(len(own_rows) + 2):
                found = (await own.find(Query(kind, limit=limit))).to_pylist()
                assert own_rows[:limit] == found


async def test_the_largest_batch_that_is_promised(supabase: Project) -> None:
    """`max_rows_per_batch` rows go in at once, in less than the 8 s that Supabase allows."""
    most = SupabaseStore.max_rows_per_batch
    sent = series([it / 7 for it in range(most)], [it * 10**6 for it in range(most)])
    async with supabase.store() as own:
        async with asyncio.timeout(8):
            written = await own.commit(redact(sent), entry(Head(), Word.WROTE))
        assert (most, 0, 0) == (written.new, written.changed, written.same)
        assert most == (await own.find(Query(METRIC_POINT))).num_rows


async def test_notes_are_swapped(supabase: Project) -> None:
    """A note is written only over the version that was read."""
    async with supabase.store() as own:
        assert Note() == await own.note("quota")
        assert await own.swap("quota", "{'used': 1}", 0)
        assert not await own.swap("quota", "{'used': 2}", 0)
        assert await own.swap("quota", "é\n{'used': 2}", 1)
        assert Note("é\n{'used': 2}", 2) == await own.note("quota")


@pytest.mark.parametrize(("writes", "well"), [(1, True), (99, False)])
async def test_an_audit_is_of_one_moment(supabase: Project, writes: int, well: bool) -> None:
    """Written to while it is read, the audit begins anew; time and again, it says so."""
    async with supabase.store() as own:
        await pulled(own, 0, 1)
        expected = await own.audit()
        call = own._rest._call  # noqa: SLF001 - another writes while this one reads
        left = writes

        async def interrupted(function: str, values: Mapping[str, Any]) -> Any:
            nonlocal left
            answer = await call(function, values)
            if function == "scarline_sightings" and left:
                left -= 1
                head = (await own.heads())["metrics"]
                await own.append(entry(head, run="metrics-9"))
            return answer

        other = SupabaseStore(Rest(interrupted), 30.0)
        if well:
            assert expected == await other.audit()
        else:
            with pytest.raises(StoreUnavailable, match="written to while it was read"):
                await other.audit()


TAMPERED = {
    "delete from scarline.sighting where position = 2": "are gone",
    "update scarline.sighting set values[1] = values[1] + 1e-9": "were changed",
    "update scarline.sighting set values = '{}' where position = 2": "were changed",
    "update scarline.sighting set values[1] = null": "were changed",
    "delete from scarline.llm_failure_seen": "are gone",
    "delete from scarline.llm_failure_seen where span_id = 's2'": "were changed",
    "update scarline.llm_failure_seen set cost_usd = 0 where span_id = 's2'": "were changed",
    "update scarline.llm_failure_seen set position = 2": "have no entry",
    "update scarline.metric_point set value = 9 where value = 4": "show something else",
    "insert into scarline.metric_point select 999, run_no, ts, 1 "
    "from scarline.metric_point where value = 4": "belong to no series",
}


@pytest.mark.parametrize("tampering", TAMPERED)
async def test_tampering_is_found(supabase: Project, tampering: str) -> None:
    """Whatever is done in SQL behind the ledger's back, verify says so."""
    async with supabase.store() as own:
        await pulled(own, 0, 1)
        supabase.sql(tampering)
        found = await pipeline(own, []).verify()
        assert any(TAMPERED[tampering] in sentence for sentence in found), found
