"""The pages as they are served: to all, locked down, without data; and the types made for them."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2 as httpx
import pytest
from fastapi import FastAPI

from scarline.web import pages
from scarline.web.desk import Config
from scarline.web.door import Door
from scarline.web.health.traffic import Traffic
from scripts.write_api_types import TYPES, description, heading
from tests.web.served import problem_of, served

DOCUMENT = '<!doctype html><html lang="en"><title>x</title></html>'
SCRIPT = "console.log(1)" * 99


@asynccontextmanager
async def serving(static: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Serve what is in a folder behind the door, to callers without its token."""
    app = FastAPI()
    app.include_router(pages.router_of(static))
    app.add_middleware(Door, config=Config(operator="x" * 20), count=Traffic().count)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Stand in for what `make ui` builds: these tests are of how it is served."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(DOCUMENT)
    (tmp_path / "assets" / "index-AbC_12-x.js").write_text(SCRIPT)
    (tmp_path / "assets" / "plain.svg").write_text("<svg/>")
    (tmp_path / "secret").write_text("hunter2")
    return tmp_path


@pytest.mark.parametrize(
    "path",
    ["/", "/dev/graph-prototype", "/scars", "/scars/a/b", "/backlog", "/backlog/G", "/runs/r-1"],
)
async def test_every_page_is_the_same_document(built: Path, path: str) -> None:
    """Open to who has no token, as it holds nothing; and nothing may run in it but our files."""
    async with serving(built) as http:
        done = await http.get(path)
        assert (done.status_code, done.text) == (200, DOCUMENT)
        assert done.headers["content-type"] == "text/html; charset=utf-8"
        assert done.headers["x-content-type-options"] == "nosniff"
        policy = done.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
        assert "unsafe" not in policy
        same = await http.get(path, headers={"If-None-Match": done.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
        assert (await http.head(path)).status_code == 200
        problem_of(await http.post(path), 401)
        problem_of(await http.get("/api/runs"), 401)


async def test_the_script_of_a_page_is_fetched_beside_the_first(built: Path) -> None:
    """That of this page alone, by the name that it was built under last."""
    names = ["index-AbC_12-x.js", "runs-aaaaaaaa.js", "style-12345678.css", "twin-bbbbbbbb.js"]
    async with serving(built) as http:
        assert "link" not in (await http.get("/")).headers
        (built / "stamp").write_text("\n".join(["digest", *names]))
        for path, name in (
            ("/", names[3]),
            ("/dev/graph-prototype", names[3]),
            ("/runs/x", names[1]),
        ):
            link = (await http.get(path)).headers["link"]
            assert link == f"</assets/{name}>; rel=modulepreload; crossorigin"
        assert "link" not in (await http.get("/backlog")).headers


async def test_the_reader_s_colours_are_in_the_document(built: Path) -> None:
    """So that nothing flashes; and nothing else that a cookie says is."""
    async with serving(built) as http:
        dark = await http.get("/", headers={"Cookie": "theme=dark"})
        assert '<html lang="en" data-theme="dark">' in dark.text
        evil = await http.get("/", headers={"Cookie": 'theme="><script>'})
        assert evil.text == DOCUMENT
        assert dark.headers["etag"] != evil.headers["etag"]


async def test_files_of_pages(built: Path) -> None:
    """Kept for long if their names say what is in them, small for who can read that."""
    async with serving(built) as http:
        done = await http.get("/assets/index-AbC_12-x.js")
        assert (done.status_code, done.text) == (200, SCRIPT)
        assert done.headers["content-encoding"] == "gzip"
        assert "immutable" in done.headers["cache-control"]
        assert done.headers["content-type"].startswith("text/javascript")
        plain = {"Accept-Encoding": "identity"}
        plain_one = await http.get("/assets/index-AbC_12-x.js", headers=plain)
        assert plain_one.content == SCRIPT.encode()
        assert int(done.headers["content-length"]) == len(gzip.compress(SCRIPT.encode(), mtime=0))
        other = await http.get("/assets/plain.svg")
        assert other.headers["cache-control"] == "no-cache"
        for path in ("/assets/none.js", "/assets/..%2Fsecret", "/assets/%2e%2e/secret"):
            gone = await http.get(path)
            assert gone.status_code in {401, 404}
            assert "hunter2" not in gone.text


async def test_without_built_pages_a_sentence_says_so(tmp_path: Path) -> None:
    """And what to do."""
    async with serving(tmp_path) as http:
        done = await http.get("/")
        assert done.status_code == 503
        assert "make ui" in done.text


async def test_pages_stand_beside_the_api() -> None:
    """In the app too, whether they are built or not; the rest is locked as before."""
    async with served(Config(operator="x" * 20)) as api:
        assert (await api.http.get("/runs")).status_code in {200, 503}
        done = await api.http.get("/api/runs")
        problem_of(done, 401)
        assert done.headers["content-security-policy"].startswith("default-src 'none'; frame")


def test_the_types_of_the_pages_are_those_of_the_api() -> None:
    """They are written again whenever a route changes: make types."""
    first = TYPES.read_text().split("\n", 1)[0] + "\n"
    assert first == heading(description()), "the API changed: make types, and commit types.ts"
