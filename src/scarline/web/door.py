"""Who may come in: tokens, the names we are called by, and headers that lock answers down.

Without tokens the API is open, and meant for loopback. Then a page of some web site that is open
in a browser on the same machine must not reach it: by a name of its own that leads to loopback
(DNS rebinding), which the header Host tells, or by a form or script of its own (cross-site
request forgery), which the header Origin tells.

Jobs are open to schedulers too, which show an identity token of OpenID Connect. Pages hold no
data, so that they are open: what they show they ask the API for, with the reader's token.
"""

import asyncio
from collections.abc import Callable
from hmac import compare_digest
from typing import Literal
from urllib.parse import urlsplit

import structlog
from fastapi import Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scarline.web.desk import Config
from scarline.web.jobs.issuer import Prove, Unproven
from scarline.web.pages import is_page, lost
from scarline.web.problems import FAULT, problem

log = structlog.get_logger(__name__)

PROBES = frozenset({"/healthz", "/readyz"})
"""Open to all who know the address: they tell nothing but yes or no."""

JOBS = "/jobs/"

Role = Literal["reader", "operator"]

READING = frozenset({"GET", "HEAD", "OPTIONS"})

UNKNOWN = 401

ROLE = "X-Scarline-Role"
"""The header of every answer that says what its caller may do: ``reader`` or ``operator``."""

BEARER = {"WWW-Authenticate": "Bearer"}

LOCKED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Door:
    """The outermost layer of the app: lets a request in, or answers it with a problem."""

    def __init__(
        self,
        app: ASGIApp,
        config: Config,
        count: Callable[[Scope, int], None],
        prove: Prove | None = None,
    ) -> None:
        self._app, self._config, self._count, self._prove = app, config, count, prove
        # One at a time: whoever sends many cannot keep every thread waiting for an issuer.
        self._proving = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what goes wrong unforeseen is logged, not told."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, role = False, role_of(scope, self._config)

        async def locked(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._count(scope, message["status"])
                headers = MutableHeaders(scope=message)
                for name, value in LOCKED.items():
                    headers.setdefault(name, value)
                if role is not None:
                    headers[ROLE] = role
                headers.setdefault("Cache-Control", "no-cache" if "etag" in headers else "no-store")
            await send(message)

        try:
            refusal = await self._refused(scope)
            await (refusal or self._app)(scope, receive, locked)
        except Exception:
            log.exception("a request failed")
            if begun:
                raise
            await problem(500, FAULT)(scope, receive, locked)

    async def _refused(self, scope: Scope) -> Response | None:
        """Return why a request may not come in, or None; a job may, with an identity token."""
        refusal = refused(scope, self._config)
        is_job = scope["method"] == "POST" and scope["path"].startswith(JOBS)
        if refusal is None or refusal.status_code != UNKNOWN:
            return refusal
        if not is_job or self._prove is None:
            page = lost(Request(scope), UNKNOWN)
            return refusal if page is None else _challenging(page)
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return refusal
        try:
            async with self._proving:
                await asyncio.to_thread(self._prove, token.strip())
        except Unproven as error:
            headers = {401: BEARER, 503: {"Retry-After": "1"}}.get(error.status)
            return problem(error.status, str(error), headers)
        return None


def _challenging(page: Response) -> Response:
    page.headers.update(BEARER)
    return page


def refused(scope: Scope, config: Config) -> Response | None:
    """Return why a request may not come in, or None."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if config.hosts is not None and _name(host) not in config.hosts:
        return problem(421, "this server is not called that: call it localhost or 127.0.0.1")
    if scope["path"] in PROBES or is_page(scope):
        return None
    writes = scope["method"] not in READING
    origin = headers.get("origin")
    if writes and origin is not None and urlsplit(origin).netloc != host:
        return problem(403, "pages of other sites may not write here")
    role = role_of(scope, config)
    if role is None:
        return problem(UNKNOWN, "send Authorization: Bearer and the reader's or operator's", BEARER)
    if writes and role == "reader":
        return problem(403, "the reader's token reads only: this needs the operator's")
    return None


def role_of(scope: Scope, config: Config) -> Role | None:
    """Return as whom a request comes by its token; None for a stranger.

    Where nobody needs a token everybody is the operator.
    """
    if config.reader is None and config.operator is None and config.oidc is None:
        return "operator"
    given = Headers(scope=scope).get("authorization", "")
    operates, reads = (_is(given, token) for token in (config.operator, config.reader))
    return "operator" if operates else "reader" if reads else None


def _name(host: str) -> str:
    """Return the name in a header Host, without the port, in small letters."""
    name, colon, port = host.rpartition(":")
    return (name if colon and (port.isdecimal() or not port) else host).lower()


def _is(given: str, token: str | None) -> bool:
    """Return whether ``given`` is the token, in the same time whatever it is."""
    scheme, _, word = given.partition(" ")
    same = compare_digest(word.strip().encode(), (token or "").encode())
    return same and token is not None and scheme.lower() == "bearer"
