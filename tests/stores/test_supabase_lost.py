"""Answers that are lost on the way from Supabase, and holders of a stream that are killed."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
import stamina

from scarline.errors import RunInProgress, StoreConflict, StoreUnavailable
from scarline.ledger import Head, Word, head_of
from scarline.ports import Note, Written
from scarline.privacy import redact
from scarline.stores import postgres
from scarline.stores.supabase import SupabaseStore
from scarline.stores.supabase.rest import ATTEMPTS, Rest
from scarline.stores.supabase.sentences import AnswerLost
from tests.fakes import batch, failed
from tests.laws.stories import pipeline, shown
from tests.stores.postgrest import ROOT, Project, supabase
from tests.stores.test_supabase import entry
from tests.stores.test_supabase_gateway import Fault

__all__ = ["supabase"]

CLEAN = redact(batch(("cpu", "a", 0, 1.0), ("cpu", "a", 1, 2.0)))
FIRST = entry(Head(), Word.WROTE)
SECOND = entry(head_of([FIRST]), Word.ROLLED_BACK)

LOSSES = [
    Fault("", 0, forwarded=True),
    Fault("", 0),
    Fault("", 502, "<html>", forwarded=True),
    Fault("", 504, '{"message": "The upstream server is timing out"}', forwarded=True),
    Fault("", 503, '{"code": "PGRST000", "message": "no connection"}'),
    Fault("", 0, forwarded=True, seconds=1.0),
]
KINDS = ["broken", "never sent", "502", "504", "503", "timeout"]
lost = pytest.mark.parametrize("loss", LOSSES, ids=KINDS)


@pytest.fixture(autouse=True)
def no_waiting() -> None:
    """Nobody waits between two attempts."""
    stamina.set_testing(True, attempts=ATTEMPTS, cap=True)


def lose(project: Project, function: str, loss: Fault, times: int = 1) -> None:
    """Let the answers to the next calls of a function be lost that way."""
    project.gateway.faults += [loss.of(function)] * times


@lost
@pytest.mark.parametrize("times", [1, 2])
async def test_a_commit_is_written_once(supabase: Project, loss: Fault, times: int) -> None:
    """Whether it was carried out or not: once in the store, once on the ledger, rightly counted."""
    async with supabase.store(timeout_seconds=0.8) as own:
        lose(supabase, "scarline_commit", loss, times)
        assert Written(new=2) == await own.commit(CLEAN, FIRST)
        assert await own.entries() == [FIRST]
        assert [row["value"] for row in await shown(own)] == [1.0, 2.0]
        assert supabase.gateway.calls.count("scarline_commit") == times + 1


@lost
async def test_a_rollback_is_done_once(supabase: Project, loss: Fault) -> None:
    """The number of rows is that of the attempt that took them away."""
    async with supabase.store(timeout_seconds=0.8) as own:
        await own.commit(CLEAN, FIRST)
        lose(supabase, "scarline_retract", loss)
        assert await own.retract("metrics-1", SECOND) == 2
        assert await own.entries() == [FIRST, SECOND]
        assert await shown(own) == []


@lost
async def test_a_note_is_swapped_once(supabase: Project, loss: Fault) -> None:
    """Who swapped is told so, also when the answer came late; who did not, is not."""
    async with supabase.store(timeout_seconds=0.8) as own:
        lose(supabase, "scarline_swap", loss)
        assert await own.swap("quota", "7", 0)
        lose(supabase, "scarline_swap", loss)
        assert not await own.swap("quota", "7", 0)
        assert Note("7", 1) == await own.note("quota")


async def test_what_is_still_being_written_is_waited_for(supabase: Project) -> None:
    """The first attempt is under way when the second comes: one of them counts."""
    async with supabase.store(timeout_seconds=0.5) as own:
        await own.append(FIRST)
        second = entry(head_of([FIRST]), Word.WROTE)
        with psycopg.connect(supabase.database) as other:
            other.execute("select from scarline.chain for update")
            supabase.free_soon(other, seconds=1.2)
            assert Written(new=2) == await own.commit(CLEAN, second)
        assert [FIRST, second] == await own.entries()
        assert supabase.gateway.calls.count("scarline_commit") > 2


SPANS = redact(failed({}, {"span_id": "s2"}))
LARGE = redact(failed(*[{"span_id": f"s{it}", "trace_payload": "x" * 900_000} for it in range(9)]))
GONE = "delete from scarline.parcel where part = 1"


@lost
async def test_records_are_written_once(supabase: Project, loss: Fault) -> None:
    """As points are: once in the store, once on the ledger, rightly counted."""
    async with supabase.store(timeout_seconds=0.8) as own:
        lose(supabase, "scarline_commit_records", loss)
        assert Written(new=2) == await own.commit(SPANS, FIRST)
        assert await own.entries() == [FIRST]
        assert [row["span_id"] for row in await shown(own)] == ["s1", "s2"]


@pytest.mark.parametrize("loss", LOSSES[:2], ids=KINDS[:2])
async def test_each_part_of_a_batch_is_written_once(supabase: Project, loss: Fault) -> None:
    """In several calls, the answers to which are lost: all of it, once, and nothing left over."""
    async with supabase.store() as own:
        supabase.sql("insert into scarline.parcel values ('metrics', 'another', 0, '[]')")
        lose(supabase, "scarline_parcel", loss.after(1))
        lose(supabase, "scarline_commit_records", loss)
        assert Written(new=9) == await own.commit(LARGE, FIRST)
        assert len(await shown(own)) == 9
        assert await own.entries() == [FIRST]
        assert supabase.sql("select * from scarline.parcel") == []
        assert supabase.gateway.calls.count("scarline_parcel") == 2 + 1


async def test_a_part_that_is_gone(supabase: Project) -> None:
    """Taken away by another who writes to the stream: nothing of the batch is stored."""
    async with supabase.store() as own:
        call = own._rest._call  # noqa: SLF001 - another takes it away just then

        async def robbed(function: str, values: Mapping[str, Any]) -> Any:
            if function == "scarline_commit_records":
                supabase.sql(GONE)
            return await call(function, values)

        with pytest.raises(StoreConflict, match="parts of entry 1 of metrics are gone"):
            await SupabaseStore(Rest(robbed), 30.0).commit(LARGE, FIRST)
        assert await own.entries() == []
        assert await shown(own) == []


async def test_a_conflict_is_no_lost_answer(supabase: Project) -> None:
    """The same entry twice is refused; so is one that another was faster than."""
    async with supabase.store() as own:
        await own.commit(CLEAN, FIRST)
        with pytest.raises(StoreConflict, match="another process wrote first; nothing was stored"):
            await own.commit(CLEAN, FIRST)
        lose(supabase, "scarline_commit", LOSSES[1])
        with pytest.raises(StoreConflict):
            await own.commit(CLEAN, entry(Head(), Word.WROTE, run="metrics-2"))
        assert await own.entries() == [FIRST]


async def test_an_answer_that_is_lost_for_good(supabase: Project) -> None:
    """Stored, its answer lost, and others wrote before it was asked again: said as it is."""
    async with supabase.store() as own:
        call, later = own._rest._call, entry(head_of([FIRST]), run="metrics-2")  # noqa: SLF001

        async def slow(function: str, values: Mapping[str, Any]) -> Any:
            told = await call(function, values)
            if values.get("again") is False:
                await own.append(later)
                raise AnswerLost
            return told

        with pytest.raises(
            StoreConflict, match=r"was stored, .* another process has written since"
        ):
            await SupabaseStore(Rest(slow), 30.0).commit(CLEAN, FIRST)
        assert [FIRST, later] == await own.entries()


@pytest.mark.parametrize("forwarded", [True, False])
async def test_a_pull_whose_answers_stay_lost(supabase: Project, forwarded: bool) -> None:
    """It fails with a sentence, and the next one goes on: nothing twice, nothing missing."""
    steps = [batch(("cpu", "a", 0, 1.0)), batch(("cpu", "a", 1, 2.0))]
    async with supabase.store() as own:
        loss = Fault("scarline_commit", forwarded=forwarded)
        supabase.gateway.faults += [loss.after(2)] * ATTEMPTS
        with pytest.raises(StoreUnavailable, match="a pull goes on where it stopped"):
            await pipeline(own, steps).pull("metrics")
        supabase.gateway.faults.clear()
        await pipeline(own, steps, 1).pull("metrics")
        assert [row["value"] for row in await shown(own)] == [1.0, 2.0]
        assert await pipeline(own, steps, 2).verify() == []


async def test_a_stream_is_held(supabase: Project) -> None:
    """By one at a time, stream by stream, and free at the end."""
    async with supabase.store() as own:
        async with own.lease("metrics"), own.lease("flows"):
            assert await own.leased("metrics")
            with pytest.raises(RunInProgress, match="free again in 30 seconds"):
                async with own.lease("metrics"):
                    pass
        assert not await own.leased("metrics")
        async with own.lease("metrics"):
            pass


HOLDER = """
import asyncio, sys
from scarline.stores.supabase import Config, open_store
async def hold():
    async with open_store(Config(sys.argv[1], sys.argv[2], lease_seconds=2.0)) as store:
        async with store.lease("metrics"):
            print("held", flush=True)
            await asyncio.sleep(60)
asyncio.run(hold())
"""


async def test_a_killed_holder_lets_go(supabase: Project) -> None:
    """SIGKILL: refused with the time when it is free, then free by itself."""
    async with supabase.store() as own:
        command = [sys.executable, "-c", HOLDER, supabase.url, supabase.config().key]
        paths = {"PYTHONPATH": str(ROOT / "src")}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=paths) as holder:  # noqa: ASYNC220
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            holder.send_signal(signal.SIGKILL)
        with pytest.raises(RunInProgress, match=r"free again in [12] seconds"):
            async with own.lease("metrics"):
                pass
        await asyncio.sleep(2.0)
        assert not await own.leased("metrics")
        async with own.lease("metrics"):
            assert await own.leased("metrics")


async def test_a_live_holder_does_not(supabase: Project) -> None:
    """A lease outlives its length while its holder lives, also over a renewal that is lost."""
    async with supabase.store(lease_seconds=0.9) as own, own.lease("metrics"):
        supabase.gateway.faults.append(Fault("scarline_lease"))
        for _ in range(10):
            await asyncio.sleep(0.2)
            assert await own.leased("metrics")


async def test_a_release_that_is_lost_fails_nothing(supabase: Project) -> None:
    """The pull is done; the lease ends by itself."""
    async with supabase.store(lease_seconds=0.5) as own:
        supabase.gateway.faults += [Fault("scarline_release")] * ATTEMPTS
        done = await pipeline(own, [batch(("cpu", "a", 0, 1.0))]).pull("metrics")
        assert done.counts["new"] == 1
        await asyncio.sleep(0.6)
        assert not await own.leased("metrics")


async def test_holders_with_a_connection_are_seen(supabase: Project) -> None:
    """One who holds the stream through the connection string holds it here too."""
    direct = postgres.Config(Path(), supabase.database)
    async with supabase.store() as own, postgres.open_store(direct) as other:
        async with other.lease("metrics"):
            assert await own.leased("metrics")
            with pytest.raises(RunInProgress, match="wait for its end"):
                async with own.lease("metrics"):
                    pass
        assert not await own.leased("metrics")


async def test_both_doors_lead_to_the_same_room(supabase: Project) -> None:
    """What is written through one is read and rolled back through the other."""
    direct = postgres.Config(Path(), supabase.database)
    async with supabase.store() as own, postgres.open_store(direct) as other:
        first = await pipeline(own, [batch(("cpu", "a", 0, 1.0))]).pull("metrics")
        steps = [batch(("cpu", "a", 0, 2.0))]
        await pipeline(other, steps, 1, resuming=False).pull("metrics")
        assert await shown(own) == await shown(other)
        assert await own.entries() == await other.entries()
        await pipeline(other, [], 2).rollback(first.run, "wrong account")
        assert await shown(own) == await shown(other)
        assert await pipeline(own, [], 3).verify() == []
