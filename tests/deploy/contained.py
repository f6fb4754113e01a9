"""Containers of the built image, run by runc as the image itself says."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.deploy.built import Builder

START_SECONDS = 60.0
WITHIN = ("pid", "ipc", "mount", "uts")  # no network of its own: what it talks to is on loopback


@dataclass(frozen=True)
class Container:
    """One that runs, and the process that waits for it."""

    folder: Path
    settings: Mapping[str, Any]
    process: "subprocess.Popen[str]"

    @property
    def log(self) -> str:
        """All that it wrote."""
        return (self.folder / "log").read_text()

    def runc(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run runc, which knows this one by the name of its folder."""
        return runc(self.folder, *words)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as its user."""
        return self.runc("exec", self.folder.name, *words)

    def health(self) -> int:
        """Run the health check of the image in it; its exit code."""
        kind, *words = self.settings["Healthcheck"]["Test"]
        assert kind == "CMD"
        return self.run(*words).returncode

    def await_health(self) -> float:
        """Wait until it is well; the seconds that this took."""
        began = time.monotonic()
        while self.health():
            assert self.process.poll() is None, self.log
            assert time.monotonic() - began < START_SECONDS, self.log
            time.sleep(0.1)
        return time.monotonic() - began

    def stop(self) -> tuple[int, float]:
        """Send SIGTERM; the exit code, and the seconds until it came."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)  # runc hands it to process 1
        return self.process.wait(timeout=30), time.monotonic() - began


def runc(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run runc with its state beside the containers."""
    return subprocess.run(
        ["runc", "--root", folder.parent / "state", *words],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def bundle(
    settings: Mapping[str, Any], root: Path, environment: Sequence[str], binds: Mapping[str, Path]
) -> Mapping[str, Any]:
    """Return what runc is told: files read-only but /tmp and `binds`, no capability, no new ones.

    The format is the runtime specification of the Open Container Initiative, 1.0.2.
    """
    user, group = map(int, settings["User"].split(":"))
    tmpfs = [("/dev", "mode=755"), ("/dev/shm", "mode=1777"), ("/tmp", "mode=1777")]  # noqa: S108
    mounts: list[Mapping[str, Any]] = [{"destination": "/proc", "type": "proc", "source": "proc"}]
    mounts += [
        {"destination": it, "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", mode]}
        for it, mode in tmpfs
    ]
    mounts += [
        {"destination": it, "type": "bind", "source": str(ours), "options": ["bind", "rw"]}
        for it, ours in binds.items()
    ]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": user, "gid": group},
            "args": settings["Cmd"],
            "env": [*settings["Env"], *environment],
            "cwd": settings["WorkingDir"],
            "capabilities": {},
            "noNewPrivileges": True,
        },
        "root": {"path": str(root), "readonly": True},
        "mounts": mounts,
        "linux": {"namespaces": [{"type": it} for it in WITHIN]},
    }


@contextmanager
def running(
    builder: Builder, folder: Path, environment: Mapping[str, str], binds: Mapping[str, Path]
) -> Iterator[Container]:
    """Run the image with this environment, these folders of ours at these places, until the end."""
    folder.mkdir(parents=True, exist_ok=True)
    told = [f"{name}={value}" for name, value in environment.items()]
    with builder.files() as root, (folder / "log").open("w") as log:
        spoken = bundle(builder.settings, root, told, binds)
        (folder / "config.json").write_text(json.dumps(spoken))
        state = str(folder.parent / "state")
        command = ["runc", "--root", state, "run", "--bundle", str(folder), folder.name]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True
        ) as process:
            try:
                yield Container(folder, builder.settings, process)
            finally:
                runc(folder, "delete", "--force", folder.name)
