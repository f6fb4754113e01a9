"""What the docs say of commands, settings and tables is what the code does."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from scarline import errors
from scarline.errors import ScarlineError

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def written() -> ModuleType:
    """Return the script that writes the pages."""
    spec = importlib.util.spec_from_file_location("write_docs", ROOT / "scripts/write_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", sorted(written().PAGES))
def test_pages_that_follow_from_the_code_are_current(page: str) -> None:
    """`make docs` was run after the last change."""
    assert (ROOT / page).read_text(encoding="utf-8") == written().PAGES[page](), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link is to a file or folder that is there."""
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_readme_is_one_screen() -> None:
    """It fits on one screen, and names the two commands."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert "make demo" in text
    assert "make test" in text


def test_the_tree_of_errors_is_as_drawn() -> None:
    """Each class stands in the drawing, under its base, and says in it whether to try again."""
    drawing = errors.__doc__ or ""
    found = re.findall(r"^([\s│├└─]*)(\w+)( +\(retryable\))?", drawing, re.MULTILINE)
    drawn = {name: bool(retryable) for _, name, retryable in found}
    classes = [
        it for it in vars(errors).values() if isinstance(it, type) and issubclass(it, ScarlineError)
    ]
    for it in classes:
        assert it.__name__ in drawn, f"{it.__name__} is not drawn"
        assert drawn[it.__name__] == it.retryable, it.__name__


def test_nothing_speaks_of_how_it_was_made() -> None:
    """No page or source names a machine's path or a registry's host."""
    texts = [*PAGES, *(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    for path in texts:
        if path == Path(__file__):
            continue
        assert not re.search(r"/(work|root)/\w", path.read_text(encoding="utf-8")), path
