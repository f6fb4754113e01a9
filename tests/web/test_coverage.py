"""What was looked at: each minute as counting tells it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scarline.model import Window
from scarline.web.coverage import coverage, looked

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
