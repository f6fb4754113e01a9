"""Bundles, and what was looked at: laws over pure functions."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scarline.failures.coverage import NEVER_ASKED, NOTHING, coverage, looked
from scarline.failures.export import bundle, export_id, failure_as_data
from scarline.failures.groups import groups
from scarline.kinds import DECISION
from scarline.model import Window
from tests.failures.test_groups import NOW, table

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)


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
    found = coverage(looked(accounts), minutes(*asked))
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
    assert (NOTHING in {it.what for it in found.missing}) == (not searches)


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
    found = coverage(looked(accounts), minutes(0, 12)).missing
    assert [(it.what, spread(it.window), it.reason) for it in found] == [
        ("a", {4, 5}, "it timed out"),
        ("a", {10, 11}, NEVER_ASKED),
        ("the rest", {0}, "a cap"),
    ]


def test_no_run_and_no_stretch() -> None:
    """Nothing was looked at, and that is what is said."""
    none = looked([])
    assert none.first() is None
    assert coverage(none, None).looked is False
    (missing,) = coverage(none, minutes(0, 1)).missing
    assert (missing.what, missing.reason) == (NOTHING, NEVER_ASKED)


HOSTILE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(st.lists(HOSTILE, min_size=1, max_size=3), st.randoms())
def test_a_bundle_is_a_line_for_each_whatever_is_in_it(titles: list[str], chance: Any) -> None:
    """Each line is JSON that says what it is; the order of what is given changes nothing."""
    rows = [{"signature": str(at), "title": title} for at, title in enumerate(titles)]
    found = groups(table(*rows), DECISION.schema.empty_table(), NOW)
    payload = json.dumps({"said": titles})
    evidence = {
        it.id: [{"trace_id": "t", "span_id": "s", "failed_at": NOW, "trace_payload": payload}]
        for it in found
    }
    body = b"".join(bundle(found, evidence))
    chance.shuffle(found)
    assert b"".join(bundle(found, evidence)) == body
    lines = [json.loads(it) for it in body.removesuffix(b"\n").split(b"\n")]
    assert [it["type"] for it in lines] == ["group", "failure"] * len(titles)
    assert {it["format"] for it in lines} == {1}
    assert sorted(it["title"] for it in lines[::2]) == sorted(titles)
    assert all(it["trace_payload"] == {"said": titles} for it in lines[1::2])


def test_a_payload_that_is_no_json_stays_text() -> None:
    """It is told as it was kept."""
    assert failure_as_data({"trace_payload": "{cut", "reasons": None}) == {
        "trace_payload": "{cut",
        "reasons": None,
    }


KEYS = st.lists(st.tuples(st.sampled_from("tuv"), st.sampled_from("12")), unique=True, max_size=6)


@given(KEYS, KEYS, st.randoms())
def test_an_export_is_called_by_its_failures(
    one: list[tuple[str, str]], other: list[tuple[str, str]], chance: Any
) -> None:
    """The same ones in any order are the same export, others are not."""
    shuffled = chance.sample(one, len(one))
    assert export_id({"A": one}, 5) == export_id({"A": shuffled}, 5)
    assert (export_id({"A": one}, 5) == export_id({"A": other}, 5)) == (set(one) == set(other))
    assert export_id({"A": one}, 5) != export_id({"A": one}, 6)
