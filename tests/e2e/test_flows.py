"""Integration flows as people load them: from Datadog, from a file, and taken back."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.e2e.test_commands import (
    DONE,
    PARTIAL,
    USAGE,
    embedded_url,
    environment,
    sandbox,
    scarline,
    told,
)

__all__ = ["embedded_url", "environment", "sandbox"]
pytestmark = pytest.mark.e2e

LIST = Path(__file__).parents[2] / "examples" / "datadog-service-list.csv"


def shown(url: str) -> list[Any]:
    """Return the flows that the view for people shows."""
    query = """
        select source, env, system_from, system_to, status, error_rate, owner_team
        from integration_flows order by 1, 2, 3, 4
    """
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def test_from_datadog(environment: dict[str, str]) -> None:
    """The environments that are named, or all; a rollback brings back what was before."""
    done = scarline(environment, "pull", "flows", "--env", "prod")
    assert done.returncode == DONE, done.stderr
    assert "flows in all" in done.stdout
    before = shown(environment["DATABASE_URL"])
    assert {row[1] for row in before} == {"prod"}
    assert any(row[3] and row[5] is not None and row[6] for row in before)
    scarline(environment, "pull", "flows")
    assert {row[1] for row in shown(environment["DATABASE_URL"])} == {"prod", "staging"}
    newest = told(scarline(environment, "runs", "--json"))[0]["run"]
    assert scarline(environment, "rollback", newest).returncode == DONE
    assert shown(environment["DATABASE_URL"]) == before
    assert scarline(environment, "verify").returncode == DONE
    assert scarline(environment, "rollback", "--source", "datadog").returncode == DONE
    assert shown(environment["DATABASE_URL"]) == []


def test_from_a_file(environment: dict[str, str], tmp_path: Path) -> None:
    """A list that lacks a service takes it away; a rollback of that load brings it back."""
    run = told(scarline(environment, "load-flows", str(LIST), "--json"))
    assert run["state"] == "done"
    before = shown(environment["DATABASE_URL"])
    assert len({row[2] for row in before}) == 25
    again = told(scarline(environment, "load-flows", str(LIST), "--json"))
    assert (again["run"], again["counts"]["new"], again["counts"]["same"]) == (run["run"], 0, 47)
    text = LIST.read_text("utf-8").splitlines(keepends=True)
    less = tmp_path / "less.csv"
    less.write_text("".join(text[:-1]), "utf-8")
    assert scarline(environment, "load-flows", str(less)).returncode == DONE
    after = shown(environment["DATABASE_URL"])
    assert len({row[2] for row in after}) == 24
    newest = told(scarline(environment, "runs", "--json"))[0]["run"]
    assert scarline(environment, "rollback", newest).returncode == DONE
    assert shown(environment["DATABASE_URL"]) == before
    assert scarline(environment, "verify").returncode == DONE


def test_bad_rows_are_named_and_kept_out(environment: dict[str, str], tmp_path: Path) -> None:
    """With their line, without what is personal in them; the good rows go in, or none."""
    path = tmp_path / "some.csv"
    path.write_text("service,latency,owner\na,12 ms,x\nb,ann@example.org,y\n", "utf-8")
    done = scarline(environment, "load-flows", str(path), "--strict")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert "line 3" in done.stderr
    assert shown(environment["DATABASE_URL"]) == []
    done = scarline(environment, "load-flows", str(path))
    assert done.returncode == PARTIAL
    assert "line 3: an unreadable latency" in done.stderr
    assert "ann@example.org" not in done.stderr
    assert [row[2] for row in shown(environment["DATABASE_URL"])] == ["a"]


def test_what_a_load_would_do(environment: dict[str, str]) -> None:
    """A dry run reads the file and stores nothing; a file that is not there is a sentence."""
    done = scarline(environment, "load-flows", str(LIST), "--dry-run")
    assert (done.returncode, "datadog-service-list.csv" in done.stdout) == (DONE, True)
    assert told(scarline(environment, "runs", "--json")) == []
    done = scarline(environment, "load-flows", "nowhere.csv")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert "there is no file" in done.stderr
