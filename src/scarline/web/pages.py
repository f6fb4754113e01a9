"""The pages: one document for every path of theirs, and the files that it asks for.

They hold no data, so they need no token. They are built from ``ui/`` into ``static/``.
"""

import gzip
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Cookie, Header, Request, Response
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"

PAGES = {
    "/": "twin",
    "/dev/graph-prototype": "twin",
    "/scars": "scars",
    "/backlog": "backlog",
    "/runs": "runs",
}
"""Where pages stand, all but the first also at paths below; and the folder of each in ``ui/``."""

PLACES = tuple(PAGES)

ASSETS = "/assets/"

API = "/api/"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing written into the page itself, no forms, no frames."""

MEDIA = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}

FOREVER = "public, max-age=31536000, immutable"
"""For files with a digest of what is in them in their names."""

UNBUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Scarline</title>
<main><h1>The pages are not built</h1><p>The API is served, and <a href="/api/openapi.json">tells
what there is</a>. <code>make ui</code> builds the pages; it needs the npm registry once.</main>
</html>"""

_HASHED = re.compile(r".+-[\w-]{8}\.\w+")

_THEMES = frozenset({"light", "dark"})

_HTML = "text/html; charset=utf-8"


def is_page(scope: Scope) -> bool:
    """Return whether a request asks for a page or a file of one: open to all, without a token."""
    path = scope["path"]
    if scope["method"] not in {"GET", "HEAD"}:
        return False
    within = any(path.startswith(f"{place}/") for place in PLACES[1:])
    return path in PLACES or within or path.startswith(ASSETS)


def router_of(static: Path = STATIC) -> APIRouter:
    """Return the routes of what was built into a folder."""
    router = APIRouter(include_in_schema=False)

    async def get_page(
        request: Request,
        theme: Annotated[str, Cookie()] = "",
        if_none_match: Annotated[str, Header()] = "",
    ) -> Response:
        page = _document(_file(static, "index.html"), theme, if_none_match)
        page.headers.update(_early(static, request.url.path))
        return page

    async def get_asset(name: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
        small = "gzip" in accept_encoding.lower()
        return _asset(_file(static / "assets", name), name, small=small)

    for place in PLACES:
        router.add_api_route(place, get_page, methods=["GET", "HEAD"])
    for place in PLACES[1:]:
        router.add_api_route(place + "/{rest:path}", get_page, methods=["GET", "HEAD"])
    router.add_api_route(ASSETS + "{name}", get_asset, methods=["GET", "HEAD"])
    return router


def lost(request: Request, status: int = 404) -> Response | None:
    """Return the document that says that there is no page here, to who asked for a page.

    None for who asked for something else: a program, or anything below /api/.
    """
    wants = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    found = _file(STATIC, "index.html")
    if not wants or found is None or request.url.path.startswith(API):
        return None
    page = _document(found, request.cookies.get("theme", ""), "")
    page.status_code = status
    del page.headers["ETag"]
    return page


def _early(static: Path, path: str) -> dict[str, str]:
    """Return the header that has the script of a page fetched beside the one that asks for it."""
    folder = next(PAGES[it] for it in PLACES if path == it or path.startswith(f"{it}/"))
    built = (_file(static, "stamp") or b"").decode().splitlines()
    name = next((it for it in built if it.startswith(f"{folder}-") and it.endswith(".js")), None)
    return {"Link": f"<{ASSETS}{name}>; rel=modulepreload; crossorigin"} if name else {}


def _document(found: bytes | None, theme: str, known: str) -> Response:
    """Return the document of all pages, in the colours that the reader chose."""
    headers = {"Content-Security-Policy": POLICY, "Vary": "Cookie"}
    if found is None:
        return Response(UNBUILT, 503, headers, _HTML)
    if theme in _THEMES:
        found = found.replace(b'<html lang="en"', f'<html lang="en" data-theme="{theme}"'.encode())
    headers["ETag"] = f'"{sha256(found).hexdigest()[:32]}"'
    if headers["ETag"] == known:
        return Response(status_code=304, headers=headers)
    return Response(found, headers=headers, media_type=_HTML)


def _asset(found: bytes | None, name: str, *, small: bool) -> Response:
    """Return a file that a page asks for; in small, if the caller can read that."""
    if found is None:
        return Response("there is no such file\n", 404, media_type="text/plain")
    headers = {"Cache-Control": FOREVER if _HASHED.fullmatch(name) else "no-cache"}
    headers["Vary"] = "Accept-Encoding"
    if small:
        found, headers["Content-Encoding"] = _small(found), "gzip"
    return Response(found, headers=headers, media_type=MEDIA.get(Path(name).suffix))


def _file(folder: Path, name: str) -> bytes | None:
    """Return what is in a file; it is read again when it was built again."""
    path = folder / name
    if path.parent != folder or not path.is_file():
        return None
    return _read(path, path.stat().st_mtime_ns)


@cache
def _read(path: Path, _: int) -> bytes:
    return path.read_bytes()


@cache
def _small(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
