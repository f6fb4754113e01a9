"""Real servers for tests: a PostgreSQL of the machine, as an unprivileged user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


def newest_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL (15 or later) that the machine has."""
    found = sorted(
        (int(path.parent.parent.name), path.parent) for path in DEBIAN.glob("*/bin/initdb")
    )
    return found[-1][1] if found and found[-1][0] >= 15 else None


@contextmanager
def server(binaries: Path) -> Iterator[str]:
    """Run a PostgreSQL server on a socket of its own; give its connection string."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    user = _unprivileged()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    ids = (user.pw_uid, user.pw_gid) if user else (None, None)

    def run(*command: str | Path, check: bool = True) -> None:
        subprocess.run(
            command, cwd=folder, check=check, stdout=subprocess.DEVNULL, user=ids[0], group=ids[1]
        )

    data = folder / "data"
    control = (binaries / "pg_ctl", "-D", data, "-w")
    try:
        run(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N")
        options = f"-c listen_addresses='' -k {folder} -c fsync=off"
        run(*control, "-o", options, "-l", folder / "log", "start")
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        run(*control, "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """Return whom to run as: PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None
