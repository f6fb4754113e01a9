"""The pretend Datadog as an ASGI app: every family's endpoints behind one gate.

The gate, in order: faults that wait, drop or answer; keys and scopes; the quota; the endpoint;
faults that change the answer; compression; the log.
"""

import asyncio
import zlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from scarline.sandbox import (
    apm_spans,
    backstage,
    hosts,
    keys,
    llm_export,
    metrics,
    scalar,
    services,
    software_catalog,
    wire,
)
from scarline.sandbox.endpoint import Ask, Endpoint, Refusal, Reply, refused
from scarline.sandbox.faults import Fault, Firing, too_many
from scarline.sandbox.faults.kinds import Plight
from scarline.sandbox.query import QueryError
from scarline.sandbox.quotas import Standing
from scarline.sandbox.scene import Scene, Served
from scarline.sandbox.world import World

FAMILIES: tuple[tuple[Endpoint, ...], ...] = (
    keys.ENDPOINTS,
    metrics.ENDPOINTS,
    hosts.ENDPOINTS,
    services.ENDPOINTS,
    software_catalog.ENDPOINTS,
    scalar.ENDPOINTS,
    llm_export.ENDPOINTS,
    apm_spans.ENDPOINTS,
)
"""Every endpoint family. To add one, write its file and name it here."""

_WORTH_PACKING = 1024
_LARGE = 4 * 1024 * 1024


def create_app(world: World, faults: Sequence[Fault] = ()) -> Starlette:
    """Make the app. Its live state is `app.state.scene` (faults, quotas, log)."""
    scene = Scene.of(world, faults)
    routes = [
        Route(one.path, _gate(scene, one), methods=[one.method])
        for family in FAMILIES
        for one in family
    ]
    app = Starlette(
        routes=[*routes, *backstage.routes(scene)], exception_handlers={HTTPException: _no_such}
    )
    app.state.scene = scene
    return app


async def _no_such(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    reply = refused(status, "Not found" if status == 404 else "Method not allowed")
    return Response(reply.content, status, media_type=reply.media)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One request on its way through the gate."""

    scene: Scene
    endpoint: Endpoint
    request: Request
    ask: Ask
    firing: Sequence[Firing]

    def names(self) -> set[str]:
        return {each.fault.name for each in self.firing}

    def standing(self, *, counted: bool) -> Standing | None:
        bucket = self.endpoint.bucket
        if bucket is None:
            return None
        quotas, now = self.scene.quotas, self.ask.now
        return quotas.take(bucket, now) if counted else quotas.look(bucket, now)


def _gate(scene: Scene, endpoint: Endpoint) -> Callable[[Request], Coroutine[Any, Any, Any]]:
    async def gate(request: Request) -> ASGIApp:
        visit = await _visit(scene, endpoint, request)
        await _wait(visit)
        if "drop" in visit.names():
            _record(visit, 0)
            return wire.dropped()
        reply = _instead(visit)
        if reply is None:
            reply = await _answer(visit)
        reply = _cut(visit, reply)
        packed = await run_in_threadpool(_packed, visit, reply)
        _record(visit, packed.status)
        return _sent(visit, packed)

    return gate


async def _visit(scene: Scene, endpoint: Endpoint, request: Request) -> _Visit:
    body = await request.body()
    path, base = request.url.path, str(request.base_url).rstrip("/")
    ask = Ask(scene.world, scene.world.clock(), path, request.query_params, body, base)
    return _Visit(scene, endpoint, request, ask, scene.tallies.firing(scene.faults, path))


async def _wait(visit: _Visit) -> None:
    """Wait as the faults say, or until the caller has gone."""
    left = sum(each.fault.number for each in visit.firing if each.fault.kind.waits)
    while left > 0 and not await visit.request.is_disconnected():
        await asyncio.sleep(min(left, 0.05))
        left -= 0.05


def _instead(visit: _Visit) -> Reply | None:
    """Give the first fault's answer, if one answers in place of the endpoint."""
    for each in visit.firing:
        if each.fault.kind.reply:
            plight = Plight(visit.ask, visit.standing(counted=False), each.serial)
            reply = each.fault.kind.reply(each.fault.number, plight)
            if reply:
                return reply
    return None


async def _answer(visit: _Visit) -> Reply:
    refusal = keys.turned_away(visit.scene.world, visit.endpoint, visit.request.headers)
    if refusal:
        return refusal
    standing = visit.standing(counted=True)
    if standing is None:
        return await run_in_threadpool(_computed, visit, None)
    if not standing.allowed:
        return too_many(standing.headers())
    reply = await run_in_threadpool(_computed, visit, standing)
    return replace(reply, headers={**reply.headers, **standing.headers()})


def _computed(visit: _Visit, standing: Standing | None) -> Reply:
    try:
        reply = visit.endpoint.answer(visit.ask).reply()
    except QueryError as error:
        return refused(400, str(error))
    except Refusal as refusal:
        return refused(refusal.status, *refusal.errors)
    changes = [each for each in visit.firing if each.fault.kind.change]
    if not changes:
        return reply
    document = orjson.loads(reply.content)
    for each in changes:
        if each.fault.kind.change:
            each.fault.kind.change(
                document, each.fault.value, Plight(visit.ask, standing, each.serial)
            )
    return replace(reply, content=orjson.dumps(document))


def _cut(visit: _Visit, reply: Reply) -> Reply:
    """Leave half of a good body, if a fault says so: the length is right, the JSON is not."""
    if "cut" not in visit.names() or reply.status != 200:
        return reply
    return replace(reply, content=reply.content[: len(reply.content) // 2])


def _packed(visit: _Visit, reply: Reply) -> Reply:
    """Compress a large body for a caller who takes gzip; add the headers that all answers have."""
    skew = sum(each.fault.number for each in visit.firing if each.fault.name == "skew")
    headers = {
        **reply.headers,
        "Date": formatdate(visit.ask.now + skew, usegmt=True),
        "Vary": "Accept-Encoding",
    }
    names = visit.names()
    wanted = "gzip" in visit.request.headers.get("accept-encoding", "")
    worth = len(reply.content) > _WORTH_PACKING and "gzip-off" not in names
    if not ("gzip-on" in names or (wanted and worth)):
        return replace(reply, headers=headers)
    # Large bodies are digits: without a search for repeats they pack twice as fast, and as small.
    large = len(reply.content) > _LARGE
    strategy = zlib.Z_HUFFMAN_ONLY if large else zlib.Z_DEFAULT_STRATEGY
    packer = zlib.compressobj(level=1, wbits=31, strategy=strategy)
    content = packer.compress(reply.content) + packer.flush()
    return replace(reply, content=content, headers={**headers, "Content-Encoding": "gzip"})


def _record(visit: _Visit, status: int) -> None:
    request, bucket = visit.request, visit.endpoint.bucket
    names = tuple(each.fault.name for each in visit.firing)
    query = str(request.url.query)
    served = Served(request.method, visit.ask.path, status, bucket, visit.ask.now, query, names)
    visit.scene.log.append(served)


def _sent(visit: _Visit, reply: Reply) -> ASGIApp:
    if "truncate" in visit.names():
        pairs = {**reply.headers, "Content-Type": reply.media}.items()
        raw = [(name.lower().encode(), value.encode()) for name, value in pairs]
        return wire.torn(reply, raw)
    return Response(reply.content, reply.status, dict(reply.headers), reply.media)
