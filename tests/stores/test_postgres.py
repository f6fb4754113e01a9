"""What only the PostgreSQL store has: its view, its migrations, and a server that fails it."""

import asyncio
import os
import pwd
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from scarline.errors import RunInProgress, StoreConflict, StoreRefused, StoreUnavailable
from scarline.kinds import METRIC_POINT
from scarline.ledger import Fact, Word, follow, head_of, replay
from scarline.model import Window
from scarline.ports import Query
from scarline.stores.postgres import Config, open_store
from scarline.stores.postgres.migrate import migrate, migrations, script
from tests.at_hand import debian_url, embedded_url, postgres
from tests.conftest import missing
from tests.fakes import EPOCH, batch
from tests.laws.stories import moment, pipeline, shown
from tests.servers import newest_binaries, server

__all__ = ["debian_url", "embedded_url"]


@pytest.fixture(params=["embedded", "debian"])
def url(request: pytest.FixtureRequest) -> str:
    """Give the connection string of each server."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def bare_url(debian_url: str) -> Iterator[str]:
    """Give an empty database of its own on the machine's PostgreSQL."""
    name = f"bare_{os.getpid()}"
    with psycopg.connect(debian_url, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name}".encode())
        connection.execute(f"create database {name}".encode())
        yield debian_url.replace("/postgres?", f"/{name}?")
        connection.execute(f"drop database {name} with (force)".encode())


def test_the_view_has_the_columns_that_people_know(url: str) -> None:
    """Exactly six, in this order; the id is the same for the same point in any database."""

    async def check() -> None:
        async with postgres(url)() as store:
            await pipeline(store, [batch(("cpu", "a", 0, 1.5), ("cpu", "a", 1, 2.5))]).pull(
                "metrics"
            )
            with psycopg.connect(url) as connection:
                cursor = connection.execute("select * from metrics order by timestamp")
                names = [column.name for column in cursor.description or ()]
                rows = cursor.fetchall()
            expected = ["id", "host", "metric_name", "value", "timestamp", "created_at"]
            assert names == expected
            assert [row[1:] for row in rows] == [
                ("a", "cpu", 1.5, EPOCH, moment(0)),
                ("a", "cpu", 2.5, EPOCH + timedelta(minutes=1), moment(0)),
            ]
            assert [str(row[0]) for row in rows] == [
                "0c52ddcb-1a00-47a3-0006-4bff449ac000",
                "0c52ddcb-1a00-47a3-0006-4bff482e4700",
            ]

    asyncio.run(check())


@pytest.mark.parametrize(
    ("condition", "plan"),
    [
        ("host = 'h7'", "series_host"),
        ("metric_name = 'm3'", "Index"),
        ("timestamp >= '2026-03-09' and timestamp < '2026-03-09 00:30'", "metric_point_20260309"),
        ("host = 'h7' and metric_name = 'm3' and timestamp < '2026-03-02 00:03'", "_pkey"),
    ],
)
def test_conditions_on_the_view_reach_an_index(url: str, condition: str, plan: str) -> None:
    """Host, metric and time, alone and together: no scan of all points."""
    rows = [
        (f"m{metric}", f"h{host}", minute, float(minute))
        for metric in range(20)
        for host in range(40)
        for minute in (0, 1, 2, 3, 4, 10_080, 10_081)
    ]

    async def check() -> None:
        async with postgres(url)() as store:
            await pipeline(store, [batch(*rows)]).pull("metrics")
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("analyze")
                asked = f"explain select * from metrics where {condition}"  # noqa: S608 - above
                told = "\n".join(row[0] for row in connection.execute(asked.encode()))
            assert plan in told
            if "timestamp" in condition:
                other = "20260302" if "03-09" in condition else "20260309"
                assert f"metric_point_{other}" not in told, "the other week is read too"

    asyncio.run(check())


def test_queries_find_what_they_name(url: str) -> None:
    """By window, by any column of the series, and no more than the limit."""

    async def check() -> None:
        async with postgres(url)() as store:
            rows = [("cpu", host, minute, 1.0) for host in "abc" for minute in range(4)]
            await pipeline(store, [batch(*rows), batch(("io", "a", 0, 2.0))]).pull("metrics")
            window = Window(EPOCH + timedelta(minutes=1), EPOCH + timedelta(minutes=3))
            where = {"host": ["a", "c"], "metric": ["cpu"], "interval_seconds": ["60"]}
            found = await store.find(Query(METRIC_POINT, window, where))
            assert found.schema.equals(METRIC_POINT.schema)
            assert [(it["host"], it["ts"].minute) for it in found.to_pylist()] == [
                ("a", 1),
                ("a", 2),
                ("c", 1),
                ("c", 2),
            ]
            assert (await store.find(Query(METRIC_POINT, limit=5))).num_rows == 5

    asyncio.run(check())


def test_two_pulls_of_one_stream(url: str) -> None:
    """The second is refused while the first holds the stream; one that is lost cannot commit."""

    async def check() -> None:
        async with postgres(url)() as first, open_store(Config(Path(), url)) as second:
            async with first.lease("metrics"):
                assert await second.leased("metrics")
                with pytest.raises(RunInProgress, match="another process is pulling"):
                    await pipeline(second, []).pull("metrics")
            assert not await second.leased("metrics")
            await pipeline(second, [batch(("cpu", "a", 0, 1.0))]).pull("metrics")
            told = await first.entries("metrics")
            fact = Fact("metrics", "metrics-late", Word.STARTED, moment(9), {})
            late = follow(head_of(told[:1]), fact)
            with pytest.raises(StoreConflict, match="another process wrote first"):
                await first.append(late)
            assert await first.entries("metrics") == told

    asyncio.run(check())


def test_migrations_are_applied_once(bare_url: str) -> None:
    """Two processes at once: each migration once; the next time, nothing."""

    async def check() -> list[list[str]]:
        async def one() -> list[str]:
            connect = psycopg.AsyncConnection.connect(bare_url, autocommit=True)
            async with await connect as connection:
                return await migrate(connection)

        return [*await asyncio.gather(one(), one()), await one()]

    first, second, third = asyncio.run(check())
    assert sorted(first + second) == [migration.name for migration in migrations()]
    assert third == []


def test_the_script_for_pasting_is_the_same(bare_url: str) -> None:
    """After it nothing is left to migrate, and a pull goes through."""

    async def check() -> None:
        with psycopg.connect(bare_url, autocommit=True) as connection:
            connection.execute(script().encode())
        async with open_store(Config(Path(), bare_url)) as store:
            assert list(store.applied) == []
            await pipeline(store, [batch(("cpu", "a", 0, 1.0))]).pull("metrics")
            assert len(await shown(store)) == 1

    asyncio.run(check())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("update scarline.migration set digest = 'x' where number = 2", "is not the one of this"),
        ("insert into scarline.migration values (999, '0999_later', 'x')", "does not know"),
    ],
)
def test_a_database_of_another_version_is_refused(
    bare_url: str, change: str, sentence: str
) -> None:
    """A changed or unknown migration is a sentence, and nothing is touched."""

    async def check() -> None:
        async with open_store(Config(Path(), bare_url)):
            pass
        with psycopg.connect(bare_url, autocommit=True) as connection:
            connection.execute(change.encode())
        with pytest.raises(StoreRefused, match=sentence):
            async with open_store(Config(Path(), bare_url)):
                pass

    asyncio.run(check())


def test_a_read_only_database(bare_url: str) -> None:
    """A sentence that says so; nothing is lost, and it goes on when it can write again."""

    async def check() -> None:
        async with open_store(Config(Path(), bare_url)):
            pass
        with psycopg.connect(bare_url, autocommit=True) as connection:
            (name,) = connection.execute("select current_database()").fetchone() or ("",)
            alter = f"alter database {name} set default_transaction_read_only = "
            connection.execute((alter + "on").encode())
            async with open_store(Config(Path(), bare_url)) as store:
                with pytest.raises(StoreUnavailable, match="the database is read-only"):
                    await pipeline(store, [batch(("cpu", "a", 0, 1.0))]).pull("metrics")
                (check,) = [it for it in await store.check() if it.name == "store"]
                assert not check.well
            connection.execute(b"set default_transaction_read_only = off")
            connection.execute((alter + "off").encode())
        async with open_store(Config(Path(), bare_url)) as store:
            await pipeline(store, [batch(("cpu", "a", 0, 1.0))]).pull("metrics")
            assert len(await shown(store)) == 1

    asyncio.run(check())


def test_an_unreachable_database() -> None:
    """Refused at once, with a sentence that does not hold the password."""

    async def check() -> None:
        config = Config(Path(), "postgresql://me:hunter2@127.0.0.1:1/none")
        with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
            async with open_store(config):
                pass
        assert "hunter2" not in str(caught.value)

    asyncio.run(check())


def test_a_full_disk(tmp_path: Path) -> None:
    """The batch in hand is refused whole, with a sentence; with room again, it goes on."""
    binaries = newest_binaries()
    small = tmp_path / "small"
    small.mkdir()
    owner = pwd.getpwnam("nobody").pw_uid
    options = f"size=24m,uid={owner},mode=700"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(small)]
    if binaries is None or os.getuid() != 0 or subprocess.run(command, check=False).returncode:
        missing("a file system of 24 MB", "run the tests as root, with PostgreSQL installed")
    for parent in small.parents[:4]:
        parent.chmod(parent.stat().st_mode | 0o011)  # the server's user has to come through
    grow = ["mount", "-o", "remount,size=400m"]
    many = batch(
        *[("cpu", f"h{host}", minute, 1.0) for host in range(400) for minute in range(900)]
    )

    async def check(url: str) -> None:
        async with open_store(Config(Path(), url)) as store:
            few = batch(("cpu", "a", 0, 1.0))
            with pytest.raises(StoreUnavailable, match="disk is full"):
                await pipeline(store, [few, many]).pull("metrics")
            run = replay(await store.entries("metrics"))[-1]
            assert run.rows == 1
            assert await pipeline(store, [], number=1).verify() == []
            await asyncio.to_thread(subprocess.run, [*grow, str(small)], check=True)
            await pipeline(store, [few, many], number=2).pull("metrics")
            assert len(await shown(store)) == 1 + 400 * 900

    try:
        with server(binaries) as url:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"create tablespace small location '{small}'".encode())
                connection.execute(b"create database cramped tablespace small")
            asyncio.run(check(url.replace("/postgres?", "/cramped?")))
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)
