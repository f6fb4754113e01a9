"""Law 5. Any changed byte of an entry, any row removed or altered, is found by verify."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import LiteralString

import psycopg
import pytest

from scarline import ledger
from scarline.ledger import Entry, Fact, Word
from scarline.model import Batch
from scarline.series import series_bounds
from scarline.stores.memory import MemoryStore
from tests.at_hand import postgres
from tests.fakes import batch, failed, points
from tests.laws.stories import moment, pipeline

STEPS = [
    [
        batch(
            ("cpu", "a", 0, 1.0), ("cpu", "a", 1, 2.0), ("cpu", "a", 5, 2.5), ("load", "b", 0, 3.0)
        )
    ],
    [batch(("cpu", "a", 1, 4.0), ("cpu", "b", 2, 5.0))],
]

TAMPERED: dict[LiteralString, str] = {
    "update scarline.entry set body = replace(body, ':4', ':5')": "was changed",
    "update scarline.entry set at = at + interval '1 us' where position = 2": "was changed",
    "update scarline.entry set run = 'metrics-x' where position = 2": "was changed",
    "update scarline.entry set word = 'slept' where position = 2": "cannot be read",
    "update scarline.entry set body = left(body, -1) where position = 2": "cannot be read",
    "update scarline.entry set body = '{}' where position = 2": "cannot be read",
    "update scarline.entry set body = '[]' where position = 1": "was changed",
    "update scarline.entry set digest = repeat('0', 64) where position = 2": "was changed",
    "update scarline.entry set previous = repeat('0', 64) where position = 3": "does not hold",
    "delete from scarline.entry where position = 2": "entries between them are gone",
    "delete from scarline.entry where position = 6": "does not end where its head says",
    "delete from scarline.entry": "does not end where its head says",
    "update scarline.chain set digest = 'x'": "does not end where its head says",
    "delete from scarline.sighting where position = 2": "are gone",
    "delete from scarline.sighting where position = 2 and offsets is null": "were changed",
    "update scarline.sighting set values[1] = values[1] + 1e-9": "were changed",
    "update scarline.sighting set starts = starts + interval '1 minute'": "were changed",
    "update scarline.sighting set offsets[2] = 61000000 where offsets is not null": "were changed",
    "update scarline.sighting set unit = 'byte'": "were changed",
    "update scarline.sighting set values[1] = null": "were changed",
    "update scarline.sighting set position = 99 where position = 2": "have no entry",
    "update scarline.series set host = 'c' where host = 'b' and metric = 'cpu'": "were changed",
    "update scarline.series set interval_seconds = 30": "were changed",
    "update scarline.metric_point set value = 9 where value = 4": "show something else",
    "update scarline.metric_point set run_no = 1": "show something else",
    "delete from scarline.metric_point where value = 3": "show something else",
    "insert into scarline.metric_point select series_id, run_no, ts + interval '9 s', 1 "
    "from scarline.metric_point where value = 4": "show something else",
    "insert into scarline.llm_failure_seen (trace_id, span_id, fetched_at, failed_at, "
    "failure_type, severity, run_no, position) "
    "select '1', '1', starts, starts, '', '', run_no, position "
    "from scarline.sighting limit 1": "were changed",
    "insert into scarline.metric_point select 999, run_no, ts, 1 "
    "from scarline.metric_point where value = 4": "belong to no series",
}


SPANS = [
    [failed({"trace_payload": "{}", "cost_usd": 0.0, "status_code": 500}, {"span_id": "s2"})],
    [failed({"trace_payload": '{"a": 1}'}, {"trace_id": "t2", "input_tokens": 7})],
]
RECORDS_TAMPERED: dict[LiteralString, str] = {
    "delete from scarline.llm_failure_seen where run_no = 1": "are gone",
    "delete from scarline.llm_failure_seen where span_id = 's2'": "were changed",
    "update scarline.llm_failure_seen set trace_payload = '{ }' where cost_usd = 0": "were changed",
    "update scarline.llm_failure_seen set evaluations = '' where run_no = 1": "were changed",
    "update scarline.llm_failure_seen set cost_usd = '-0' where cost_usd = 0": "were changed",
    "update scarline.llm_failure_seen set cost_usd = null": "were changed",
    "update scarline.llm_failure_seen set status_code = 501": "were changed",
    "update scarline.llm_failure_seen set output_tokens = 7, input_tokens = null": "were changed",
    "update scarline.llm_failure_seen set failed_at = failed_at + interval '1 us'": "were changed",
    "update scarline.llm_failure_seen set failed_at = 'infinity'": "were changed",
    "update scarline.llm_failure_seen set service_name = null, ml_app = 'shop'": "were changed",
    "update scarline.llm_failure_seen set span_id = 's3' where span_id = 's2'": "were changed",
    "update scarline.llm_failure_seen set position = 99 where position = 5": "have no entry",
    "update scarline.llm_failure_seen s set run_no = r.run_no from scarline.run r "
    "where r.run_no <> s.run_no": "have no entry",
    "insert into scarline.llm_failure_seen (trace_id, span_id, fetched_at, failed_at, "
    "failure_type, severity, run_no, position) "
    "select 't9', span_id, fetched_at, failed_at, '', '', run_no, position "
    "from scarline.llm_failure_seen where span_id = 's2'": "were changed",
    "insert into scarline.series (source, metric, host, tags, interval_seconds, aggregation) "
    "values ('', '', '', '', 1, ''); insert into scarline.sighting select 1, 2, 1, null, "
    "started_at, started_at, null, '{1}' from scarline.run where run_no = 1": "were changed",
}


@pytest.mark.parametrize("server", ["embedded", "debian"])
@pytest.mark.parametrize("tampering", RECORDS_TAMPERED)
def test_records_are_verifiable(
    server: str, tampering: LiteralString, request: pytest.FixtureRequest
) -> None:
    """A record removed, altered or added behind the ledger's back is found, in any column."""
    url: str = request.getfixturevalue(f"{server}_url")
    asyncio.run(_found_out(url, SPANS, tampering, RECORDS_TAMPERED[tampering]))


@pytest.mark.parametrize("server", ["embedded", "debian"])
@pytest.mark.parametrize("tampering", TAMPERED)
def test_verifiable(server: str, tampering: LiteralString, request: pytest.FixtureRequest) -> None:
    """Whatever is done in SQL behind the ledger's back, verify says so."""
    url: str = request.getfixturevalue(f"{server}_url")
    asyncio.run(_found_out(url, STEPS, tampering, TAMPERED[tampering]))


async def _found_out(
    url: str, story: Sequence[Sequence[Batch]], tampering: LiteralString, said: str
) -> None:
    """Pull a story, tamper with it, and look for what verify has to say of that."""
    async with postgres(url)() as store:
        for number, steps in enumerate(story):
            await pipeline(store, steps, number, resuming=False).pull("metrics")
        road = pipeline(store, [], number=9)
        assert await road.verify() == []
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(tampering)
        found = await road.verify()
        assert any(said in sentence for sentence in found), found


@pytest.mark.parametrize("field", ["stream", "position", "run", "word", "at", "body", "previous"])
def test_every_field_of_an_entry_counts(field: str) -> None:
    """No field can be changed without the digest disagreeing."""
    fact = Fact("metrics", "metrics-1", Word.STARTED, moment(0), {"after": None})
    entry = ledger.follow(ledger.Head(), fact)
    fact = Fact("flows", "flows-1", Word.FAILED, moment(1), {"error": "x"})
    other = ledger.follow(ledger.Head(7, "0" * 64), fact)
    changed: Entry = replace(entry, **{field: getattr(other, field)})
    assert ledger.digest_of(changed) != entry.digest


@pytest.mark.parametrize("story", [STEPS, SPANS], ids=["points", "records"])
def test_memory_is_verifiable_too(story: Sequence[Sequence[Batch]]) -> None:
    """Rows taken from, added to or changed in a store in memory are found as well."""

    async def check() -> None:
        store = MemoryStore()
        for number, steps in enumerate(story):
            await pipeline(store, steps, number, resuming=False).pull("metrics")
        road = pipeline(store, [], number=9)
        assert await road.verify() == []
        key, (kind, rows) = next(iter(store._batches.items()))  # noqa: SLF001 - behind its back
        store._batches[key] = (kind, rows.slice(1))  # noqa: SLF001
        (found,) = await road.verify()
        assert "were changed" in found
        del store._batches[key]  # noqa: SLF001
        (found,) = await road.verify()
        assert "are gone" in found

    asyncio.run(check())


def test_uneven_times_are_kept() -> None:
    """The example above has a series with a gap, or half of its sentences test nothing."""
    rows = points(*[(m, h, t, v) for m, h, t, v in [("cpu", "a", 0, 1.0), ("cpu", "a", 5, 2.0)]])
    assert list(series_bounds(batch().kind, rows)) == [0, 2]
