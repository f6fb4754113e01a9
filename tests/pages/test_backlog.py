"""The backlog as people use it: looked at, decided about by two, merged, split, exported."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.pages.backlog_receiving import delivering
from tests.pages.backlog_seeds import ALL, ATTACK, CLAIMED, HOSTILE, LIMITED, captured
from tests.pages.looking import faultless, pictures
from tests.pages.serving import Site
from tests.web.receiver import receiving

TITLES = (
    "Rate limit reached: anthropic",
    "Faithfulness",
    "Timed out: search_catalogue",
    "Timed out: catalogue",
    "Model refused: answer",
)
MOST_REQUESTS = 6


@contextmanager
def another(browser: Browser, site: Site, name: str) -> Iterator[Page]:
    """Open the pages as another person, who gives this name."""
    context = browser.new_context(base_url=site.url, reduced_motion="reduce")
    opened = context.new_page()
    opened.clock.set_fixed_time(site.clock())
    opened.add_init_script(f"localStorage.setItem('scarline.reviewer', '{name}')")
    yield opened
    context.close()


def titles(page: Page) -> Locator:
    """Return the links of the groups in the list."""
    return page.locator("tbody .backlog-title a")


def row(page: Page, title: str) -> Locator:
    """Return the row of a group."""
    return page.locator("tbody tr").filter(has=page.get_by_role("link", name=title, exact=True))


def opened(page: Page, group: str) -> None:
    """Look at one group."""
    page.goto(f"/backlog/{group}")
    expect(page.get_by_role("complementary", name="About this group")).to_be_visible()


def dialog(page: Page) -> Locator:
    """Return the dialog that is open."""
    return page.get_by_role("dialog")


def decide(page: Page, key: str, note: str = "") -> None:
    """Press the key of a state, and Enter in the dialog that asks why."""
    page.keyboard.press(key)
    expect(dialog(page).get_by_label("Note")).to_be_focused()
    page.keyboard.type(note)
    page.keyboard.press("Enter")
    expect(dialog(page)).to_have_count(0)


def test_groups_stand_worst_first_and_can_be_narrowed(page: Page, site: Site) -> None:
    """By severity, then by how often; what is asked is in the address."""
    captured(site)
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    page.goto("/backlog")
    expect(titles(page)).to_have_text(list(TITLES))
    assert len(asked) <= MOST_REQUESTS, asked
    first = row(page, TITLES[0])
    expect(first.get_by_role("cell").nth(3)).to_have_text("14")
    expect(first.get_by_role("img", name="critical severity")).to_be_visible()
    expect(first.get_by_role("img", name=re.compile("14 failures in"))).to_be_visible()
    expect(first).to_contain_text("ongoing")
    faultless(page)
    pictures(page, "backlog")
    page.get_by_role("combobox", name="Severity").select_option("high")
    expect(titles(page)).to_have_text(list(TITLES[:2]))
    page.get_by_role("combobox", name="App").select_option("support-agent")
    expect(titles(page)).to_have_text([TITLES[0]])
    assert page.url.endswith("/backlog?severity=high&application=support-agent")
    page.reload()
    expect(titles(page)).to_have_text([TITLES[0]])
    page.get_by_role("button", name="Clear filters").click()
    page.keyboard.press("/")
    page.keyboard.type("timed")
    expect(titles(page)).to_have_text(list(TITLES[2:4]))
    page.get_by_label("Find in titles").fill("nothing like it")
    expect(page.get_by_role("heading", name="No group fits these filters")).to_be_visible()
    page.get_by_role("button", name="Clear filters").last.click()
    page.get_by_role("combobox", name="Seen").select_option("1h")
    expect(titles(page)).to_have_count(len(TITLES))
    page.get_by_role("combobox", name="Seen").select_option("between")
    page.get_by_label("To", exact=True).fill("2026-03-01T10:00")
    expect(page).to_have_url(re.compile("to=2026-03-01T09%3A00"))
    expect(titles(page)).to_have_text(list(TITLES[:3]))


def test_a_press_anywhere_in_a_row_opens_its_group(page: Page, site: Site) -> None:
    """But for its box, which chooses it."""
    captured(site)
    page.goto("/backlog")
    row(page, TITLES[0]).get_by_role("checkbox").click()
    assert page.url.endswith("/backlog")
    row(page, TITLES[0]).get_by_role("cell").nth(3).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLES[0])


def test_a_failure_reads_as_a_conversation(page: Page, site: Site) -> None:
    """With calls of tools, what was masked and what it stands for, why it failed and is grouped."""
    captured(site)
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    opened(page, "LIMIT")
    assert len(asked) <= MOST_REQUESTS, asked
    turns = page.locator(".backlog-turn")
    expect(turns.locator(".backlog-role")).to_have_text(
        ["System", "User", "Assistant", "Tool", "Output"]
    )
    expect(turns.nth(1).locator(".backlog-mark")).to_have_text("email")
    expect(turns.nth(1).locator(".backlog-mark")).to_have_attribute(
        "title", re.compile("what reaches a person")
    )
    expect(turns.nth(2)).to_contain_text("calls find_order")
    expect(turns.nth(3)).to_contain_text('"state": "shipped"')
    expect(turns.nth(4)).to_contain_text("No output is told.")
    expect(page.locator(".backlog-error")).to_contain_text("Error code: 429")
    expect(page.locator(".backlog-reasons")).to_contain_text("The status code is 429")
    expect(page.locator(".backlog-facts")).to_contain_text("1,482 in · 0 out")
    expect(page.locator(".backlog-facts")).to_contain_text("$0.0044")
    expect(page.locator(".backlog-masked")).to_contain_text("email")
    aside = page.get_by_role("complementary", name="About this group")
    expect(aside).to_contain_text("What was called")
    expect(aside).to_contain_text("anthropic")
    link = page.get_by_role("link", name="Datadog")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("href", re.compile("^https://app.datadoghq.com/llm/traces"))
    faultless(page)
    pictures(page, "backlog-group")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("trace=LIMIT-trace-1&span=LIMIT-span-1"))
    expect(page.locator(".backlog-main")).to_contain_text("2 of 14")
    opened(page, "CLAIM")
    expect(page.locator(".backlog-evaluations li").first).to_contain_text("faithfulness")
    expect(page.locator(".backlog-evaluations li").first).to_contain_text("✕ fail")
    opened(page, "SLOW")
    expect(page.locator(".backlog-turn").first).to_contain_text('"query": "travel kettle"')
    expect(page.locator(".backlog-error")).to_contain_text("TimeoutError")


def test_two_reviewers_do_not_overwrite_each_other(
    page: Page, site: Site, browser: Browser
) -> None:
    """Who is second sees what the first decided and why, and decides again or lets it be."""
    captured(site)
    opened(page, "LIMIT")
    with another(browser, site, "kim") as second:
        opened(second, "LIMIT")
        second.keyboard.press("t")
        second.get_by_label("Note").fill("mine")
        page.keyboard.press("d")
        expect(dialog(page).get_by_label("Note")).to_be_focused()
        expect(dialog(page).get_by_role("button", name="Dismiss")).to_be_disabled()
        page.get_by_label("Note").fill("a load test, says ann@example.org")
        page.get_by_label("Decided by").fill("Ann B")
        page.get_by_label("Decided by").press("Tab")
        dialog(page).get_by_role("button", name="Dismiss").click()
        expect(page.locator(".backlog-head .backlog-state")).to_have_text("dismissed")
        dialog(second).get_by_role("button", name="Triage", exact=True).click()
        told = second.get_by_role("alert")
        expect(told).to_contain_text("Somebody decided first.")
        expect(told).to_contain_text("ann-b dismissed it")
        expect(told).to_contain_text("a load test")
        expect(second.locator(".backlog-targets")).to_contain_text("dismissed")
        faultless(second)
        pictures(second, "backlog-conflict")
        dialog(second).get_by_role("button", name="Triage all the same").click()
        expect(dialog(second)).to_have_count(0)
        expect(second.locator(".backlog-head .backlog-state")).to_have_text("triaged")
    history = page.locator(".backlog-history li")
    expect(history).to_have_count(2)
    expect(history.first).to_contain_text("kim triaged it")
    expect(history.last).to_contain_text("ann-b dismissed it")
    expect(history.last).not_to_contain_text("ann@example.org")


def test_who_is_second_can_let_it_be(page: Page, site: Site, browser: Browser) -> None:
    """Then what the first decided stands, once."""
    captured(site)
    opened(page, "SLOW")
    with another(browser, site, "kim") as second:
        opened(second, "SLOW")
        second.keyboard.press("m")
        second.get_by_label("Timed out: catalogue").check()
        decide(page, "t")
        expect(page.locator(".backlog-history li")).to_have_count(1)
        dialog(second).get_by_role("button", name="Merge", exact=True).click()
        expect(second.get_by_role("alert")).to_contain_text("local triaged it")
        dialog(second).get_by_role("button", name="Leave it so").click()
        expect(second.locator(".backlog-head .backlog-state")).to_have_text("triaged")
    expect(page.locator(".backlog-history li")).to_have_count(1)


def test_a_merge_and_back(page: Page, site: Site) -> None:
    """Groups that are alike are proposed; the one that stays says how to have the other back."""
    captured(site)
    opened(page, "SLOWER")
    expect(page.get_by_role("heading", name="Alike")).to_be_visible()
    page.get_by_role("button", name="Merge", exact=True).click()
    choice = dialog(page).get_by_role("radio").first
    expect(dialog(page).locator(".backlog-choice").first).to_contain_text("alike")
    choice.check()
    dialog(page).get_by_role("button", name="Merge", exact=True).click()
    expect(page).to_have_url(re.compile("/backlog/SLOW$"))
    expect(page.get_by_role("button", name="All 12")).to_be_visible()
    page.goto("/backlog")
    expect(titles(page)).to_have_count(4)
    page.goto("/backlog/SLOWER")
    expect(page.get_by_role("heading", name="This group was merged")).to_be_visible()
    opened(page, "SLOW")
    page.get_by_role("button", name="Undo merge").click()
    expect(page.get_by_role("button", name="All 9")).to_be_visible()
    page.goto("/backlog")
    expect(titles(page)).to_have_text(list(TITLES))


def test_several_groups_merge_into_one_of_them(page: Page, site: Site) -> None:
    """They are chosen in the list; which one stays is chosen in the dialog."""
    captured(site)
    page.goto("/backlog")
    for title in TITLES[2:4]:
        row(page, title).get_by_role("checkbox").check()
    bar = page.get_by_role("toolbar", name="Chosen groups")
    expect(bar).to_contain_text("2 groups chosen")
    bar.get_by_role("button", name="Merge").click()
    dialog(page).get_by_label("Timed out: catalogue").check()
    dialog(page).get_by_role("button", name="Merge", exact=True).click()
    expect(titles(page)).to_have_count(4)
    titles(page).filter(has_text="Timed out").click()
    expect(page.get_by_role("button", name="All 12")).to_be_visible()


def test_a_split_by_a_column_and_back(page: Page, site: Site) -> None:
    """What the parts would be is said before; each part can take the split back."""
    captured(site)
    opened(page, "LIMIT")
    page.keyboard.press("s")
    choice = dialog(page).locator(".backlog-choice", has_text="By version: 2 parts")
    expect(choice).to_contain_text("2.1.0 (9), 2.0.4 (5)")
    choice.click()
    dialog(page).get_by_role("button", name="Split", exact=True).click()
    expect(page.get_by_role("heading", name="split into 2 parts")).to_be_visible()
    expect(page.locator(".backlog-talk")).to_have_count(0)
    faultless(page)
    page.get_by_role("link", name=TITLES[0]).first.click()
    expect(page.get_by_text("A part by version of")).to_be_visible()
    page.get_by_role("button", name="Undo split").click()
    expect(page).to_have_url(re.compile("/backlog/LIMIT$"))
    expect(page.get_by_role("button", name="All 14")).to_be_visible()


def test_chosen_failures_split_off_and_back(page: Page, site: Site) -> None:
    """From the list of a group's failures; the others stay."""
    captured(site)
    opened(page, "LIMIT")
    page.get_by_role("button", name="All 14").click()
    for number in (0, 2):
        page.get_by_label(f"Choose the failure of span LIMIT-span-{number}", exact=True).check()
    faultless(page)
    pictures(page, "backlog-failures")
    page.get_by_role("button", name="Split off 2 failures").click()
    dialog(page).get_by_role("button", name="Split", exact=True).click()
    expect(page.get_by_role("button", name="All 12")).to_be_visible()
    opened(page, "LIMIT?trace=LIMIT-trace-0&span=LIMIT-span-0")
    expect(page.get_by_text("This failure is in another group now.")).to_be_visible()
    page.goto("/backlog")
    expect(titles(page)).to_have_count(6)
    titles(page).nth(1).click()
    expect(page.get_by_text("2 failures that somebody split off of")).to_be_visible()
    page.get_by_role("button", name="Undo split").click()
    expect(page.get_by_role("button", name="All 14")).to_be_visible()


def test_triage_by_keys(page: Page, site: Site) -> None:
    """Walk, open, decide and go back without a mouse; the help lists every key."""
    captured(site)
    page.goto("/backlog")
    expect(titles(page)).to_have_count(5)
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(row(page, TITLES[1]).get_by_role("link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLES[1])
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLES[2])
    for to in ("triaged", "ready"):
        decide(page, to[0])
        expect(page.locator(".backlog-head .backlog-state")).to_have_text(to)
    page.keyboard.press("r")
    expect(page.get_by_role("status").filter(has_text="cannot become ready")).to_be_visible()
    page.keyboard.press("u")
    expect(row(page, TITLES[2])).to_contain_text("ready")
    expect(row(page, TITLES[2])).to_have_attribute("aria-current", "true")
    for key in ("x", "j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_role("toolbar", name="Chosen groups")).to_contain_text("2 groups chosen")
    decide(page, "d", "both are known")
    expect(page.get_by_role("button", name="dismissed 2")).to_be_visible()
    page.keyboard.press("?")
    for what in ("Next group", "Open the group", "Triage", "Dismiss", "Merge", "Split"):
        expect(dialog(page).get_by_text(what, exact=True)).to_be_visible()


def test_hostile_payloads_are_text(page: Page, site: Site) -> None:
    """Markup is not obeyed, nor are characters that turn the text; what is long is folded."""
    captured(site, [*HOSTILE, *LIMITED])
    page.goto("/backlog")
    expect(titles(page).last).to_contain_text("<script>")
    opened(page, "EVIL")
    for place in (".backlog-head", ".backlog-talk", ".backlog-reasons", ".backlog-evaluations"):
        expect(page.locator(place)).to_contain_text("<img src=x onerror='window.taken = 1'>")
    expect(page.locator(".backlog-control").first).to_have_text("U+202E")
    expect(page.get_by_role("link", name="Datadog")).to_have_count(0)
    said = page.locator(".backlog-turn").last
    assert len(said.inner_text()) < 5_000
    faultless(page)
    pictures(page, "backlog-hostile")
    said.get_by_role("button", name=re.compile("Show all .(968|97|96).* kB")).click()
    assert len(said.inner_text()) > 900_000
    said.get_by_role("button", name="Show less").click()
    assert len(said.inner_text()) < 5_000
    page.get_by_text("The whole span, as JSON").click()
    expect(page.locator("details[open]")).to_contain_text(ATTACK.replace('"', '\\"'))
    assert page.evaluate("window.taken") is None


def test_an_empty_backlog_says_how_to_fill_it(page: Page, site: Site) -> None:
    """Nobody looked is another thing than nothing found."""
    page.goto("/backlog")
    expect(page.get_by_role("heading", name="Nobody has looked")).to_be_visible()
    expect(page.get_by_text("scarline pull failures --last 24h")).to_be_visible()
    faultless(page)
    pictures(page, "backlog-empty")
    captured(site, [])
    expect(page.get_by_role("heading", name="No failures")).to_be_visible()


def test_a_group_that_is_not_there_says_so(browser: Browser, site: Site) -> None:
    """In the server's own sentence."""
    with another(browser, site, "kim") as page:
        page.goto("/backlog/nothing")
        expect(page.get_by_role("alert")).to_contain_text("There is no such group")
        faultless(page)


@pytest.mark.parametrize("answer", [200, 500])
def test_exports_and_how_their_delivery_stands(browser: Browser, answer: int) -> None:
    """A file is downloaded; to the webhook go ready groups, and each delivery is told."""
    with (
        receiving(answer) as receiver,
        delivering(receiver) as site,
        another(browser, site, "kim") as page,
    ):
        captured(site, ALL)
        opened(page, "CLAIM")
        page.keyboard.press("b")
        dialog(page).get_by_label("Failures of each").fill("2")
        with page.expect_download() as downloaded:
            dialog(page).get_by_role("button", name="Download").click()
        assert downloaded.value.suggested_filename.endswith(".jsonl")
        lines = [json.loads(it) for it in downloaded.value.path().read_text().splitlines()]
        assert [it["type"] for it in lines] == ["group", "failure", "failure"]
        expect(dialog(page)).to_contain_text("1 group here is not")
        expect(dialog(page).get_by_role("button", name="Send to the webhook")).to_be_disabled()
        page.keyboard.press("Escape")
        for key, state in (("t", "triaged"), ("r", "ready")):
            decide(page, key)
            expect(page.locator(".backlog-head .backlog-state")).to_have_text(state)
        page.keyboard.press("b")
        dialog(page).get_by_role("button", name="Send to the webhook").click()
        told = dialog(page).get_by_role("row").nth(1)
        expect(told).to_contain_text("delivered" if answer == 200 else "waiting")
        expect(told).to_contain_text(str(answer))
        expect(told).to_contain_text("kim")
        faultless(page)
        pictures(page, f"backlog-deliveries-{answer}")
        assert len(receiver.got) == 1


def test_groups_of_one_title_are_told_apart(page: Page, site: Site) -> None:
    """By what differs in how they were grouped; a title that stands alone stays as it is."""
    title = "Says what its sources do not"
    parts = [
        {"application": "shop", "place": "compose", "evaluations": ["faithfulness"]},
        {"application": "shop", "place": "summarise", "evaluations": ["faithfulness"]},
        {"application": "shop", "place": "summarise", "evaluations": ["grounded", "cites"]},
        {"application": "support", "place": "compose", "evaluations": ["faithfulness"]},
    ]
    alike = [
        CLAIMED[number]
        | {"signature": f"ALIKE{number}", "title": title, "grouped_by": json.dumps(it)}
        for number, it in enumerate(parts)
    ]
    captured(site, [*alike, *LIMITED])
    page.goto("/backlog")
    expect(titles(page)).to_have_count(5)
    assert set(titles(page).all_inner_texts()) == {
        TITLES[0],
        f"{title} · shop · compose · faithfulness",
        f"{title} · shop · summarise · faithfulness",
        f"{title} · shop · summarise · grounded, cites",
        f"{title} · support · compose · faithfulness",
    }
    faultless(page)
    pictures(page, "backlog-alike")


def test_deliveries_can_be_looked_at_while_groups_are_chosen(page: Page, site: Site) -> None:
    """They and the export are two things, each with its button and its key."""
    captured(site)
    page.goto("/backlog")
    page.get_by_role("checkbox", name=f"Choose {TITLES[0]}").check()
    page.get_by_role("button", name="Deliveries").click()
    expect(dialog(page).get_by_role("heading", level=2)).to_have_text("Deliveries")
    page.keyboard.press("Escape")
    page.get_by_role("toolbar").get_by_role("button", name="Export").click()
    expect(dialog(page).get_by_role("heading", level=2)).to_have_text("Export 1 group")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    expect(dialog(page).get_by_role("heading", level=2)).to_have_text("Deliveries")
