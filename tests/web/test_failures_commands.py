"""The commands about failures: what they write, whatever stands in a failure, and how they end."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from scarline import bootstrap
from scarline.cli import failures_work
from scarline.cli.asked import harmless
from scarline.cli.failures import app
from scarline.errors import ConfigError, UsageError
from scarline.failures.decisions import Decision, decided
from scarline.model import Window
from scarline.settings import Settings
from scarline.web.deciding import decisions, written
from tests.at_hand import EMPTY, embedded_url
from tests.fakes import EPOCH, FakeSource, failed
from tests.web.failing import FAILED, HOUR, captured, lines
from tests.web.receiver import receiving
from tests.web.served import served

__all__ = ["embedded_url"]

DONE, FAILED_FOR_GOOD, PARTIAL = 0, 1, 3

SPAN: dict[str, Any] = {
    "trace_id": "1",
    "span_id": "2",
    "name": "answer",
    "span_kind": "llm",
    "status": "error",
    "start_ns": 1_772_409_600_000_000_000,
    "duration": 1_000_000,
    "ml_app": "shop",
    "meta": {"error.message": "Error code: 429 - rate limit reached", "error.type": "RateLimit"},
}


@pytest.fixture
def environment(embedded_url: str, tmp_path: Path) -> dict[str, str]:
    """Give what leads the commands to an empty database."""
    with psycopg.connect(embedded_url, autocommit=True) as connection:
        if connection.execute("select to_regclass('scarline.chain')").fetchone() != (None,):
            connection.execute(EMPTY)
    return {"DATABASE_URL": embedded_url, "HOME": str(tmp_path), "COLUMNS": "200"}


def run(environment: dict[str, str], *words: str) -> Result:
    """Run one command in this process; what it raises is raised."""
    return CliRunner(env=environment).invoke(app, words, catch_exceptions=False)


def load(url: str, rows: Sequence[dict[str, Any]], window: Window = HOUR) -> None:
    """Store failures as a pull does."""

    async def work() -> None:
        async with bootstrap.open_pipeline(Settings(DATABASE_URL=url)) as road:  # type: ignore[call-arg]
            source = FakeSource([failed(*rows)], resuming=False)
            await replace(road, sources={"failures": source}).pull("failures", window)

    asyncio.run(work())


def test_from_nothing_to_a_bundle(environment: dict[str, str], tmp_path: Path) -> None:
    """Each empty answer says what to do next; a stretch nobody looked at ends with 3."""
    nothing = run(environment, "list")
    assert (nothing.exit_code, nothing.stdout) == (PARTIAL, "")
    assert "nobody has looked: scarline pull failures" in nothing.stderr
    load(environment["DATABASE_URL"], FAILED)
    listed = run(environment, "list", "--severity", "medium")
    assert listed.exit_code == DONE
    assert "Search is slow" in listed.stdout
    assert "not looked at: @ml_app:fake" in listed.stderr
    none = run(environment, "list", "--type", "cost")
    assert (none.exit_code, none.stdout) == (DONE, "")
    assert "no failures that fit" in none.stderr
    later = run(environment, "list", "--from", "2026-04-01", "--to", "2026-04-02", "--json")
    assert later.exit_code == PARTIAL
    assert json.loads(later.stdout)["coverage"]["looked"] is False
    groups = run(environment, "groups")
    assert groups.stdout.index("Timed out: search") < groups.stdout.index("Search is slow")
    group = run(environment, "groups", "A")
    assert "why: cause" in group.stdout
    assert "B may be the same" in group.stderr
    shown = run(environment, "show", "t1", "s1")
    assert '"name": "search"' in shown.stdout
    out = tmp_path / "failures.jsonl"
    done = run(environment, "export", "--group", "A", "--out", str(out), "--evidence", "1")
    assert (done.exit_code, done.stdout) == (DONE, "")
    assert [it["type"] for it in lines(out.read_text())] == ["group", "failure"]
    assert out.stat().st_mode & 0o777 == 0o600
    assert [it.name for it in tmp_path.iterdir()] == ["failures.jsonl"]
    assert run(environment, "export", "--group", "A", "--evidence", "1").stdout == out.read_text()
    with pytest.raises(UsageError, match="scarline failures groups"):
        run(environment, "groups", "Z")
    with pytest.raises(UsageError, match="no failures of group Z"):
        run(environment, "export", "--group", "Z")


def bring(url: str, group: str, *states: str) -> None:
    """Decide about a group, one state after the other."""

    async def work() -> None:
        async with bootstrap.open_pipeline(Settings(DATABASE_URL=url)) as road:  # type: ignore[call-arg]
            for version, state in enumerate(states, 1):
                own = Decision(group, version, road.clock(), "kim", "state", {"state": state}, "y")
                row = decided(own, await decisions(road), {group})

                async def make(row: Any = row) -> Any:
                    return row

                await written(road, "kim", group, make)

    asyncio.run(work())


def hooked(environment: dict[str, str], url: str) -> dict[str, str]:
    """Return the environment with a webhook."""
    own = {"SCARLINE_WEBHOOK_URL": url, "SCARLINE_WEBHOOK_SECRET": "sixteen-letters-or-more"}
    return environment | own


def to_webhook(environment: dict[str, str], *words: str) -> Result:
    """Export group A to the webhook."""
    return run(environment, "export", "--webhook", "--group", "A", "--evidence", "1", *words)


def test_an_export_is_delivered_once(environment: dict[str, str]) -> None:
    """Signed, with the same lines as a file has; asked again, nothing is sent again."""
    load(environment["DATABASE_URL"], FAILED)
    bring(environment["DATABASE_URL"], "A", "triaged", "ready")
    with receiving() as receiver:
        own = hooked(environment, receiver.url)
        first, again = to_webhook(own), to_webhook(own, "--json")
    assert (first.exit_code, first.stdout) == (DONE, "")
    assert "is delivered" in first.stderr
    assert json.loads(again.stdout)["state"] == "delivered"
    assert json.loads(again.stdout)["attempts"] == 1
    [(headers, body)] = receiver.got
    assert headers["webhook-signature"].startswith("v1,")
    assert [it["type"] for it in lines(body.decode())] == ["group", "failure"]
    assert "exported" in run(environment, "groups", "--state", "exported").stdout


@pytest.mark.parametrize(
    ("status", "ends", "state"), [(503, PARTIAL, "waiting"), (410, FAILED_FOR_GOOD, "failed")]
)
def test_one_attempt_is_made_and_what_waits_is_said(
    environment: dict[str, str], status: int, ends: int, state: str
) -> None:
    """Nothing is waited for; asked again before it is due, what waits is not sent again."""
    load(environment["DATABASE_URL"], FAILED)
    bring(environment["DATABASE_URL"], "A", "triaged", "ready")
    with receiving(status) as receiver:
        own = hooked(environment, receiver.url)
        first, again = to_webhook(own), to_webhook(own, "--json")
    assert (first.exit_code, again.exit_code) == (ends, ends)
    assert ("due at" in first.stderr, "begins anew" in first.stderr) == (
        state == "waiting",
        state == "failed",
    )
    assert json.loads(again.stdout)["state"] == state
    assert len(receiver.got) == (1 if state == "waiting" else 2)


def test_what_cannot_be_delivered_is_said(environment: dict[str, str], tmp_path: Path) -> None:
    """Without a webhook, with a file too, of a group that is new or is not there."""
    load(environment["DATABASE_URL"], FAILED)
    with pytest.raises(ConfigError, match="SCARLINE_WEBHOOK_URL"):
        to_webhook(environment)
    with receiving() as receiver:
        own = hooked(environment, receiver.url)
        with pytest.raises(UsageError, match="or to a file"):
            to_webhook(own, "--out", str(tmp_path / "x"))
        with pytest.raises(UsageError, match="is new: only what is ready"):
            to_webhook(own)
        with pytest.raises(UsageError, match="no failures of group Z"):
            run(own, "export", "--webhook", "--group", "Z")
    assert receiver.got == []


async def test_what_is_not_there_is_said() -> None:
    """With the command that lists what is, and the option that is wrong."""
    async with served() as api:
        await captured(api)
        road = api.pipeline
        with pytest.raises(UsageError, match="scarline failures list"):
            await failures_work.failure(road, "t1", "none")
        with pytest.raises(UsageError, match="--text cannot be that"):
            await failures_work.failures(road, {"text": "x" * 201})
        with pytest.raises(UsageError, match="from must be before to"):
            await failures_work.failures(
                road, {"from": "2026-03-02T01:00:00Z", "to": EPOCH.isoformat()}
            )
        found = await failures_work.failures(road, {"limit": 1})
        assert (len(found["failures"]), found["total"]) == (1, 3)


@pytest.mark.parametrize(
    "text",
    ["\x1b[2J\x1b]0;owned\x07", "\x9b31m", "a\rb", "\u202eevil", "tab\tbell\x07", "\u2066x"],
)
def test_a_terminal_obeys_nothing_of_it(text: str) -> None:
    """Controls are taken out; what is left is shown as it is, brackets and all."""
    own = harmless(f"[bold]ö\n{text}")
    assert own.startswith("[bold]ö\n")
    assert not any(ord(it) < 32 or 127 <= ord(it) < 160 for it in own.replace("\n", ""))
    assert not set(own) & set("\u202e\u2066")
    assert "\ufffd" in own


def test_hostile_titles_are_shown_as_they_are(environment: dict[str, str]) -> None:
    """No markup, no colours, no link of theirs."""
    nasty = "[red]x[/red] \x1b[31m [link=https://example.org]y[/link]"
    load(environment["DATABASE_URL"], [FAILED[0] | {"title": nasty, "span_name": nasty}])
    for words in (("list",), ("groups",), ("groups", "A"), ("show", "t1", "s1")):
        told = run(environment, *words).stdout
        assert "[red]x[/red] \ufffd[31m" in told, words
        assert "\x1b" not in told


def explained(tmp_path: Path, document: object, *words: str) -> Result:
    """Explain a document."""
    path = tmp_path / "span.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return run({"HOME": str(tmp_path), "COLUMNS": "200"}, "explain", str(path), *words)


@pytest.mark.parametrize("form", ["bare", "row", "answer"])
def test_a_span_is_explained(tmp_path: Path, form: str) -> None:
    """Which rules speak and why, what the others need, and its group; in any form it comes in."""
    row = {"id": "x", "type": "span", "attributes": SPAN}
    document: Any = {"bare": SPAN, "row": row, "answer": {"data": [row]}}[form]
    told = json.loads(explained(tmp_path, document, "--json").stdout)
    spoke = {it["rule"]: it for it in told["rules"] if it["spoke"]}
    assert told["failure"]
    assert "rate_limit" in spoke
    assert told["signature"].startswith("v1:")
    silent = next(it for it in told["rules"] if it["rule"] == "toxicity")
    assert silent["why"].startswith("it needs")
    shown = explained(tmp_path, document)
    assert shown.exit_code == DONE
    assert shown.stdout.index("rate_limit") < shown.stdout.index("toxicity")


def test_a_span_that_is_well(tmp_path: Path) -> None:
    """No rule speaks, and that is said."""
    well = SPAN | {"status": "ok", "meta": {}, "output": {"value": "Here you are."}}
    done = explained(tmp_path, well)
    assert "it is no failure" in done.stderr
    assert json.loads(explained(tmp_path, well, "--json").stdout)["failure"] is False


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", "no span"),
        ({"data": []}, "0 spans"),
        ({"trace_id": "1"}, "without span_id"),
    ],
)
def test_what_is_no_span(tmp_path: Path, document: Any, sentence: str) -> None:
    """Is refused with the name of the file."""
    with pytest.raises(UsageError, match=sentence):
        explained(tmp_path, document)
