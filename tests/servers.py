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
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # noqa: S108 - sockets need short paths
    user = _unprivileged()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    as_user = {"user": user.pw_uid, "group": user.pw_gid} if user else {}
    quiet = {"cwd": folder, "check": True, "stdout": subprocess.DEVNULL, **as_user}
    data = folder / "data"
    control = [binaries / "pg_ctl", "-D", data, "-w"]
    try:
        subprocess.run(  # type: ignore[call-overload]
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N"], **quiet
        )
        options = f"-c listen_addresses='' -k {folder} -c fsync=off"
        subprocess.run(  # type: ignore[call-overload]
            [*control, "-o", options, "-l", folder / "log", "start"], **quiet
        )
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet | {"check": False})  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """Return whom to run as: PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None
