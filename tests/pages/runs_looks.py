"""Where things are on the page of runs."""

import asyncio

from playwright.sync_api import Locator, Page, expect

from tests.pages.serving import Site

SOON_SECONDS = 20


def opened(page: Page, site: Site, path: str = "/runs") -> Page:
    """Open a path at the time that the site has."""
    page.clock.set_fixed_time(site.clock())
    page.goto(path)
    expect(page.locator(".skeleton")).to_have_count(0)
    return page


def rows(page: Page) -> Locator:
    """Return the rows of the table of runs."""
    return page.get_by_role("region", name="Runs, newest first").locator("tbody tr")


def part(page: Page, name: str) -> Locator:
    """Return a part of one run's page."""
    return page.get_by_role("region", name=name, exact=True)


async def wait(until: asyncio.Semaphore) -> None:
    """Wait until something is let go, but not for ever."""
    await asyncio.wait_for(until.acquire(), SOON_SECONDS)


def verified(page: Page) -> Locator:
    """Have the ledger verified; return the dialog when that has ended."""
    page.get_by_role("button", name="Verify the ledger…").click()
    dialog = page.get_by_role("dialog", name="Verify the ledger")
    dialog.get_by_role("button", name="Verify").last.click()
    expect(dialog.locator(".runs-verdict")).to_be_visible()
    return dialog
