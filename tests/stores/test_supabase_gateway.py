"""The gateway that stands before PostgREST in our pretend Supabase project, and its own tests."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MOST_BYTES = 100_000_000
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"100")]
BROKEN = {"type": "http.response.start", "status": 200, "headers": HEADERS}


@dataclass(frozen=True)
class Fault:
    """What happens to a call of a function, once; it is forwarded first, or not at all."""

    function: str
    status: int = 0  # 0: the connection breaks before the answer is there
    body: str = ""
    forwarded: bool = False
    seconds: float = 0.0
    kind: str = "application/json"
    from_call: int = 1

    def of(self, function: str) -> "Fault":
        """Return the same fault of that function."""
        return replace(self, function=function)

    def after(self, calls: int) -> "Fault":
        """Return the same fault, of a call after so many that go well."""
        return replace(self, from_call=calls + 1)


@dataclass
class Gateway:
    """Stands before PostgREST as Supabase's gateway does: strips `/rest/v1` and passes on."""

    postgrest: str  # path of its socket
    faults: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    most_bytes: int = MOST_BYTES
    client: httpx.AsyncClient | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        request = Request(scope, receive)
        body = await request.body()
        function = request.url.path.rpartition("/")[2]
        self.calls.append(function)
        number = self.calls.count(function)
        waiting = (it for it in self.faults if it.function == function)
        fault = next((it for it in waiting if it.from_call <= number), None)
        if fault is not None:
            self.faults.remove(fault)
        if len(body) > self.most_bytes:
            answer = Response("<html>Request Entity Too Large</html>", 413)
        elif fault is None:
            answer = await self._passed_on(request, body)
        else:
            if fault.forwarded:
                await self._passed_on(request, body)
            await asyncio.sleep(fault.seconds)
            if not fault.status:
                await send(BROKEN)  # and then nothing: the server hangs up
                return
            answer = Response(fault.body, fault.status, media_type=fault.kind)
        await answer(scope, receive, send)

    def reset(self) -> None:
        """Do as Supabase does, again."""
        self.faults.clear()
        self.calls.clear()
        self.most_bytes = MOST_BYTES

    async def _live(self, receive: Receive, send: Send) -> None:
        sockets = httpx.AsyncHTTPTransport(uds=self.postgrest)
        await receive()
        async with httpx.AsyncClient(transport=sockets, timeout=60.0) as self.client:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _passed_on(self, request: Request, body: bytes) -> Response:
        assert self.client is not None
        prefix, found, path = request.url.path.partition("/rest/v1")
        if prefix or not found:
            return Response("no such route", 404)
        answer = await self.client.request(
            request.method,
            f"http://postgrest{path or '/'}?{request.url.query}",
            content=body,
            headers={k: v for k, v in request.headers.items() if k not in ("host", "connection")},
        )
        hop_by_hop = ("transfer-encoding", "content-length", "date", "server")
        kept = {k: v for k, v in answer.headers.items() if k not in hop_by_hop}
        return Response(answer.content, answer.status_code, kept)


@contextmanager
def served(gateway: Gateway) -> Iterator[str]:
    """Serve the gateway on a free port of loopback, in a thread of its own."""
    config = uvicorn.Config(gateway, port=0, log_level="critical", ws="none")
    serving = uvicorn.Server(config)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    try:
        until(lambda: serving.started)
        port = serving.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        serving.should_exit = True
        thread.join(10)


def until(reached: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something that is starting says so."""
    end = time.monotonic() + seconds
    while True:
        try:
            if reached():
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > end:
            message = "a server did not start"
            raise TimeoutError(message)
        time.sleep(0.05)


async def test_it_passes_on_what_is_under_its_path() -> None:
    """Under `/rest/v1`, and there alone; a fault happens once, to the call that it is for."""
    gateway = Gateway("/nowhere", [Fault("note", 503).after(1)])
    with served(gateway) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            assert (await client.post("/note")).status_code == 404
            assert (await client.post("/note")).status_code == 503
            assert (await client.post("/note")).status_code == 404
            gateway.faults.append(Fault("note"))
            with pytest.raises(httpx.RemoteProtocolError):
                await client.post("/note")
    assert gateway.calls == ["note"] * 4
