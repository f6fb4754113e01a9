"""Law 4 for real: SIGKILL at each commit boundary, then pull again, and compare everything."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scarline.sandbox import Sandbox, World, running
from tests.at_hand import EMPTY, embedded_url

__all__ = ["embedded_url"]
pytestmark = pytest.mark.e2e

NOW = (
    1_772_460_000.0  # 2 March 2026, 14:00 UTC: the sandbox's clock, so that all pulls see the same
)
FROM, TO = "2026-02-27T00:00:00+00:00", "2026-03-02T00:00:00+00:00"
KILLED = -9
BOUNDARIES = 8  # the run before closed, started, batches, finished, and some beyond
DYING = Path(__file__).with_name("dying.py")
ALL = "select id, host, metric_name, value, timestamp from metrics order by id"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run a pretend Datadog whose time stands still."""
    with running(World(hosts=5, clock=lambda: NOW)) as started:
        yield started


@pytest.fixture(scope="module")
def environment(
    sandbox: Sandbox, embedded_url: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Give what leads a pull to the sandbox and to the embedded database."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "HOME": str(tmp_path_factory.mktemp("home")),
        "DATABASE_URL": embedded_url,
        "SCARLINE_DATADOG_URL": sandbox.url,
        "DD_API_KEY": sandbox.world.api_key,
        "DD_APP_KEY": sandbox.world.app_key,
    }


def run(environment: dict[str, str], *words: str) -> int:
    """Run Python to its end; give its exit code."""
    command = [sys.executable, *words]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode in (0, KILLED), done.stderr.decode()
    return done.returncode


def pull(environment: dict[str, str]) -> None:
    """Pull the window as a user does."""
    words = ("-m", "scarline", "pull", "metrics", "--from", FROM, "--to", TO)
    assert run(environment, *words) == 0


def held(url: str) -> list[tuple[object, ...]]:
    """Return all that the view shows."""
    with psycopg.connect(url) as connection:
        return connection.execute(ALL).fetchall()


@pytest.fixture(scope="module")
def expected(environment: dict[str, str], embedded_url: str) -> list[tuple[object, ...]]:
    """Return what an undisturbed pull leaves."""
    _emptied(embedded_url)
    pull(environment)
    rows = held(embedded_url)
    assert len(rows) > 5 * 3 * 1440
    return rows


def _emptied(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("select to_regclass('scarline.chain')").fetchone() != (None,):
            connection.execute(EMPTY)


@pytest.mark.parametrize("moment", ["before", "within", "after"])
def test_killed_at_each_commit_boundary(
    environment: dict[str, str],
    embedded_url: str,
    expected: list[tuple[object, ...]],
    moment: str,
) -> None:
    """One killed pull for each transaction, one after the other on the same database."""
    _emptied(embedded_url)
    ends = [
        run(environment, str(DYING), FROM, TO, str(transaction), moment)
        for transaction in range(BOUNDARIES)
    ]
    # A single statement commits by itself: only a batch has something within its transaction.
    assert ends.count(KILLED) >= (1 if moment == "within" else 4), ends
    pull(environment)
    assert held(embedded_url) == expected
    with psycopg.connect(embedded_url) as connection:
        query = "select count(*), count(distinct id) from metrics"
        total, distinct = connection.execute(query).fetchone() or (0, 0)
    assert total == distinct
    assert run(environment, "-m", "scarline", "verify") == 0
