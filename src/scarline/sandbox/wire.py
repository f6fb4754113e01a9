"""What happens below HTTP: the server's protocol, and answers that break on the way."""

import asyncio
import logging
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from scarline.sandbox.endpoint import Reply


def wire(**given: Any) -> H11Protocol:
    """Make uvicorn's HTTP/1.1 for one connection, and lend it to the app, which may cut it.

    The app finds it in `scope["state"]["wire"]`. What was served is in the sandbox's own log, so
    only an endpoint that breaks is told to `logging`. (Log settings passed to uvicorn would change
    the loggers of every other uvicorn in the process.)
    """
    protocol = H11Protocol(**given)
    protocol.app_state = {**protocol.app_state, "wire": protocol}
    protocol.access_log = False
    protocol.logger = logging.getLogger(__name__)
    protocol.logger.addFilter(_worth_telling)
    return protocol


def _worth_telling(record: logging.LogRecord) -> bool:
    """Leave out requests that were abandoned because the sandbox ended."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError)


def dropped() -> ASGIApp:
    """Give an answer that is none: the connection is reset.

    Raises KeyError where the server does not use `wire`.
    """

    async def app(scope: Scope, receive: Receive, _send: Send) -> None:
        scope["state"]["wire"].transport.abort()
        await _gone(receive)

    return app


def torn(reply: Reply, headers: list[tuple[bytes, bytes]]) -> ASGIApp:
    """Give an answer that promises its whole length, sends half, and hangs up."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        length = (b"content-length", str(len(reply.content)).encode())
        start = {"type": "http.response.start", "status": reply.status}
        await send({**start, "headers": [*headers, length]})
        half = reply.content[: len(reply.content) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope["state"]["wire"].transport.close()  # writes what it has, and hangs up
        await _gone(receive)

    return app


async def _gone(receive: Receive) -> None:
    """Wait until the server has seen the connection end, so that it does not complain."""
    while (await receive())["type"] != "http.disconnect":
        pass
