"""The image, built and run: nobody is root, nothing in it can be changed, failures come home.

About four minutes and 400 MB of downloads, so only for those who say so.
"""

import json
import os
import shutil
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import httpx2 as httpx
import pytest

from scarline.sandbox import Fault, Sandbox, World
from scarline.sandbox import running as pretending
from tests.at_hand import debian_url
from tests.conftest import missing
from tests.deploy.built import Builder
from tests.deploy.contained import START_SECONDS, Container, running
from tests.stores.emulator import Emulator, emulator_fixture
from tests.web.test_oidc import CALLER, ISSUER, US, Issuer, issuer, token

__all__ = ["debian_url", "emulator_fixture", "issuer"]
pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(1800)]

SETTING = "SCARLINE_TEST_IMAGE"
PROGRAMS = ("buildah", "runc", "mmdebstrap")
MOST_BYTES = 750_000_000  # of the whole image, unpacked: 680 MB when this was written
MOST_OF_OURS = 30_000_000  # of the layer that a new version changes: 8 MB
KILLED_SECONDS = 10  # Cloud Run ends a process so long after SIGTERM
HOME = "/var/lib/scarline"
USER = 10001
TOKEN = "t0ken-of-a-test-0123456789"
WRITABLE = {"tmp", "var/tmp", "run/lock", HOME.lstrip("/")}

if not os.environ.get(SETTING):
    missing(
        "the image, built", f"{SETTING}=1, as root, with {', '.join(PROGRAMS)}", ci_has_it=False
    )
if os.getuid() or not all(map(shutil.which, PROGRAMS)):
    missing(f"root, or one of {', '.join(PROGRAMS)}", f"sudo apt-get install {' '.join(PROGRAMS)}")


@pytest.fixture(name="built", scope="module")
def built_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Build it once."""
    builder = Builder(tmp_path_factory.mktemp("image"))
    try:
        builder.build()
        yield builder
    finally:
        builder.run("rm", "--all")
        builder.run("rmi", "--all", "--force")
        with suppress(subprocess.CalledProcessError):  # where it was no mount
            subprocess.run(["umount", "--quiet", builder.folder / "images/overlay"], check=True)


@pytest.fixture(name="sandbox")
def sandbox_fixture() -> Iterator[Sandbox]:
    """Run a pretend Datadog."""
    with pretending(World(hosts=6)) as started:
        yield started


@pytest.fixture(name="environment")
def environment_fixture(sandbox: Sandbox, issuer: Issuer) -> dict[str, str]:
    """Give what leads the service to the sandbox, and lets callers of the issuer in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        "PORT": str(port),
        "SCARLINE_DATADOG_URL": sandbox.url,
        "DD_API_KEY": sandbox.world.api_key,
        "DD_APP_KEY": sandbox.world.app_key,
        "SCARLINE_FIRST_PULL": "6h",  # something fails in any six hours, not in every one
        "SCARLINE_LOG": "info",
        "SCARLINE_OPERATOR_TOKEN": TOKEN,
        "SCARLINE_PSEUDONYM_KEY": "a key of more than thirty-two characters",
        "SCARLINE_OIDC_AUDIENCE": US,
        "SCARLINE_OIDC_CALLERS": CALLER,
        "SCARLINE_OIDC_ISSUER": ISSUER,
        "SCARLINE_OIDC_KEYS": issuer.url,
    }


def home(folder: Path, owner: int = USER) -> Path:
    """Make an empty volume."""
    folder.mkdir()
    folder.chmod(0o700)
    os.chown(folder, owner, owner)
    return folder


def into(url: str) -> tuple[dict[str, str], dict[str, Path]]:
    """Return how the service reaches a PostgreSQL by its socket, whose folder it has to see."""
    folder = Path(url.rpartition("host=")[2])
    folder.chmod(0o755)
    return {"DATABASE_URL": url}, {str(folder): folder}


@pytest.fixture(name="started")
def started_fixture(
    request: pytest.FixtureRequest, built: Builder, environment: dict[str, str], tmp_path: Path
) -> AbstractContextManager[Container]:
    """Give the service, with its store, to be started by who wants it."""
    binds = {HOME: home(tmp_path / "home")}
    told: dict[str, str] = {}
    if request.param == "firestore":
        emulator: Emulator = request.getfixturevalue("emulator")
        emulator.clear()
        told = {"SCARLINE_STORE": "firestore", "FIRESTORE_EMULATOR_HOST": emulator.address}
        told |= {"GOOGLE_CLOUD_PROJECT": emulator.project, "SCARLINE_SECRETS": ""}
    elif request.param == "postgres":
        told, more = into(request.getfixturevalue("debian_url"))
        binds |= more
    return running(built, tmp_path / request.param, environment | told, binds)


def post(environment: Mapping[str, str], stream: str, **headers: str) -> httpx.Response:
    """Ask for a pull."""
    url = f"http://127.0.0.1:{environment['PORT']}/jobs/{stream}"
    return httpx.post(url, headers=headers, timeout=120)


def proven() -> str:
    """Return what a scheduler sends."""
    return f"Bearer {token()}"


def layers(built: Builder) -> list[int]:
    """Return how many bytes each layer has, the base's first."""
    return [it["size"] for it in json.loads(built.inspected["Manifest"])["layers"]]


def test_it_is_small(built: Builder) -> None:
    """As a whole, and more so the part that a new version changes."""
    every = layers(built)
    assert sum(every) < MOST_BYTES
    assert every[-1] < MOST_OF_OURS


def test_nothing_is_in_it_that_is_not_run(built: Builder) -> None:
    """No pip, no compiler, no tests, no headers, no repository; but pages, and all licences."""
    with built.files() as root:
        for name in ("pip", "gcc", "cc", "ld", "make", "git", "curl"):
            assert shutil.which(name, path=":".join(f"{root}{it}" for it in PATHS)) is None, name
        (packages,) = root.glob("opt/scarline/lib/python3.*/site-packages")
        inside = [it for it in packages.rglob("*") if ".dist-info" not in str(it)]
        assert not {it.name for it in inside} & {"tests", "include", "pip", ".env", ".git"}
        assert not {it.suffix for it in inside} & {".a", ".c", ".h", ".pyx", ".nbi"}
        assert list((packages / "scarline/web/static/assets").glob("*.js"))
        assert list(packages.glob("numpy-*.dist-info/licenses/**/LICENSE*"))
        uncompiled = [
            it for it in inside
            if it.suffix == ".py"
            and not list((it.parent / "__pycache__").glob(f"{it.stem}.cpython-*.pyc"))
        ]  # fmt: skip
        assert uncompiled == []


PATHS = ("/opt/scarline/bin", "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin")


def test_the_service_can_change_nothing_of_it(built: Builder) -> None:
    """All is root's, and nobody else may write; but to its volume, and where everybody may."""
    with built.files() as root:
        open_to = {
            str(it.relative_to(root))
            for it in root.rglob("*")
            if not it.is_symlink()
            and (it.stat().st_uid == USER or it.stat().st_mode & stat.S_IWOTH)
        }
        assert open_to <= WRITABLE
        assert list((root / HOME.lstrip("/")).iterdir()) == []


def test_what_it_says_of_itself_holds_no_secret(built: Builder) -> None:
    """Neither its settings nor how it was made."""
    names = {it.partition("=")[0] for it in built.settings["Env"]}
    ours = {"HOME", "NUMBA_CACHE_DIR", "SCARLINE_HOME"}
    assert names <= ours | {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    made = " ".join(it.get("created_by", "") for it in built.inspected["Docker"]["history"])
    assert "useradd" in made
    assert not [it for it in ("DD_A", "TOKEN", "DATABASE_URL", "PASSWORD") if it in made]


STORES = pytest.mark.parametrize("started", ["postgres", "firestore", "embedded"], indirect=True)


@STORES
def test_failures_come_home(
    started: AbstractContextManager[Container], environment: dict[str, str]
) -> None:
    """By a scheduler's token, each once; nobody is root; SIGTERM ends it well and soon."""
    with started as container:
        took = container.await_health()
        assert container.run("id", "-u").stdout.strip() == str(USER)
        assert post(environment, "failures").status_code == 401
        first, again = (post(environment, "failures", authorization=proven()) for _ in range(2))
        assert (first.status_code, first.json()["state"]) == (200, "done"), first.text
        come = first.json()["counts"]["new"]
        assert (come > 3, again.json()["counts"]["new"]) == (True, 0)
        listed = container.run("scarline", "failures", "list", "--json", "--limit", "100").stdout
        assert len(json.loads(listed)["failures"]) == come
        assert container.run("scarline", "verify").returncode == 0
        doctor = container.run("scarline", "doctor")
        assert doctor.returncode == 0, doctor.stdout
        page = httpx.get(f"http://127.0.0.1:{environment['PORT']}/")
        assert '<script type="module"' in page.text
        code, seconds = container.stop()
    assert (code, "Traceback" in container.log) == (0, False), container.log
    assert TOKEN not in container.log
    assert took < START_SECONDS
    assert seconds < KILLED_SECONDS / 2


EVERYTHING = """
import importlib, pkgutil, scarline
names = {it.name for it in pkgutil.walk_packages(scarline.__path__, "scarline.")}
more = ["apprise", "google.cloud.secretmanager", "jwt", "opentelemetry.sdk.trace", "supabase"]
for name in sorted(names - {"scarline.__main__"}) + more: importlib.import_module(name)
print(len(names))
"""


@pytest.mark.parametrize("started", ["postgres"], indirect=True)
def test_nothing_is_missing(started: AbstractContextManager[Container]) -> None:
    """What was taken out of packages is asked for by no module, of ours or of theirs."""
    with started as container:
        container.await_health()
        done = container.run("python", "-W", "error::ImportWarning", "-c", EVERYTHING)
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) > 100


@pytest.mark.parametrize("started", ["postgres"], indirect=True)
def test_the_other_streams(
    started: AbstractContextManager[Container], environment: dict[str, str]
) -> None:
    """Metric points too, whose detector is compiled in the read-only image."""
    with started as container:
        container.await_health()
        for stream in ("metrics", "flows"):
            done = post(environment, stream, authorization=f"Bearer {TOKEN}")
            assert (done.status_code, done.json()["state"]) == (200, "done"), done.text
        assert ".nbi" in container.run("find", "/tmp/numba").stdout  # noqa: S108 - of the image


@pytest.mark.parametrize("started", ["postgres"], indirect=True)
def test_a_pull_is_stopped_in_time(
    started: AbstractContextManager[Container], environment: dict[str, str], sandbox: Sandbox
) -> None:
    """Its caller is answered, before the platform would end the process; the next goes on."""
    sandbox.faults.append(Fault("slow", value=20))
    answers: list[httpx.Response] = []
    with started as container:
        container.await_health()
        asking = threading.Thread(
            target=lambda: answers.append(post(environment, "failures", authorization=proven()))
        )
        asking.start()
        while "pull of failures" not in container.log:
            time.sleep(0.1)
        code, seconds = container.stop()
        asking.join()
    assert (code, seconds < KILLED_SECONDS) == (0, True), seconds
    assert answers[0].status_code == 503
    assert "the service ends" in answers[0].json()["detail"]


def test_a_volume_of_somebody_else(
    built: Builder, environment: dict[str, str], debian_url: str, tmp_path: Path
) -> None:
    """With a database elsewhere, the volume is not needed: it may be another's."""
    told, binds = into(debian_url)
    binds |= {HOME: home(tmp_path / "home", owner=0)}
    with running(built, tmp_path / "other", environment | told, binds) as container:
        container.await_health()
        done = post(environment, "metrics", authorization=proven())
        assert (done.status_code, done.json()["state"]) == (200, "done"), done.text


def ends(built: Builder, folder: Path, environment: Mapping[str, str], owner: int = USER) -> str:
    """Run it where it cannot start; all that it wrote until its end."""
    with running(built, folder, environment, {HOME: home(folder.parent / "home", owner)}) as it:
        assert it.process.wait(timeout=60) in (1, 2)
    assert "Traceback" not in it.log
    return it.log


def test_without_a_token_it_says_which(
    built: Builder, environment: dict[str, str], tmp_path: Path
) -> None:
    """It listens at all addresses, so it needs one."""
    told = {
        name: it for name, it in environment.items() if "TOKEN" not in name and "OIDC" not in name
    }
    assert "set SCARLINE_OPERATOR_TOKEN" in ends(built, tmp_path / "wrong", told)


def test_without_a_place_for_its_database_it_says_where(
    built: Builder, environment: dict[str, str], tmp_path: Path
) -> None:
    """A volume that is another's cannot hold the embedded one."""
    assert HOME in ends(built, tmp_path / "wrong", environment, owner=0)


def test_it_starts_again_where_it_was_killed(
    built: Builder, environment: dict[str, str], tmp_path: Path
) -> None:
    """The embedded database in its volume."""
    binds = {HOME: home(tmp_path / "home")}
    with running(built, tmp_path / "one", environment, binds) as container:
        container.await_health()
        assert post(environment, "failures", authorization=proven()).status_code == 200
        container.runc("kill", "one", "KILL")
        container.process.wait(timeout=30)
    with running(built, tmp_path / "two", environment, binds) as container:
        container.await_health()
        assert "done" in container.run("scarline", "runs").stdout
        assert container.stop()[0] == 0
