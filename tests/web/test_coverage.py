"""What was looked at: each minute as counting tells it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.ledger import replay
from scarline.model import Asked, Window
from scarline.pipeline import Pipeline
from scarline.stores.memory import MemoryStore
from scarline.web.coverage import coverage
from scarline.web.coverage import covered as covered_until
from scarline.web.looked import Account, looked, looked_by
from tests.fakes import EPOCH, Clock, FakeSource, batch

MINUTE = timedelta(minutes=1)
BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
NEVER = "no live run has looked here: scarline pull failures, with --from and --to"


def minutes(start: int, end: int) -> Window:
    """Return a stretch of minutes."""
    return Window(BEGIN + timedelta(minutes=start), BEGIN + timedelta(minutes=end))


def told(what: str, start: int, end: int, reason: str = "") -> dict[str, str]:
    """Return what the ledger holds of something that was asked or is missing."""
    own = {"what": what, "window": str(minutes(start, end))}
    return own | ({"reason": reason} if reason else {})


STRETCH = st.tuples(st.integers(0, 11), st.integers(1, 12)).map(lambda it: (min(it), max(it)))
STRETCHES = st.lists(STRETCH.filter(lambda it: it[0] < it[1]), max_size=4)
RUNS = st.lists(st.tuples(st.sampled_from("ab"), STRETCHES, STRETCHES), max_size=4)


@given(RUNS, STRETCH.filter(lambda it: it[0] < it[1]))
def test_each_minute_was_looked_at_or_is_missing(
    runs: Sequence[tuple[str, Any, Any]], asked: tuple[int, int]
) -> None:
    """Of each search that was asked for the stretch, as counting minute by minute says."""
    accounts = [
        (
            [told(what, *it) for it in own],
            [told(what, start, end, "late") for start, end in gone],
        )
        for what, own, gone in runs
    ]
    found = coverage(looked(accounts), minutes(*asked), "failures")
    wanted: dict[str, set[int]] = {}
    had: dict[str, set[int]] = {}
    for what, own, gone in runs:
        here = {at for it in own for at in range(*it)}
        wanted[what] = wanted.get(what, set()) | here
        lost = {at for it in gone for at in range(*it)}
        had[what] = had.get(what, set()) | (here - lost)
    whole = set(range(*asked))
    searches = {what for what, own in wanted.items() if own & whole}
    missing = {what: whole - had[what] for what in searches}
    told_missing: dict[str, set[int]] = {it: set() for it in searches}
    for it in found.missing:
        if it.what in searches:
            assert not told_missing[it.what] & spread(it.window)
            told_missing[it.what] |= spread(it.window)
    assert told_missing == missing
    seen = {at for what in searches for at in had[what]} & whole
    assert {at for it in found.answered for at in spread(it)} == seen
    assert found.looked == bool(seen)
    assert ("failures" in {it.what for it in found.missing}) == (not searches)


def spread(window: Window) -> set[int]:
    """Return the minutes of a stretch."""
    ends = [(at - BEGIN) // timedelta(minutes=1) for at in (window.start, window.end)]
    return set(range(*ends))


def test_each_gap_has_the_reason_that_the_last_run_gave() -> None:
    """And what nobody asked for says so; what stands beside the searches is told too."""
    accounts = [
        ([told("a", 0, 10)], [told("a", 2, 6, "HTTP 403")]),
        ([told("a", 2, 6)], [told("a", 4, 6, "it timed out"), told("the rest", 0, 1, "a cap")]),
    ]
    found = coverage(looked(accounts), minutes(0, 12), "failures").missing
    assert [(it.what, spread(it.window), it.reason) for it in found] == [
        ("a", {4, 5}, "it timed out"),
        ("a", {10, 11}, NEVER),
        ("the rest", {0}, "a cap"),
    ]


def test_no_run_and_no_stretch() -> None:
    """Nothing was looked at, and that is what is said."""
    none = looked([])
    assert none.first() is None
    assert coverage(none, None, "failures").looked is False
    (missing,) = coverage(none, minutes(0, 1), "failures").missing
    assert (missing.what, missing.reason) == ("failures", NEVER)


def told_at(
    now: float, ends: Sequence[int], usual_minutes: float | None = None, since: int | None = None
) -> tuple[int, list[tuple[str, int]]]:
    """Return where a stretch without an end ends, in minutes, and what is missing of it, how long.

    Searches a, b, … were asked from minute 0 to each of ``ends``, at minute ``now``.
    """
    accounts: list[Account] = [
        ([told(name, 0, end)], []) for name, end in zip("abc", ends, strict=False)
    ]
    usual = None if usual_minutes is None else usual_minutes * 60
    seen = replace(looked(accounts), usual_seconds=usual)
    road = Pipeline({}, MemoryStore(), lambda: BEGIN + timedelta(minutes=now))
    start = None if since is None else BEGIN + timedelta(minutes=since)
    covered = covered_until(road, seen, start, None, "failures")
    lengths = [(it["what"], minute(it["to"]) - minute(it["from"])) for it in covered["missing"]]
    return minute(covered["asked"]["to"]), lengths


def minute(text: str) -> int:
    """Return the minute of a time as it is told."""
    return (datetime.fromisoformat(text) - BEGIN) // MINUTE


@pytest.mark.parametrize(
    ("now", "usual", "end", "missing"),
    [
        (60, None, 60, []),
        (75.9, None, 60, []),  # by hand: a quarter of an hour explains itself
        (76, None, 76, [("a", 16)]),
        (180, 60, 60, []),  # every hour: one round may be late
        (181, 60, 181, [("a", 121)]),
        (63, 0.33, 60, []),  # every twenty seconds: the least
        (64, 0.33, 64, [("a", 4)]),
    ],
)
def test_where_nobody_asks_for_an_end_it_is_the_newest_look(
    now: float, usual: float | None, end: int, missing: list[tuple[str, int]]
) -> None:
    """As long as the pulls explain it; what is older is missing, to the minute of now."""
    assert told_at(now, [60], usual) == (end, missing)


def test_what_one_search_lacks_at_the_end_is_missing_once_the_pulls_do_not_explain_it() -> None:
    """A search that nobody asks any more, or that lags."""
    assert told_at(70, [60, 50, 20]) == (60, [("c", 40)])


def test_a_stretch_that_begins_after_the_newest_look_is_missing() -> None:
    """It ends now, and nothing of it was looked at."""
    assert told_at(70, [60], since=61) == (70, [("failures", 9)])


def test_an_end_that_is_asked_for_is_the_end() -> None:
    """What was not looked at before it is missing, however short."""
    road = Pipeline({}, MemoryStore(), lambda: BEGIN + timedelta(minutes=61))
    seen = looked([([told("a", 0, 60)], [])])
    covered = covered_until(road, seen, None, BEGIN + timedelta(minutes=61), "failures")
    assert [it["what"] for it in covered["missing"]] == ["a"]


def test_a_gap_between_two_looks_is_never_explained_away() -> None:
    """However short: nobody looks there later by himself."""
    seen = looked([([told("a", 0, 20), told("a", 30, 60)], [])])
    road = Pipeline({}, MemoryStore(), lambda: BEGIN + timedelta(minutes=61))
    (gap,) = covered_until(road, seen, None, None, "failures")["missing"]
    assert (minute(gap["from"]), minute(gap["to"])) == (20, 30)


def test_a_reason_is_never_explained_away() -> None:
    """Also where it is of the last minutes."""
    accounts = [([told("a", 0, 60)], [told("a", 59, 60, "HTTP 403")])]
    road = Pipeline({}, MemoryStore(), lambda: BEGIN + timedelta(minutes=61))
    covered = covered_until(road, looked(accounts), None, None, "failures")
    assert [it["reason"] for it in covered["missing"]] == ["HTTP 403"]


async def test_runs_tell_what_they_brought_and_in_which_rhythm() -> None:
    """A subject that no search names is of all searches of its run; a rolled back run is none."""
    clock, store = Clock(), MemoryStore()
    window = Window(EPOCH, EPOCH + timedelta(hours=1))
    asked = (Asked("avg:load{*}", window), Asked("q", window))
    for rows in [[("load", "a", 1, 1.0)], [("other", "a", 2, 1.0)], *[[("load", "a", 1, 1.0)]] * 4]:
        source = FakeSource([batch(*rows, asked=asked)], resuming=False)
        await Pipeline({"metrics": source}, store, clock).pull("metrics")
        clock.forward(minutes=5)
    seen = looked_by(replay(await store.entries("metrics")))
    assert seen.brought == {"load": {"avg:load{*}"}, "other": {"avg:load{*}", "q"}}
    assert seen.usual_seconds == 300
    assert seen.last() == window.end
    assert set(seen.about("load").asked) == {"avg:load{*}"}
    assert set(seen.about("other").asked) == {"avg:load{*}", "q"}
    assert not seen.about("loa").asked
    road = Pipeline({}, store, clock)
    for it in await road.runs():
        await road.rollback(it.run, "a test")
    assert looked_by(replay(await store.entries("metrics"))).brought == {}
