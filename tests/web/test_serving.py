"""`scarline serve` as people start it: a real process, a real database, a real socket."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import psycopg
import pytest

from tests.at_hand import EMPTY, embedded_url
from tests.web.served import FLOWS

__all__ = ["embedded_url"]
pytestmark = pytest.mark.e2e

USAGE = 2


@pytest.fixture
def environment(embedded_url: str, tmp_path: Path) -> dict[str, str]:
    """Give what leads to an empty database."""
    with psycopg.connect(embedded_url, autocommit=True) as connection:
        if connection.execute("select to_regclass('scarline.chain')").fetchone() != (None,):
            connection.execute(EMPTY)
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DATABASE_URL": embedded_url}


def command(*words: str) -> list[str]:
    """Return the command line."""
    return [sys.executable, "-m", "scarline", "serve", *words]


@contextmanager
def serving(environment: Mapping[str, str], *words: str) -> Iterator[str]:
    """Serve on a free port; give the address. At its end it must close in order."""
    process = subprocess.Popen(
        command("--port", "0", *words),
        env=dict(environment),
        cwd=environment["HOME"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r"http://\S+:\d+", line)
        assert found, line + process.stderr.read()
        yield found[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, process.stderr.read()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_the_story(environment: dict[str, str]) -> None:
    """Told, shown, taken back; what is stored is there for the next process."""
    with serving(environment) as url, httpx.Client(base_url=url) as http:
        flows = [{"from": "oms", "to": "stock", "env": "prod"}, {"from": "web", "to": "oms"}]
        told = http.post(FLOWS, json={"flows": flows}).json()
        assert (told["accepted"], told["counts"]["new"]) == (2, 2)
        assert len(http.get(FLOWS).json()["flows"]) == 2
        assert "server" not in http.get("/healthz").headers
        assert http.get("/readyz").status_code == 200
        evil = http.get(FLOWS, headers={"Host": "evil.example"})
        assert evil.status_code == 421
    with serving(environment) as url, httpx.Client(base_url=url) as http:
        page = http.get("/api/ale/provenance", params={"verify": True}).json()
        assert (page["verified"], page["transactions"][0]["run"]) == (True, told["run"])
        gone = http.delete(FLOWS, params={"source": "api"}).json()
        assert [it["run"] for it in gone["runs"]] == [told["run"]]
        assert http.get(FLOWS).json() == {"flows": [], "next": None}


@pytest.mark.parametrize(
    ("words", "more", "sentence"),
    [
        (("--host", "0.0.0.0"), {}, "SCARLINE_OPERATOR_TOKEN"),  # noqa: S104 - is refused
        ((), {"SCARLINE_READER_TOKEN": "hunter2"}, "too short"),
        ((), {"SCARLINE_OMS_PATTERN": "("}, "none of RE2"),
        (("--host", "192.0.2.1"), {"SCARLINE_OPERATOR_TOKEN": "x" * 20}, "cannot be had"),
    ],
)
def test_what_cannot_be_served(
    environment: dict[str, str], words: tuple[str, ...], more: dict[str, str], sentence: str
) -> None:
    """A sentence, exit code 2, and no secret in it."""
    done = subprocess.run(
        command(*words),
        env=environment | more,
        cwd=environment["HOME"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (USAGE, ""), done.stderr
    assert sentence in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr
