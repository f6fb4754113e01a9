"""The parts of the Firestore store that need no Firestore: pace, cuts, queries, settings."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from google.api_core import exceptions
from google.auth.exceptions import DefaultCredentialsError
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import ConfigError, StoreError, StoreRefused, StoreUnavailable
from scarline.kinds import INTEGRATION_FLOW, LLM_FAILURE, METRIC_POINT, Kind
from scarline.model import Window
from scarline.ports import Query
from scarline.series import conditions
from scarline.stores.firestore import Config, asks, batches, shown
from scarline.stores.firestore.asks import DAY, Ask, index, index_file
from scarline.stores.firestore.cutting import NOTE, cut_json, cut_text
from scarline.stores.firestore.finding import planned
from scarline.stores.firestore.layout import KINDS, Layout, hashed, held
from scarline.stores.firestore.pace import Pace, writes_per_second
from scarline.stores.firestore.sentences import AnswerLost, Contended, Gone, told
from scarline.stores.firestore.shown import MOST_DOCUMENT_BYTES, Place, day
from tests.fakes import EPOCH, failures

LAYOUT = Layout("projects/p/databases/(default)/documents")
ROOT = Path(__file__).parents[2]


# --- pace ---


def test_the_ramp_is_as_google_asks() -> None:
    """500 a second, half as many again every five minutes, 10,000 at most."""
    told = [writes_per_second(minutes * 60) for minutes in (0, 4.99, 5, 10, 60, 10**9)]
    assert told == [500, 500, 750, 1125, 10_000, 10_000]


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 400)), min_size=1, max_size=60))
async def test_no_second_is_overrun(steps: Sequence[tuple[int, float]]) -> None:
    """Whoever waits as told never writes more in a stretch than its rate allows, idle or not."""
    now = 0.0
    done: list[tuple[float, int]] = []

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    pace = Pace(lambda: now, sleep)
    for writes, idle in steps:
        await pace.take(writes)
        done.append((now, writes))
        now += idle / 400
    for first, (start, _) in enumerate(done):
        for last in range(first + 1, len(done)):
            end = done[last][0]
            between = sum(writes for _, writes in done[first:last])
            assert between <= writes_per_second(end - done[0][0]) * (end - start) + 1e-6


# --- cuts ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)


@given(JSON, st.integers(200, 2_000))
def test_cut_json_is_json_of_that_size(value: Any, most: int) -> None:
    """Whatever it was: valid, no longer than asked, and with a note if anything went."""
    text = orjson.dumps(value).decode()
    cut = cut_json(text, most)
    assert len(cut.encode()) <= most
    told = orjson.loads(cut)
    assert cut == text or "bytes were cut" in told[NOTE]


def test_cut_json_keeps_what_it_can() -> None:
    """The long text is cut; all else stays where it is, and the note says how much went."""
    value = {"model": "m", "input": [{"said": "é" * 10_000}], "n": [1, 2.5, None]}
    text = orjson.dumps(value).decode()
    cut = orjson.loads(cut_json(text, 5_000))
    assert cut["input"][0]["said"].rstrip("…") == "é" * (len(cut["input"][0]["said"]) - 1)
    assert len(cut["input"][0]["said"]) > 2_000
    assert (cut["model"], cut["n"]) == ("m", [1, 2.5, None])
    size = len(orjson.dumps({name: it for name, it in cut.items() if name != NOTE}))
    whole = len(text.encode())
    assert cut[NOTE] == f"{whole - size} of {whole} bytes were cut: a document holds 1 MiB"


@pytest.mark.parametrize("text", ["[" * 3_000, "x" * 3_000, "[" + "1," * 1_500 + "1]", '"' * 3_000])
def test_what_cannot_be_cut_inside_is_kept_as_its_beginning(text: str) -> None:
    """No JSON, too deep, or too many small parts: the beginning as a text, in JSON."""
    cut = orjson.loads(cut_json(text, 1_000))
    assert text.startswith(cut["begins"])
    assert cut["begins"]
    assert "bytes were cut" in cut[NOTE]


@given(st.text(max_size=300), st.integers(40, 400))
def test_cut_text_says_so(text: str, most: int) -> None:
    """No longer than asked, no half letters."""
    cut = cut_text(text, most)
    assert len(cut.encode()) <= most
    assert cut == text or cut.endswith(f"[cut: {len(text.encode())} bytes]")


@pytest.mark.parametrize(
    "texts",
    [
        {"trace_payload": 3_000_000},
        {"trace_payload": 600_000, "evaluations": 600_000},
        {"trace_payload": 1_000_000, "title": 2_000_000},
        {"user_hash": 1_100_000, "datadog_url": 1_100_000},
    ],
    ids=str,
)
def test_every_record_fits_in_a_document(texts: Mapping[str, int]) -> None:
    """However long its texts: cut with a note, JSON still JSON, the key whole."""
    row = {name: '{"a": "' + "é" * (size // 2) + '"}' for name, size in texts.items()}
    parts = batches.told(LLM_FAILURE, failures(row | {"trace_id": "t" * 2_000}))
    (write,) = shown.documents(LAYOUT, parts, [0], Place(1, 1), [0])
    assert write.update.ByteSize() <= MOST_DOCUMENT_BYTES < 2**20
    for name in texts:
        kept = write.update.fields[name].string_value
        assert kept == row[name] or "cut" in kept
        if name in LLM_FAILURE.json:
            assert isinstance(orjson.loads(kept), dict)
    assert write.update.fields["trace_id"].string_value == "t" * 2_000


def test_a_key_that_does_not_fit_is_a_sentence() -> None:
    """It is refused, not cut into another key."""
    parts = batches.told(LLM_FAILURE, failures({"trace_id": "t" * 2**20}))
    with pytest.raises(StoreRefused, match="a key of more than a Firestore document holds"):
        list(shown.documents(LAYOUT, parts, [0], Place(1, 1), [0]))


# --- names ---


def test_names_do_not_run_into_one_another() -> None:
    """Each is hashed with its length."""
    assert hashed("a", "bc") != hashed("ab", "c")
    assert hashed("a", 1) == hashed("a", "1")


@given(st.datetimes(timezones=st.just(UTC)))
def test_the_day_is_that_of_utc(at: datetime) -> None:
    """Of every instant from year 1 to 9999, in the order of time."""
    microseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert day(microseconds) == date(at.year, at.month, at.day).isoformat()


def test_what_is_not_held_is_a_sentence() -> None:
    """Points, and a kind that this version does not know, whatever it is called."""
    with pytest.raises(StoreRefused, match=r"metric_point is in series.*set DATABASE_URL"):
        held(METRIC_POINT)
    for name in ("later", "llm_failure"):
        other = Kind(name, LLM_FAILURE.schema, LLM_FAILURE.key, (), (), "severity", "failed_at")
        with pytest.raises(StoreRefused, match=f"this version keeps no {name} in Firestore"):
            held(other)


# --- queries and their indexes ---

LONG = Window(EPOCH - timedelta(days=400), EPOCH)
DAYS = Window(EPOCH + timedelta(hours=12), EPOCH + timedelta(days=2))
HERE = ["2026-03-02", "2026-03-03"]
MANY = [f"v{it}" for it in range(31)]
PLANS: list[tuple[dict[str, Any], tuple[Any, ...], tuple[str, ...]]] = [
    ({}, (), ()),
    ({"limit": 5}, (), LLM_FAILURE.key),
    ({"limit": 5_000}, (), ()),
    ({"window": DAYS}, ((DAY, "in", HERE),), ()),
    ({"window": LONG}, ((DAY, ">=", "2025-01-26"), (DAY, "<=", "2026-03-01")), ()),
    ({"where": {"severity": ["high"]}}, (("severity", "==", "high"),), ()),
    ({"where": {"status_code": ["500", "7"]}}, (("status_code", "in", [500, 7]),), ()),
    ({"where": {"severity": MANY}, "limit": 1}, (), ()),
    ({"where": {"trace_payload": ["{}"]}, "limit": 1}, (), ()),
    (
        {"window": DAYS, "where": {"severity": ["high"], "model": ["a", "b"]}},
        ((DAY, "in", HERE), ("severity", "==", "high")),
        (),
    ),
    ({"window": LONG, "where": {"model": ["a"]}}, (("model", "==", "a"),), ()),
]


@pytest.mark.parametrize(("asked", "where", "order"), PLANS, ids=str)
def test_what_firestore_is_asked_for(
    asked: Mapping[str, Any], where: tuple[Any, ...], order: tuple[str, ...]
) -> None:
    """Equal values and days, of indexed columns; never what would need an index of its own."""
    ask = planned(LAYOUT, _query(asked), conditions(LLM_FAILURE, _query(asked).where), ())
    assert (ask.collection, ask.where, ask.order) == ("evalforge_raw_traces", where, order)
    assert ask.limit == (asked["limit"] if order else None)


def _query(asked: Mapping[str, Any]) -> Query:
    return Query(LLM_FAILURE, **asked)


def test_all_flows_are_looked_at_for_the_first_ones() -> None:
    """Some of them may not show: a limit is not for Firestore to apply."""
    assert planned(LAYOUT, Query(INTEGRATION_FLOW, limit=1), {}, ()).limit is None


def deployed() -> Any:
    """Return the file that is deployed."""
    return json.loads((ROOT / "deploy/firestore.indexes.json").read_text(encoding="utf-8"))


def test_the_index_file_is_what_the_queries_need() -> None:
    """Each composite index and each exemption, and no other."""
    assert deployed() == index_file(LAYOUT)


def test_no_query_looks_by_what_has_no_index() -> None:
    """A field that is exempt stands in composite indexes only."""
    exempt = {(it["collectionGroup"], it["fieldPath"]) for it in deployed()["fieldOverrides"]}
    for ask in _asked():
        if index(ask) is None:
            fields = {name.removeprefix("-") for name in ask.order} | {it[0] for it in ask.where}
            assert not exempt & {(ask.collection, name) for name in fields}, ask


def test_every_query_that_needs_an_index_has_it() -> None:
    """Of every kind, with every column, in every plan."""
    for ask in _asked():
        assert index(ask) in (None, *deployed()["indexes"]), ask


def test_times_are_exempt() -> None:
    """No single index grows at its end only: of no kind's times, and not of the ledger's."""
    exempt = {(it["collectionGroup"], it["fieldPath"]) for it in deployed()["fieldOverrides"]}
    for kind in KINDS.values():
        times = {it.name for it in kind.schema if "timestamp" in str(it.type)}
        assert {(LAYOUT.shown(kind), name) for name in times} <= exempt
    assert {("evalforge_ledger", "at"), ("evalforge_told", "rows")} <= exempt
    assert ("evalforge_raw_traces", "trace_payload") in exempt


def _asked() -> Iterator[Ask]:
    """Yield the queries that the store asks, each kind's with each of its columns."""
    yield from asks.shapes(LAYOUT)
    yield asks.told_by(LAYOUT.told, ["r"])
    yield asks.told_at(LAYOUT.keys, "s", 1)
    yield asks.staged(LAYOUT, "s")
    yield asks.entries(LAYOUT, "s")
    for kind in KINDS.values():
        for field in kind.schema:
            for window in (None, DAYS, LONG):
                for limit in (None, 1):
                    try:
                        allowed = conditions(kind, {field.name: ["1", "2"]})
                    except Exception:  # noqa: BLE001 - not a column to search by
                        allowed = {}
                    yield planned(LAYOUT, Query(kind, window, limit=limit), allowed, ())


# --- settings and sentences ---


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"project": "My Project"}, "GOOGLE_CLOUD_PROJECT is no project id"),
        ({"project": "my-project", "database": "A"}, "FIRESTORE_DATABASE is no name"),
        ({"project": "my-project", "prefix": "a/b"}, "FIRESTORE_COLLECTION_PREFIX begins with"),
        ({"project": "my-project", "prefix": ""}, "FIRESTORE_COLLECTION_PREFIX begins with"),
    ],
)
def test_a_wrong_setting_is_a_sentence(told: dict[str, str], said: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigError, match=said):
        Config(**told)  # type: ignore[arg-type]


WITHOUT = """
import asyncio, sys
sys.modules["google.cloud.firestore_v1"] = None
from scarline.stores.firestore import Config, open_store
async def main():
    async with open_store(Config("my-project")):
        pass
asyncio.run(main())
"""


def test_without_googles_client_it_says_how_to_have_it() -> None:
    """The plugin itself is imported without it."""
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, check=False)
    assert b"ConfigError" in done.stderr
    assert b"pip install 'scarline[gcp]'" in done.stderr


def test_what_google_says_is_a_sentence() -> None:
    """Each error is of the class that says whether to try again, and says what to do."""
    google: Any = exceptions  # its errors have no types
    no_credentials: Any = DefaultCredentialsError
    cases: list[tuple[Exception, type[StoreError], str]] = [
        (google.PermissionDenied("Missing permissions."), StoreRefused, "roles/datastore.user"),
        (google.Unauthenticated("x"), StoreRefused, "gcloud auth application-default login"),
        (no_credentials("no"), StoreRefused, "gcloud auth application-default login"),
        (google.NotFound("The database (default) does not exist"), StoreRefused, "native mode"),
        (google.NotFound("No document to update: x"), Gone, "is not there"),
        (google.AlreadyExists("Document already exists"), Gone, "is there already"),
        (google.FailedPrecondition("The query requires an index."), StoreRefused, "indexes.json"),
        (google.ResourceExhausted("Quota exceeded"), AnswerLost, "free quota"),
        (google.ServiceUnavailable("x"), AnswerLost, "goes on where it stopped"),
        (google.Aborted("too much contention"), Contended, "others write"),
        (google.InvalidArgument("bad\nrow: secret"), StoreError, "refused a call"),
    ]
    for raised, kind, said in cases:
        with pytest.raises(kind, match=said) as caught, told():
            raise raised
        assert type(caught.value) is kind
        assert "secret" not in str(caught.value)
        assert caught.value.retryable == issubclass(kind, StoreUnavailable)
