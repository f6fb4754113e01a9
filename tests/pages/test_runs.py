"""The page of runs: every run and one, a pull as it goes, taking back, verifying."""

from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from scarline.kinds import INTEGRATION_FLOW
from scarline.stores.memory import MemoryStore
from tests.fakes import loaded
from tests.pages.looking import faultless, pictures
from tests.pages.runs_looks import opened, part, rows, verified, wait
from tests.pages.runs_seeds import QUERIES, Going, brought, pulled, some_days
from tests.pages.serving import Site, serving

MOST_REQUESTS = 6


@pytest.fixture
def source() -> Going:
    """Return what jobs pull metrics from."""
    return Going()


@pytest.fixture
def site(source: Going) -> Iterator[Site]:
    """Serve the app on an empty store, with one source."""
    with serving(sources={"metrics": source}) as served:
        yield served


def test_nothing_yet(page: Page, site: Site) -> None:
    """The page says how to begin, and what there is to pull."""
    opened(page, site)
    expect(page.get_by_role("heading", name="No run yet")).to_be_visible()
    expect(page.get_by_text("scarline pull metrics --last 1h")).to_be_visible()
    expect(page.get_by_text("nothing has come yet")).to_have_count(3)
    faultless(page)
    pictures(page, "runs-empty")


def test_all_runs(page: Page, site: Site) -> None:
    """How streams stand and what each run did; filters and pages are in the address."""
    named = some_days(site)
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    opened(page, site)
    expect(page.get_by_role("status").get_by_text("28 runs")).to_be_visible()
    assert len(asked) <= MOST_REQUESTS, asked
    last = rows(page).filter(has_text=named["last"])
    expect(last).to_contain_text("partial")
    expect(last).to_contain_text("2 missing of 6")
    expect(last).to_contain_text("504 after 3 tries")
    expect(last.get_by_role("img")).to_have_attribute("aria-label", "Coverage: 4 of 6 answered")
    expect(rows(page).filter(has_text=named["scarred"])).to_contain_text("1 scar found")
    metrics = page.locator(".runs-stream").filter(has_text="datadog").last
    expect(metrics).to_contain_text("usually every 15 min")
    expect(metrics).to_contain_text("lacks the permission timeseries_query")
    expect(rows(page).filter(has_text=named["last"])).to_contain_text("1,680 new, 240 known")
    faultless(page)
    pictures(page, "runs")
    page.get_by_label("State").select_option("rolled back")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text(named["gone"])
    assert "state=rolled+back" in page.url
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Source").select_option("catalog")
    expect(rows(page)).to_have_count(1)


def test_pages_of_runs(page: Page, site: Site) -> None:
    """Older ones are one press away, and back."""
    for number in range(60):
        pulled(site, brought(number, number + 1))
        site.clock.forward(minutes=1)
    opened(page, site)
    expect(rows(page)).to_have_count(50)
    page.get_by_role("button", name="Older").click()
    expect(rows(page)).to_have_count(10)
    expect(page.get_by_role("button", name="Older")).to_have_count(0)
    page.get_by_role("button", name="Newest").click()
    expect(rows(page)).to_have_count(50)


def test_one_run(page: Page, site: Site) -> None:
    """What is missing and why, what was left out, what it cost, and its entries."""
    named = some_days(site)
    opened(page, site)
    page.get_by_role("link", name=named["last"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(named["last"])
    coverage = part(page, "Coverage")
    expect(coverage).to_contain_text("4 of 6 answered, 2 missing")
    expect(coverage.get_by_role("img", name=f"{QUERIES[3]}: 1 of 2 answered")).to_be_visible()
    missing = part(page, "Missing").locator("tbody tr")
    expect(missing).to_have_count(2)
    expect(missing.filter(has_text="504 after 3 tries")).to_contain_text(QUERIES[0])
    expect(part(page, "Rows")).to_contain_text("the newest bucket is not complete")
    expect(part(page, "Cost")).to_contain_text("41.2 kB")
    expect(part(page, "What it brought").locator("tbody tr")).to_have_count(4)
    entries = part(page, "On the ledger").locator("tbody tr")
    expect(entries.locator("strong")).to_have_text(["started", "wrote", "finished"])
    faultless(page)
    pictures(page, "runs-one")


def test_a_pull_as_it_goes(page: Page, site: Site, source: Going) -> None:
    """Planned first, then started; a bar, rows, requests and waiting move by themselves."""
    opened(page, site)
    page.get_by_role("button", name="Pull metrics").click()
    dialog = page.get_by_role("dialog", name="Pull metrics")
    expect(dialog).to_contain_text("4 requests to the source")
    expect(dialog).to_contain_text("640 are used")
    faultless(page)
    pictures(page, "runs-pull")
    dialog.get_by_role("button", name="Pull now").click()
    bar = page.get_by_role("progressbar", name="Pull of metrics").first
    for step in range(4):
        site.run(wait(source.stopped))
        expect(bar).to_have_js_property("value", step)
        expect(bar).to_have_js_property("max", 4)
        if step == 2:
            expect(page.get_by_text("waits 42 s for the quota").first).to_be_visible()
            expect(page.get_by_text("877 left in the quota").first).to_be_visible()
            expect(rows(page).first).to_contain_text("running")
            expect(page.get_by_role("button", name="Pulling metrics")).to_be_disabled()
            faultless(page)
            pictures(page, "runs-live")
        source.may.release()
    expect(page.get_by_text("Metrics: done, 320 rows (320 new).")).to_be_visible()
    expect(bar).to_have_count(0)
    expect(rows(page).first).to_contain_text("16 of 16 answered")
    expect(page.locator(".runs-stream").filter(has_text="well")).to_contain_text("877")


def test_a_stream_without_a_source(browser: Browser) -> None:
    """The server says why, and the page how it is done elsewhere."""
    with serving() as site:
        page = browser.new_page(base_url=site.url)
        page.goto("/runs")
        page.get_by_role("button", name="Pull flows").click()
        dialog = page.get_by_role("dialog", name="Pull flows")
        expect(dialog).to_contain_text("This service pulls no stream of that name")
        expect(dialog).to_contain_text("scarline pull flows")
        expect(dialog.get_by_role("button", name="Pull now")).to_have_count(0)
        faultless(page)
        page.close()


def test_taking_a_run_back(page: Page, site: Site) -> None:
    """What goes and comes back is told before and after; then the run says why it is gone."""
    many: dict[tuple[str, str], dict[str, Any]] = {
        ("web", "oms"): {},
        ("oms", "stock"): {},
        ("oms", "mail"): {},
    }
    few = {("web", "oms"): {"latency_ms": 9.0}, ("web", "cart"): {}}
    runs = []
    for flows in (many, few):
        told = loaded(flows, "prod")
        assert told.kind is INTEGRATION_FLOW
        run = pulled(site, told, stream="flows")
        assert run is not None
        runs.append(run.run)
        site.clock.forward(hours=1)
    opened(page, site, f"/runs/{runs[1]}")
    page.get_by_role("button", name="Roll back…").click()
    dialog = page.get_by_role("dialog", name="Roll this run back?")
    numbers = dialog.locator(".rollback-numbers li")
    expect(numbers).to_have_text(
        [
            "1 will go",
            "2 will come back",
            "1 will change back",
            "0 will stay: another run told them too",
        ]
    )
    expect(dialog).to_contain_text("1 other run told of the same")
    dialog.get_by_label("Why, for the ledger").fill("a list of last year")
    faultless(page)
    pictures(page, "runs-rollback")
    dialog.get_by_role("button", name="Roll back").click()
    gone = page.locator(".runs-gone")
    expect(gone).to_contain_text("2 came back")
    expect(page.locator(".runs-headline")).to_contain_text("rolled back")
    expect(page.locator(".runs-headline")).to_contain_text("a list of last year")
    expect(page.get_by_role("button", name="Roll back…")).to_have_count(0)
    expect(part(page, "On the ledger")).to_contain_text("rolled back")
    shown = httpx.get(f"{site.url}/api/ale/integration-flows").json()["flows"]
    assert sorted(it["system_to"] for it in shown) == ["mail", "oms", "stock"]
    faultless(page)
    pictures(page, "runs-gone")


def test_a_ledger_that_holds(page: Page, site: Site) -> None:
    """With the numbers of what was looked at; the page keeps saying so."""
    some_days(site)
    dialog = verified(opened(page, site))
    expect(dialog).to_contain_text("All holds")
    entries = sum(it.position for it in site.run(site.pipeline.store.heads()).values())
    expect(dialog).to_contain_text(f"{entries} entries of 3 streams")
    faultless(page)
    pictures(page, "runs-verified")
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("all held")).to_be_visible()


def test_a_ledger_that_does_not_hold(page: Page, site: Site) -> None:
    """Each fault is a sentence, and leads to the run whose rows were changed."""
    named = some_days(site)
    store = site.pipeline.store
    assert isinstance(store, MemoryStore)
    kind, own = store._batches[named["partial"], 37]  # noqa: SLF001 - a hand in the store
    store._batches[named["partial"], 37] = (kind, own.slice(1))  # noqa: SLF001 - the same
    dialog = verified(opened(page, site))
    expect(dialog.locator(".runs-verdict")).to_have_text("1 thing does not hold")
    fault = dialog.locator(".runs-faults li")
    expect(fault).to_have_text(f"The rows of entry 37 of run {named['partial']} were changed.")
    faultless(page)
    pictures(page, "runs-faults")
    fault.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(named["partial"])


def test_what_comes_from_outside_is_text(page: Page, site: Site) -> None:
    """Names and reasons with markup, turned letters and great length break nothing."""
    hostile = '<img src=x onerror="document.title=1">\u202eevil ' + "x" * 3_000
    gaps = {hostile: (0, 5, f"403: <script>alert(1)</script> {hostile}")}
    run = pulled(site, brought(0, 5, gaps))
    assert run is not None
    for path in ("/runs", f"/runs/{run.run}"):
        opened(page, site, path)
        expect(page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide
    assert page.locator("main img").count() == 0
