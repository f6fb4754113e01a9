"""What stands around every page: signing in, help, keys, colours, and paths without a page."""

from playwright.sync_api import Browser, expect

from scarline.web.desk import Config
from tests.pages.serving import serving


def test_a_page_asks_for_the_token_that_the_server_wants(browser: Browser) -> None:
    """A wrong one is asked for again; a right one is kept for the tab, and never in the address."""
    token = "reads-only-0123456789"
    with serving(config=Config(reader=token)) as site:
        page = browser.new_page(base_url=site.url)
        page.goto("/runs")
        field = page.get_by_label("Token")
        for given in ("wrong-0123456789", token):
            expect(field).to_be_visible()
            field.fill(given)
            page.get_by_role("button", name="Sign in").click()
        expect(field).to_have_count(0)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        assert token not in page.url
        assert not page.context.cookies()
        page.get_by_role("button", name="Sign out").click()
        expect(field).to_be_visible()
        page.close()
