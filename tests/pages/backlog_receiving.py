"""The app with a webhook that leads to a real receiver on loopback."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from scarline.bootstrap.loading import sheet
from scarline.notify.webhook import Webhook
from scarline.pipeline import Pipeline
from scarline.settings import Settings
from scarline.stores.memory import MemoryStore
from scarline.web.app import create_app
from scarline.web.server import server_of
from tests.fakes import Clock
from tests.pages.serving import PATIENCE_SECONDS, Site
from tests.web.receiver import Receiver

SECRET = "sixteen-letters-or-more"


@contextmanager
def delivering(receiver: Receiver) -> Iterator[Site]:
    """Serve the app on an empty store; its exports can go to ``receiver``."""
    clock = Clock()
    pipeline = Pipeline({}, MemoryStore(), clock)
    loops: list[asyncio.AbstractEventLoop] = []

    @asynccontextmanager
    async def opening(_: Sequence[str]) -> AsyncIterator[Pipeline]:
        loops.append(asyncio.get_running_loop())
        yield pipeline

    app = create_app(opening, partial(sheet, Settings()), webhook=Webhook(receiver.url, SECRET))
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = server_of(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield Site(f"http://127.0.0.1:{door.getsockname()[1]}", pipeline, clock, loops[0])
        loops[0].call_soon_threadsafe(lambda: setattr(app.state.desk.pulls, "draining", True))
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
