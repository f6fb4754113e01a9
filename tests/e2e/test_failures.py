"""LLM failures as people pull them: all that were planted, each once, and nothing personal."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from scarline.sandbox import Sandbox
from tests.e2e.test_commands import (
    DONE,
    USAGE,
    embedded_url,
    environment,
    sandbox,
    scarline,
    told,
)

__all__ = ["embedded_url", "environment", "sandbox"]

END = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
START = END - timedelta(hours=12)
WINDOW = ("--from", f"{START:%Y-%m-%dT%H:%M}", "--to", f"{END:%Y-%m-%dT%H:%M}")
KEYED = {
    "SCARLINE_PSEUDONYM_KEY": "a key of more than thirty-two characters",
    "SCARLINE_LOG": "info",
}


def shown(url: str) -> list[dict[str, Any]]:
    """Return the failures that the view for people shows."""
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
        return connection.execute("select * from llm_failures order by 1, 2").fetchall()


def everything(url: str) -> str:
    """Return all that the database holds of failures and of the ledger, as text."""
    with psycopg.connect(url) as connection:
        rows = [
            *connection.execute("select f::text from scarline.llm_failure_seen f").fetchall(),
            *connection.execute("select e::text from scarline.entry e").fetchall(),
        ]
    return "\n".join(row[0] for row in rows)


def test_what_was_planted(environment: dict[str, str], sandbox: Sandbox) -> None:
    """Every failure is there once, nothing else is, and nothing personal, in rows or logs."""
    url = environment["DATABASE_URL"]
    began = datetime.now(UTC).timestamp()
    done = scarline(environment | KEYED, "pull", "failures", *WINDOW, "--json")
    assert done.returncode == DONE, done.stderr
    run = told(done)
    planted = sandbox.world.failures(START.timestamp(), END.timestamp())
    rows = shown(url)
    found = [(row["trace_id"], row["span_id"]) for row in rows]
    assert len(found) == len(set(found)) == run["counts"]["new"]
    # One that comes hours late may not be there yet.
    sure = {(it.trace_id, it.span_id) for it in planted if it.certain and it.seen <= began}
    assert len(sure) > 20
    assert sure <= set(found) <= {(it.trace_id, it.span_id) for it in planted}
    assert all(row["signature"].startswith("v1:") and row["title"] for row in rows)
    assert all(row["datadog_url"].startswith("https://app.") for row in rows)
    assert any(row["user_hash"] for row in rows)
    held = everything(url) + done.stdout + done.stderr
    secrets = {secret for it in planted for secret in it.secrets}
    assert secrets
    assert [secret for secret in secrets if secret in held] == []
    kept = {json.loads(line)["event"] for line in done.stderr.splitlines() if line[:1] == "{"}
    assert len(kept) > 1


def test_again_and_back(environment: dict[str, str]) -> None:
    """A second pull of the same stretch changes nothing; a rollback leaves nothing."""
    url = environment["DATABASE_URL"]
    assert scarline(environment, "pull", "failures", *WINDOW).returncode == DONE
    before = shown(url)
    run = told(scarline(environment, "pull", "failures", *WINDOW, "--json"))
    assert (run["counts"]["new"], run["counts"]["changed"]) == (0, 0)
    assert run["counts"]["same"] == len(before)
    assert shown(url) == before
    assert scarline(environment, "verify").returncode == DONE
    assert scarline(environment, "rollback", "--source", "datadog").returncode == DONE
    assert shown(url) == []


def test_a_heavy_pull_asks_for_approval(environment: dict[str, str]) -> None:
    """It says what it takes; nothing is sent."""
    month = ("--from", "2026-01-01", "--to", "2026-02-15")
    done = scarline(environment, "pull", "failures", *month)
    assert (done.returncode, "--approve" in done.stderr) == (USAGE, True)
    assert told(scarline(environment, "runs", "--json")) == []
    plan = scarline(environment, "pull", "failures", *month, "--dry-run")
    assert (plan.returncode, "requests" in plan.stderr) == (DONE, True)


def test_one_application_alone(environment: dict[str, str], sandbox: Sandbox) -> None:
    """What is named is asked for, and nothing else."""
    apps = {it.ml_app for it in sandbox.world.failures(START.timestamp(), END.timestamp())}
    app = min(apps)
    done = scarline(environment, "pull", "failures", *WINDOW, "--ml-app", app)
    assert done.returncode == DONE, done.stderr
    assert {row["ml_app"] for row in shown(environment["DATABASE_URL"])} == {app}
