"""A browser before the real app: what it says on its console, and what it refuses, is a fault."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import missing
from tests.pages.serving import Site, serving

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "src" / "scarline" / "web" / "static" / "index.html"


SWITCHES = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE_MS = 20_000


@pytest.fixture(scope="module")  # while it is open, no test of this process can have a loop
def browser() -> Iterator[Browser]:
    """Start the Chromium of this machine, for the tests of a file that look at pages."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        missing("Chromium", "apt-get install chromium")
    if not BUILT.is_file():
        missing("the built pages", "make ui, with the npm registry reached")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve the app on an empty store."""
    with serving() as served:
        yield served


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """Open a window that is told apart from others, with the clock of the site."""
    opened = browser.new_context(
        viewport={"width": 1280, "height": 800},
        base_url=site.url,
        timezone_id="Europe/Berlin",
        locale="en-GB",
        reduced_motion="reduce",
    )
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """Open a page. An error on its console, a fault, or a refused policy fails the test."""
    faults: list[str] = []
    opened = context.new_page()
    opened.clock.set_fixed_time(site.clock())
    opened.on("pageerror", lambda it: faults.append(str(it)))
    opened.on("console", lambda it: faults.append(it.text) if it.type == "error" else None)
    opened.on(
        "requestfinished", lambda it: None if it.url.startswith(site.url) else faults.append(it.url)
    )
    yield opened
    expected = ("responded with a status of 4",)  # a refusal, which a page shows as a sentence
    assert not [it for it in faults if not any(word in it for word in expected)]
