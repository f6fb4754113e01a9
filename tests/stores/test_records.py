"""Records in every store: what was written is read back, to the bit, and found by what it says."""

import math
import string
import struct
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scarline import kinds, model
from scarline.errors import StoreRefused, UsageError
from scarline.kinds import DECISION, INTEGRATION_FLOW, LLM_FAILURE, METRIC_POINT, Kind
from scarline.ledger import Entry, Fact, Head, Word, follow, head_of
from scarline.model import Batch, Cursor, Window
from scarline.pipeline import Pipeline
from scarline.ports import Query, Store, Written
from scarline.privacy import redact
from scarline.series import content_digest, merged, tally
from scarline.series.records import pieces, row_forms, storable
from scarline.stores.postgres.queries import query
from tests.at_hand import (
    TAKES_POINTS,
    Opener,
    debian_url,
    embedded_url,
    memory,
    open_empty,
    postgres,
)
from tests.fakes import EPOCH, Clock, FakeSource, batch, failed, failures, loaded
from tests.laws.stories import moment, pipeline, shown
from tests.stores.postgrest import Project, supabase

__all__ = ["debian_url", "embedded_url", "open_empty", "supabase"]

RECORD_KINDS = [it for it in vars(kinds).values() if isinstance(it, Kind) and it.of_records]
INT, BIG, DOUBLE, INSTANT = pa.int32(), pa.int64(), pa.float64(), kinds.INSTANT
TYPES = {
    pa.string(): "text",
    INT: "integer",
    BIG: "bigint",
    DOUBLE: "double precision",
    INSTANT: "timestamp with time zone",
}

# What is drawn for each type of column. Text is drawn without what redaction would take.
LETTERS = st.characters(codec="utf-8", exclude_characters="\0" + string.digits)
DOUBLES = st.floats() | st.sampled_from([-0.0, math.nan, math.inf, -math.inf, 5e-324, 0.1 + 0.2])
VALUES: Mapping[pa.DataType, st.SearchStrategy[Any]] = {
    pa.string(): st.sampled_from(["", "\ufffd", "é\r\n\t\\", '{"a": "\\u0000"}', "𝄞"])
    | st.text(LETTERS, max_size=5),
    INT: st.sampled_from([0, -(2**31), 2**31 - 1]),
    BIG: st.sampled_from([0, -(2**63), 2**63 - 1, 2**53 + 1]),
    DOUBLE: DOUBLES,
    INSTANT: st.sampled_from(
        [
            datetime(1, 1, 1, tzinfo=UTC),
            EPOCH + timedelta(microseconds=1),
            datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        ]
    ),
}


def value_type(field: pa.Field) -> pa.DataType:
    """Return the type of the values of a column, with or without a dictionary."""
    return getattr(field.type, "value_type", field.type)


ROW = st.fixed_dictionaries(
    {
        field.name: VALUES[value_type(field)] | (st.none() if field.nullable else st.nothing())
        for field in LLM_FAILURE.schema
    }
)
ROWS = st.lists(ROW, max_size=6, unique_by=lambda row: (row["trace_id"], row["span_id"]))


def clean(*rows: Mapping[str, Any]) -> model.CleanBatch:
    """Return failed spans as a store takes them."""
    return redact(failed(*rows))


def wrote(head: Head = Head(), run: str = "llm-1") -> Entry:  # noqa: B008 - it is frozen
    """Return an entry that says that something was written."""
    return follow(head, Fact("llm", run, Word.WROTE, moment(0), {}))


def spelled(rows: pa.RecordBatch) -> str:
    """Return the digest of records as its description says, one value after another."""
    packing = {INT: ">i", BIG: ">q", DOUBLE: ">d"}
    digests = []
    for row in rows.to_pylist():
        said = b""
        for field in rows.schema:
            value, form = row[field.name], value_type(field)
            if value is None:
                continue
            if form == pa.string():
                data = value.encode()
            elif form == INSTANT:
                since = value - datetime(1970, 1, 1, tzinfo=UTC)
                data = struct.pack(">q", since // timedelta(microseconds=1))
            else:
                data = struct.pack(packing[form], math.nan if value != value else value)  # noqa: PLR0124
            for part in (field.name.encode(), data):
                said += struct.pack(">i", len(part)) + part
        digests.append(sha256(said).digest())
    return sha256(b"".join(sorted(digests))).hexdigest()


@given(rows=ROWS)
def test_the_digest_is_what_is_said_of_it(rows: Sequence[Mapping[str, Any]]) -> None:
    """Made column by column, it is that of each value after the other; the order is no matter."""
    held = failures(*rows)
    assert content_digest(LLM_FAILURE, held) == spelled(held)
    backwards = failures(*reversed(rows))
    assert content_digest(LLM_FAILURE, backwards) == spelled(held)


def test_every_null_counts() -> None:
    """Null is not "", not 0, and not the null of another column."""
    rows: list[dict[str, Any]] = [
        {},
        {"ml_app": ""},
        {"model": ""},
        {"status_code": 0},
        {"input_tokens": 0},
    ]
    rows += [{"quality_score": 0.0}, {"quality_score": -0.0}, {"cost_usd": 0.0}]
    assert len(set(row_forms(failures(*rows)).to_pylist())) == len(rows)


def test_there_is_one_nan() -> None:
    """However its bits came to be."""
    odd = np.array([0x7FF8000000000000, 0xFFF8000000000000, 0x7FF0000000000001], np.uint64)
    rows = failures({}, {}, {})
    place = rows.schema.get_field_index("cost_usd")
    rows = rows.set_column(place, rows.schema.field(place), pa.array(odd.view(np.float64)))
    assert len(set(row_forms(rows).to_pylist())) == 1


@pytest.mark.parametrize("most", [1, 500, 10**6])
def test_pieces_are_of_so_many_bytes(most: int) -> None:
    """In order, none left out, none of more bytes unless it is one record."""
    rows = failures(*[{"span_id": str(it), "trace_payload": "x" * it * 40} for it in range(30)])
    parts = list(pieces(rows, most))
    assert pa.Table.from_batches(parts).to_pylist() == rows.to_pylist()
    for part in parts:
        text = sum(len(row["trace_payload"]) for row in part.to_pylist())
        assert part.num_rows == 1 or text <= most
    assert len(parts) < 30 or most < 10**6
    assert list(pieces(rows.slice(0, 0), most)) == []


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
@example(rows=[])
async def test_every_value_is_kept_to_the_bit(
    open_empty: Opener, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Nulls, all of Unicode, NaN, -0.0, the widest numbers and years: read back, and verified."""
    sent = clean(*rows)
    kept = sent.batch.rows
    async with open_empty() as store:
        assert await store.commit(sent, wrote()) == Written(new=len(rows))
        found = await store.find(Query(LLM_FAILURE))
        assert found.schema.equals(LLM_FAILURE.schema)
        in_order = sorted(kept.to_pylist(), key=lambda row: (row["trace_id"], row["span_id"]))
        expected = pa.RecordBatch.from_pylist(in_order, schema=LLM_FAILURE.schema)
        batches = found.combine_chunks().to_batches() or [expected.slice(0, 0)]
        assert row_forms(batches[0]).to_pylist() == row_forms(expected).to_pylist()
        digests = {("llm-1", 1): content_digest(LLM_FAILURE, kept)} if rows else {}
        assert (await store.audit()).digests == digests


async def test_a_batch_of_many_megabytes(open_empty: Opener) -> None:
    """Payloads of 1 MB, more than one call takes and than one page gives: one entry, all there."""
    payload = '{"said": "' + "é" * 499_990 + '"}'
    rows = [{"span_id": f"s{it}", "trace_payload": payload} for it in range(9)]
    async with open_empty() as store:
        assert await store.commit(clean(*rows), wrote()) == Written(new=9)
        found = (await store.find(Query(LLM_FAILURE))).to_pylist()
        assert [row["trace_payload"] == payload for row in found] == [True] * 9
        assert (await store.audit()).digests == {
            ("llm-1", 1): content_digest(LLM_FAILURE, clean(*rows).batch.rows)
        }


async def test_what_changed_is_counted_to_the_bit(open_empty: Opener) -> None:
    """New, changed and the same: -0.0 is another number than 0.0, and NaN the same as NaN."""
    first: list[dict[str, Any]] = [
        {"span_id": "a", "cost_usd": 0.0, "quality_score": 1.0},
        {"span_id": "a2", "quality_score": -0.0},
        {"span_id": "b", "cost_usd": math.nan},
        {"span_id": "c", "trace_payload": None},
        {"span_id": "d"},
    ]
    second: list[dict[str, Any]] = [
        {"span_id": "a", "cost_usd": -0.0, "quality_score": 1.0},
        {"span_id": "a2", "quality_score": 0.0},
        {"span_id": "b", "cost_usd": math.nan},
        {"span_id": "c", "trace_payload": ""},
        {"span_id": "e"},
    ]
    async with open_empty() as store:
        one = wrote()
        assert await store.commit(clean(*first), one) == Written(new=5)
        two = wrote(head_of([one]), "llm-2")
        assert await store.commit(clean(*second), two) == Written(new=1, changed=3, same=1)
        three = wrote(head_of([two]), "llm-2")
        assert await store.commit(clean(*first), three) == Written(changed=3, same=2)
        gone = follow(head_of([three]), Fact("llm", "llm-2", Word.ROLLED_BACK, moment(1), {}))
        assert await store.retract("llm-2", gone) == 10
        left = (await store.find(Query(LLM_FAILURE))).to_pylist()
        assert [row["span_id"] for row in left] == ["a", "a2", "b", "c", "d"]
        assert math.copysign(1, left[0]["cost_usd"]) == 1


LOADS = st.lists(
    st.tuples(
        st.dictionaries(
            st.tuples(st.sampled_from("aBé"), st.sampled_from(["", "a", "b", "ü"])),
            st.sampled_from([1.0, 2.0]),
            max_size=4,
        ),
        st.booleans(),
    ),
    max_size=6,
)


@pytest.mark.parametrize("open_empty", ["embedded", "debian", "supabase"], indirect=True)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loads=LOADS)
@example(loads=[({("a", "ü"): 1.0, ("é", ""): 1.0}, False), ({("B", "a"): 1.0}, True)] * 2)
@example(loads=[({("a", ""): 1.0}, False), ({("B", ""): 1.0}, False), ({("é", "a"): 1.0}, False)])
async def test_wherever_keys_stand_they_are_counted(
    open_empty: Opener, loads: Sequence[tuple[Mapping[tuple[str, str], float], bool]]
) -> None:
    """Alone in their stretch, between others, known: each load counts as the store in memory does.

    Two loads in a row are of one run.
    """
    async with open_empty() as store, memory() as other:
        head = Head()
        for number, (calls, whole) in enumerate(loads):
            flows = {call: {"latency_ms": own} for call, own in calls.items()}
            told = redact(loaded(flows, *(["prod"] if whole else [])))
            entry = wrote(head, f"llm-{number // 2}")
            head = head_of([entry])
            assert await store.commit(told, entry) == await other.commit(told, entry)


STRAYED = {
    "update scarline.integration_flow_seen set run_no = 99": 99,
    "delete from scarline.run": 1,
}


@pytest.mark.parametrize("server", ["embedded", "debian", "supabase"])
@pytest.mark.parametrize("tampering", STRAYED)
async def test_records_of_no_run_are_found(
    server: str, tampering: str, request: pytest.FixtureRequest
) -> None:
    """No key of another table holds them: verify names the number that they have."""
    opened: AbstractAsyncContextManager[Store]
    if server == "supabase":
        project: Project = request.getfixturevalue("supabase")
        opened, url = project.store(), project.database
    else:
        url = request.getfixturevalue(f"{server}_url")
        opened = postgres(url)()
    async with opened as store:
        run = await pipeline(store, [loaded({("web", "oms"): {}})]).pull("metrics")
        assert await pipeline(store, []).verify() == []
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(tampering.encode())
        gone, strayed = await pipeline(store, []).verify()
    assert gone == f"the rows of entry 2 of run {run.run} are gone"
    number = STRAYED[tampering]
    assert strayed == f"the rows of entry 2 of run number {number} have no entry that tells of them"


async def test_a_run_stays_while_its_records_are_added(embedded_url: str) -> None:
    """Who would take it away has to wait for the end of the transaction that adds them."""
    async with postgres(embedded_url)() as store:
        await store.append(wrote())
        with (
            psycopg.connect(embedded_url) as adding,
            psycopg.connect(embedded_url, autocommit=True) as other,
        ):
            other.execute("set lock_timeout = '50ms'")
            assert adding.execute(query("run_number"), {"run": "llm-1"}).fetchone() == (1,)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("delete from scarline.run")
            adding.rollback()
            assert other.execute("delete from scarline.run").rowcount == 1


FOUND = [
    ({}, ["t10 a", "t2 a", "t2 b", "t2 c", "é a"]),
    ({"where": {"trace_id": ["t2"]}}, ["t2 a", "t2 b", "t2 c"]),
    ({"where": {"status_code": ["500", "7"]}}, ["t2 a", "t2 b"]),
    ({"where": {"input_tokens": [str(2**63 - 1)]}}, ["t2 c"]),
    ({"where": {"ml_app": ["None", "null", ""]}}, ["t10 a"]),
    ({"where": {"ml_app": []}}, []),
    ({"where": {"trace_id": ["t2", "é"], "span_id": ["a"]}, "limit": 1}, ["t2 a"]),
    ({"limit": 0}, []),
    ({"limit": 3}, ["t10 a", "t2 a", "t2 b"]),
    (
        {"window": Window(EPOCH + timedelta(minutes=1), EPOCH + timedelta(minutes=3))},
        ["t2 b", "t2 c"],
    ),
]


@pytest.mark.parametrize(("asked", "names"), FOUND, ids=str)
async def test_records_are_found(
    open_empty: Opener, asked: Mapping[str, Any], names: Sequence[str]
) -> None:
    """By any column of text or whole numbers, by their time, in the order of their key."""
    async with open_empty() as store:
        await _tell(store)
        found = (await store.find(Query(LLM_FAILURE, **asked))).to_pylist()
        assert [f"{row['trace_id']} {row['span_id']}" for row in found] == names


async def test_only_the_columns_that_are_asked_for(open_empty: Opener) -> None:
    """In the order in which they were asked for, of the types that they have."""
    async with open_empty() as store:
        await _tell(store)
        asked = Query(LLM_FAILURE, where={"trace_id": ["t2"]}, columns=("ml_app", "span_id"))
        found = await store.find(asked)
        wanted = [LLM_FAILURE.schema.field(name) for name in ("ml_app", "span_id")]
        assert found.schema.equals(pa.schema(wanted))
        assert found.column("span_id").to_pylist() == ["a", "b", "c"]
        nobody = Query(LLM_FAILURE, where={"trace_id": ["nobody"]}, columns=("title",))
        assert (await store.find(nobody)).schema.names == ["title"]
        with pytest.raises(UsageError, match="llm_failure has no column colour"):
            await store.find(Query(LLM_FAILURE, columns=("span_id", "colour")))


async def test_when_it_was_fetched_is_no_part_of_what_is_told(open_empty: Opener) -> None:
    """Of several who saw it the first shows, whoever is taken away; alone it changes nothing."""
    async with open_empty() as store:
        entries, head = [], Head()
        for number, (minute, title) in enumerate([(9, "one"), (5, "one"), (7, "two")], start=1):
            row = {"fetched_at": EPOCH + timedelta(minutes=minute), "title": title}
            entries.append(wrote(head, f"llm-{number}"))
            head = head_of(entries[-1:])
            told = await store.commit(clean(row), entries[-1])
            assert told == [Written(new=1), Written(same=1), Written(changed=1)][number - 1]
        assert await _fetched(store) == [(5, "two")]
        for number, left in ((2, [(7, "two")]), (3, [(9, "one")])):
            gone = Fact("llm", f"llm-{number}", Word.ROLLED_BACK, moment(number), {})
            entry = follow(head, gone)
            head = head_of([entry])
            await store.retract(f"llm-{number}", entry)
            assert await _fetched(store) == left


async def _fetched(store: Store) -> list[tuple[float, str]]:
    rows = (await store.find(Query(LLM_FAILURE))).to_pylist()
    return [((it["fetched_at"] - EPOCH).total_seconds() / 60, it["title"]) for it in rows]


async def test_what_one_run_told(open_empty: Opener) -> None:
    """Of each key the last, with what shows nowhere; nothing once it was rolled back."""
    calls = {("web", "oms"): {"latency_ms": 1.0}, ("oms", "db"): {}}
    first = redact(loaded(calls, "prod"))
    again = redact(loaded({("web", "oms"): {"latency_ms": 2.0}}))
    async with open_empty() as store:
        one = wrote()
        await store.commit(first, one)
        two = wrote(head_of([one]))
        await store.commit(again, two)
        other = wrote(head_of([two]), "llm-2")
        await store.commit(redact(loaded({("new", "oms"): {}}, "prod")), other)
        names = ("system_from", "latency_ms")
        told = await store.seen(INTEGRATION_FLOW, ["llm-1"], names)
        assert told.schema.names == [*names]
        assert told.to_pylist() == [
            {"system_from": "", "latency_ms": None},
            {"system_from": "oms", "latency_ms": None},
            {"system_from": "web", "latency_ms": 2.0},
        ]
        assert (await store.seen(INTEGRATION_FLOW, ["llm-1"])).schema.equals(
            INTEGRATION_FLOW.schema
        )
        assert (await store.seen(LLM_FAILURE, ["llm-1"])).num_rows == 0
        both = await store.seen(INTEGRATION_FLOW, ["llm-2", "llm-1"], ("system_from",))
        assert both["system_from"].to_pylist() == ["", "new", "oms", "web"]
        gone = follow(head_of([other]), Fact("llm", "llm-1", Word.ROLLED_BACK, moment(1), {}))
        await store.retract("llm-1", gone)
        assert (await store.seen(INTEGRATION_FLOW, ["llm-1"])).num_rows == 0
        with pytest.raises(StoreRefused, match="metric_point is in series"):
            await store.seen(METRIC_POINT, ["llm-1"])


async def test_decisions_are_kept(open_empty: Opener) -> None:
    """Each version is a record of its own, found by what it is about."""
    rows = [
        {"about": "failure_group", "subject": f"v1:{it % 2}", "version": it // 2 + 1, "at": EPOCH}
        | {"who": "ada", "what": "state", "value": '"triaged"', "why": None}
        for it in range(4)
    ]
    told = pa.RecordBatch.from_pylist(rows, DECISION.schema)
    async with open_empty() as store:
        batch = redact(Batch(DECISION, told, Cursor("")))
        assert await store.commit(batch, wrote()) == Written(new=4)
        found = await store.find(Query(DECISION, where={"subject": ["v1:1"]}))
        assert found.to_pylist() == [rows[1], rows[3]]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"colour": ["red"]}, "llm_failure cannot be searched by colour"),
        ({"cost_usd": ["1"], "failed_at": []}, "cannot be searched by cost_usd, failed_at"),
        ({"status_code": ["many"]}, "status_code is a whole number of 64 bits: 'many' is none"),
        ({"input_tokens": [str(2**63)]}, "is a whole number of 64 bits"),
    ],
)
async def test_what_cannot_be_asked_is_a_sentence(
    open_empty: Opener, where: Mapping[str, Sequence[str]], said: str
) -> None:
    """An unknown column, one of times or doubles, and a word where a number stands."""
    async with open_empty() as store:
        with pytest.raises(UsageError, match=said):
            await store.find(Query(LLM_FAILURE, where=where))


@pytest.mark.parametrize("open_empty", ["embedded", "debian", "supabase"], indirect=True)
async def test_a_kind_without_a_table_is_a_sentence(open_empty: Opener) -> None:
    """A database of an older version says what to do, and nothing is stored."""
    later = Kind("later", LLM_FAILURE.schema, LLM_FAILURE.key, (), (), "severity", "failed_at")
    async with open_empty() as store:
        new = redact(Batch(later, failures({}), Cursor("")))
        with pytest.raises(StoreRefused, match="later"):
            await store.commit(new, wrote())
        with pytest.raises(StoreRefused, match="later"):
            await store.find(Query(later))
        assert await store.entries() == []


NUL = {"trace_payload": "a\0b\0", "service_name": "\0", "ml_app": "x\ufffdy"}


@pytest.mark.parametrize("open_empty", TAKES_POINTS, indirect=True)
async def test_no_text_has_a_nul(open_empty: Opener) -> None:
    """U+0000 becomes U+FFFD, in points and in records, before the digest is taken."""
    points = batch(("cpu\0", "a", 0, 1.0), unit="per\0cent")
    async with open_empty() as store:
        steps = [failed(NUL, NUL | {"span_id": "s2", "ml_app": "x\0y"}), points]
        run = await pipeline(store, steps).pull("metrics")
        assert run.tally.keys() == {"timeout", "cpu\ufffd"}
        point, first, second = await shown(store)
        assert (point["metric"], point["unit"]) == ("cpu\ufffd", "per\ufffdcent")
        assert (first["trace_payload"], first["service_name"]) == ("a\ufffdb\ufffd", "\ufffd")
        assert first["ml_app"] == second["ml_app"] == "x\ufffdy"
        assert await pipeline(store, []).verify() == []


def test_text_without_nul_is_left_alone() -> None:
    """Nothing is copied, and what two words have become is one word of the dictionary."""
    rows = failures({"trace_payload": "x"})
    same = storable(rows)
    assert all(map(lambda a, b: a is b or a.equals(b), rows.columns, same.columns))
    changed = storable(failures({"ml_app": "\0"}, {"ml_app": "\ufffd"})).column("ml_app")
    assert changed.dictionary.to_pylist() == ["\ufffd"]


def test_records_are_summed_up_by_their_subject() -> None:
    """Rows, and from when to when; over batches, a record is a series of its own."""
    rows = failures(
        {"failed_at": EPOCH + timedelta(hours=1)},
        {"failed_at": EPOCH},
        {"failure_type": "refusal"},
    )
    told = tally(LLM_FAILURE, rows)
    assert told == {
        "timeout": {"rows": 2, "first": "2026-03-02T00:00:00Z", "last": "2026-03-02T01:00:00Z"},
        "refusal": {"rows": 1, "first": "2026-03-02T00:00:00Z", "last": "2026-03-02T00:00:00Z"},
    }
    assert merged([told, told])["timeout"] == {"series": 4} | told["timeout"] | {"rows": 4}
    assert tally(LLM_FAILURE, rows.slice(0, 0)) == {}


@pytest.mark.parametrize("open_empty", TAKES_POINTS, indirect=True)
async def test_a_run_of_records_is_told_like_any(open_empty: Opener) -> None:
    """Rows, counts and cursor are on the ledger; a second stream may bring points."""
    spans = FakeSource([failed({}, {"span_id": "s2"}), failed({"span_id": "s2", "model": "m"})])
    async with open_empty() as store:
        road = Pipeline(
            {"llm": spans, "metrics": FakeSource([batch(("cpu", "a", 0, 1.0))])},
            store,
            Clock(moment(0)),
        )
        run = await road.pull("llm")
        assert (run.rows, run.counts) == (3, {"new": 2, "changed": 1, "same": 0})
        await road.pull("metrics")
        assert [row.get("model") for row in await shown(store)] == [None, None, "m"]
        assert await road.verify() == []
        await road.rollback(run.run, "a test")
        assert [row["metric"] for row in await shown(store)] == ["cpu"]
        assert await road.verify() == []


@pytest.mark.parametrize("kind", RECORD_KINDS, ids=lambda kind: kind.name)
async def test_the_tables_are_as_the_schema(embedded_url: str, kind: Kind) -> None:
    """Table, view and key of each kind have its columns, in its order, in its types."""
    columns = """
        select a.attname, format_type(a.atttypid, null), not a.attnotnull
        from pg_attribute a where a.attrelid = %s::regclass and a.attnum > 0 order by a.attnum
    """
    key = """
        select array_agg(a.attname order by array_position(i.indkey::int2[], a.attnum))
        from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
        where i.indrelid = %s::regclass and i.indisprimary
    """
    async with postgres(embedded_url)():
        with psycopg.connect(embedded_url) as connection:
            table = (f"scarline.{kind.name}_seen",)
            kept = connection.execute(columns, table).fetchall()
            seen = connection.execute(columns, (f"scarline.{kind.name}",)).fetchall()
            (own_key,) = connection.execute(key, table).fetchone() or ([],)
    expected = [(it.name, TYPES[value_type(it)], it.nullable) for it in kind.schema]
    places = ("run_no", "position")
    assert [row for row in kept if row[0] not in places] == expected
    assert [name for name, *_ in kept if name in places] == [*places]
    assert [row[:2] for row in seen] == [row[:2] for row in expected]
    assert own_key == [*kind.key, "run_no", "position"]


async def test_the_view_that_people_read(embedded_url: str) -> None:
    """JSON as jsonb, also where jsonb cannot hold it; all other columns as they are."""
    texts = ['{"a": [1]}', '{"a": "\\u0000b\\\\u0000"}', "{", '"\\ud800"', "", None]
    async with postgres(embedded_url)() as store:
        await store.commit(clean(*[{"span_id": str(it)} for it in range(len(texts))]), wrote())
        with psycopg.connect(embedded_url) as connection:
            for it, text in enumerate(texts):  # past redaction, which may have its own mind
                put = "update scarline.llm_failure_seen set trace_payload = %s where span_id = %s"
                connection.execute(put, (text, str(it)))
            cursor = connection.execute("select * from llm_failures order by span_id")
            assert [it.name for it in cursor.description or ()] == LLM_FAILURE.schema.names
            cursor = connection.execute("select trace_payload from llm_failures order by span_id")
            told = [row[0] for row in cursor.fetchall()]
    assert told == [{"a": [1]}, {"a": "\ufffdb\\u0000"}, "{", '"\\ud800"', "", None]


async def _tell(store: Store) -> None:
    one = wrote()
    before = [{"trace_id": "t2", "span_id": "b", "status_code": 9}]
    await store.commit(clean(*before), one)
    rows: list[dict[str, Any]] = [
        {"trace_id": "t2", "span_id": "a", "status_code": 500, "ml_app": "x"},
        {"trace_id": "t2", "span_id": "b", "status_code": 7},
        {"trace_id": "t2", "span_id": "c", "input_tokens": 2**63 - 1},
        {"trace_id": "t10", "span_id": "a", "ml_app": ""},
        {"trace_id": "é", "span_id": "a"},
    ]
    at = [EPOCH, *[EPOCH + timedelta(minutes=it) for it in (1, 2, 3, 4)]]
    later = [row | {"failed_at": when} for row, when in zip(rows, at, strict=True)]
    await store.commit(clean(*later), wrote(head_of([one]), "llm-2"))


async def test_many_records_come_in_pages(supabase: Project) -> None:
    """More than one answer takes: all come, once, in order."""
    rows = [{"span_id": f"{it:05d}", "status_code": it} for it in range(10_050)]
    async with supabase.store() as own:
        await own.commit(clean(*rows), wrote())
        found = await own.find(Query(LLM_FAILURE))
        assert found.column("status_code").to_pylist() == list(range(10_050))
        assert supabase.gateway.calls.count("scarline_find_records") == 2
