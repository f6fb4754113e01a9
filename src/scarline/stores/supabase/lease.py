"""Holding a stream without a session: a row with an end, put off while the holder lives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from math import ceil
from uuid import uuid4

from scarline.errors import RunInProgress, StoreError
from scarline.stores.supabase.rest import Rest

RENEWALS = 3
"""How often a lease is renewed in its own length: two renewals may fail."""


@asynccontextmanager
async def held(rest: Rest, stream: str, seconds: float) -> AsyncIterator[None]:
    """Hold ``stream``; if this process is killed, it is free after ``seconds``.

    Raises ``RunInProgress``, which says when the stream is free at the latest. That a holder
    who was cut off for too long writes nothing is the chain's affair, not this one's.
    """
    holder = uuid4().hex
    told = await rest.read("scarline_lease", stream=stream, holder=holder, seconds=seconds)
    if not told["held"]:
        raise RunInProgress(_in_progress(stream, told["free_in_seconds"]))
    renewing = asyncio.create_task(_renew(rest, stream, holder, seconds))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        # Unheard, the lease ends by itself: no reason to fail a pull that is done.
        with suppress(StoreError):
            await rest.read("scarline_release", stream=stream, holder=holder)


async def _renew(rest: Rest, stream: str, holder: str, seconds: float) -> None:
    held_on = True
    while held_on:
        await asyncio.sleep(seconds / RENEWALS)
        with suppress(StoreError):
            told = await rest.once("scarline_lease", stream=stream, holder=holder, seconds=seconds)
            held_on = told["held"]


def _in_progress(stream: str, free_in_seconds: float | None) -> str:
    sentence = f"another process is pulling or rolling back {stream}: wait for its end"
    if free_in_seconds is None:
        return f"{sentence} (`scarline runs` shows how far it is)"
    return (
        f"{sentence}; if it was killed, the stream is free again in {ceil(free_in_seconds)} seconds"
    )
