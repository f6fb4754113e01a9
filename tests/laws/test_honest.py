"""Law 6. What was asked, answered and missing is on the ledger; nothing is made up."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

from scarline.errors import SourceRefused, UsageError
from scarline.ledger import State, replay
from scarline.model import Asked, Batch, Missing, Window
from scarline.pipeline import Pipeline
from tests.at_hand import Opener
from tests.fakes import EPOCH, Clock, FakeSource, batch
from tests.laws.stories import moment, pipeline, shown, taken

HOUR = Window(EPOCH, EPOCH + timedelta(hours=1))
LATER = Window(EPOCH + timedelta(hours=1), EPOCH + timedelta(hours=2))
UNANSWERED = batch(
    asked=(Asked("avg:load{*}", HOUR), Asked("avg:load{*}", LATER)),
    missing=(Missing("avg:load{*}", LATER, "Datadog answered with status timeout"),),
)


def run(check: Coroutine[Any, Any, None]) -> None:
    """Run one check to its end."""
    asyncio.run(check)


def test_what_is_missing_makes_the_run_partial(open_empty: Opener) -> None:
    """The run is partial, and names the window and the reason."""

    async def check() -> None:
        async with open_empty() as store:
            done = await pipeline(store, [batch(("cpu", "a", 0, 1.0)), UNANSWERED]).pull("metrics")
            assert done.state is State.PARTIAL
            assert done.missing == [
                {
                    "what": "avg:load{*}",
                    "window": "2026-03-02T01:00:00Z/2026-03-02T02:00:00Z",
                    "reason": "Datadog answered with status timeout",
                }
            ]
            assert len(done.asked) == 3

    run(check())


def test_nothing_found_is_not_could_not_look(open_empty: Opener) -> None:
    """An empty answer ends done; no answer at all ends failed, with the reason."""

    async def check() -> None:
        async with open_empty() as store:
            found = await pipeline(store, [batch()]).pull("metrics")
            assert (found.state, found.rows) == (State.DONE, 0)
            silence: Batch = batch(
                asked=(Asked("avg:load{*}", HOUR),),
                missing=(Missing("avg:load{*}", HOUR, "the key was revoked"),),
            )
            with pytest.raises(SourceRefused, match="the key was revoked"):
                await pipeline(store, [silence], number=1, resuming=False).pull("metrics")
            failed = replay(await store.entries("metrics"))[-1]
            assert failed.state is State.FAILED
            assert failed.error == "SourceRefused: nothing was answered: the key was revoked"

    run(check())


def test_what_stops_a_run_is_on_the_ledger(open_empty: Opener) -> None:
    """An error goes on up, and the ledger has it; what was stored before it stays."""

    async def check() -> None:
        async with open_empty() as store:
            broken = pipeline(store, [batch(("cpu", "a", 0, 1.0)), ValueError("of no use")])
            with pytest.raises(ValueError, match="of no use"):
                await broken.pull("metrics")
            failed = replay(await store.entries("metrics"))[-1]
            assert (failed.state, failed.error, failed.rows) == (
                State.FAILED,
                "ValueError: of no use",
                1,
            )
            assert len(await shown(store)) == 1

    run(check())


def test_rows_kept_out_are_counted(open_empty: Opener) -> None:
    """Nulls and other rows that cannot be kept are counted by reason; none becomes 0."""

    async def check() -> None:
        async with open_empty() as store:
            steps = [batch(("cpu", "a", 0, 1.0), kept_out={"no value": 3}) for _ in range(2)]
            done = await pipeline(store, steps).pull("metrics")
            assert done.kept_out == {"no value": 6}
            assert done.counts == {"new": 1, "changed": 0, "same": 1}

    run(check())


def test_a_stream_that_is_not_there_is_named(open_empty: Opener) -> None:
    """An unknown stream is a sentence that lists those there are; nothing is written."""

    async def check() -> None:
        async with open_empty() as store:
            with pytest.raises(UsageError, match="there is no stream 'metric'; there are: metrics"):
                await pipeline(store, []).pull("metric")
            assert await store.entries() == []

    run(check())


def test_a_store_takes_nothing_unclean(open_empty: Opener) -> None:
    """A raw batch is refused by type, and leaves no trace."""

    async def check() -> None:
        async with open_empty() as store:
            with pytest.raises(TypeError, match="a store takes a CleanBatch, not a Batch"):
                await store.commit(batch(("cpu", "a", 0, 1.0)), None)  # type: ignore[arg-type]
            assert await store.entries() == []
            assert await shown(store) == []

    run(check())


def test_streams_keep_their_runs_apart(open_empty: Opener) -> None:
    """Two pipelines may share a store; a stream's runs are its own."""

    async def check() -> None:
        async with open_empty() as store:
            both = Pipeline(
                {it: FakeSource([taken(store, batch())]) for it in ("metrics", "other")},
                store,
                Clock(moment(0)),
            )
            first, second = await both.pull("metrics"), await both.pull("other")
            assert [it.run for it in await both.runs()] == sorted(
                [first.run, second.run], reverse=True
            )
            assert [it.run for it in await both.runs("other")] == [second.run]

    run(check())
