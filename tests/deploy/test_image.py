"""The image: what its Dockerfile says, and what its commands do on this machine.

Nothing is built: that takes minutes, and is in test_built.py, for those who say so. Here the wheel
is built from just the files that the Dockerfile copies, and its health check and its command run as
they stand; test_dockerfile.py holds it to the rules for such files.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.dockerfile import Image

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
BIN = Path(sys.executable).parent
EXTRAS = ("gcp", "notify", "oidc", "otel", "supabase")
TOKEN = "t0ken-of-a-test-0123456789"


@pytest.fixture(name="image", scope="module")
def image_fixture() -> Image:
    """Give ours to all tests."""
    return Image(DOCKERFILE.read_text(encoding="utf-8"))


# --- what goes in ---


def copied(image: Image) -> list[str]:
    """Return the files and folders of ours that the build copies."""
    return [source for rest in image.said("COPY", 0) for source in shlex.split(rest)[:-1]]


def test_only_what_is_copied_is_sent(image: Image) -> None:
    """The file of what stays outside lets in these and no other, so also no .env and no data."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    said = [line for line in lines if line and not line.startswith("#")]
    assert said[0] == "*"
    assert {line[1:] for line in said if line.startswith("!")} == set(copied(image))
    assert "**/__pycache__" in said


def test_the_wheel_is_built_from_what_is_copied(image: Image, tmp_path: Path) -> None:
    """With all that is in the package, so that nothing is missing on the other side."""
    context = tmp_path / "context"
    for source in copied(image):
        there = context / source
        there.parent.mkdir(parents=True, exist_ok=True)
        ignored = shutil.ignore_patterns("__pycache__")
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, there, ignore=ignored)
        else:
            shutil.copy(ROOT / source, there)
    (build,) = [it for it in image.said("RUN", 0) if "pip wheel" in it]
    words = shlex.split(build.partition("&&")[0])
    told = subprocess.run(
        [sys.executable, "-m", *words], cwd=context, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    (wheel,) = (context / "dist").glob("*.whl")
    inside = {it for it in zipfile.ZipFile(wheel).namelist() if it.startswith("scarline/")}
    package = context / "src"
    assert inside == {str(it.relative_to(package)) for it in package.rglob("*") if it.is_file()}


def locked(name: str) -> Mapping[str, tuple[str, frozenset[str]]]:
    """Read a lock file: of each package and its marker the version and the hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line and line[0] not in " #":
            requirement = Requirement(line.partition(" --hash")[0])
            key = f"{canonicalize_name(requirement.name)} ; {requirement.marker}"
            hashes = frozenset(re.findall(r"--hash=(sha256:[0-9a-f]{64})", line))
            found[key] = (str(requirement.specifier), hashes)
    return found


@pytest.mark.parametrize("name", ["deploy/requirements.lock", "deploy/build.lock"])
def test_what_is_installed_is_locked_as_the_tests_ran_with_it(name: str) -> None:
    """The same versions as in requirements.lock, each by its hashes."""
    ours, all_of_it = locked(name), locked("requirements.lock")
    assert all(hashes for _, hashes in ours.values())
    both = {key.partition(" ")[0] for key in ours} & {key.partition(" ")[0] for key in all_of_it}
    assert len(both) > 3
    for key in ours.keys() & all_of_it.keys():
        assert ours[key] == all_of_it[key], f"{key}: run `make lock`"


def test_all_that_the_service_needs_is_locked_and_no_tool_of_ours() -> None:
    """What the package asks for, with every store and receiver; no developers' tools."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    asked = [*project["project"]["dependencies"], *(it for name in EXTRAS for it in extras[name])]
    there = {key.partition(" ")[0] for key in locked("deploy/requirements.lock")}
    lacking = {canonicalize_name(Requirement(it).name) for it in asked} - there
    assert not lacking, "run `make lock`"
    assert not there & {"pytest", "ruff", "mypy", "hypothesis", "hatchling", "spacy", "pip"}


# --- what it does ---


def free_port() -> int:
    """Return a port of loopback that nobody has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def answering(status: int) -> Iterator[int]:
    """Serve /healthz with this status, and 404 elsewhere, on a port of loopback."""

    class Health(BaseHTTPRequestHandler):
        """Answers."""

        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def health(image: Image, port: int) -> int:
    """Run the health check as it stands; return its exit code."""
    (said,) = image.said("HEALTHCHECK")
    program, *words = json.loads(said.partition("CMD")[2])
    assert program == "python"
    return subprocess.run(
        [sys.executable, *words],
        env={"PORT": str(port)}, capture_output=True, check=False, timeout=30,
    ).returncode  # fmt: skip


@pytest.mark.parametrize(("status", "code"), [(200, 0), (404, 1), (503, 1)])
def test_the_health_check_tells_well_from_ill(image: Image, status: int, code: int) -> None:
    """By the answer of /healthz at PORT."""
    with answering(status) as port:
        assert health(image, port) == code


def test_the_health_check_of_nobody_is_ill(image: Image) -> None:
    """Nobody listens."""
    assert health(image, free_port()) == 1


@pytest.mark.e2e
def test_the_command_serves_until_it_is_told_to_stop(image: Image, tmp_path: Path) -> None:
    """At PORT; the health check is content; SIGTERM reaches the service itself, which ends well."""
    (said,) = image.said("CMD")
    port = free_port()
    environment = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PORT": str(port),
        "SCARLINE_HOME": str(tmp_path / "home"),
        "SCARLINE_OPERATOR_TOKEN": TOKEN,
    }
    with subprocess.Popen(
        json.loads(said),
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            until = time.monotonic() + 90
            while health(image, port) and time.monotonic() < until and process.poll() is None:
                time.sleep(0.2)
            assert health(image, port) == 0
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=30)
        finally:
            with suppress(ProcessLookupError):  # as it should be: nobody of them is left
                os.killpg(process.pid, signal.SIGTERM)
    assert process.returncode == 0, told
    assert health(image, port) == 1, "the shell is gone, but what it started still serves"
    assert "Traceback" not in told
    assert TOKEN not in told
