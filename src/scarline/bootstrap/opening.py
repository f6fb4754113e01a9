"""An open pipeline: the store, and the sources of the streams that are asked for."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scarline.bootstrap import datadog
from scarline.bootstrap.policies import policy
from scarline.bootstrap.stores import open_store
from scarline.bootstrap.watching import watch
from scarline.errors import ScarlineError, UsageError
from scarline.settings import Settings

if TYPE_CHECKING:  # they bring Arrow with them, which --help does without
    from scarline.kinds import Kind
    from scarline.pipeline import Pipeline
    from scarline.ports import Check, Clock, Notes, Store

STREAMS: Mapping[str, str] = {"metrics": "datadog", "flows": "datadog", "failures": "datadog"}
"""The streams there are, and the source of each."""


def clock() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_pipeline(
    settings: Settings,
    streams: Sequence[str] = (),
    clock: "Clock" = clock,
    *,
    approved: bool = False,
    store: "Store | None" = None,
) -> "AsyncIterator[Pipeline]":
    """Open the store, and the sources of ``streams``; close them all at the end.

    A pull of many requests takes place only if it is ``approved``. A ``store`` that is open
    already is used as it is.
    Raises ``UsageError`` for an unknown stream and ``ConfigError`` for a setting that is
    needed, before anything is opened, ``StoreRefused`` if the store does not keep what a stream
    brings.
    """
    from scarline.pipeline import Pipeline

    for unknown in sorted(set(streams) - STREAMS.keys()):
        message = f"there is no stream {unknown!r}; there are: {', '.join(sorted(STREAMS))}"
        raise UsageError(message)
    origins = {STREAMS[stream] for stream in streams}
    if "datadog" in origins:
        settings = datadog.with_keys(settings)
    async with AsyncExitStack() as stack:
        if store is None:
            store = await stack.enter_async_context(open_store(settings))
        sources = {
            name: await stack.enter_async_context(
                datadog.open_source(settings, store, clock, streams, approved=approved)
            )
            for name in origins
        }
        by_stream = {name: sources[STREAMS[name]] for name in streams}
        for name, source in by_stream.items():
            await _can_keep(store, source.streams()[name])
        station = watch(settings) if "metrics" in streams else None
        yield Pipeline(by_stream, store, clock, policy(settings), station)


async def _can_keep(store: "Store", kind: "Kind") -> None:
    """Raise ``StoreRefused`` if the store keeps none of ``kind``, before a source is asked for it.

    Every store keeps records; points it may refuse, whatever it is asked of them.
    """
    from scarline.model import Window
    from scarline.ports import Query

    if not kind.of_records:
        begin = datetime.fromtimestamp(0, UTC)
        await store.find(Query(kind, Window(begin, begin + timedelta(seconds=1)), limit=1))


async def diagnose(settings: Settings) -> "list[Check]":
    """Look at the store and at each source; what fails is a finding, and the rest is looked at."""
    from scarline.ports import Check
    from scarline.stores.memory import MemoryStore

    checks: list[Check] = []
    async with AsyncExitStack() as stack:
        notes: Notes = MemoryStore()
        try:
            store = await stack.enter_async_context(open_store(settings))
            checks += await store.check()
            notes = store
        except ScarlineError as error:
            checks.append(Check("store", well=False, finding=str(error)))
        try:
            source = await stack.enter_async_context(datadog.open_source(settings, notes, clock))
            checks += await source.check()
        except ScarlineError as error:
            checks.append(Check("datadog", well=False, finding=str(error)))
    return checks
