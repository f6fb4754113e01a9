"""PostgreSQL: the embedded server by default, any other through its connection string.

Supabase's connection string is one of those. What each run saw is kept as it was seen,
and what shows is folded from that by the functions of ``migrations/``.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from scarline.stores.postgres.embedded import embedded
from scarline.stores.postgres.migrate import migrate
from scarline.stores.postgres.sentences import told
from scarline.stores.postgres.store import PostgresStore

__all__ = ["Config", "PostgresStore", "open_store"]

CONNECT_SECONDS = 10
"""How long a server may take to answer before it counts as not reachable."""


@dataclass(frozen=True, slots=True)
class Config:
    """Where the facts stay: the server at ``url``, or else an embedded one in ``home``."""

    home: Path
    url: str | None = None
    binaries: Path | None = None


@asynccontextmanager
async def open_store(config: Config) -> AsyncIterator[PostgresStore]:
    """Open the store: start the server if it is the embedded one, and migrate.

    Raises ``StoreUnavailable`` if the server cannot be reached or started, and
    ``StoreRefused`` if it holds something else than this version knows.
    """
    if config.url is not None:
        async with _connected(config.url) as store:
            yield store
        return
    server = embedded(config.home, binaries=config.binaries)
    started = await asyncio.to_thread(server.__enter__)
    try:
        async with _connected(started.conninfo) as store:
            yield store
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


@asynccontextmanager
async def _connected(conninfo: str) -> AsyncIterator[PostgresStore]:
    with told():
        # One connection first, because a pool hides why it could not connect.
        async with await AsyncConnection.connect(
            conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS
        ) as connection:
            applied = await migrate(connection)
    pool = AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=4,
        open=False,
        timeout=CONNECT_SECONDS,
        configure=_configure,
        # Prepared statements do not survive a transaction pooler such as Supabase's.
        kwargs={"autocommit": True, "prepare_threshold": None},
    )
    async with pool:
        yield PostgresStore(pool, applied)


async def _configure(connection: psycopg.AsyncConnection) -> None:
    await connection.execute("set time zone 'UTC'")
