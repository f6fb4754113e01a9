"""What people type, with a Supabase URL and key in `.env`: real processes, a pretend Datadog."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scarline.sandbox import World, running
from tests.stores.postgrest import ROOT, Project, key, supabase

__all__ = ["supabase"]
pytestmark = pytest.mark.e2e

SCARLINE = ("-m", "scarline")


@pytest.fixture
def folder(supabase: Project, tmp_path: Path) -> Iterator[Path]:
    """Give a folder with the example copied to `.env` and filled in."""
    supabase.reset()
    world = World(hosts=5)
    with running(world) as sandbox:
        text = (ROOT / ".env.example").read_text(encoding="utf-8")
        for name, value in {
            "DD_API_KEY": world.api_key,
            "DD_APP_KEY": world.app_key,
            "SCARLINE_DATADOG_URL": sandbox.url,
            "SUPABASE_URL": supabase.url,
            "SUPABASE_KEY": key("service_role"),
        }.items():
            text = text.replace(f"\n{name}=\n", f"\n{name}={value}\n")
        (tmp_path / ".env").write_text(text, encoding="utf-8")
        yield tmp_path


def said(folder: Path, *words: str, code: int = 0) -> str:
    """Run Python with these words in the folder; return what it wrote."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={"HOME": str(folder), "PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_the_three_commands(supabase: Project, folder: Path) -> None:
    """Which metrics, from when to when, how many points, the total; rolled back, all is gone."""
    told = said(folder, str(ROOT / "datadog_ingestion.py"))
    assert "system.cpu.idle" in told
    assert "points in all" in told
    ((stored,),) = supabase.sql("select count(*) from public.metrics")
    (run,) = json.loads(said(folder, *SCARLINE, "runs", "--json"))
    assert run["counts"]["rows"] == stored != 0
    assert said(folder, *SCARLINE, "verify") == "all is as the ledger says\n"
    assert "Supabase (PostgreSQL" in said(folder, *SCARLINE, "doctor")
    said(folder, *SCARLINE, "rollback", run["run"])
    assert supabase.sql("select count(*) from public.metrics") == [(0,)]
    assert said(folder, *SCARLINE, "verify") == "all is as the ledger says\n"
    assert "paste create_metrics_table.sql" in said(folder, *SCARLINE, "migrate", code=2)


def test_the_wrong_one_of_two_keys(folder: Path) -> None:
    """One sentence, exit code 1, and the key is not in it."""
    env, anon = folder / ".env", key("anon")
    env.write_text(env.read_text().replace(key("service_role"), anon), encoding="utf-8")
    told = said(folder, *SCARLINE, "pull", "metrics", code=1)
    assert "use the service_role key or a secret key" in told
    assert len(told.splitlines()) == 1
    assert anon not in told
