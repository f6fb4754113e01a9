"""The program that starts the embedded server, and stops it when nobody uses it any more.

``embedded_server`` runs this file, which is the parent of the server: it outlives whoever started
it, and stops the server even where each of its users was killed. It imports nothing but the
standard library, so that it is there at once.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

if sys.platform != "win32":
    import fcntl

# All of the environment that a server needs: the rest holds keys that are not its business.
# In the C locale its messages come in the one language that is understood here.
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}

# On the command line, so that they hold for every home, however old. What makes PostgreSQL
# durable (fsync, synchronous_commit, full_page_writes) is left as it is: on.
SETTINGS = {
    "listen_addresses": "",  # no TCP: whoever wants in must get past the folder of the socket
    "port": "5432",  # a part of the socket's name
    "unix_socket_permissions": "0700",
    "max_connections": "50",  # the users of one machine
    "shared_buffers": "256MB",  # the index of a week that is being loaded stays in; of the rest,
    "effective_cache_size": "1GB",  # in the system's own cache, the planner may count on so much
    "work_mem": "8MB",
    "min_dynamic_shared_memory": "64MB",  # for parallel queries: Docker's /dev/shm is too small
    "huge_pages": "off",  # where containers may not use them, asking for them kills the server
    "jit": "off",  # it compiles for longer than our queries run
    "random_page_cost": "1.1",  # laptops have no discs that turn
    "max_wal_size": "2GB",  # bulk loads are not held up by checkpoints,
    "min_wal_size": "128MB",  # and give back afterwards what they took
    "checkpoint_timeout": "15min",
    "wal_compression": "on",  # by pglz, which every build has
    "wal_level": "minimal",  # a load into a new table is written once: nothing is replicated,
    "max_wal_senders": "0",  # and backups are made by pg_dump
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "cluster_name": "scarline",  # its name in the list of processes
    # A log without data in it. The rank "log" leaves out errors, whose text quotes values;
    # "terse" leaves out details, which quote rows and, after a crash, the query.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",  # seven files, each begun anew when its day comes again
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_timezone": "UTC",
}


def _is_ready(status: Path, server: int) -> bool:
    with suppress(OSError):
        lines = status.read_text(encoding="utf-8").splitlines()
        return lines[:1] == [str(server)] and lines[-1].strip() == "ready"
    return False


def _end_with(server: subprocess.Popen[bytes], folder: str) -> NoReturn:
    server.wait()
    with suppress(OSError):  # not empty after a crash: the next server takes it over
        Path(folder).rmdir()
    os._exit(0)


def watch(clients: str, data: str, folder: str, lock: int, server: Sequence[str]) -> None:
    """Run ``server`` (its user, its group, a stale pid, its command) and end with it.

    It and its children inherit ``lock``, the open ``server.lock``, which is thus let go only
    when the last of them is gone, whatever ended them. It is stopped when nobody holds the
    file ``clients`` any more.
    """
    user, group, stale, *command = server
    postgres = subprocess.Popen(  # noqa: S603  # made by `start`
        command,
        cwd=data,
        # PostgreSQL overlooks this pid in a postmaster.pid that was left behind. As the lock
        # says that no server of this folder lives, it is another program's by now, if any's.
        env=ENVIRONMENT | {"PG_GRANDPARENT_PID": stale},
        pass_fds=[lock],
        user=int(user) if user else None,
        group=int(group) if group else None,
        extra_groups=[] if user else None,
    )
    os.close(lock)
    threading.Thread(target=_end_with, args=(postgres, folder), daemon=True).start()
    # A recovery is not broken off, even when those who waited for it have given up:
    # it would begin anew each time and perhaps never come to its end.
    while not _is_ready(Path(data, "postmaster.pid"), postgres.pid):
        time.sleep(0.05)
    with Path(clients).open(encoding="utf-8") as presence:
        fcntl.flock(presence, fcntl.LOCK_EX)  # and keep it: who comes now waits for the end
        postgres.send_signal(signal.SIGINT)  # PostgreSQL's "fast": roll back, checkpoint, end
        threading.Event().wait()


if __name__ == "__main__" and os.fork() == 0:  # whoever started us need not be there to bury us
    watch(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5:])
