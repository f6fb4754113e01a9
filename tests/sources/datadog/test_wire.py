"""Real sockets: silence, half an answer, a closed door, an answer that drips."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from scarline.ports import Ask
from scarline.sources import datadog
from scarline.stores.memory import MemoryStore
from tests.sources.datadog.pretend import KEYS, missing

Door = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@asynccontextmanager
async def served(door: Door) -> AsyncIterator[str]:
    """A server on loopback that does with each connection what ``door`` does."""

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await door(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def told(url: str, **settings: Any) -> str:
    """Why the one window of a pull is missing."""
    config = datadog.Config(
        **KEYS,
        url=url,
        metrics=("system.cpu.idle",),
        timeout_seconds=0.1,
        attempts=2,
        **settings,
    )
    async with datadog.open_source(config, MemoryStore(), lambda: datetime.now(UTC)) as opened:
        batches = [it async for it in opened.pull(Ask("metrics"))]
    assert sum(batch.usage.requests for batch in batches) == 2
    ((_, why),) = missing(batches)
    return why


async def silence(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say nothing at all."""
    await asyncio.sleep(1)
    writer.write(b"")


async def half(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Promise more than comes."""
    writer.write(HEAD + b'content-length: 1000\r\n\r\n{"data":')
    await writer.drain()


async def half_in_chunks(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End before the last chunk."""
    writer.write(HEAD + b'transfer-encoding: chunked\r\n\r\n8\r\n{"data":\r\n')
    await writer.drain()


async def slam(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close without a word."""
    writer.transport.abort()


async def noise(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speak another protocol."""
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    await writer.drain()


async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, so that there is never a long silence."""
    writer.write(HEAD + b"content-length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("door", "said"),
    [
        (silence, "ReadTimeout"),
        (half, "RemoteProtocolError"),
        (half_in_chunks, "RemoteProtocolError"),
        (slam, "ReadError|RemoteProtocolError"),
        (noise, "RemoteProtocolError"),
        (drip, "TimeoutError"),
    ],
)
async def test_an_answer_that_breaks_is_asked_for_again_and_then_missing(
    door: Door, said: str
) -> None:
    """With what happened, in a sentence."""
    async with served(door) as url, asyncio.timeout(5):
        why = await told(url)
    assert "did not answer POST /api/v2/query/timeseries in full" in why
    assert any(name in why for name in said.split("|"))


async def test_a_closed_door_is_told() -> None:
    """Nobody listens there."""
    async with served(silence) as url:
        pass
    assert "ConnectError" in await told(url)
