"""From settings to an open pipeline: the only room that knows concrete sources and stores."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import SecretBytes

from scarline.errors import ConfigError, ScarlineError, UsageError
from scarline.settings import Settings

if TYPE_CHECKING:  # they bring Arrow with them, which --help does without
    from scarline.pipeline import Pipeline
    from scarline.ports import Check, Clock, Notes, Source, Store
    from scarline.privacy import Filtered, Policy

STREAMS: Mapping[str, str] = {"metrics": "datadog", "flows": "datadog"}
"""The streams there are, and the source of each."""


def clock() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_pipeline(
    settings: Settings, streams: Sequence[str] = (), clock: "Clock" = clock
) -> "AsyncIterator[Pipeline]":
    """Open the store, and the sources of ``streams``; close them all at the end.

    Raises ``UsageError`` for an unknown stream and ``ConfigError`` for a setting that is
    needed, before anything is opened.
    """
    from scarline.pipeline import Pipeline

    for unknown in sorted(set(streams) - STREAMS.keys()):
        message = f"there is no stream {unknown!r}; there are: {', '.join(sorted(STREAMS))}"
        raise UsageError(message)
    origins = {STREAMS[stream] for stream in streams}
    if "datadog" in origins:
        _check_datadog(settings)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        sources = {
            name: await stack.enter_async_context(_open_datadog(settings, store, clock, streams))
            for name in origins
        }
        by_stream = {name: sources[STREAMS[name]] for name in streams}
        yield Pipeline(by_stream, store, clock, policy(settings))


def policy(settings: Settings) -> "Policy":
    """Return what is redacted and how, as the settings say; the same object for the same settings.

    Raises ``ConfigError`` for a file that cannot be used, with the line.
    """
    key = settings.pseudonym_key.get_secret_value() if settings.pseudonym_key else None
    if settings.pseudonym_key_file is not None:
        if key is not None:
            message = "SCARLINE_PSEUDONYM_KEY and SCARLINE_PSEUDONYM_KEY_FILE are both set: use one"
            raise ConfigError(message)
        try:
            key = settings.pseudonym_key_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"SCARLINE_PSEUDONYM_KEY_FILE cannot be read: {error}") from None
    return _policy(settings.redaction, key, settings.names_model)


def clean(settings: Settings, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event of our own logs without what the settings' policy names."""
    from scarline.privacy import redact_json

    return dict(redact_json(event, policy(settings)))


def redact(settings: Settings, source: BinaryIO, sink: BinaryIO, *, jsonl: bool) -> "Filtered":
    """Copy ``source`` to ``sink`` redacted, line for line; return what was found."""
    from scarline.privacy import Cleaner, redact_lines

    return redact_lines(source, sink, Cleaner(policy(settings)), jsonl=jsonl)


@lru_cache(maxsize=2)
def _policy(path: Path | None, key: str | None, model: str | None) -> "Policy":
    from scarline.privacy import Names, find_names, read_policy

    names: Names = find_names
    if model is not None:
        from scarline.privacy.pretrained import open_model

        names = open_model(model)
    return read_policy(path, SecretBytes(key.encode()) if key else None, names)


@asynccontextmanager
async def open_store(settings: Settings) -> "AsyncIterator[Store]":
    """Open the store that the settings name: DATABASE_URL, else Supabase, else an embedded one."""
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


def _check_datadog(settings: Settings) -> None:
    missing = [
        name
        for name, key in (("DD_API_KEY", settings.dd_api_key), ("DD_APP_KEY", settings.dd_app_key))
        if key is None
    ]
    if missing:
        message = (
            f"{' and '.join(missing)} not set: make keys under Organization Settings in Datadog "
            "and set them in the environment or in .env (`scarline demo` needs none)"
        )
        raise ConfigError(message)


@asynccontextmanager
async def _open_datadog(
    settings: Settings, notes: "Notes", clock: "Clock", streams: Sequence[str] = ()
) -> "AsyncIterator[Source]":
    from scarline.sources import datadog

    _check_datadog(settings)
    config = datadog.Config(
        url=settings.datadog_url or datadog.base_url(settings.dd_site),
        api_key=settings.dd_api_key.get_secret_value() if settings.dd_api_key else "",
        app_key=settings.dd_app_key.get_secret_value() if settings.dd_app_key else "",
        metrics=settings.metrics,
        group_by=settings.group_by,
        scope=settings.scope,
        aggregation=settings.aggregation,
        interval_seconds=int(settings.interval.total_seconds()),
        first_pull_seconds=int(settings.first_pull.total_seconds()),
        look_back_seconds=int(settings.look_back.total_seconds()),
        api="v1" if settings.datadog_api == "v1" else "v2",
        concurrency=settings.concurrency,
        timeout_seconds=settings.timeout.total_seconds(),
        requests_per_minute=settings.requests_per_minute,
        requests_per_run=settings.requests_per_run,
        human_share=settings.human_share,
        flow_envs=settings.flow_envs or (("*",) if "flows" in streams else ()),
    )
    async with datadog.open_source(config, notes, clock) as source:
        yield source


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
            source = await stack.enter_async_context(_open_datadog(settings, notes, clock))
            checks += await source.check()
        except ScarlineError as error:
            checks.append(Check("datadog", well=False, finding=str(error)))
    return checks
