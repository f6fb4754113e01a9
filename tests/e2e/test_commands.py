"""The commands as people type them: a real process, a pretend Datadog, a real PostgreSQL."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scarline.bootstrap.pretend import demo_left
from scarline.sandbox import Fault, Sandbox, World, running
from scarline.settings import Settings
from tests.at_hand import EMPTY, embedded_url

__all__ = ["embedded_url"]
pytestmark = pytest.mark.e2e

DONE, FAILED, USAGE, PARTIAL = 0, 1, 2, 3


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a pretend Datadog."""
    with running(World(hosts=6)) as started:
        yield started


@pytest.fixture
def environment(sandbox: Sandbox, embedded_url: str, tmp_path: Path) -> dict[str, str]:
    """Give what leads the commands to the sandbox and to an empty database."""
    with psycopg.connect(embedded_url, autocommit=True) as connection:
        connection.execute("select 1")
        if connection.execute("select to_regclass('scarline.chain')").fetchone() != (None,):
            connection.execute(EMPTY)
    world = sandbox.world
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "DATABASE_URL": embedded_url,
        "SCARLINE_DATADOG_URL": sandbox.url,
        "DD_API_KEY": world.api_key,
        "DD_APP_KEY": world.app_key,
    }


def scarline(
    environment: Mapping[str, str], *words: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    command = [sys.executable, "-m", "scarline", *words]
    return subprocess.run(
        command,
        env=dict(environment),
        cwd=cwd or environment["HOME"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str]) -> Any:
    """Return the JSON on stdout, and nothing else may be there."""
    return json.loads(done.stdout)


def test_the_story(environment: dict[str, str]) -> None:
    """Pull, pull again, look, verify, roll back, look again."""
    first = scarline(environment, "pull", "metrics", "--last", "1h", "--json")
    assert (first.returncode, first.stderr) == (DONE, "")
    run = told(first)
    assert run["state"] == "done"
    assert set(run["tally"]) == {"system.cpu.idle", "system.load.1"}
    assert run["counts"]["new"] == run["counts"]["rows"] > 600
    assert run["coverage"]["missing"] == []

    again = told(scarline(environment, "pull", "metrics", "--json"))
    assert again["counts"]["same"] > 0, "the look-back reads the newest points again"
    assert again["counts"]["changed"] == 0, "no interval was read before it was complete"

    listed = told(scarline(environment, "runs", "--json"))
    assert [it["run"] for it in listed] == [again["run"], run["run"]]
    assert {"run", "stream", "state", "counts", "coverage"} <= set(listed[0])
    assert told(scarline(environment, "verify", "--json")) == {"well": True, "faults": []}

    planned = scarline(environment, "rollback", run["run"], "--dry-run")
    assert "would take away" in planned.stdout
    gone = scarline(environment, "rollback", run["run"], "--reason", "wrong account")
    assert gone.returncode == DONE
    assert "to read them again: scarline pull metrics --from" in gone.stderr
    listed = told(scarline(environment, "runs", "--json"))
    assert [it["state"] for it in listed] == ["done", "rolled back"]
    assert listed[1]["reason"] == "wrong account"
    assert scarline(environment, "verify").returncode == DONE

    twice = scarline(environment, "rollback", run["run"])
    assert (twice.returncode, twice.stdout) == (USAGE, "")
    assert "is rolled back already" in twice.stderr
    assert told(scarline(environment, "rollback", "--source", "datadog", "--json"))
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        assert connection.execute("select count(*) from metrics").fetchone() == (0,)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("pull", "metric"), "there is no stream 'metric'; there are: failures, flows, metrics"),
        (("pull", "metrics", "--last", "1 year"), "'1 year' is no length of time"),
        (("pull", "metrics", "--from", "yesterday"), "'yesterday' is no time"),
        (("pull", "metrics", "--to", "2026-01-01"), "--to needs --from"),
        (("pull", "metrics", "--last", "1h", "--from", "2026-01-01"), "leave out --from"),
        (("pull", "metrics", "--from", "2026-01-02", "--to", "2026-01-01"), "is empty"),
        (("rollback", "metrics-nope"), "there is no run 'metrics-nope'"),
        (("rollback",), "name one run, or a source"),
        (("sandbox", "--fault", "earthquake"), "earthquake"),
    ],
)
def test_what_cannot_be_done_as_it_was_said(
    environment: dict[str, str], sandbox: Sandbox, words: tuple[str, ...], sentence: str
) -> None:
    """Exit code 2, one sentence, nothing sent, nothing written."""
    done = scarline(environment, *words)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert list(sandbox.log) == []


def test_without_keys(environment: dict[str, str]) -> None:
    """A sentence that says what to set, before any request."""
    del environment["DD_API_KEY"], environment["DD_APP_KEY"]
    done = scarline(environment, "pull", "metrics")
    assert done.returncode == USAGE
    assert "DD_API_KEY and DD_APP_KEY not set" in done.stderr


def test_with_a_wrong_key(environment: dict[str, str]) -> None:
    """Failed, with a sentence that does not hold the key; doctor says the same."""
    environment["DD_APP_KEY"] = "hunter2hunter2"
    done = scarline(environment, "pull", "metrics", "--last", "1h")
    assert done.returncode == FAILED
    assert "`scarline doctor` says which" in done.stderr
    doctor = scarline(environment, "doctor", "--json")
    assert doctor.returncode == FAILED
    assert any("DD_APP_KEY" in check["remedy"] for check in told(doctor) if not check["well"])
    runs = scarline(environment, "runs", "--json")
    assert told(runs)[0]["state"] == "failed"
    assert "hunter2" not in done.stderr + doctor.stdout + runs.stdout


def test_doctor_is_content(environment: dict[str, str]) -> None:
    """All checks well: exit code 0."""
    done = scarline(environment, "doctor", "--json")
    assert done.returncode == DONE, done.stdout
    assert all(check["well"] for check in told(done))


def test_doctor_looks_on_past_what_fails(environment: dict[str, str]) -> None:
    """Without a database, it still tells of the keys."""
    environment["DATABASE_URL"] = "postgresql://me:hunter2@127.0.0.1:1/none"
    done = scarline(environment, "doctor", "--json")
    assert done.returncode == FAILED
    found = {check["name"]: check["well"] for check in told(done)}
    assert found["store"] is False
    assert [well for name, well in found.items() if name != "store"] == [True] * (len(found) - 1)
    assert "hunter2" not in done.stdout + done.stderr


def test_partial(environment: dict[str, str], sandbox: Sandbox) -> None:
    """A metric that Datadog does not know makes the run partial, and is named."""
    environment["SCARLINE_METRICS"] = "system.cpu.idle,system.no.such"
    done = scarline(environment, "pull", "metrics", "--last", "1h")
    assert done.returncode == PARTIAL
    assert "system.no.such" in done.stderr
    assert "system.cpu.idle" in done.stdout
    assert sandbox.log


def test_dry_run_sends_nothing(environment: dict[str, str], sandbox: Sandbox) -> None:
    """The requests and their cost are told; the log of the other side stays empty."""
    done = scarline(environment, "pull", "metrics", "--last", "30d", "--dry-run", "--json")
    assert done.returncode == DONE
    plan = told(done)
    assert len(plan["requests"]) >= 29
    assert plan["costs"]
    assert list(sandbox.log) == []
    assert told(scarline(environment, "runs", "--json")) == []


def test_stopped_in_the_middle(environment: dict[str, str], sandbox: Sandbox) -> None:
    """SIGTERM while it waits: a sentence, what is stored stays, the next pull goes on."""
    sandbox.faults.append(Fault("slow", value=5, path="/api/v2/query", after=1))
    words = [sys.executable, "-m", "scarline", "pull", "metrics", "--last", "7d"]
    with subprocess.Popen(
        words, env=environment, cwd=environment["HOME"], stderr=subprocess.PIPE, text=True
    ) as process:
        until = time.monotonic() + 30
        while not sandbox.log and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the next pull goes on from there" in said
    sandbox.faults.clear()
    # Stopped in the middle of a commit, it cannot say so itself: the next pull does.
    stopped = told(scarline(environment, "runs", "--json"))[0]
    assert stopped["state"] in {"failed", "interrupted"}
    assert scarline(environment, "pull", "metrics", "--last", "7d").returncode == DONE
    runs = told(scarline(environment, "runs", "--json"))
    assert [it["state"] for it in runs if it["run"] == stopped["run"]] == ["failed"]
    assert scarline(environment, "verify").returncode == DONE


def test_demo_once(tmp_path: Path) -> None:
    """Everything without an account: a summary, exit code 0, and data that stays."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SCARLINE_HOME": str(tmp_path / "a home"),
    }
    done = scarline(environment, "demo", "--once", cwd=tmp_path)
    assert done.returncode == DONE, done.stderr
    assert "system.cpu.idle" in done.stdout
    assert "points in all" in done.stdout
    assert "flows in all" in done.stdout
    left = [it.strip() for it in done.stderr.splitlines() if it.startswith("  SCARLINE_HOME=")]
    assert [it.split(" scarline ")[1] for it in left] == [
        *("runs", "scars list", "failures groups", "verify", "serve")
    ]
    called = f" {shlex.quote(sys.executable)} -m scarline "
    looked = f"{left[0].replace(' scarline ', called)} --json"
    found = subprocess.run(
        ["/bin/sh", "-c", looked], env=environment, capture_output=True, check=True, timeout=60
    )
    assert {it["stream"] for it in json.loads(found.stdout)} == {"metrics", "flows", "failures"}


def test_a_database_that_is_set_hides_what_the_demo_left() -> None:
    """It is said, and what else leads elsewhere is set in each command."""
    told = {
        "DATABASE_URL": "postgresql://db",
        "SCARLINE_STORE": "firestore",
        "SCARLINE_HOME": "/a b",
    }
    where, first, *commands = demo_left(Settings.model_validate(told), "scarline")
    assert "in '/a b/demo'" in where
    assert "unset DATABASE_URL before" in first
    assert commands[0] == "  SCARLINE_HOME='/a b/demo' SCARLINE_STORE=sql scarline runs"
    told = {"SCARLINE_HOME": "/a"}
    assert len(list(demo_left(Settings.model_validate(told), "scarline"))) == 1 + len(commands)


def test_the_commands_that_first_users_know(environment: dict[str, str], tmp_path: Path) -> None:
    """The example copied and filled in, one script: which metrics, from when to when, how many."""
    root = Path(__file__).parents[2]
    example = (root / ".env.example").read_text(encoding="utf-8")
    for name in ("DATABASE_URL", "SCARLINE_DATADOG_URL", "DD_API_KEY", "DD_APP_KEY"):
        assert f"\n{name}=\n" in example
        example = example.replace(f"\n{name}=\n", f"\n{name}={environment[name]}\n")
    (tmp_path / ".env").write_text(example, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(root / "datadog_ingestion.py")],
        env={"PATH": environment["PATH"], "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (DONE, "")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["system.cpu.idle", "system.load.1"]
    assert "points in all" in lines[-1]
    assert environment["DD_API_KEY"] not in done.stdout
