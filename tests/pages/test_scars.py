"""The page of scars: all series, one with its scars, marks by two people, what comes live."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from scarline.stores.memory import MemoryStore
from tests.pages.looking import faultless, pictures
from tests.pages.scars_seeds import END, LATE, alerting, brought, moment, three_days, watched
from tests.pages.serving import Site, serving
from tests.web.receiver import receiving

MOST_REQUESTS = 6

NOTE = "the nightly export; it ends by itself"

RUNBOOK = "https://wiki.example.com/export"


@pytest.fixture(scope="module")
def days() -> Iterator[Site]:
    """Serve three days of metrics, to tests that leave them as they are."""
    with serving(store=MemoryStore()) as served:
        three_days(served)
        yield served


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Serve the app: what a test wants of three days, else an empty store."""
    for own in ("days", "told"):
        if own in request.fixturenames:
            yield request.getfixturevalue(own)
            return
    with serving() as served:
        yield served


@pytest.fixture
def seeded(site: Site) -> Site:
    """Serve three days of metrics that a test may add to."""
    three_days(site)
    return site


def opened(page: Page, site: Site, path: str = "/scars") -> Page:
    """Open a path at the time that the site has."""
    page.clock.set_fixed_time(site.clock())
    page.goto(site.url + path)
    expect(page.locator(".skeleton")).to_have_count(0)
    return page


def cards(page: Page) -> Locator:
    """Return the small drawings."""
    return page.locator(".scars-card")


def one(site: Site, **query: str) -> dict[str, Any]:
    """Return the newest scar of a query."""
    done = httpx.get(f"{site.url}/api/scars", params=query, timeout=60)
    found: list[dict[str, Any]] = done.raise_for_status().json()["scars"]
    return found[0]


def address(scar: dict[str, Any], last: str = "24h") -> str:
    """Return where a scar is looked at."""
    return f"/scars/series/{scar['series']}?last={last}&scar={scar['onset']}"


def marked(page: Page, mark: str, note: str) -> None:
    """Mark the scar that is looked at, by the dialog."""
    page.get_by_role("group", name="Mark this scar").get_by_role("button", name=mark).click()
    page.get_by_label("Note").fill(note)
    page.get_by_label("Runbook").fill(RUNBOOK)
    page.get_by_label("Your name").fill("ann")
    page.get_by_label("Your name").blur()
    page.get_by_role("dialog").get_by_role("button", name="Mark", exact=True).click()


def test_nothing_yet(page: Page, site: Site) -> None:
    """The page says how to pull metrics, and when scars can be known."""
    opened(page, site)
    expect(page.get_by_role("heading", name="No metrics yet")).to_be_visible()
    expect(page.get_by_text("scarline pull metrics --last 7d")).to_be_visible()
    expect(page.get_by_text("warms for 100 points")).to_be_visible()
    faultless(page)
    pictures(page, "scars-empty")


def test_all_series_the_worst_first(page: Page, days: Site) -> None:
    """What goes on is first, then the largest; filters are in the address, and say what is left."""
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    opened(page, days)
    expect(page.get_by_text("18 series, 5 scars in this time")).to_be_visible()
    page.wait_for_timeout(300)
    assert len(asked) <= MOST_REQUESTS, asked
    expect(cards(page).first).to_contain_text("payments-01")
    expect(cards(page).first).to_contain_text("goes on")
    expect(cards(page).first.locator(".scars-bar")).to_have_count(1)
    expect(cards(page).last.locator(".scars-bar")).to_have_count(0)
    faultless(page)
    pictures(page, "scars")
    page.get_by_role("button", name="By host").click()
    expect(page.get_by_role("region", name="checkout-01").locator(".scars-card")).to_have_count(3)
    page.get_by_role("combobox", name="Metric").select_option("system.load.1")
    expect(cards(page)).to_have_count(6)
    page.get_by_label("With scars").check()
    expect(cards(page)).to_have_count(1)
    assert "metric=system.load.1" in page.url
    page.get_by_label("Find host or metric").fill("nothing of that name")
    expect(page.get_by_role("heading", name="No series fits these filters")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_role("button", name="Table").click()
    rows = page.get_by_role("region", name="Series, the worst first").locator("tbody tr")
    expect(rows).to_have_count(18)
    expect(rows.first).to_contain_text("payments-01")
    faultless(page)


def test_one_series_with_what_was_beside(page: Page, days: Site) -> None:
    """The chart, its scars, twins and numbers; flows, failures and runs of the same time."""
    asked: list[str] = []
    scar = one(days, metric="system.cpu.user", host="checkout-02")
    page.on("request", lambda it: asked.append(it.url))
    opened(page, days, address(scar))
    chart = page.get_by_role("img", name="system.cpu.user of checkout-02")
    expect(chart.locator("canvas")).to_be_visible()
    page.wait_for_timeout(300)
    assert len(asked) <= MOST_REQUESTS, asked
    box = page.locator(".scars-one")
    expect(box).to_contain_text("mean absolute deviations")
    expect(box).to_contain_text("1 time, last on 03 Mar 2026")
    expect(box.locator(".scars-twins li").first).to_contain_text("checkout-01")
    beside = page.get_by_role("region", name="Beside it")
    expect(beside).to_contain_text("checkout, known by its host name")
    expect(beside).to_contain_text("checkout → payments")
    expect(beside).to_contain_text("LLM failures (3)")
    expect(beside).to_contain_text("the model did not answer in 30 s")
    faultless(page)
    pictures(page, "scars-series")
    page.get_by_text("Points as a table").click()
    table = page.get_by_role("region", name="Points", exact=True)
    expect(table.locator("tbody tr")).to_have_count(100)
    faultless(page)


def test_zoom_and_pan(page: Page, days: Site) -> None:
    """By mouse and by keys; the stretch is in the address, and so is the zone in the header."""
    scar = one(days, metric="system.cpu.user", host="checkout-02")
    opened(page, days, address(scar))
    chart = page.get_by_role("img", name="system.cpu.user of checkout-02")
    expect(page.get_by_text("288 points")).to_be_visible()
    place = chart.locator(".u-over").bounding_box()
    assert place
    page.mouse.move(place["x"] + place["width"] * 0.5, place["y"] + 40)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.75, place["y"] + 40, steps=5)
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"\b7[0-4] points"))).to_be_visible()
    assert "from=2026-03-04T11" in page.url
    assert "last=" not in page.url
    chart.focus()
    page.keyboard.press("-")
    expect(page.get_by_text(re.compile(r"\b14[0-8] points"))).to_be_visible()
    before = page.url
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(lambda it: it != before)
    page.get_by_role("button", name="Zoom in").click()
    expect(page.get_by_text(re.compile(r"\b7[0-4] points"))).to_be_visible()
    faultless(page)


def test_a_mark_and_the_twin_that_shows_its_note(page: Page, seeded: Site) -> None:
    """A scar marked in the browser: its like has the note, and is quiet."""
    earlier = one(seeded, metric="system.cpu.user", host="checkout-01", to="2026-03-04T12:00:00Z")
    opened(page, seeded, address(earlier, "3d"))
    expect(page.locator(".scars-one .facts")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    marked(page, "Noise", NOTE)
    expect(page.get_by_text("The scar is marked as noise.")).to_be_visible()
    box = page.locator(".scars-one")
    expect(box.locator(".chip").first).to_have_text("○ noise")
    expect(box.locator(".scars-note").first).to_contain_text(NOTE)
    later = one(seeded, metric="system.cpu.user", host="checkout-02")
    opened(page, seeded, address(later))
    twin = box.locator(".scars-twins li").first
    expect(twin).to_contain_text(NOTE)
    expect(twin.get_by_role("link", name="Runbook")).to_have_attribute("href", RUNBOOK)
    expect(box).to_contain_text("quiet")
    faultless(page)
    pictures(page, "scars-twin")
    twin.get_by_role("link").first.click()
    expect(page.get_by_role("img", name="system.cpu.user of checkout-01")).to_be_visible()


def test_two_people_at_once(page: Page, context: BrowserContext, seeded: Site) -> None:
    """The second sees what the first said, and decides again."""
    scar = one(seeded, metric="system.mem.used", host="payments-01")
    opened(page, seeded, address(scar))
    page.get_by_role("group", name="Mark this scar").get_by_role("button", name="Noise").click()
    other = opened(context.new_page(), seeded, address(scar))
    marked(other, "Real", "a leak")
    expect(other.get_by_text("The scar is marked as real.")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Mark", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody marked it first")
    expect(page.get_by_role("alert")).to_contain_text("a leak")
    faultless(page)
    page.get_by_role("button", name="Mark it anyway").click()
    expect(page.get_by_text("The scar is marked as noise.")).to_be_visible()
    assert one(seeded, metric="system.mem.used", host="payments-01")["version"] == 2


def test_a_scar_comes_live(page: Page, site: Site) -> None:
    """Its drawing shows it in its place; a chart waits until the reader wants what is newer."""
    series = three_days(site)
    opened(page, site)
    quiet = cards(page).filter(has_text="batch-01").filter(has_text="system.load.1")
    expect(quiet.locator(".scars-bar")).to_have_count(0)
    names = page.locator(".scars-host, .scars-metric")
    before = names.all_text_contents()
    own = next(it for it in series if (it.metric, it.host) == ("system.load.1", "batch-01"))
    own.values[END - LATE :] += 4.0
    site.clock.at = moment(END)
    watched(site, brought(series, END - LATE, END))
    expect(quiet.locator(".scars-bar")).to_have_count(1)
    assert names.all_text_contents() == before
    page.get_by_role("button", name="put the worst first").click()
    expect(cards(page).first.locator(".scars-bar")).to_have_count(1)


def test_newer_points_wait(page: Page, site: Site) -> None:
    """What the reader looks at stays until they ask."""
    series = three_days(site)
    scar = one(site, metric="system.mem.used", host="payments-01")
    opened(page, site, address(scar))
    label = page.locator(".scars-chart").get_attribute("aria-label")
    site.clock.at = moment(END)
    watched(site, brought(series, END - LATE, END))
    expect(page.get_by_text("Newer points came")).to_be_visible()
    assert page.locator(".scars-chart").get_attribute("aria-label") == label
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("Newer points came")).to_have_count(0)
    assert page.locator(".scars-chart").get_attribute("aria-label") != label


def test_incidents(page: Page, days: Site) -> None:
    """Scars that began together are one: its hosts, metrics, flows and failures."""
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    opened(page, days, "/scars/incidents")
    rows = page.get_by_role("region", name="Incidents, newest first").locator("tbody tr")
    own = rows.filter(has_text="checkout-01, checkout-02")
    expect(own).to_contain_text("on 2 hosts")
    page.wait_for_timeout(300)
    assert len(asked) <= MOST_REQUESTS, asked
    faultless(page)
    pictures(page, "scars-incidents")
    page.get_by_label("Going on").check()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("payments-01")
    page.get_by_label("Going on").uncheck()
    own.get_by_role("link").first.click()
    scars = page.get_by_role("region", name="Scars of the incident").locator("tbody tr")
    expect(scars).to_have_count(3)
    flows = page.get_by_role("region", name="Flows of its services")
    expect(flows.locator("li").first).to_contain_text("degraded")
    failures = page.get_by_role("region", name="LLM failures of the same time")
    expect(failures).to_contain_text("the model did not answer in 30 s")
    faultless(page)
    pictures(page, "scars-incident")
    page.get_by_role("link", name="checkout-02").first.click()
    expect(page.get_by_role("img", name="of checkout-02")).to_be_visible()
    expect(page.locator(".scars-one .facts")).to_be_visible()


def test_no_incident_and_no_rules(page: Page, site: Site) -> None:
    """Each empty part says how it is filled."""
    opened(page, site, "/scars/incidents")
    expect(page.get_by_role("heading", name="No incident")).to_be_visible()
    faultless(page)
    opened(page, site, "/scars/alerts")
    expect(page.get_by_text("export SCARLINE_ALERTS=alerts.toml")).to_be_visible()
    expect(page.get_by_text("No silence holds")).to_be_visible()
    faultless(page)


@pytest.fixture(scope="module")
def told() -> Iterator[Site]:
    """Serve three days with rules of alerts, whose only receiver is on loopback."""
    with receiving() as receiver, serving(alerting=alerting(receiver.url)) as served:
        three_days(served)
        yield served


def test_alerts_and_silences(page: Page, told: Site) -> None:
    """What fires and what does not, and why; a silence made and ended; a receiver tried."""
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    opened(page, told, "/scars/alerts")
    alerts = page.get_by_role("region", name="Alerts", exact=True).locator(".scars-alert")
    expect(alerts).to_have_count(1)
    expect(alerts).to_contain_text("Leak")
    expect(alerts).to_contain_text("firing")
    expect(alerts).to_contain_text("8.")
    page.wait_for_timeout(300)
    assert len(asked) <= MOST_REQUESTS, asked
    rules = page.get_by_role("region", name="Rules", exact=True)
    expect(rules).to_contain_text("system.mem.*")
    page.get_by_role("button", name="Test ops").click()
    expect(page.get_by_text("It came")).to_be_visible()
    page.get_by_role("button", name="Silence Leak").click()
    page.get_by_label("Why").fill("a known leak")
    page.get_by_label("Your name").fill("ann")
    faultless(page)
    page.get_by_role("dialog").get_by_role("button", name="Silence", exact=True).click()
    expect(alerts).to_contain_text("Silenced by ann")
    expect(alerts).to_contain_text("a known leak")
    faultless(page)
    pictures(page, "scars-alerts")
    page.get_by_role("button", name="End now: a known leak").click()
    expect(page.get_by_text("No silence holds")).to_be_visible()
    expect(alerts).to_contain_text("firing")


def test_a_notice_leads_to_its_silence(page: Page, told: Site) -> None:
    """The matchers of the link stand in the dialog."""
    opened(page, told, "/scars?silence=alertname%3D%22Leak%22%2Chost%3D%22payments-01%22")
    expect(page.get_by_label("Matchers")).to_have_value('alertname="Leak"\nhost="payments-01"')
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Silences")).to_be_visible()
