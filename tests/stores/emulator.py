"""Google's own emulator of Firestore, run for all tests that want it; `SCARLINE_TEST_…` names one.

Only Google's: others lose updates in transactions.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from scarline.stores.firestore import Config
from scarline.stores.firestore.client import connected
from scarline.stores.firestore.settling import Limits
from scarline.stores.firestore.store import FirestoreStore
from tests.conftest import missing

SETTING = "SCARLINE_TEST_FIRESTORE_EMULATOR"
"""The host:port of an emulator that runs, or the path of its jar."""

HOW = (
    "gcloud components install cloud-firestore-emulator, and a Java from 17 on; or set "
    f"{SETTING} to the host:port of one that runs, or to its jar"
)
JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
SDKS = (
    "/usr/lib/google-cloud-sdk",
    "/usr/local/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "/snap/google-cloud-cli/current",
    "/opt/homebrew/share/google-cloud-sdk",
    "~/google-cloud-sdk",
)
MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
START_SECONDS = 60.0
RUNNING = pytest.StashKey["Emulator"]()


@dataclass(frozen=True)
class Emulator:
    """An emulator that runs, and one project in it."""

    address: str
    project: str = "scarline-tests"

    def config(self, **how: str | float) -> Config:
        """Return what a user sets who stores in it."""
        return Config(self.project, emulator=self.address, **how)  # type: ignore[arg-type]

    def clear(self) -> None:
        """Forget all documents, once no transaction of a test that was given up holds any."""
        path = f"emulator/v1/projects/{self.project}/databases/(default)/documents"
        for attempt in stamina.retry_context(httpx.HTTPStatusError, attempts=40, timeout=120):
            with attempt:
                httpx.delete(f"http://{self.address}/{path}", timeout=30).raise_for_status()


def emulator(config: pytest.Config) -> Emulator:
    """Return the emulator of this run of the tests, started when it is first wanted, or skip."""
    if RUNNING not in config.stash:
        running = ExitStack()
        config.stash[RUNNING] = running.enter_context(_started())
        config.add_cleanup(running.close)
    return config.stash[RUNNING]


@pytest.fixture(name="emulator", scope="session")
def emulator_fixture(request: pytest.FixtureRequest) -> Emulator:
    """Give the emulator to tests."""
    return emulator(request.config)


def jar() -> Path | None:
    """Return the emulator's program, if the machine has it."""
    told = os.environ.get(SETTING, "")
    if told.endswith(".jar"):
        return Path(told)
    gcloud = shutil.which("gcloud")
    sdks = [*SDKS, *([str(Path(gcloud).resolve().parents[1])] if gcloud else [])]
    places = [Path(sdk).expanduser() / JAR for sdk in sdks]
    firebase = Path("~/.cache/firebase/emulators").expanduser()
    places += sorted(firebase.glob("cloud-firestore-emulator-*.jar"), reverse=True)
    return next((place for place in places if place.is_file()), None)


@contextmanager
def _started() -> Iterator[Emulator]:
    told = os.environ.get(SETTING, "")
    if told and not told.endswith(".jar"):
        yield Emulator(told)
        return
    program, java = jar(), shutil.which("java")
    if program is None or java is None:
        missing("Google's Firestore emulator", HOW)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ("--host=127.0.0.1", f"--port={port}")
    command = [java, "-Duser.language=en", "-Xmx1g", "-cp", str(program), MAIN, "start", *where]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(process, f"http://127.0.0.1:{port}")
            yield Emulator(f"127.0.0.1:{port}")
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            missing("an emulator of Firestore that starts (it needs Java 17 or newer)", HOW)
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the emulator did not answer within {START_SECONDS:.0f} s")


def opener(
    started: Emulator,
    writes: int = 500,
    size: int = 3_500_000,
    *,
    through: Callable[[Any], Any] = lambda client: client,
    clear: bool = True,
) -> Callable[[], AbstractAsyncContextManager[FirestoreStore]]:
    """Return what opens the store; `writes` and bytes are what a transaction takes.

    Emptied, unless `clear` is false. Google's client is put `through` something.
    """

    @asynccontextmanager
    async def opened() -> AsyncIterator[FirestoreStore]:
        if clear:
            started.clear()
        where = started.config()
        async with connected(where.project, where.database, where.prefix, where.emulator) as own:
            own._client = through(own._client)  # noqa: SLF001 - no store offers to fail
            yield FirestoreStore(own, limits=Limits(writes, size))

    return opened
