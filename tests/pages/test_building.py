"""Building the pages: when it is due, and what becomes of files that are still in use."""

import os
from pathlib import Path

import pytest

import hatch_build
from hatch_build import KEEP_SECONDS, digest, drop_old, is_stale, put, stamped

STATIC = Path(*hatch_build.STATIC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a checkout with a page, and what was built from it."""
    (tmp_path / "ui" / "src").mkdir(parents=True)
    (tmp_path / "ui" / "src" / "main.tsx").write_text("render()")
    (tmp_path / STATIC).mkdir(parents=True)
    (tmp_path / STATIC / "stamp").write_text(digest(tmp_path / "ui"))
    return tmp_path


def test_what_was_built_holds_until_something_changes(root: Path) -> None:
    """A file that is new, changed, renamed or gone; not what npm put there."""
    assert not is_stale(root)
    (root / "ui" / "node_modules" / "preact").mkdir(parents=True)
    (root / "ui" / "node_modules" / "preact" / "index.js").write_text("1")
    assert not is_stale(root)
    page = root / "ui" / "src" / "main.tsx"
    page.rename(page.with_name("other.tsx"))
    assert is_stale(root)
    page.with_name("other.tsx").rename(page)
    assert not is_stale(root)
    page.write_text("render() ")
    assert is_stale(root)


def test_without_sources_there_is_nothing_to_build(tmp_path: Path) -> None:
    """As where only what was built is."""
    assert not is_stale(tmp_path)


def test_open_pages_keep_their_files_for_a_while(root: Path, tmp_path: Path) -> None:
    """A page that was opened before a build asks for its own files after it."""
    static = root / STATIC
    (static / "assets").mkdir()
    for name, age in (("recent-1.js", 0), ("old-1.js", 2 * KEEP_SECONDS)):
        path = static / "assets" / name
        path.write_text("1")
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))
    made = tmp_path / "made"
    (made / "assets").mkdir(parents=True)
    (made / "assets" / "new-1.js").write_text("2")
    (made / "index.html").write_text("<!doctype html>")
    put(made, static, "stamp")
    assert sorted(it.name for it in (static / "assets").iterdir()) == ["new-1.js", "recent-1.js"]
    assert (static / "index.html").read_text() == "<!doctype html>"
    assert stamped(static) == ["stamp", "new-1.js"]
    drop_old(static, older_than=0)  # as where a wheel is packed
    assert [it.name for it in (static / "assets").iterdir()] == ["new-1.js"]


def test_the_environment_can_say_to_build_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """SKIP_UI_BUILD=1, and nothing else."""
    for value, skipped in (("1", True), ("0", False)):
        monkeypatch.setenv("SKIP_UI_BUILD", value)
        assert hatch_build.is_skipped() is skipped
