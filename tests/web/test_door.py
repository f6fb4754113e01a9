"""Who may come in, and what every answer is locked down with."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from scarline.errors import ConfigError
from scarline.settings import Settings
from scarline.stores.memory import MemoryStore
from scarline.web.desk import Config
from scarline.web.pages import STATIC
from scarline.web.problems import TYPES, told
from scarline.web.server import allowed
from tests.conftest import missing
from tests.web.served import FLOWS, problem_of, served

READER, OPERATOR = "reader-0123456789", "operator-0123456789"


def bearer(token: str) -> dict[str, str]:
    """Return the header that shows a token."""
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:8126", "[::1]", "[::1]:9"])
async def test_our_names(host: str) -> None:
    """By these the open API may be called."""
    async with served() as api:
        assert (await api.http.get(FLOWS, headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example:8126", "127.0.0.1.evil.example", "", "::1"]
)
async def test_another_name(host: str) -> None:
    """A name that somebody made lead to loopback (DNS rebinding) opens nothing."""
    async with served() as api:
        for path in (FLOWS, "/healthz", "/nowhere"):
            problem_of(await api.http.get(path, headers={"Host": host}), 421)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", FLOWS), ("DELETE", f"{FLOWS}?source=api"), ("POST", "/api/runs/x/rollback")],
)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:9"])
async def test_a_page_of_another_site_may_not_write(method: str, path: str, origin: str) -> None:
    """Not even what a browser sends without asking first."""
    async with served() as api:
        problem_of(await api.http.request(method, path, headers={"Origin": origin}), 403)


async def test_a_page_of_our_own_may_write() -> None:
    """Its origin is where the API is."""
    async with served() as api:
        await api.told({"from": "a"}, Origin="http://localhost:8126")


async def test_tokens() -> None:
    """The reader reads, the operator writes too, nobody else does anything."""
    config = Config(reader=READER, operator=OPERATOR, hosts=None)
    async with served(config, address="https://scarline.example") as api:
        refused = await api.http.get(FLOWS)
        problem_of(refused, 401)
        assert refused.headers["www-authenticate"] == "Bearer"
        for wrong in ("", "x", READER[:-1], READER + "x", f"{READER} {READER}", "\u00e9"):
            headers: Any = {"Authorization": f"Bearer {wrong}".encode()}
            problem_of(await api.http.get(FLOWS, headers=headers), 401)
        problem_of(await api.http.get(FLOWS, headers={"Authorization": f"Basic {READER}"}), 401)
        problem_of(await api.http.get("/nowhere"), 401)
        for token in (READER, OPERATOR):
            assert (await api.http.get(FLOWS, headers=bearer(token))).status_code == 200
        row = {"from": "a"}
        problem_of(await api.http.post(FLOWS, json=row, headers=bearer(READER)), 403)
        gone = await api.http.delete(f"{FLOWS}?source=api", headers=bearer(READER))
        problem_of(gone, 403)
        done = await api.http.post(FLOWS, json=row, headers=bearer(OPERATOR))
        assert done.status_code == 200
        assert (await api.http.get("/healthz")).status_code == 200


async def test_every_answer_says_what_its_caller_may_do() -> None:
    """A page offers by it only what will be done; to a stranger nothing is said."""
    config = Config(reader=READER, operator=OPERATOR, hosts=None)
    async with served(config) as api:
        for token, role in ((READER, "reader"), (OPERATOR, "operator"), ("x" * 20, None)):
            for path in (FLOWS, "/api/runs", "/api/nothing"):
                done = await api.http.get(path, headers=bearer(token))
                assert done.headers.get("x-scarline-role") == role, (path, token)
        refused = await api.http.post(FLOWS, json={"from": "a"}, headers=bearer(READER))
        assert refused.headers["x-scarline-role"] == "reader"
    async with served() as api:
        assert (await api.http.get(FLOWS)).headers["x-scarline-role"] == "operator"


async def test_a_browser_without_a_token_gets_a_page() -> None:
    """Where no page is; a program gets the problem, and so does whoever asks the API."""
    if not (STATIC / "index.html").is_file():
        missing("the built pages", "make ui, with the npm registry reached")
    browser = {"Accept": "text/html,*/*;q=0.8"}
    async with served(Config(reader=READER, hosts=None)) as api:
        page = await api.http.get("/nowhere", headers=browser)
        assert (page.status_code, page.headers["www-authenticate"]) == (401, "Bearer")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src 'self'" in page.headers["content-security-policy"]
        problem_of(await api.http.get("/nowhere"), 401)
        problem_of(await api.http.get("/api/nowhere", headers=browser), 401)
        problem_of(await api.http.post("/nowhere", headers=browser), 401)


def test_every_type_of_problem_is_listed() -> None:
    """With its status and its title, which no other type has."""
    listed = (Path(__file__).parents[2] / "docs" / "http.md").read_text()
    for status, (name, title) in TYPES.items():
        assert f"| {status} | `{name}` | {title} |" in listed
    assert len({title for _, title in TYPES.values()}) == len(TYPES)


def test_a_status_without_a_type_of_ours() -> None:
    """It has the phrase of HTTP, as RFC 9457 says of about:blank."""
    blank = {"type": "about:blank", "title": "I'm a Teapot", "status": 418, "detail": "short"}
    assert told(418, "short") == blank


async def test_without_an_operator_nobody_writes() -> None:
    """A token that is not set is nobody's."""
    async with served(Config(reader=READER, hosts=None)) as api:
        for token in ("", "None"):
            done = await api.http.post(FLOWS, json={"from": "a"}, headers=bearer(token))
            problem_of(done, 401)


def settings(**given: str) -> Settings:
    """Return settings with these secrets."""
    tokens = {name: SecretStr(value) for name, value in given.items()}
    return Settings().model_copy(update=tokens)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "scarline.example", ""])  # noqa: S104
def test_other_addresses_need_a_token(host: str) -> None:
    """Whoever can reach it must show one; any name may be called then."""
    with pytest.raises(ConfigError, match="SCARLINE_OPERATOR_TOKEN"):
        allowed(settings(), host)
    config = allowed(settings(reader_token=READER), host)
    assert (config.reader, config.operator, config.hosts) == (READER, None, None)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_loopback_is_open(host: str) -> None:
    """Without a token, to this machine's own names."""
    config = allowed(settings(), host)
    assert (config.reader, config.operator) == (None, None)
    assert config.hosts == frozenset({"localhost", "127.0.0.1", "[::1]"})


def test_a_token_that_could_be_guessed() -> None:
    """Is refused, without a word of it."""
    with pytest.raises(ConfigError, match="SCARLINE_READER_TOKEN is too short") as raised:
        allowed(settings(reader_token="hunter2"), "127.0.0.1")
    assert "hunter2" not in str(raised.value)
    assert OPERATOR not in repr(allowed(settings(operator_token=OPERATOR), "127.0.0.1"))


async def test_every_answer_is_locked_down() -> None:
    """Also errors, also those that nobody foresaw."""
    async with served(store=Broken()) as api:
        for path, status in (
            ("/healthz", 200),
            ("/nowhere", 404),
            (FLOWS, 500),
            ("/api/openapi.json", 200),
        ):
            done = await api.http.get(path, headers={"Origin": "https://evil.example"})
            assert done.status_code == status
            assert done.headers["x-content-type-options"] == "nosniff"
            assert done.headers["content-security-policy"].startswith("default-src 'none'")
            assert not [name for name in done.headers if name.startswith("access-control")]


async def test_what_nobody_foresaw_is_not_told() -> None:
    """The log has it; the caller has a sentence."""
    async with served(store=Broken()) as api:
        done = await api.http.get(FLOWS)
        problem_of(done, 500)
        assert "hunter2" not in done.text


class Broken:
    """A store with a fault that no one named."""

    def __init__(self) -> None:
        self._store = MemoryStore()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @property
    def max_rows_per_batch(self) -> int:
        return self._store.max_rows_per_batch

    async def heads(self) -> Any:
        message = "password=hunter2"
        raise RuntimeError(message)
