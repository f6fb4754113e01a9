"""The official Alertmanager, run for a test: Debian's package ``prometheus-alertmanager``."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

CONFIG = """
route:
  receiver: hook
  group_by: [alertname]
  group_wait: {wait}
  group_interval: {interval}
  repeat_interval: {repeat}
receivers:
  - name: hook
    webhook_configs:
      - url: {hook}
        send_resolved: true
"""


@dataclass(frozen=True)
class Times:
    """How it waits, as it is written in its configuration."""

    wait: str = "1s"
    interval: str = "2s"
    repeat: str = "4h"


@dataclass(frozen=True)
class Alertmanager:
    """One that runs."""

    url: str

    def alerts(self) -> list[dict[str, Any]]:
        """Return the alerts that it has, those that are silenced too."""
        found: list[dict[str, Any]] = httpx2.get(f"{self.url}/api/v2/alerts").json()
        return found

    def post(self, what: str, body: Any) -> None:
        """Post something to its API."""
        httpx2.post(f"{self.url}/api/v2/{what}", json=body).raise_for_status()


def program() -> str | None:
    """Return where it is, as Debian or its makers call it."""
    return shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")


@contextmanager
def alertmanager(binary: str, folder: Path, hook: str, times: Times) -> Iterator[Alertmanager]:
    """Run it on a free port of loopback, telling ``hook`` of its groups."""
    config = folder / "alertmanager.yml"
    own = {"wait": times.wait, "interval": times.interval, "repeat": times.repeat}
    config.write_text(CONFIG.format(hook=hook, **own))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        binary,
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=error",
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield _ready(Alertmanager(f"http://127.0.0.1:{port}"), process, folder / "log")
        finally:
            process.terminate()
            process.wait(10)


def _ready(own: Alertmanager, process: subprocess.Popen[bytes], log: Path) -> Alertmanager:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            httpx2.get(f"{own.url}/-/ready").raise_for_status()
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return own
    raise AssertionError(f"Alertmanager was not ready within 20 s: {log.read_text()}")
