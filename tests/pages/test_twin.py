"""The digital twin in a browser: what is shown, selected, exported, loaded and taken back."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.pages.looking import faultless, pictures
from tests.pages.serving import Site


def test_pictures(page: Page, site: Site) -> None:
    site.seed()
    page.goto("/?env=prod")
    expect(page.get_by_role("img", name="Graph of 22 systems")).to_be_visible()
    pictures(page, "twin")
    page.goto("/?env=prod&select=prod:oms")
    expect(page.get_by_role("heading", name="oms")).to_be_visible()
    faultless(page)
    pictures(page, "twin-selected")
