"""Serving: in a thread for tests and the demo, or in the foreground for `scarline sandbox`."""

import asyncio
import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import uvicorn
from starlette.applications import Starlette

from scarline.sandbox.app import create_app
from scarline.sandbox.faults import Fault
from scarline.sandbox.quotas import Quotas
from scarline.sandbox.scene import Served
from scarline.sandbox.wire import wire
from scarline.sandbox.world import World

DEFAULT_PORT = 8127
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox.

    url: its address, `http://127.0.0.1:PORT`.
    faults: the live list; append to it, or clear it.
    log: the requests served, oldest first.
    quotas: the live limits; assign to one to change it.
    """

    world: World
    url: str
    faults: list[Fault]
    log: list[Served]
    quotas: Quotas


@contextlib.contextmanager
def running(
    world: World | None = None, faults: Sequence[Fault] = (), port: int = 0
) -> Iterator[Sandbox]:
    """Serve on 127.0.0.1 in a daemon thread until the block ends (port 0: any free one).

    Requests under way at the end, hanging ones too, are abandoned. Raises OSError if the port is
    taken, RuntimeError if the server does not come up.
    """
    app = create_app(world or World(), faults)
    with socket.create_server(("127.0.0.1", port)) as door:
        # Head and body of an answer are written apart: without this, each answer would wait 40 ms
        # for the caller's delayed acknowledgement.
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = _server(app, "127.0.0.1", port)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [door]}, name="scarline-sandbox", daemon=True
        )
        thread.start()
        try:
            _await_start(server, thread)
            scene, url = app.state.scene, f"http://127.0.0.1:{door.getsockname()[1]}"
            yield Sandbox(scene.world, url, scene.faults, scene.log, scene.quotas)
        finally:
            server.should_exit = server.force_exit = True
            thread.join(_PATIENCE_SECONDS)


def serve(
    world: World | None = None,
    faults: Sequence[Fault] = (),
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
) -> None:
    """Serve until interrupted. Raises ValueError unless `host` is this machine's own loopback."""
    if not _is_loopback(host):
        raise ValueError(f"the sandbox serves this machine only (127.0.0.1, ::1), not {host}")
    _server(create_app(world or World(), faults), host, port).run()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _server(app: Starlette, host: str, port: int) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="asyncio",
            http=cast("type[asyncio.Protocol]", wire),  # any callable will do
            ws="none",
            lifespan="off",
            log_config=None,
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the sandbox did not start")
        time.sleep(0.005)
