"""Law 1. A planted secret of any rule is nowhere in what a store, its disk or a log holds."""

import asyncio
import os
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.ledger import replay
from scarline.model import Asked, Batch, Missing, Window, stamp
from scarline.pipeline import Pipeline
from scarline.ports import Store
from scarline.privacy import DROPPED, RULES, TEXT_LIMIT, Rule, redact, redact_text
from scarline.stores.postgres import Config, open_store
from scarline.stores.postgres.embedded import embedded
from tests.at_hand import Opener
from tests.fakes import EPOCH, Clock, FakeSource, Step, batch
from tests.laws.stories import modest, pipeline, shown

HOUR = Window(EPOCH, EPOCH.replace(hour=1))
RULE_NAMES = [rule.name for rule in RULES]


def canary(rule: Rule) -> str:
    """Return the part of a rule's example that no store may hold."""
    words = [word for word in re.split(r"[\s:]+", rule.goes) if len(word) > 5]
    return max(words, key=len)


def planted(secret: str) -> list[Batch | Step | Exception]:
    """Return steps that carry ``secret`` wherever a source can put text."""
    rows = batch(
        (f"app.{secret}", "a", 0, 1.0),
        ("cpu", f"host-of {secret}", 0, 2.0),
        ("cpu", f"of {secret} too", 0, 3.0),
        unit=f"per {secret}",
        asked=(Asked(f"avg:cpu{{user:{secret} }}", HOUR),),
        missing=(Missing(f"of {secret} .", HOUR, f"said: {secret} ; try later"),),
        kept_out={f"because {secret} .": 1},
    )
    return [rows, ValueError(f"could not read {secret} of it")]


async def tell(store: Store, secret: str) -> None:
    """Pull a planted answer, let it fail with a planted error, and roll it back in words."""
    with pytest.raises(ValueError, match="could not read"):
        await pipeline(store, planted(secret)).pull("metrics")
    failed = replay(await store.entries("metrics"))[-1]
    assert failed.rows == 3
    await pipeline(store, [batch(("cpu", secret, 5, 1.0))], number=1, resuming=False).pull(
        "metrics"
    )


@pytest.mark.parametrize("rule", RULES, ids=RULE_NAMES)
def test_clean(open_empty: Opener, rule: Rule) -> None:
    """Neither rows nor ledger hold the secret; the rows are there, and it is counted."""

    async def check() -> None:
        async with open_empty() as store:
            await tell(store, rule.goes)
            runs = replay(await store.entries("metrics"))
            await pipeline(store, [], number=2).rollback(runs[-1].run, f"for {rule.goes} !")
            told = f"{await shown(store)} {await store.entries()}"
            assert canary(rule) not in told
            assert f"[{rule.name}]" in told
            assert sum(run.redacted.get(rule.name, 0) for run in runs) > 3

    asyncio.run(check())


@pytest.mark.parametrize("rule", RULES, ids=RULE_NAMES)
def test_each_rule_is_as_its_row_says(rule: Rule) -> None:
    """What must go goes, what must stay stays, to the letter."""
    assert canary(rule) not in redact_text(f"see {rule.goes} there")
    assert redact_text(rule.stays) == rule.stays


@modest
@given(st.lists(st.one_of(st.text(), st.sampled_from([rule.goes for rule in RULES])), max_size=4))
def test_redacting_twice_changes_nothing(parts: list[str]) -> None:
    """What was redacted once is left as it is, whatever stands around it."""
    once = redact_text(" ".join(parts))
    assert redact_text(once) == once


def test_what_cannot_be_told_apart_is_kept_out_and_counted() -> None:
    """Two hosts of the same redacted name: one series stays, the other is counted."""
    mixed = batch(
        ("cpu", "ann@example.org", 0, 1.0),
        ("cpu", "bob@example.org", 0, 2.0),
        ("cpu", "bob@example.org", 1, 3.0),
    )
    clean = redact(mixed).batch
    assert clean.rows.column("host").to_pylist() == ["[email]"]
    assert clean.kept_out == {"cannot be told apart once redacted": 2}


def test_what_is_too_long_is_dropped() -> None:
    """A text beyond the limit is never kept as it came."""
    assert redact_text("x" * (TEXT_LIMIT + 1)) == DROPPED


def test_the_whole_disk_is_clean(tmp_path: Path) -> None:
    """Every file of the data folder, write-ahead log and server log too, read as raw bytes."""

    async def check(url: str) -> None:
        async with open_store(Config(tmp_path, url)) as store:
            for number, rule in enumerate(RULES):
                source = FakeSource(planted(rule.goes), resuming=False)
                road = Pipeline({"metrics": source}, store, Clock(EPOCH.replace(hour=number)))
                with pytest.raises(ValueError, match="could not read"):
                    await road.pull("metrics")
            await store.note("x")
            marker = stamp(EPOCH)
            await store.swap("marker", f"found:{marker}", 0)

    home = tmp_path / "home"
    with embedded(home) as server:
        asyncio.run(check(server.conninfo))
        # A statement that fails is what servers like to log with all its values.
        again = "insert into scarline.note select * from scarline.note"
        with (
            psycopg.connect(server.conninfo, autocommit=True) as connection,
            pytest.raises(psycopg.errors.UniqueViolation),
        ):
            connection.execute(again)
        held = list(_files(home))
        assert any(b"found:2026-03-02" in text for text in held), "the search finds nothing at all"
        for rule in RULES:
            assert not any(canary(rule).encode() in text for text in held), rule.name


def _files(folder: Path) -> Iterator[bytes]:
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent) / name
            if path.is_file():
                yield path.read_bytes()
