"""The embedded server itself: how it is made, let in to, and started."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from scarline.errors import ConfigError
from scarline.stores.postgres import embedded_watch
from scarline.stores.postgres.embedded_place import Place, ProgramError, run

LOG_SECONDS = 6.5 * 86_400  # a log that was not written to for so long is of the week before
BUILTIN_LOCALE_MAJOR = 17  # the first that has it


def start(place: Place, lock: int) -> None:
    """Start the server, which nobody runs: ``lock`` is held. The first time, make it.

    What came of it shows when one connects, or when the lock is free again.

    Raises:
        ConfigError: what is there is no cluster, or one of another version. It stays untouched.
        ProgramError: it cannot be made.
        OSError: something cannot be written.
    """
    # A link that leads nowhere counts as there: its disk is not mounted, and must not be replaced.
    if not os.path.lexists(place.data) or not any(place.data.iterdir()):
        _make(place, lock)
    mark = place.data / "PG_VERSION"
    if not mark.exists():
        raise ConfigError(
            f"{place.data} holds files, but no cluster of PostgreSQL (there is no PG_VERSION). "
            "Nothing was touched. Move it away, or set SCARLINE_HOME to another folder."
        )
    if (found := mark.read_text().strip()) != str(place.major):
        raise ConfigError(
            f"The data in {place.data} is of PostgreSQL {found}, and {place.binaries} is "
            f"PostgreSQL {place.version}. Nothing was touched. Set SCARLINE_POSTGRES_BIN to the "
            f"programs of PostgreSQL {found}; or dump the data with them, and load it into "
            "another SCARLINE_HOME."
        )
    if not (place.folder / "pgpass").exists():  # lost, or the data came here without it
        _admit(place, place.data, lock, fresh=False)
    _run(place, lock)


def _make(place: Place, lock: int) -> None:
    """Make the cluster beside its place, and put it there when it is whole."""
    for left in place.folder.glob("initdb-*"):  # by one that was killed
        shutil.rmtree(left)
    made = Path(tempfile.mkdtemp(prefix="initdb-", dir=place.folder))
    options = ["--username=postgres", "--encoding=UTF8", "--data-checksums", "--no-instructions"]
    # The superuser has no password, and so cannot log in; nothing else is let in without one.
    options += ["--auth-local=scram-sha-256", "--auth-host=reject", "--locale=C"]
    # Never the system's locale: when its order of letters changes, indexes break.
    if place.major >= BUILTIN_LOCALE_MAJOR:  # "C" alone knows upper and lower case of ASCII only
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += ["--set=huge_pages=off"]  # see SETTINGS: it is already needed while it is made
    try:
        if place.account:
            os.chown(made, *place.account)
        run(place.command("initdb", *options, data=made), place.account, made, lock=lock)
        _admit(place, made, lock, fresh=True)
        made.rename(place.data)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    opened = os.open(place.folder, os.O_RDONLY)
    os.fsync(opened)  # a power cut could undo the renaming
    os.close(opened)


def _admit(place: Place, data: Path, lock: int, *, fresh: bool) -> None:
    """Give the application's role a new password, and make role and database if ``fresh``."""
    password = os.urandom(32).hex()
    typed = [f"ALTER ROLE scarline LOGIN PASSWORD '{password}';"]
    if fresh:
        typed[:0] = [
            "CREATE ROLE scarline;",
            "CREATE DATABASE scarline OWNER scarline;",
            "REVOKE ALL ON DATABASE scarline, postgres, template1 FROM PUBLIC;",
        ]
    # PostgreSQL without a server: nobody else can connect while there is no password yet.
    options = ["--single", "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic"]
    command = [*place.command("postgres", *options, data=data), "postgres"]
    run(command, place.account, data, "\n".join([*typed, ""]), lock)
    handle, written = tempfile.mkstemp(prefix="pgpass-", dir=place.folder)
    with os.fdopen(handle, "w") as pgpass:
        pgpass.write(f"*:*:scarline:scarline:{password}\n")
        os.fsync(pgpass.fileno())
    Path(written).rename(place.folder / "pgpass")


def socket_folder(place: Place) -> Path | None:
    """Find the folder of the socket, if it is still the one that was made for this place."""
    with suppress(OSError):
        folder = (place.folder / "socket").readlink()
        facts = folder.lstat()
        whose = place.account[0] if place.account else os.geteuid()
        ours = (facts.st_uid, stat.S_IMODE(facts.st_mode)) == (whose, stat.S_IRWXU)
        if ours and stat.S_ISDIR(facts.st_mode) and folder.name.startswith(_prefix(place)):
            return folder
    return None


def _prefix(place: Place) -> str:
    facts = place.folder.stat()  # the copy of a home is another: it must not find this server
    return f"scarline-{facts.st_dev:x}-{facts.st_ino:x}-"


def _new_socket_folder(place: Place) -> Path:
    # Not in the home: the path of a socket has 107 bytes at most (103 on macOS).
    for base in ("/tmp", "/dev/shm", None):  # noqa: S108  # mkdtemp is safe in them
        with suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix=_prefix(place), dir=base))
            break
    else:
        raise ProgramError("Error: there is no folder for temporary files, such as /tmp")
    if place.account:
        os.chown(folder, *place.account)
    (place.folder / "socket").unlink(missing_ok=True)
    (place.folder / "socket").symlink_to(folder)
    return folder


def _run(place: Place, lock: int) -> None:
    """Have the server started by the program that watches over it; ``lock`` goes on to both."""
    log = place.folder / "log"
    log.mkdir(mode=0o700, exist_ok=True)
    if place.account:
        os.chown(log, *place.account, follow_symlinks=False)
    folder = socket_folder(place) or _new_socket_folder(place)
    settings = embedded_watch.SETTINGS | {
        "unix_socket_directories": f'"{folder}"',
        "log_directory": "../log" if place.account else str(log),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    program = [sys.executable, "-I", "-S", embedded_watch.__file__]
    watched = [place.folder / "clients.lock", place.data, folder, lock]
    watched += [*(place.account or ("", "")), pid(place) or ""]
    with (place.folder / "start.log").open("wb") as said:
        for old in log.iterdir():  # which the server itself does only while it runs
            if old.lstat().st_mtime < os.fstat(said.fileno()).st_mtime - LOG_SECONDS:
                old.unlink()
        subprocess.run(  # noqa: S603  # ourselves
            [*program, *map(str, watched), *place.command("postgres", *options, data=place.data)],
            stdin=subprocess.DEVNULL,
            stdout=said,  # and no pipe of ours, whose reader would wait for the server's end
            stderr=said,
            check=False,  # the lock will tell: it is free again where there is no server
            cwd="/",
            pass_fds=[lock],
            start_new_session=True,  # Ctrl-C is not for the server
        )


def pid(place: Place) -> int | None:
    """Read what the server's own file says. That is its pid only while it answers."""
    try:
        return abs(int((place.data / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None
