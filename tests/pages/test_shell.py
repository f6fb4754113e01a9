"""What stands around every page: signing in, help, keys, colours, and paths without a page."""

import re

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from scarline.web.desk import Config
from tests.pages.backlog_seeds import captured
from tests.pages.looking import faultless, pictures
from tests.pages.serving import Site, serving

BARRED = "Your token only reads: this needs the operator's."


@pytest.mark.parametrize("path", ["/", "/runs"])
def test_a_page_asks_for_the_token_that_the_server_wants(browser: Browser, path: str) -> None:
    """A wrong one is asked for again; a right one is kept for the tab, and never in the address."""
    token = "reads-only-0123456789"
    with serving(config=Config(reader=token)) as site:
        page = browser.new_page(base_url=site.url)
        page.goto(path)
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


def test_a_path_without_a_page(page: Page, site: Site) -> None:
    """A reader is told so on a page, with a way on; a program gets a problem, and so does /api/."""
    answer = page.goto("/nothing")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="There is no page here")).to_be_visible()
    page.get_by_role("link", name="The digital twin").click()
    expect(page.get_by_role("heading", name="The twin is empty")).to_be_visible()
    browser = {"Accept": "text/html,*/*"}
    for path, headers in (("/nothing", {}), ("/api/nothing", browser)):
        told = httpx.get(site.url + path, headers=headers)
        assert told.status_code == 404
        assert told.headers["content-type"] == "application/problem+json"


def test_a_name_with_a_broken_escape(page: Page) -> None:
    """It is taken as it stands: there is no such run, group, series, incident, or page."""
    for path in ("/runs/%zz", "/backlog/%zz", "/scars/series/%zz", "/scars/incidents/%zz"):
        page.goto(path)
        expect(page.get_by_role("alert").first).to_contain_text(re.compile("It is not there. .+"))
    page.goto("/scars/%zz")
    expect(page.get_by_role("heading", name="There is no page here")).to_be_visible()


def test_a_fault_of_a_page_leaves_a_way_on(browser: Browser, site: Site) -> None:
    """What is around it stands; another page is as it always was."""
    page = browser.new_page(base_url=site.url)
    page.route("**/api/twin*", lambda route: route.fulfill(json={"nodes": None}))
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("This page came to a stop.")
    page.get_by_role("link", name="Runs").click()
    expect(page.get_by_role("heading", level=1, name="Runs")).to_be_visible()
    page.close()


def test_pages_come_back_with_the_server(browser: Browser, site: Site) -> None:
    """What was asked for in vain is asked for again when the live line is there again."""
    site.seed()
    page = browser.new_page(base_url=site.url)
    page.route("**/api/*", lambda route: route.abort())
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
    page.wait_for_timeout(700)  # the line has been tried by now
    page.unroute("**/api/*")
    expect(page.get_by_role("alert")).to_have_count(0, timeout=20_000)
    expect(page.get_by_role("img", name=re.compile("^Graph of"))).to_be_visible()
    page.close()


def test_numbers_stand_under_their_headings(page: Page, site: Site) -> None:
    """The end of a heading is the end of its column, whichever column rows are ordered by."""
    site.seed()
    page.goto("/?view=table")
    button = page.get_by_role("columnheader", name="Latency").get_by_role("button")
    for _ in range(2):
        ends = button.evaluate(
            """it => {
                const cell = it.closest("th");
                const range = document.createRange();
                range.selectNodeContents(it.firstChild);
                const padding = parseFloat(getComputedStyle(cell).paddingRight);
                return [range.getBoundingClientRect().right,
                        cell.getBoundingClientRect().right - padding];
            }"""
        )
        assert abs(ends[0] - ends[1]) < 1
        button.click()


def test_a_reader_is_offered_what_a_reader_may(browser: Browser) -> None:
    """What changes something is dimmed and says why, by mouse and by key; the operator has all."""
    reads, operates = "reads-only-0123456789", "operates-0123456789"
    with serving(config=Config(reader=reads, operator=operates)) as site:
        site.tell([{"from": "web", "to": "oms"}], Authorization=f"Bearer {operates}")
        captured(site)
        page = browser.new_page(base_url=site.url)
        page.add_init_script(f"sessionStorage.setItem('scarline.token', '{reads}')")
        page.goto("/backlog")
        page.get_by_role("link", name="Rate limit reached: anthropic").click()
        expect(page.get_by_text("Reading only")).to_be_visible()
        triage = page.get_by_role("button", name="Triage")
        expect(triage).to_have_attribute("aria-disabled", "true")
        expect(triage).to_have_attribute("title", BARRED)
        triage.click(force=True)
        refused(page, 1)
        page.keyboard.press("t")
        refused(page, 2)
        page.get_by_role("button", name="Export").click()
        download = page.get_by_role("dialog").get_by_role("button", name="Download")
        expect(download).to_have_attribute("aria-disabled", "true")
        faultless(page)
        page.goto("/")
        page.get_by_text("Provenance and rollback").click()
        back = page.get_by_role("button", name="Roll back 1 flow…")
        expect(back).to_have_attribute("aria-disabled", "true")
        pictures(page, "twin-reader")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Token").fill(operates)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Provenance and rollback").click()
        back.click()
        expect(page.get_by_role("dialog")).to_contain_text("1 will go")
        expect(page.get_by_text("Reading only")).to_have_count(0)
        page.close()


def refused(page: Page, times: int) -> None:
    """The sentence was said so often, and nothing was opened."""
    expect(page.get_by_role("status").get_by_text(BARRED)).to_have_count(times)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_reader_of_an_empty_twin_is_told_why(browser: Browser) -> None:
    """The button that loads a list stands there, and cannot be pressed."""
    with serving(config=Config(reader="reads-only-0123456789")) as site:
        page = browser.new_page(base_url=site.url)
        page.add_init_script("sessionStorage.setItem('scarline.token', 'reads-only-0123456789')")
        page.goto("/")
        expect(page.get_by_text("to load a list here needs the operator's")).to_be_visible()
        expect(page.get_by_label("Load a CSV file").first).to_be_disabled()
        page.close()


def test_a_wrong_path_where_tokens_are_set(browser: Browser) -> None:
    """A person gets a page with a way on, that asks for the token where it is needed."""
    with serving(config=Config(reader="reads-only-0123456789")) as site:
        page = browser.new_page(base_url=site.url)
        answer = page.goto("/nothing")
        assert answer is not None
        assert answer.status == 401
        expect(page.get_by_role("heading", name="There is no page here")).to_be_visible()
        page.get_by_role("link", name="The digital twin").click()
        expect(page.get_by_label("Token")).to_be_visible()
        page.close()
