"""Errors as RFC 9457 has them: ``application/problem+json``, each with a sentence."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from scarline.errors import (
    LedgerBroken,
    RunEnded,
    RunInProgress,
    RunNotFound,
    ScarlineError,
    SourceError,
    StoreConflict,
    StoreUnavailable,
    UsageError,
)
from scarline.privacy import redact_text
from scarline.web.pages import lost

log = structlog.get_logger(__name__)

MEDIA = "application/problem+json"

STATUSES: Sequence[tuple[type[ScarlineError], HTTPStatus]] = (
    (RunNotFound, HTTPStatus.NOT_FOUND),
    (RunEnded, HTTPStatus.CONFLICT),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (RunInProgress, HTTPStatus.CONFLICT),
    (StoreConflict, HTTPStatus.CONFLICT),
    (StoreUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (SourceError, HTTPStatus.BAD_GATEWAY),
    (LedgerBroken, HTTPStatus.INTERNAL_SERVER_ERROR),
)
"""The status of each error; the first that fits."""

TYPE = "urn:scarline:problem:"

TYPES: Mapping[int, tuple[str, str]] = {
    400: ("not-understood", "The request is not understood"),
    401: ("no-token", "A token is needed"),
    403: ("not-allowed", "This is not allowed"),
    404: ("not-there", "It is not there"),
    405: ("other-method", "This cannot be done there"),
    409: ("in-the-way", "Something is in the way"),
    412: ("decided-since", "Somebody decided since"),
    413: ("too-much", "This is too much at once"),
    415: ("other-content", "This kind of content is not read here"),
    421: ("other-name", "This server has another name"),
    422: ("wrong-parts", "Parts of the request are wrong"),
    428: ("unseen", "Say first what you saw"),
    500: ("fault", "This is a fault of ours"),
    502: ("source", "The source did not answer as it should"),
    503: ("not-now", "This cannot be done now"),
}
"""The type of problem that each status tells of, and its title; ``docs/http.md`` lists them."""

SENTENCES: Mapping[int, str] = {
    404: "there is nothing at this path: /api/openapi.json tells of all that there is",
    405: "this path does not take that method: the header Allow says which it takes",
}

FAULT = "something went wrong here, and the log of the server says what: try again later"

_RETRY_SECONDS = "1"


_TEXT = {"type": "string"}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"enum": [*(TYPE + name for name, _ in TYPES.values()), "about:blank"]},
        "title": {"type": "string", "description": "what kind of problem it is, in a few words"},
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["type", "title", "status", "detail"],
}

DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "What went wrong, as RFC 9457 has it",
        "content": {MEDIA: {"schema": PROBLEM}},
    }
}


class Refused(ScarlineError):
    """A request is refused with this status."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """Return an answer that says what went wrong; ``detail`` holds nothing personal."""
    more = {"errors": list(errors)} if errors else {}
    return Response(msgspec.json.encode(told(status, detail) | more), status, headers, MEDIA)


def told(status: int, detail: str) -> dict[str, Any]:
    """Return what every problem of this status says, with ``detail`` about this one.

    A status without a type of ours has the phrase of HTTP, as RFC 9457 has it for
    ``about:blank``.
    """
    name, title = TYPES.get(status, ("", HTTPStatus(status).phrase))
    kind = TYPE + name if name else "about:blank"
    return {"type": kind, "title": title, "status": status, "detail": detail}


def install(app: FastAPI) -> None:
    """Have every error of ``app`` answered as a problem."""
    app.add_exception_handler(ScarlineError, _named)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)


async def _named(request: Request, error: Exception) -> Response:
    detail = redact_text(str(error), request.app.state.desk.pipeline.policy)
    if isinstance(error, Refused):
        return problem(error.status, detail)
    found = (status for kind, status in STATUSES if isinstance(error, kind))
    status = next(found, HTTPStatus.INTERNAL_SERVER_ERROR)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("a request failed", status=int(status), error=detail)
    retryable = isinstance(error, ScarlineError) and error.retryable
    return problem(status, detail, {"Retry-After": _RETRY_SECONDS} if retryable else None)


async def _of_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return problem(500, FAULT)
    if error.status_code == HTTPStatus.NOT_FOUND and (page := lost(request)) is not None:
        return page
    detail = SENTENCES.get(error.status_code, "this cannot be done as it was said")
    headers = dict(error.headers or {})
    if "Allow" in headers:
        headers["Allow"] = ", ".join(_methods(request))
    return problem(error.status_code, detail, headers)


def _methods(request: Request) -> Iterator[str]:
    """Yield the methods of all routes of the path; the framework names those of the first."""
    for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            yield method


async def _of_validation(request: Request, error: Exception) -> Response:
    """Say which parts are wrong, by the names that we gave them: never what was sent in them."""
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    policy = request.app.state.desk.pipeline.policy
    wrong = [
        {"where": redact_text(_spoken(it["loc"]), policy), "reason": redact_text(it["msg"], policy)}
        for it in faults
    ]
    return problem(422, "the request cannot be understood: see errors", errors=wrong)


def _spoken(location: Sequence[str | int]) -> str:
    return " ".join(str(part) for part in location)
