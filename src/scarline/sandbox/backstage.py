"""`/_sandbox/...`: for people and tests in another process. No keys, no quota, not in the log.

GET /_sandbox/log: the requests served. GET /_sandbox/story?from=&to= (epoch seconds; default the
last 24 hours): the incidents, so that a detector can be marked. GET /_sandbox/failures, with the
same window: the spans that fail, so that a capture can be. POST /_sandbox/faults with
`{"fault": "429:2,count=3"}` or `{"faults": [...]}` adds faults; DELETE takes all away.
"""

from dataclasses import asdict

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scarline.sandbox.endpoint import JSON
from scarline.sandbox.estate import DAY
from scarline.sandbox.faults import KINDS, parse_fault
from scarline.sandbox.scene import Scene


def routes(scene: Scene) -> list[Route]:
    """Give the routes for one scene."""

    async def log(_request: Request) -> Response:
        return _json({"log": [asdict(served) for served in scene.log]})

    async def story(request: Request) -> Response:
        return _story(scene, request)

    async def failures(request: Request) -> Response:
        return await run_in_threadpool(_failures, scene, request)

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            return _add_faults(scene, await request.body())
        if request.method == "DELETE":
            scene.faults.clear()
        return _faults(scene)

    return [
        Route("/_sandbox/log", log),
        Route("/_sandbox/story", story),
        Route("/_sandbox/failures", failures),
        Route("/_sandbox/faults", faults, methods=["GET", "POST", "DELETE"]),
    ]


def _json(document: object, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type=JSON)


def _story(scene: Scene, request: Request) -> Response:
    try:
        start, end = _window(scene, request)
        incidents = scene.world.incidents(start, end)
    except (ValueError, OverflowError):
        return _json(_NO_WINDOW, 400)
    hidden = {"members", "effects"}
    rows = [asdict(incident) for incident in incidents]
    shown = [{key: value for key, value in row.items() if key not in hidden} for row in rows]
    return _json({"seed": scene.world.seed, "from": start, "to": end, "incidents": shown})


def _failures(scene: Scene, request: Request) -> Response:
    try:
        start, end = _window(scene, request)
        found = scene.world.failures(start, end, scene.world.clock())
    except (ValueError, OverflowError):
        return _json(_NO_WINDOW, 400)
    return _json({"seed": scene.world.seed, "from": start, "to": end, "failures": found})


def _window(scene: Scene, request: Request) -> tuple[float, float]:
    end = float(request.query_params.get("to", scene.world.clock()))
    return float(request.query_params.get("from", end - DAY)), end


_NO_WINDOW = {"errors": ["'from' and 'to' must be epoch seconds"]}


def _add_faults(scene: Scene, body: bytes) -> Response:
    try:
        document = orjson.loads(body)
        one = [document["fault"]] if "fault" in document else []
        added = [parse_fault(text) for text in [*one, *document.get("faults", [])]]
    except (AttributeError, TypeError):
        return _json({"errors": ['send {"fault": "NAME[:VALUE]"} or {"faults": [...]}']}, 400)
    except ValueError as error:
        return _json({"errors": [str(error)]}, 400)
    scene.faults.extend(added)
    return _faults(scene)


def _faults(scene: Scene) -> Response:
    known = {name: kind.sentence for name, kind in KINDS.items()}
    return _json({"faults": [asdict(fault) for fault in scene.faults], "known": known})
