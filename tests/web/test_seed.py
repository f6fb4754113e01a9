"""The commands that need no package: a list goes into a running service, and is taken back."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.web.served import FLOWS
from tests.web.test_serving import embedded_url, environment, serving

__all__ = ["embedded_url", "environment"]
pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SCRIPT = "scripts/ingest_datadog_seed.py"
SNAPSHOT = "data/integration/seed/datadog_integration_snapshot.json"
DONE, FAILED, USAGE, PARTIAL = 0, 1, 2, 3

ALONE = [sys.executable, "-I", "-S"]
"""Python without any package; and with those that are here, one of which is requests."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a folder that has what a checkout has of this."""
    for name in ("package.json", SCRIPT, "examples/datadog-service-list.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "data", tmp_path / "data", symlinks=True)
    shutil.rmtree(tmp_path / "data/integration/seed", ignore_errors=True)
    return tmp_path


def asked(project: Path, url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end."""
    env = {"PATH": os.environ["PATH"], "HOME": str(project), "SCARLINE_URL": url}
    return subprocess.run(
        words, env=env, cwd=project, capture_output=True, text=True, timeout=120, check=False
    )


def shown(url: str) -> list[dict[str, Any]]:
    """Return the flows that the service shows."""
    flows: list[dict[str, Any]] = httpx.get(url + FLOWS).json()["flows"]
    return flows


@pytest.mark.parametrize("python", [ALONE, [sys.executable]], ids=["alone", "requests"])
def test_there_and_back(environment: dict[str, str], project: Path, python: list[str]) -> None:
    """The snapshot is what the service shows; a second time brings nothing; then all is gone."""
    with serving(environment) as url:
        done = asked(project, url, *python, SCRIPT)
        assert done.returncode == DONE, done.stderr
        assert "25 rows read, 0 kept out; flows: 47 new" in done.stdout
        flows = shown(url)
        assert {it["source"] for it in flows} == {"datadog"}
        text = (project / SNAPSHOT).read_text("utf-8")
        assert json.loads(text) == {"source": "datadog", "flows": flows}
        again = asked(project, url, *python, SCRIPT, "examples/datadog-service-list.csv")
        assert (again.returncode, " 0 new, 0 changed" in again.stdout) == (DONE, True)
        assert (project / SNAPSHOT).read_text("utf-8") == text
        back = asked(project, url, *python, SCRIPT, "--rollback")
        assert (back.returncode, back.stdout) == (DONE, "1 loads were rolled back\n")
        assert (shown(url), (project / SNAPSHOT).exists()) == ([], False)
        assert list((project / "data/integration/seed").iterdir()) == []
        none = asked(project, url, *python, SCRIPT, "--rollback")
        assert (none.returncode, none.stdout) == (DONE, "nothing was there to go\n")


def test_as_npm_has_them(environment: dict[str, str], project: Path) -> None:
    """`npm run` with the path that people know."""
    with serving(environment) as url:
        path = "./data/integration/raw/datadog-service-list.csv"
        done = asked(project, url, "npm", "run", "ingest:datadog", path)
        assert done.returncode == DONE, done.stderr
        assert len(shown(url)) == len(json.loads((project / SNAPSHOT).read_text("utf-8"))["flows"])
        done = asked(project, url, "npm", "run", "ingest:datadog:rollback")
        assert (done.returncode, shown(url)) == (DONE, [])


def test_what_goes_wrong_is_a_sentence(environment: dict[str, str], project: Path) -> None:
    """Bad rows, no file, no list, nobody there, too many words: each with its exit code."""
    (project / "some.csv").write_text("service,latency\na,12 ms\nb,fast\n", "utf-8")
    (project / "none.csv").write_text("colour\nred\n", "utf-8")
    with serving(environment) as url:
        some = asked(project, url, *ALONE, SCRIPT, "some.csv")
        assert (some.returncode, "line 3: an unreadable latency" in some.stderr) == (PARTIAL, True)
        before = (project / SNAPSHOT).read_text("utf-8")
        for words, code, said in (
            (["nowhere.csv"], FAILED, "nowhere.csv cannot be read"),
            (["none.csv"], FAILED, "names no column of services"),
            (["a", "b"], USAGE, "--rollback"),
        ):
            done = asked(project, url, *ALONE, SCRIPT, *words)
            assert (done.returncode, said in done.stderr) == (code, True), done.stderr
        assert (project / SNAPSHOT).read_text("utf-8") == before
    for python in (ALONE, [sys.executable]):
        done = asked(project, url, *python, SCRIPT)
        assert (done.returncode, "nothing answers at http" in done.stderr) == (FAILED, True)
        assert "Traceback" not in done.stderr
