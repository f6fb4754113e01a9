"""The stores that every law and contract is held against, each empty when it is opened."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from scarline.ports import Store
from scarline.stores.memory import MemoryStore
from scarline.stores.postgres import Config, open_store
from scarline.stores.postgres.embedded import embedded
from tests.conftest import missing
from tests.servers import newest_binaries, server
from tests.stores.emulator import emulator, opener
from tests.stores.postgrest import Project

Opener = Callable[[], AbstractAsyncContextManager[Store]]

EMPTY = """
truncate scarline.chain, scarline.entry, scarline.run, scarline.note, scarline.series,
    scarline.sighting, scarline.metric_point, scarline.llm_failure_seen,
    scarline.integration_flow_seen, scarline.decision_seen, scarline.scar_seen restart identity
"""


@asynccontextmanager
async def memory() -> AsyncIterator[Store]:
    """Open a store in memory."""
    yield MemoryStore()


def postgres(url: str) -> Opener:
    """Return what opens the store at ``url``, emptied."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Store]:
        async with open_store(Config(Path(), url)) as store:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(EMPTY)
            yield store

    return opened


@pytest.fixture(scope="session")
def embedded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the embedded server for all tests that want it."""
    with embedded(tmp_path_factory.mktemp("home")) as started:
        yield started.conninfo


@pytest.fixture(scope="session")
def debian_url() -> Iterator[str]:
    """Run the machine's own PostgreSQL for all tests that want it."""
    binaries = newest_binaries()
    if binaries is None:
        missing("PostgreSQL 15 or newer", "apt-get install postgresql")
    with server(binaries) as url:
        yield url


TAKES_POINTS = ["memory", "embedded", "debian", "supabase"]


@pytest.fixture(params=[*TAKES_POINTS, "firestore"])
def open_empty(request: pytest.FixtureRequest) -> Opener:
    """Return what opens each of the stores, empty."""
    if request.param == "memory":
        return memory
    if request.param == "firestore":
        return opener(emulator(request.config))
    if request.param == "supabase":
        started: Project = request.getfixturevalue("supabase")
        return started.store
    url: str = request.getfixturevalue(f"{request.param}_url")
    return postgres(url)
