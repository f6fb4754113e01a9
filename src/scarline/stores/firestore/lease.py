"""Holding a stream: a document with an end, put off while the holder lives, by Google's time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from math import ceil
from uuid import uuid4

from scarline.errors import RunInProgress, StoreError
from scarline.stores.firestore.documents import Documents, Transaction
from scarline.stores.firestore.values import Instant, fields, put, remove

RENEWALS = 3
"""How often a lease is renewed in its own length: two renewals may fail."""

_MILLION = 1_000_000


@asynccontextmanager
async def held(documents: Documents, stream: str, seconds: float) -> AsyncIterator[None]:
    """Hold ``stream``; if this process is killed, it is free after ``seconds``.

    Raises ``RunInProgress``, which says when the stream is free at the latest. That a holder
    who was cut off for too long writes nothing is the chain's affair, not this one's.
    """
    holder = uuid4().hex
    left = await documents.transact(lambda it: _take(it, documents, stream, holder, seconds))
    if left > 0:
        message = (
            f"another process is pulling or rolling back {stream}: wait for its end; if it was "
            f"killed, the stream is free again in {ceil(left / _MILLION)} seconds"
        )
        raise RunInProgress(message)
    renewing = asyncio.create_task(_renew(documents, stream, holder, seconds))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        # Unheard, the lease ends by itself: no reason to fail a pull that is done.
        with suppress(StoreError):
            await documents.transact(lambda it: _release(it, documents, stream, holder))


async def is_held(documents: Documents, stream: str) -> bool:
    """Return whether somebody holds ``stream``."""
    document, at = await documents.get(documents.layout.lease(stream))
    return document is not None and fields(document)["until"].microseconds > at


async def _take(
    transaction: Transaction, documents: Documents, stream: str, holder: str, seconds: float
) -> int:
    """Take or keep the lease; return for how many microseconds somebody else has it."""
    name = documents.layout.lease(stream)
    lease = fields((await transaction.get([name]))[name])
    if lease and lease["holder"] != holder:
        left: int = lease["until"].microseconds - transaction.at
        if left > 0:
            return left
    until = Instant(transaction.at + int(seconds * _MILLION))
    transaction.write(put(name, {"stream": stream, "holder": holder, "until": until}))
    return 0


async def _release(
    transaction: Transaction, documents: Documents, stream: str, holder: str
) -> None:
    name = documents.layout.lease(stream)
    if fields((await transaction.get([name]))[name]).get("holder") == holder:
        transaction.write(remove(name))


async def _renew(documents: Documents, stream: str, holder: str, seconds: float) -> None:
    lost = 0
    while not lost:
        await asyncio.sleep(seconds / RENEWALS)
        with suppress(StoreError):
            lost = await documents.transact(
                lambda it: _take(it, documents, stream, holder, seconds)
            )
