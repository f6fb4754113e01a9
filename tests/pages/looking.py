"""What is done with a page as it stands: it is kept as pictures, and looked over for faults."""

import os
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from tests.conftest import missing

ROOT = Path(__file__).parents[2]
AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
PLACE = Path(os.environ.get("SCARLINE_TEST_SCREENSHOTS") or ROOT / ".artifacts" / "pages")

SIZES = {"390": (390, 844), "1280": (1280, 800), "3840": (3840, 2160)}

THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")

SETTLE_MS = 600


def pictures(page: Page, name: str) -> None:
    """Keep a page as pictures: three sizes, light and dark."""
    PLACE.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=PLACE / f"{name}-{size}-{theme}.png")
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)


def faultless(page: Page) -> None:
    """Have axe look at a page as it is: it must find nothing of WCAG 2.2 A and AA."""
    if not AXE.is_file():
        missing("axe-core", "make ui, with the npm registry reached")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    page.evaluate(AXE.read_text())  # by the debugger, whom no policy of the page stops
    found = page.evaluate("tags => axe.run({runOnly: tags})", tags)
    told = [
        f"{it['id']}: {it['help']}: {[node['html'][:200] for node in it['nodes']]}"
        for it in found["violations"]
    ]
    assert not told, "\n".join(told)
