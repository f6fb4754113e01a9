"""The digital twin in a browser: what is shown, selected, exported, loaded and taken back."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.pages.looking import faultless, pictures
from tests.pages.serving import Site

CSV = """service,env,team,dependencies,latency,error rate
web,prod,shop,oms|search,31 ms,0.1 %
oms,prod,orders,stock|billing,55 ms,12 %
search,prod,shop,,12 ms,0.2 %
"""

MOST_REQUESTS = 6

HOSTILE = [
    "</script><script>document.title='owned'</script>",
    '"><img src=x onerror=document.title="owned">',
    "\u202egnp.tset\u202c \u2067x",
    "{{7*7}} ${7*7} javascript:alert(1)",
]


@pytest.fixture
def seeded(page: Page, site: Site) -> Page:
    """Open the twin of the made-up shop."""
    site.seed()
    page.goto("/?env=prod")
    expect(graph(page)).to_be_visible()
    return page


def graph(page: Page) -> Locator:
    """Return the graph, however much is in it."""
    return page.get_by_role("img", name=re.compile(r"^Graph of \d+ systems"))


def panel(page: Page) -> Locator:
    """Return the Integration Telemetry panel."""
    return page.get_by_role("complementary", name="Integration Telemetry")


def test_the_story(page: Page, site: Site, tmp_path: Path) -> None:
    """Load a list by the page, see its flows, select a system, take the list back, see nothing."""
    (tmp_path / "services.csv").write_text(CSV)
    page.goto("/")
    expect(page.get_by_role("heading", name="The twin is empty")).to_be_visible()
    faultless(page)
    pictures(page, "twin-empty")
    page.get_by_label("Load a CSV file").first.set_input_files(tmp_path / "services.csv")
    expect(page.get_by_role("img", name="Graph of 5 systems and 5 flows")).to_be_visible()
    page.get_by_role("searchbox", name="Find a system").fill("oms")
    page.keyboard.press("Enter")
    own = panel(page)
    expect(own.get_by_role("heading", name="oms")).to_be_visible()
    expect(own).to_contain_text("source: datadog")
    expect(own).to_contain_text("55 ms")
    expect(own).to_contain_text("12 %")
    expect(own).to_contain_text("orders")
    assert "select=prod%3Aoms" in page.url
    own.get_by_text("Provenance and rollback").click()
    own.get_by_role("button", name="Roll back 5 flows…").click()
    dialog = page.get_by_role("dialog", name="Roll this run back?")
    expect(dialog).to_contain_text("5 will go")
    expect(dialog).to_contain_text("No other run told of the same")
    dialog.get_by_label("Why, for the ledger").fill("wrong list")
    faultless(page)
    dialog.get_by_role("button", name="Roll back", exact=True).click()
    expect(page.get_by_role("heading", name="The twin is empty")).to_be_visible()
    expect(panel(page)).to_contain_text("No flows yet")
    (run,) = site.run(site.pipeline.runs("flows"))
    assert not run.live
    entries = site.run(site.pipeline.store.entries("flows"))
    assert entries[-1].facts["reason"] == "wrong list"


def test_a_list_that_cannot_be_read(page: Page, tmp_path: Path) -> None:
    """The server's sentence is shown, and nothing is lost."""
    (tmp_path / "bad.csv").write_text("nothing,of,use\n1,2,3\n")
    page.goto("/")
    page.get_by_label("Load a CSV file").first.set_input_files(tmp_path / "bad.csv")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_role("heading", name="The twin is empty")).to_be_visible()


def test_pictures(seeded: Page) -> None:
    """Whole, with a selection, as a table, and between two moments; axe finds nothing in any."""
    faultless(seeded)
    pictures(seeded, "twin")
    seeded.goto("/?env=prod&select=prod:oms")
    expect(panel(seeded).get_by_role("heading", name="oms")).to_be_visible()
    faultless(seeded)
    pictures(seeded, "twin-selected")
    seeded.goto("/?env=prod&view=table")
    expect(seeded.get_by_role("table", name="Flows")).to_be_visible()
    faultless(seeded)
    pictures(seeded, "twin-table")
    seeded.goto("/?env=prod&time=1")
    seeded.get_by_label("Show what changed").check()
    expect(seeded.get_by_text(re.compile(r"\d+ changed"))).to_be_visible()
    faultless(seeded)
    pictures(seeded, "twin-changes")


def test_no_page_asks_for_much(page: Page, site: Site) -> None:
    """The document, its script and style, the twin's script, the twin, and the line for news."""
    site.seed()
    asked: list[Request] = []
    page.on("request", lambda it: asked.append(it))  # noqa: PLW0108 - a method is refused
    page.goto("/dev/graph-prototype")
    expect(graph(page)).to_be_visible()
    page.wait_for_timeout(1500)
    assert len(asked) <= MOST_REQUESTS, [it.url for it in asked]
    assert all(it.url.startswith((site.url, "data:")) for it in asked)


def test_keys(seeded: Page) -> None:
    """Find by /, walk by arrows, focus by Enter, back by Esc, the table by v, help by ?."""
    seeded.keyboard.press("/")
    seeded.keyboard.type("check")
    seeded.keyboard.press("Enter")
    heading = panel(seeded).get_by_role("heading", level=2)
    expect(heading).to_have_text("checkout")
    seeded.keyboard.press("ArrowDown")
    expect(heading).not_to_have_text("checkout")
    seeded.keyboard.press("Enter")
    expect(seeded.get_by_role("button", name="End focus")).to_be_visible()
    expect(seeded.get_by_role("status").filter(has_text="Showing")).not_to_contain_text(
        "Showing 22 of"
    )
    seeded.keyboard.press("Escape")
    expect(heading).to_have_text("Integration Telemetry")
    seeded.keyboard.press("Escape")
    expect(seeded.get_by_role("button", name="End focus")).to_have_count(0)
    seeded.keyboard.press("v")
    expect(seeded.get_by_role("table", name="Flows")).to_be_visible()
    seeded.keyboard.press("?")
    expect(seeded.get_by_role("dialog", name="Keys")).to_contain_text("Find a system")
    seeded.keyboard.press("Escape")
    expect(seeded.get_by_role("dialog")).to_have_count(0)
    seeded.keyboard.press("g")
    seeded.keyboard.press("r")
    expect(seeded).to_have_url(re.compile("/runs$"))


def test_filters_are_in_the_address(seeded: Page) -> None:
    """And what is shown says what it leaves out; an address shows another reader the same."""
    seeded.get_by_label("Status").select_option("degraded")
    seeded.get_by_label("OMS-linked").check()
    expect(seeded).to_have_url(re.compile(r"env=prod&status=degraded&oms=true"))
    shown = seeded.get_by_role("status").filter(has_text="Showing")
    expect(shown).to_contain_text("of 36 in all")
    expect(shown).to_contain_text("of 1 flows")
    said = shown.inner_text()
    seeded.reload()
    expect(shown).to_have_text(said, use_inner_text=True)
    seeded.get_by_label("Owner").select_option("finance")
    expect(seeded.get_by_role("heading", name="No system fits these filters")).to_be_visible()
    seeded.get_by_role("button", name="Leave out all filters").click()
    expect(shown).to_contain_text("Showing 36 of 36 systems")


def test_the_table_has_the_same(seeded: Page) -> None:
    """Every flow, sorted by a heading; Enter on a row selects it, for the graph too."""
    seeded.get_by_role("button", name="Table").click()
    table = seeded.get_by_role("table", name="Flows")
    expect(table.get_by_role("row")).to_have_count(39)
    seeded.get_by_role("button", name="Latency").click()
    first = table.get_by_role("row").nth(1)
    expect(first).to_contain_text("880 ms")
    first.focus()
    seeded.keyboard.press("ArrowDown")
    seeded.keyboard.press("Enter")
    expect(panel(seeded).get_by_role("heading", level=2)).to_have_text("gateway → search")
    seeded.get_by_role("button", name="Graph").click()
    expect(panel(seeded).get_by_role("heading", level=2)).to_have_text("gateway → search")


@pytest.mark.parametrize("kind", ["PNG", "SVG", "JSON", "Mermaid"])
def test_exports(seeded: Page, kind: str, tmp_path: Path) -> None:
    """Each is a file of its kind, with what is shown in it."""
    seeded.get_by_text("Export").click()
    with seeded.expect_download() as coming:
        seeded.get_by_role("button", name=kind).click()
    path = tmp_path / "export"
    coming.value.save_as(path)
    content = path.read_bytes()
    if kind == "PNG":
        assert content.startswith(b"\x89PNG")
        assert len(content) > 10_000
    elif kind == "SVG":
        assert content.startswith(b"<svg")
        assert content.count(b"<rect") == 23
        assert b"checkout" in content
    elif kind == "JSON":
        assert len(json.loads(content)["nodes"]) == 22
    else:
        assert content.startswith(b"flowchart LR")
        assert b'"checkout"' in content


def test_what_comes_shows_by_itself_and_nothing_moves(seeded: Page, site: Site) -> None:
    """A flow that another process tells of is there a moment later."""
    expect(seeded.get_by_role("img", name=re.compile("^Live"))).to_be_visible()
    before = places(seeded)
    site.tell([{"from": "web", "to": "brand-new", "env": "prod"}])
    expect(seeded.get_by_role("img", name="Graph of 23 systems")).to_be_visible()
    after = places(seeded)
    assert before.items() <= after.items()


def places(page: Page) -> dict[str, tuple[float, float]]:
    """Return where systems stand, as the page would be told now."""
    answer: Any = page.evaluate("fetch('/api/twin?env=prod').then(it => it.json())")
    return {it["id"]: (it["x"], it["y"]) for it in answer["nodes"]}


def test_time(seeded: Page) -> None:
    """A slider over loads, and what became of flows between two of them."""
    seeded.get_by_role("button", name="Time").click()
    slider = seeded.get_by_role("slider", name="Moment")
    expect(slider).to_be_enabled()
    slider.focus()
    seeded.keyboard.press("Home")
    expect(seeded).to_have_url(re.compile("at="))
    expect(graph(seeded)).to_be_visible()
    seeded.get_by_role("button", name="Back to now").click()
    expect(slider).to_have_count(0)
    seeded.get_by_role("button", name="Time").click()
    seeded.get_by_label("Show what changed").check()
    expect(seeded.get_by_text("+1 came")).to_be_visible()


def test_hostile_names_are_shown_as_text(page: Page, site: Site) -> None:
    """Markup, turned letters and very long names; none is run, none breaks the page."""
    long = "x" * 1_000
    names = [*HOSTILE, long]
    site.tell([{"from": it, "to": "oms", "env": it[:50], "owner_team": it} for it in names])
    page.goto("/")
    expect(graph(page)).to_be_visible()
    own = panel(page)
    for name in HOSTILE:
        expect(own.get_by_text(name, exact=True).first).to_be_attached()
    assert page.title() == "Twin · Scarline"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("table", name="Flows")).to_be_visible()
    assert page.locator("main img, main script").count() == 0
    faultless(page)


def test_a_megabyte_in_an_answer_is_shown_in_part(page: Page, site: Site) -> None:
    """No source can bring it, yet if it came the page would stand."""
    site.seed()
    huge = "\u202e<b>" + "y" * 1_000_000

    def heavier(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        body["nodes"][0]["label"] = huge
        body["edges"][0]["flows"][0]["system_from"] = huge
        route.fulfill(response=answer, json=body)

    page.route("**/api/twin*", heavier)
    page.goto("/?env=prod")
    expect(graph(page)).to_be_visible()
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("table", name="Flows")).to_be_visible()
    assert len(page.locator("main").inner_text()) < len(huge)


def test_names_leave_room_for_the_mark(page: Page, site: Site) -> None:
    """As this browser measures them; what is longer than the widest box is cut."""
    names = ["order-management", "WAREHOUSE_SYNC", "notification-worker-for-mail"]
    names += ["gateway", "ledger", "moderation", "mmmm"]
    site.tell([{"from": it, "to": "oms", "env": env} for it in names for env in ("prod", "test")])
    page.goto("/")
    expect(graph(page)).to_be_visible()
    rooms = page.evaluate(
        """async () => {
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = `500 13px ${getComputedStyle(document.body).fontFamily}`;
            const told = await (await fetch("/api/twin")).json();
            return told.nodes.map(it => [it.title, it.width - pen.measureText(it.title).width]);
        }"""
    )
    assert len(rooms) == 16
    for title, room in rooms:
        assert room >= 40 or len(title) > 28, title  # 22 are the mark's
    pictures(page, "twin-names")


def test_several_sources_can_stand_out(seeded: Page) -> None:
    """Each press adds one or takes it away; the flows listed are those of the sources pressed."""
    own = panel(seeded)
    catalog = own.get_by_role("button", name="source: catalog")
    datadog = own.get_by_role("button", name="source: datadog")
    catalog.click()
    expect(own.get_by_role("heading", name="6 flows, worst first")).to_be_visible()
    datadog.click()
    expect(seeded).to_have_url(re.compile("overlay=catalog%2Cdatadog"))
    expect(own.get_by_role("heading", name="38 flows, worst first")).to_be_visible()
    seeded.reload()
    expect(catalog).to_have_attribute("aria-pressed", "true")
    expect(datadog).to_have_attribute("aria-pressed", "true")
    catalog.click()
    datadog.click()
    expect(seeded).not_to_have_url(re.compile("overlay"))


def test_a_source_that_stands_out_can_always_be_let_go(seeded: Page) -> None:
    """Where it tells nothing of the selection; one that is not there at all changes nothing."""
    seeded.goto("/?env=prod&overlay=catalog&select=prod:shipping")
    pressed = panel(seeded).get_by_role("button", name="source: catalog 0")
    expect(panel(seeded).get_by_role("heading", name="0 flows")).to_be_visible()
    pressed.click()
    expect(seeded).not_to_have_url(re.compile("overlay"))
    seeded.goto("/?env=prod&overlay=nobody")
    expect(panel(seeded).get_by_role("heading", name="38 flows, worst first")).to_be_visible()


def test_enter_presses_what_has_the_focus(seeded: Page) -> None:
    """With a system selected Enter focuses on it, but not from a button, a fold or a link."""
    seeded.goto("/?env=prod&select=prod:oms")
    expect(panel(seeded).get_by_role("heading", name="oms")).to_be_visible()
    seeded.get_by_role("button", name="Time").focus()
    seeded.keyboard.press("Enter")
    expect(seeded.get_by_role("slider", name="Moment")).to_be_visible()
    panel(seeded).locator("summary").focus()
    seeded.keyboard.press("Enter")
    expect(panel(seeded).get_by_role("button", name=re.compile("^Roll back")).first).to_be_visible()
    assert "focus=" not in seeded.url
    seeded.get_by_role("link", name="Runs").focus()
    seeded.keyboard.press("Enter")
    expect(seeded).to_have_url(re.compile("/runs$"))


def test_what_was_typed_stays_with_its_page(seeded: Page) -> None:
    """Who goes on before the letters were taken does not filter the next page."""
    seeded.get_by_role("searchbox", name="Find a system").fill("oms")
    seeded.get_by_role("link", name="Runs").click()
    seeded.wait_for_timeout(400)
    assert seeded.url.endswith("/runs")


@pytest.mark.parametrize("words", ["at=yesterday", "since=garbage", "status=purple", "limit=x"])
def test_an_address_that_makes_no_sense(seeded: Page, words: str) -> None:
    """The server's sentence is shown, and one press leads back to all that there is."""
    seeded.goto(f"/?{words}")
    expect(seeded.get_by_role("alert").first).to_contain_text("The request cannot be understood")
    seeded.get_by_role("button", name="Leave out all filters").click()
    expect(seeded.get_by_role("alert")).to_have_count(0)
    expect(seeded).not_to_have_url(re.compile("purple|garbage|yesterday|limit"))
    expect(graph(seeded)).to_be_visible()
