"""Firestore on Google's emulator: what people see there, large batches, groups, leases, notes."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import orjson
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore

from scarline.errors import RunInProgress, StoreConflict, StoreRefused, StoreUnavailable
from scarline.kinds import INTEGRATION_FLOW, LLM_FAILURE, METRIC_POINT
from scarline.ledger import Entry, Fact, Head, Word, follow, head_of
from scarline.model import Window
from scarline.pipeline import Pipeline
from scarline.ports import Note, Query, Written
from scarline.privacy import redact
from scarline.series import content_digest
from scarline.stores.firestore import Config, open_store
from scarline.stores.firestore.cutting import NOTE
from tests.fakes import EPOCH, Clock, FakeSource, batch, failed, loaded
from tests.laws.stories import moment, pipeline
from tests.stores.emulator import Emulator, emulator_fixture, opener

__all__ = ["emulator_fixture"]

FAILED = {"signature": "g1", "title": "timed out", "ml_app": "till", "cost_usd": 0.5}
SMALL = (9, 4_000)
"""Limits by which nearly everything is too large for one transaction."""


def entry(head: Head = Head(), run: str = "llm-1", word: Word = Word.WROTE) -> Entry:  # noqa: B008
    """Return the entry that comes after `head`."""
    return follow(head, Fact("llm", run, word, moment(0), {}))


def people(own: Emulator, monkeypatch: pytest.MonkeyPatch) -> firestore.Client:
    """Return Google's own client, as anybody uses it who looks at the data."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", own.address)
    return firestore.Client(project=own.project, credentials=AnonymousCredentials())  # type: ignore[no-untyped-call]


def read(client: firestore.Client, collection: str) -> list[dict[str, Any]]:
    """Return all documents of a collection."""
    return [it.to_dict() or {} for it in client.collection(f"evalforge_{collection}").stream()]


async def test_what_people_see(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """One document for each failure, with plain names and Firestore's own types."""
    async with opener(emulator)() as store:
        later = FAILED | {"title": "timed out again", "failed_at": EPOCH + timedelta(hours=1)}
        pulls: list[list[dict[str, Any]]] = [[FAILED], [later, {"span_id": "s2"}]]
        for number, rows in enumerate(pulls):
            await pipeline(store, [failed(*rows)], number, resuming=False).pull("metrics")
        client = people(emulator, monkeypatch)
        first = next(it for it in read(client, "raw_traces") if it["span_id"] == "s1")
        assert first.pop("scarline").keys() == {"began", "told"}
        assert first == {
            "trace_id": "t1",
            "span_id": "s1",
            "fetched_at": EPOCH + timedelta(hours=1),
            "failed_at": EPOCH + timedelta(hours=1),
            "service_name": "shop",
            "ml_app": "till",
            "failure_type": "timeout",
            "severity": "high",
            "signature": "g1",
            "title": "timed out again",
            "cost_usd": 0.5,
            "day": "2026-03-02",
        }
        assert len(read(client, "raw_traces")) == 2
        assert {(it["last"], it["rows"]) for it in read(client, "runs")} == {
            ("finished", 1),
            ("finished", 2),
        }
        assert len(read(client, "ledger")) == 6
        assert all(len(it.id) == 32 for it in client.collection("evalforge_ledger").stream())


async def test_groups_count_what_shows(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Distinct failures, first and last seen: also when they move, are seen again, and go."""
    minutes = [EPOCH + timedelta(minutes=it) for it in range(4)]
    told: list[list[dict[str, Any]]] = [
        [
            FAILED | {"span_id": f"s{it}", "failed_at": minutes[it], "title": f"T{it}"}
            for it in (1, 2)
        ],
        [FAILED | {"span_id": "s1", "failed_at": minutes[1], "title": "T1"}],
        [
            FAILED | {"span_id": "s1", "signature": "g2"},
            FAILED | {"span_id": "s3", "failed_at": minutes[3], "title": "T3"},
        ],
    ]
    expected = [
        {"g1": (2, 1, 2, "T1")},
        {"g1": (2, 1, 2, "T1")},
        {"g1": (2, 2, 3, "T2"), "g2": (1, 0, 0, "timed out")},
    ]
    client = people(emulator, monkeypatch)

    def groups() -> dict[str, tuple[int, int, int, str]]:
        return {
            it["signature"]: (
                it["failures"],
                minutes.index(it["first_seen"]),
                minutes.index(it["last_seen"]),
                it["title"],
            )
            for it in read(client, "groups")
        }

    for limits in ((500, 3_500_000), SMALL):
        async with opener(emulator, *limits)() as store:
            runs = []
            for number, rows in enumerate(told):
                road = pipeline(store, [failed(*rows)], number, resuming=False)
                runs.append((await road.pull("metrics")).run)
                assert groups() == expected[number]
            await pipeline(store, [], 9).rollback(runs[2], "")
            assert groups() == expected[1]
            await pipeline(store, [], 9).rollback(runs[0], "")
            assert groups() == {"g1": (1, 1, 1, "T1")}
            await pipeline(store, [], 9).rollback(runs[1], "")
            assert groups() == {}


async def test_two_streams_of_one_kind_at_once(emulator: Emulator) -> None:
    """They write the same failures and groups at the same time: nothing is lost or doubled."""
    steps = [
        [
            failed(
                *[FAILED | {"span_id": f"s{it}", "model": f"m{own}"} for it in range(own, own + 6)]
            )
        ]
        for own in range(3)
    ]
    async with opener(emulator)() as store:
        sources = {f"llm{own}": FakeSource(steps[own]) for own in range(3)}
        road = Pipeline(sources, store, Clock(moment(0)))
        async with asyncio.TaskGroup() as together:  # one that fails leaves none to go on
            pulls = [together.create_task(road.pull(stream)) for stream in sources]
        runs = [it.result() for it in pulls]
        assert sum(run.counts["new"] for run in runs) == 8
        assert await road.verify() == []
        for run in runs:
            await road.rollback(run.run, "")
        assert await road.verify() == []
        assert (await store.find(Query(LLM_FAILURE))).num_rows == 0


async def test_one_entry_of_many_wins(emulator: Emulator) -> None:
    """Those that follow the same head at the same time: one is stored, with its rows."""
    async with opener(emulator)() as store:
        coming = [redact(failed({"span_id": f"s{it}"})) for it in range(4)]
        done = await asyncio.gather(
            *[store.commit(it, entry(run=f"llm-{own}")) for own, it in enumerate(coming)],
            return_exceptions=True,
        )
        assert [type(it) for it in done].count(StoreConflict) == 3
        assert done.count(Written(new=1)) == 1
        assert len(await store.entries()) == (await store.find(Query(LLM_FAILURE))).num_rows == 1


async def test_a_payload_beyond_a_document_is_cut(emulator: Emulator) -> None:
    """The record is there with its payload cut and a note; what was told is kept whole."""
    payload = orjson.dumps({"said": ["é" * 400_000] * 4, "model": "m"}).decode()
    async with opener(emulator)() as store:
        sent = redact(failed({"trace_payload": payload}, {"span_id": "s2"}))
        assert await store.commit(sent, entry()) == Written(new=2)
        first, second = (await store.find(Query(LLM_FAILURE))).to_pylist()
        cut = orjson.loads(first["trace_payload"])
        assert (len(first["trace_payload"].encode()) < 2**20) is (NOTE in cut) is True
        assert cut["model"] == "m"
        assert second["trace_payload"] is None
        assert await store.commit(sent, entry(head_of([entry()]))) == Written(same=2)
        audit = await store.audit()
        assert audit.digests["llm-1", 1] == content_digest(LLM_FAILURE, sent.batch.rows)
        assert audit.faults == []
        (told, _) = (await store.seen(LLM_FAILURE, ["llm-1"])).to_pylist()
        assert told["trace_payload"] == payload


async def test_more_than_one_transaction_takes(emulator: Emulator) -> None:
    """400 failures of 400 groups, then as many rolled back: all there, then none."""
    rows = [{"span_id": f"s{it}", "signature": f"g{it}"} for it in range(400)]
    async with opener(emulator)() as store:
        assert await store.commit(redact(failed(*rows)), entry()) == Written(new=400)
        for days in (1, 100, 1_000):  # one day, a stretch of them, and one of several pages
            query = Query(LLM_FAILURE, Window(EPOCH, EPOCH + timedelta(days=days)))
            found = await store.find(query)
            assert found["span_id"].to_pylist() == sorted(it["span_id"] for it in rows)
        assert (await store.audit()).faults == []
        gone = entry(head_of([entry()]), word=Word.ROLLED_BACK)
        assert await store.retract("llm-1", gone) == 400
        assert (await store.find(Query(LLM_FAILURE))).num_rows == 0
        assert await store.audit() == type(await store.audit())({}, [])


async def test_points_are_refused(emulator: Emulator) -> None:
    """By a sentence that says where they can be kept; nothing is stored."""
    async with opener(emulator)() as store:
        with pytest.raises(StoreRefused, match="metric_point is in series"):
            await store.commit(redact(batch(("cpu", "a", 0, 1.0))), entry())
        with pytest.raises(StoreRefused, match="metric_point is in series"):
            await store.find(Query(METRIC_POINT))
        assert await store.entries() == []


async def test_flows_that_are_gone_do_not_show(emulator: Emulator) -> None:
    """Until the load that did not tell of them is rolled back."""
    query = Query(INTEGRATION_FLOW, columns=("system_to",), limit=5)
    async with opener(emulator)() as store:
        first = loaded({("a", "b"): {}, ("a", "c"): {}}, "prod")
        await pipeline(store, [first]).pull("metrics")
        again = pipeline(store, [loaded({("a", "b"): {}}, "prod")], 1, resuming=False)
        run = await again.pull("metrics")
        assert run.counts == {"new": 0, "changed": 0, "same": 1}
        assert (await store.find(query))["system_to"].to_pylist() == ["b"]
        await again.rollback(run.run, "")
        assert (await store.find(query))["system_to"].to_pylist() == ["b", "c"]
        assert await again.verify() == []


async def test_a_lease_outlives_its_time_and_not_its_holder(emulator: Emulator) -> None:
    """Renewed while it is held; free some time after its holder was killed, and then at once."""
    async with open_store(emulator.config(lease_seconds=1.2)) as store:
        emulator.clear()
        async with store.lease("llm"):
            await asyncio.sleep(2)
            assert await store.leased("llm")
            with pytest.raises(RunInProgress, match=r"free again in [12] seconds"):
                await store.lease("llm").__aenter__()
            async with store.lease("other"):
                pass
        assert not await store.leased("llm")
    async with open_store(emulator.config(lease_seconds=1.2)) as killed:
        await killed.lease("llm").__aenter__()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
    async with open_store(emulator.config(lease_seconds=1.2)) as store:
        assert await store.leased("llm")
        start = time.monotonic()
        while await store.leased("llm"):  # each look takes some milliseconds
            pass
        assert time.monotonic() - start < 1.5
        async with store.lease("llm"):
            pass


async def test_a_number_that_a_column_cannot_hold_is_not_found(emulator: Emulator) -> None:
    """Among more values than Firestore takes, too: none is taken for another."""
    many = [str(2**32 + 500), *map(str, range(1_000, 1_040))]
    async with opener(emulator)() as store:
        await store.commit(redact(failed({"status_code": 500})), entry())
        for numbers in (many, [*many, "500"]):
            query = Query(LLM_FAILURE, where={"status_code": numbers})
            assert (await store.find(query)).num_rows == ("500" in numbers)


async def test_notes_are_swapped_once(emulator: Emulator) -> None:
    """Of those who know the same version, one writes."""
    async with opener(emulator)() as store:
        assert await store.note("quota") == Note()
        swaps = [store.swap("quota", f"n{it}", 0) for it in range(5)]
        done = await asyncio.gather(*swaps)
        assert done.count(True) == 1
        assert await store.note("quota") == Note(f"n{done.index(True)}", 1)
        assert not await store.swap("quota", "late", 0)


async def test_nothing_there_is_a_sentence(emulator: Emulator) -> None:
    """A wrong address fails after some patience, and says what to do."""
    config = Config(emulator.project, emulator="127.0.0.1:1")
    with pytest.raises(StoreUnavailable, match="Firestore does not answer"):
        async with open_store(config):
            pass


async def test_doctor_says_where_it_is(emulator: Emulator) -> None:
    """Project, database and prefix."""
    async with opener(emulator)() as store:
        (check,) = await store.check()
        assert check.well
        assert "scarline-tests/databases/(default)" in check.finding
        assert "evalforge_*" in check.finding
