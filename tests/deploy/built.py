"""The image, built for real, by buildah.

No registry of images is asked. The base is made of Debian's own packages under the name that the
Dockerfile has for it, with Python and pip in the places that Docker's has them. What is installed
into the image comes from where pip and npm always fetch it.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from tests.deploy.dockerfile import Image

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Builder:
    """buildah, with a folder of its own for what it builds."""

    folder: Path

    def run(self, *words: str | Path) -> str:
        """Run buildah to its end; what it printed."""
        own = f'[storage]\ndriver = "overlay"\ngraphroot = "{self.folder}/images"\n'
        (self.folder / "storage.conf").write_text(f'{own}runroot = "{self.folder}/run"\n')
        done = subprocess.run(
            ["nice", "-n", "15", "buildah", *words],
            env={**os.environ, "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf")},
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout.strip()

    def make_base(self, name: str) -> None:
        """Make what stands in for Docker's image of this name: `python:VERSION-slim-SUITE`."""
        version, *_, suite = name.partition(":")[2].split("-")
        root = self.folder / "base"
        packages = f"--include=ca-certificates,netbase,tzdata,python{version}"
        subprocess.run(
            ["nice", "-n", "15", "mmdebstrap", "--quiet", "--variant=minbase", packages,
             "--mode=root", "--format=directory", suite, root],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        shutil.rmtree(root / "dev")
        (root / "dev").mkdir()
        (root / f"usr/lib/python{version}/EXTERNALLY-MANAGED").unlink()
        (root / "usr/local/bin/python").symlink_to(f"/usr/bin/python{version}")
        put_pip(root, f"usr/local/lib/python{version}/dist-packages")
        container = self.run("from", "scratch")
        self.run("add", "--quiet", container, root, "/")
        self.run("config", "--env", f"PATH={PATH}", container)
        self.run("commit", "--quiet", "--rm", container, f"docker.io/library/{name}")
        shutil.rmtree(root)

    def build(self) -> None:
        """Build the Dockerfile as it stands, on its own base, as `scarline`."""
        image = Image(DOCKERFILE.read_text(encoding="utf-8"))
        (base,) = [it for it in image.anywhere("ARG") if it.startswith("PYTHON=")]
        self.make_base(base.partition("=")[2])
        # This machine's certificates, for networks that open what passes.
        settings = {
            "pip.conf": f"[global]\ncert = {CERTIFICATES}\n",
            "npmrc": f"cafile={CERTIFICATES}",
        }
        for name, text in settings.items():
            (self.folder / name).write_text(text)
        mounts = {
            self.folder / "pip.conf": "/etc/pip.conf",
            self.folder / "npmrc": "/root/.npmrc",
            CERTIFICATES: str(CERTIFICATES),
        }
        self.run(
            "--runtime", "runc", "build", "--pull-never", "--format", "docker", "--layers",
            "--network", "host", *[f"--volume={ours}:{there}:ro" for ours, there in mounts.items()],
            "--file", DOCKERFILE, "--tag", "scarline", ".",
        )  # fmt: skip

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """What the image says of itself: `Env`, `Cmd`, `User`, `Healthcheck` and so on."""
        told: Mapping[str, Any] = self.inspected["Docker"]["config"]
        return told

    @cached_property
    def inspected(self) -> Mapping[str, Any]:
        """All that buildah knows of the image."""
        told: Mapping[str, Any] = json.loads(self.run("inspect", "--type", "image", "scarline"))
        return told

    @contextmanager
    def files(self) -> Iterator[Path]:
        """Give the image's files, as a container of its own sees them."""
        container = self.run("from", "--pull-never", "scarline")
        try:
            yield Path(self.run("mount", container))
        finally:
            self.run("rm", container)


def put_pip(root: Path, place: str) -> None:
    """Put the pip of this Python there, so that it can be told to remove itself."""
    ours = distribution("pip")
    for file in ours.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            there = root / place / file
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(file.locate()), there)
    command = root / "usr/local/bin/pip"
    command.write_text('#!/bin/sh\nexec python -m pip "$@"\n')
    command.chmod(0o755)
