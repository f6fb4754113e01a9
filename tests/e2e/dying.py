"""A pull whose process kills itself: ``python dying.py FROM TO NTH before|within|after``.

NTH counts the transactions that write. ``within`` is after all statements, before COMMIT.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import psycopg

from scarline import bootstrap, settings
from scarline.model import Window
from scarline.stores.postgres.store import PostgresStore

written: list[str] = []


def reached(when: str) -> None:
    """Die, as if the power had gone, if this is the place."""
    nth, moment = int(sys.argv[3]), sys.argv[4]
    if len(written) == nth and when == moment:
        os.kill(os.getpid(), signal.SIGKILL)


def dying(verb: Any) -> Any:
    """Return a writing verb of the store that counts, and may be the last thing done."""

    async def counted(*what: Any) -> Any:
        reached("before")
        result = await verb(*what)
        reached("after")
        written.append(verb.__name__)
        return result

    return counted


class Committing(psycopg.AsyncConnection[Any]):
    """A connection that may die between the last statement and COMMIT."""

    @asynccontextmanager
    async def transaction(self, *what: Any, **how: Any) -> AsyncIterator[Any]:
        """Open a transaction as always."""
        async with super().transaction(*what, **how) as transaction:
            yield transaction
            reached("within")


async def main() -> None:
    """Pull with a store that can die."""
    window = Window(*(datetime.fromisoformat(text) for text in sys.argv[1:3]))
    async with bootstrap.open_pipeline(settings.load(), ["metrics"]) as pipeline:
        store = pipeline.store
        assert isinstance(store, PostgresStore)
        pool = store._pool  # noqa: SLF001 - no store offers to die
        pool.connection_class = Committing
        await pool.drain()
        store.append = dying(store.append)  # type: ignore[method-assign]
        store.commit = dying(store.commit)  # type: ignore[method-assign]
        await pipeline.pull("metrics", window)


asyncio.run(main())
