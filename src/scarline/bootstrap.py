"""From settings to an open pipeline: the only room that knows concrete sources and stores."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from scarline import from_datadog
from scarline.errors import ConfigError, ScarlineError, UsageError
from scarline.policies import policy
from scarline.settings import Settings
from scarline.settings.keys import keyed

if TYPE_CHECKING:  # they bring Arrow with them, which --help does without
    from scarline.pipeline import Pipeline
    from scarline.ports import Check, Clock, Notes, Store
    from scarline.privacy import Filtered

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
    needed, before anything is opened.
    """
    from scarline.pipeline import Pipeline

    for unknown in sorted(set(streams) - STREAMS.keys()):
        message = f"there is no stream {unknown!r}; there are: {', '.join(sorted(STREAMS))}"
        raise UsageError(message)
    origins = {STREAMS[stream] for stream in streams}
    if "datadog" in origins:
        settings = keyed(settings, "dd_api_key", "dd_app_key", needed=True)
        from_datadog.check(settings)
    async with AsyncExitStack() as stack:
        if store is None:
            store = await stack.enter_async_context(open_store(settings))
        sources = {
            name: await stack.enter_async_context(
                from_datadog.open_source(settings, store, clock, streams, approved=approved)
            )
            for name in origins
        }
        by_stream = {name: sources[STREAMS[name]] for name in streams}
        yield Pipeline(by_stream, store, clock, policy(settings))


def clean(settings: Settings, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event of our own logs without what the settings' policy names."""
    from scarline.privacy import redact_json

    return dict(redact_json(event, policy(settings)))


def redact(settings: Settings, source: BinaryIO, sink: BinaryIO, *, jsonl: bool) -> "Filtered":
    """Copy ``source`` to ``sink`` redacted, line for line; return what was found."""
    from scarline.privacy import Cleaner, redact_lines

    return redact_lines(source, sink, Cleaner(policy(settings)), jsonl=jsonl)


@asynccontextmanager
async def open_store(settings: Settings) -> "AsyncIterator[Store]":
    """Open the store that the settings name: Firestore if they say so, else one of SQL.

    That is DATABASE_URL, else Supabase, else an embedded one.
    """
    if settings.store == "firestore":
        async with _open_firestore(settings) as store:
            yield store
        return
    if settings.database_url is None and settings.supabase_url is not None:
        from scarline.stores import supabase

        if settings.supabase_key is None:
            message = (
                "SUPABASE_URL is set, but SUPABASE_KEY is not: set it to the service_role key "
                "of the project (Project Settings, API keys)"
            )
            raise ConfigError(message)
        key = settings.supabase_key.get_secret_value()
        async with supabase.open_store(supabase.Config(settings.supabase_url, key)) as store:
            yield store
        return
    from scarline.stores import postgres

    url = settings.database_url.get_secret_value() if settings.database_url else None
    config = postgres.Config(settings.home.expanduser(), url, settings.postgres_bin)
    async with postgres.open_store(config) as store:
        yield store


@asynccontextmanager
async def _open_firestore(settings: Settings) -> "AsyncIterator[Store]":
    from scarline.stores import firestore

    if settings.google_cloud_project is None:
        raise ConfigError("SCARLINE_STORE is firestore: set GOOGLE_CLOUD_PROJECT to its project")
    config = firestore.Config(
        settings.google_cloud_project,
        settings.firestore_database,
        settings.firestore_prefix,
        settings.firestore_emulator,
    )
    async with firestore.open_store(config) as store:
        yield store


def schema() -> str:
    """Return everything that the PostgreSQL store keeps itself in, as one SQL text."""
    from scarline.stores.postgres.migrate import script

    return script()


async def migrate(settings: Settings) -> Sequence[str]:
    """Bring the tables of a PostgreSQL store to this version; return what was applied."""
    from scarline.stores.postgres import PostgresStore

    async with open_store(settings) as store:
        if not isinstance(store, PostgresStore):
            message = (
                "with SUPABASE_KEY alone no tables can be made: paste create_metrics_table.sql "
                "into the SQL editor, or set DATABASE_URL to the project's connection string"
            )
            raise UsageError(message)
        return store.applied


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
            source = await stack.enter_async_context(
                from_datadog.open_source(settings, notes, clock)
            )
            checks += await source.check()
        except ScarlineError as error:
            checks.append(Check("datadog", well=False, finding=str(error)))
    return checks
