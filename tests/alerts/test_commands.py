"""The commands as people type them: a real process and a real PostgreSQL."""

import asyncio
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scarline.stores.postgres import Config, open_store
from tests.alerts.rounds import Place
from tests.alerts.timeline import RULES
from tests.at_hand import embedded_url, postgres
from tests.web.receiver import receiving

__all__ = ["embedded_url"]
pytestmark = pytest.mark.e2e

DONE, FAILED, USAGE, PARTIAL = 0, 1, 2, 3


@pytest.fixture
def environment(embedded_url: str, tmp_path: Path) -> dict[str, str]:
    """Give what leads the commands to a database with one scar that goes on."""

    async def scarred() -> None:
        async with postgres(embedded_url)() as store:
            now = datetime.now(UTC).replace(microsecond=0)
            place = Place(store)
            place.clock.at = now
            await place.scarred({"onset": now - timedelta(minutes=5), "points": 30})

    asyncio.run(scarred())
    (tmp_path / "alerts.toml").write_text(RULES)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "DATABASE_URL": embedded_url,
        "SCARLINE_ALERTS": str(tmp_path / "alerts.toml"),
        "SLACK_URL": "http://127.0.0.1:9/services/hidden-part",
    }


def scarline(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "scarline", "alerts", *words],
        env=environment,
        cwd=environment["HOME"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def told(environment: dict[str, str], *words: str) -> Any:
    """Return the JSON that a command writes."""
    done = scarline(environment, *words, "--json")
    assert done.returncode == DONE, done.stderr
    return json.loads(done.stdout)


def test_an_alert_is_listed_silenced_and_heard_again(environment: dict[str, str]) -> None:
    """Each with why, for people and for scripts."""
    (alert,) = told(environment, "list")
    assert (alert["state"], alert["labels"]["alertname"]) == ("firing", "Starved")
    wanted = ("silence", "host=~web-.*", "--for", "2h", "--comment", "a new disk", "--as", "ana")
    made = told(environment, *wanted)
    assert (made["author"], made["matchers"]) == ("ana", ['host=~"web-.*"'])
    assert told(environment, "silences") == [made]
    assert told(environment, "list", "--state", "silenced")[0]["silenced_by"] == [made["id"]]
    shown = scarline(environment, "list")
    assert f"by silence {made['id']}" in shown.stdout
    assert re.fullmatch(r"looked up to \S+Z, (just now|a minute ago)\n", shown.stderr)
    assert told(environment, "expire", made["id"])["state"] == "expired"
    assert "no silences" in scarline(environment, "silences").stderr
    assert told(environment, "silences", "--expired")[0]["id"] == made["id"]
    again = scarline(environment, "expire", made["id"])
    assert (again.returncode, "is over since" in again.stderr) == (USAGE, True)


def test_receivers_are_tried(environment: dict[str, str]) -> None:
    """Exit code 1 if one fails; no secret is shown."""
    failed = scarline(environment, "test")
    assert failed.returncode == FAILED
    assert failed.stdout.startswith("no  ops: it could not be reached")
    assert "hidden-part" not in failed.stdout + failed.stderr
    with receiving() as receiver:
        environment["SLACK_URL"] = receiver.url
        assert told(environment, "test", "--receiver", "ops")[0]["delivered"] is True
        assert b"ScarlineTest" in receiver.got[0][1]
    with receiving(0) as slow, receiving() as receiver:  # nobody waits for another
        slow.silent_seconds = 4.0
        environment |= {"SLACK_URL": slow.url, "LAST_URL": receiver.url}
        last = '[[receiver]]\nname = "last"\ntype = "slack"\nurl_env = "LAST_URL"\n'
        Path(environment["SCARLINE_ALERTS"]).write_text(RULES + last)
        with ThreadPoolExecutor(1) as beside:
            doing = beside.submit(
                told, environment, "test", "--receiver", "ops", "--receiver", "last"
            )
            assert slow.came.acquire(timeout=60)
            assert receiver.came.acquire(timeout=2)
        assert [it["receiver"] for it in doing.result()] == ["ops", "last"]
    Path(environment["SCARLINE_ALERTS"]).write_text(RULES)
    wrong = scarline(environment, "test", "--receiver", "pager")
    assert (wrong.returncode, wrong.stdout) == (USAGE, "")
    assert "there is no receiver pager: there is ops" in wrong.stderr


def test_a_file_is_checked(environment: dict[str, str], tmp_path: Path) -> None:
    """It says what is in it, or what is wrong with it."""
    good = scarline(environment, "check", environment["SCARLINE_ALERTS"])
    assert good.returncode == DONE
    assert good.stdout.splitlines() == ["1 rule: Starved", "{} -> ops", "receivers: ops (slack)"]
    assert "to be set: SLACK_URL" in good.stderr
    (tmp_path / "bad.toml").write_text(RULES.replace("critical", "terrible"))
    bad = scarline(environment, "check", "bad.toml")
    assert (bad.returncode, bad.stdout) == (USAGE, "")
    assert "bad.toml, line 7: rule 'Starved': severity is 'terrible'" in bad.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (RULES.replace("operator/3", "operator/1"), "scar-operator/1 is promoted, so nobody is"),
        (
            RULES[: RULES.index("[[rule]]")] + RULES[RULES.index("[route]") :],
            "there is no [[rule]]",
        ),
    ],
)
def test_a_file_that_tells_nobody_says_so(
    environment: dict[str, str], tmp_path: Path, text: str, sentence: str
) -> None:
    """It is no fault, and easily overlooked."""
    (tmp_path / "alerts.toml").write_text(text)
    for words in (("check", "alerts.toml"), ("list",)):
        done = scarline(environment, *words)
        assert (done.returncode, sentence in done.stderr) == (DONE, True)


def test_nothing_found_is_not_nobody_looked(environment: dict[str, str], embedded_url: str) -> None:
    """Without a pull of metrics that counts the list ends with 3."""

    async def taken_back() -> None:
        async with open_store(Config(Path(), embedded_url)) as store:
            road = Place(store).road
            (run,) = await road.runs("metrics")
            await road.rollback(run.run, "a test")

    asyncio.run(taken_back())
    done = scarline(environment, "list")
    assert (done.returncode, "nobody has looked" in done.stderr) == (PARTIAL, True)
    assert "nothing fires" not in done.stderr
    done = scarline(environment, "list", "--json")
    assert (done.returncode, done.stdout) == (PARTIAL, "[]\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("silence", "host", "--comment", "x"), "'host' is no matcher"),
        (("silence", "host=x", "--comment", "x", "--for", "long"), "'long' is no length of time"),
        (("silence", "host=x", "--comment", " "), "needs an author and a comment"),
        (("expire", "none"), "there is no silence none"),
    ],
)
def test_what_cannot_be_done_as_it_was_said(
    environment: dict[str, str], words: tuple[str, ...], sentence: str
) -> None:
    """One sentence, exit code 2."""
    done = scarline(environment, *words)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert sentence in done.stderr


def test_without_a_file_or_a_secret(environment: dict[str, str]) -> None:
    """A sentence that says what to set."""
    del environment["SLACK_URL"]
    pager = '[[receiver]]\nname = "pager"\ntype = "pagerduty"\nkey_env = "PAGER_KEY"\n'
    Path(environment["SCARLINE_ALERTS"]).write_text(RULES + pager)
    done = scarline(environment, "list")
    assert done.returncode == USAGE
    for name in ("ops needs SLACK_URL", "pager needs PAGER_KEY"):
        assert f"{name}, which is not set" in done.stderr
    del environment["SCARLINE_ALERTS"]
    done = scarline(environment, "list")
    assert (done.returncode, "SCARLINE_ALERTS is not set" in done.stderr) == (USAGE, True)


def test_the_store_is_as_the_ledger_says(environment: dict[str, str], embedded_url: str) -> None:
    """Silences are runs like all others."""
    told(environment, "silence", "host=x", "--comment", "why")

    async def faults() -> list[str]:
        async with open_store(Config(Path(), embedded_url)) as store:
            return await Place(store).road.verify()

    assert asyncio.run(faults()) == []
