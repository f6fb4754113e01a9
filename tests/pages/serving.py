"""The real app on loopback, in a thread, on a store that is gone with it.

``python -m tests.pages.serving [PORT]`` serves it with what tests are told, for a look.
"""

import asyncio
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import httpx2 as httpx

from scarline.bootstrap.alerting import Alerting
from scarline.bootstrap.loading import sheet
from scarline.pipeline import Pipeline
from scarline.ports import Source, Store
from scarline.settings import Settings
from scarline.stores.memory import MemoryStore
from scarline.web.app import create_app
from scarline.web.desk import Config
from scarline.web.server import server_of
from tests.fakes import Clock
from tests.pages.seeds import FLOWS, SOURCES
from tests.web.served import FLOWS as PATH

Result = TypeVar("Result")

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Site:
    """The app while it is served: where, and what stands behind."""

    url: str
    pipeline: Pipeline
    clock: Clock
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something in the loop of the server, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_SECONDS)

    def tell(self, flows: Sequence[Mapping[str, Any]], **headers: str) -> Any:
        """Post flows; return the answer, which must be good."""
        done = httpx.post(self.url + PATH, json=list(flows), headers=headers, timeout=60)
        assert done.status_code == 200, done.text
        return done.json()

    def seed(self) -> None:
        """Tell of all flows that pictures are taken of: two loads, so that something changed."""
        for source in SOURCES:
            self.tell([told(it) for it in FLOWS if it["source"] == source and not it["later"]])
            self.clock.forward(minutes=1)
        self.clock.forward(hours=1)
        self.tell([told(it) for it in FLOWS if it["later"]])


def told(flow: Mapping[str, Any]) -> dict[str, Any]:
    """Return a flow of the seeds as it is sent."""
    return {name: value for name, value in flow.items() if name != "later"}


@contextmanager
def serving(
    port: int = 0,
    config: Config | None = None,
    store: Store | None = None,
    sources: Mapping[str, Source] | None = None,
    alerting: Alerting | None = None,
) -> Iterator[Site]:
    """Serve the app; jobs pull from ``sources``, by stream."""
    clock = Clock()
    pipeline = Pipeline({}, store or MemoryStore(), clock)
    loops: list[asyncio.AbstractEventLoop] = []

    @asynccontextmanager
    async def opening(streams: Sequence[str]) -> AsyncIterator[Pipeline]:
        loops.append(asyncio.get_running_loop())
        own = {it: (sources or {})[it] for it in streams if it in (sources or {})}
        yield replace(pipeline, sources=own)

    app = create_app(opening, partial(sheet, Settings()), config or Config(), None, alerting)
    with socket.create_server(("127.0.0.1", port)) as door:
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


if __name__ == "__main__":
    with serving(int(sys.argv[1]) if len(sys.argv) > 1 else 8126) as served:
        served.seed()
        sys.stderr.write(f"{served.url}\n")
        threading.Event().wait()
