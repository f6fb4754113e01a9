"""Law 1. A planted secret of any rule is nowhere in what a store, its disk or a log holds."""

import asyncio
import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.kinds import INTEGRATION_FLOW, LLM_FAILURE, Kind
from scarline.ledger import replay
from scarline.ports import Query, Store
from scarline.privacy import DROPPED, Account, redact, redact_json, redact_text
from scarline.privacy.rules import built_in, drawn
from scarline.privacy.texts import MOST_CHARACTERS
from scarline.stores.postgres.embedded import embedded
from tests.at_hand import Opener
from tests.canaries import CANARIES, PEOPLE, flows, secrets, series, span, spans
from tests.fakes import batch, loaded
from tests.laws.stories import modest, pipeline, shown

MARK = re.compile(rb"\[[a-z0-9_]+\]")


def held(told: str) -> bytes:
    """Return what is told, without the names of rules, which stand where something was."""
    return MARK.sub(b"[]", told.encode())


async def tell(store: Store) -> None:
    """Pull planted answers of both kinds, fail with a planted error, roll back in planted words."""
    steps = [series(CANARIES), ValueError(f"could not read {CANARIES[0].text} of it")]
    with pytest.raises(ValueError, match="could not read"):
        await pipeline(store, steps).pull("metrics")
    failures = pipeline(store, [spans()], number=1, resuming=False)
    run = await failures.pull("metrics")
    assert run.rows == len(CANARIES) + len(PEOPLE) + 1
    await pipeline(store, [], number=2).rollback(run.run, f"for {CANARIES[1].text} !")
    await pipeline(store, [spans()], number=3, resuming=False).pull("metrics")
    await pipeline(store, [flows(CANARIES)], number=4, resuming=False).pull("metrics")


async def found(store: Store, kind: Kind) -> str:
    """Return all that a store shows of a kind."""
    return str((await store.find(Query(kind))).to_pylist())


@pytest.mark.slow
def test_clean(open_empty: Opener) -> None:
    """Neither rows nor ledger hold a secret; the rows are there, and each rule is counted."""

    async def check() -> None:
        async with open_empty() as store:
            await tell(store)
            entries = await store.entries()
            rows = [await found(store, kind) for kind in (LLM_FAILURE, INTEGRATION_FLOW)]
            told = held(f"{await shown(store)} {rows} {entries}")
            assert [it for it in secrets() if it in told] == []
            redacted = {name for run in replay(entries) for name in run.redacted}
            alone = Account()
            for canary in CANARIES:
                redact_text(canary.text, account=alone)
            assert set(alone.removed) - redacted == set()

    asyncio.run(check())


def test_a_span_is_clean_also_where_it_is_wrapped() -> None:
    """No decoding of what is left brings a secret back: base64, hexadecimal, escapes, pieces."""
    for canary in (*CANARIES, *PEOPLE):
        clean = redact_json(span(canary.text))
        pieces = "".join(it["delta"]["content"] for it in clean["streamed"])
        again = json.dumps([clean, *unwrapped(clean), pieces], ensure_ascii=False)
        assert canary.secret not in held(again), canary.name
        assert redact_json(clean) == clean, canary.name


def unwrapped(clean: dict[str, str]) -> list[str]:
    """Return what a reader could get out of what a clean span has wrapped."""
    return [
        "" if clean["base64"].startswith("[") else b64decode(clean["base64"]).decode(),
        "" if clean["hex"].startswith("[") else bytes.fromhex(clean["hex"]).decode(),
        re.sub(r"\\u([0-9a-f]{4})", lambda it: chr(int(it[1], 16)), clean["escaped"]),
        clean["joined"].replace("\u200b", ""),
        unquote(clean["url"]),
    ]


@modest
@given(
    st.lists(
        st.one_of(
            st.text(),
            st.builds(
                lambda rule, seed: drawn(rule.goes, seed),
                st.sampled_from(built_in()),
                st.integers(0, 1_000),
            ),
        ),
        max_size=4,
    )
)
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


def test_flows_of_systems_with_one_name_once_redacted() -> None:
    """One stays, the others are counted; its id is that of what is kept, not of what went."""
    mixed = loaded({("ann@example.org", ""): {}, ("bob@example.org", ""): {}, ("till", ""): {}})
    clean = redact(mixed).batch
    assert clean.rows.column("system_from").to_pylist() == ["[email]", "till"]
    assert clean.kept_out == {"cannot be told apart once redacted": 1}
    before, after = (it.rows.column("flow_id").to_pylist() for it in (mixed, clean))
    assert after[0] not in before
    assert after[1] in before
    assert loaded({("[email]", ""): {}}).rows.column("flow_id").to_pylist() == after[:1]


def test_what_is_too_long_is_dropped() -> None:
    """A text beyond the limit is never kept as it came."""
    assert redact_text("x" * (MOST_CHARACTERS + 1)) == DROPPED


@pytest.mark.slow
def test_the_whole_disk_is_clean(tmp_path: Path) -> None:
    """Every file of the data folder and of the folder for temporary files, and every log line."""
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    temporary.mkdir()
    with embedded(home) as server:
        done = subprocess.run(
            [sys.executable, "-m", "tests.laws.planting", server.conninfo],
            env=os.environ | {"TMPDIR": str(temporary), "SCARLINE_LOG": "debug"},
            capture_output=True,
            check=True,
        )
        # A statement that fails is what servers like to log with all its values.
        again = "insert into scarline.note select * from scarline.note"
        with (
            psycopg.connect(server.conninfo) as connection,
            pytest.raises(psycopg.errors.UniqueViolation),
        ):
            connection.execute(again)
        texts = [MARK.sub(b"[]", it) for it in (*_files(tmp_path), done.stdout, done.stderr)]
    assert any(b"found:2026-03-02" in text for text in texts), "the search finds nothing at all"
    assert b"a planted event" in done.stderr
    assert [it for it in secrets() if any(it in text for text in texts)] == []


def _files(folder: Path) -> Iterator[bytes]:
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent) / name
            if path.is_file():
                yield path.read_bytes()
