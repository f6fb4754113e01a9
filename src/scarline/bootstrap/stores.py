"""The store that the settings name, and its tables."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from scarline.errors import ConfigError, UsageError
from scarline.settings import Settings

if TYPE_CHECKING:  # it brings Arrow with it, which --help does without
    from scarline.ports import Store


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
