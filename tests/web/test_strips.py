"""What was asked and what is missing, as stretches of time: as counting each moment tells it."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scarline.web.runs.strips import MOST_PIECES, strip
from tests.fakes import EPOCH

Ends = tuple[datetime, datetime]


def hours(first: float, last: float) -> Ends:
    """Return a window by hours after the epoch."""
    return EPOCH + timedelta(hours=first), EPOCH + timedelta(hours=last)


windows = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 9)).map(lambda it: hours(it[0], sum(it))),
    max_size=12,
)


def test_a_gap_in_what_was_asked() -> None:
    """Before it and after it all is answered; what was not asked is no gap."""
    found = strip([hours(0, 4), hours(0, 4), hours(6, 8)], [hours(1, 2)])
    assert [(it.state, it.asked, it.missing) for it in found] == [
        ("answered", 2, 0),
        ("missing", 2, 1),
        ("answered", 2, 0),
        ("unasked", 0, 0),
        ("answered", 1, 0),
    ]
    assert (found[1].start, found[1].end) == hours(1, 2)
    assert strip([], []) == []


@given(windows, windows)
def test_the_law_of_the_strip(asked: list[Ends], missing: list[Ends]) -> None:
    """Without holes, neighbours differ, and each moment has the state that counting gives it."""
    found = strip(asked, missing)
    for before, after in pairwise(found):
        assert before.end == after.start
        assert (before.look, before.missing) != (after.look, after.missing)
    for half in range(1, 100, 2):
        at = EPOCH + timedelta(hours=half / 2)
        state = next((it.state for it in found if it.start <= at < it.end), "unasked")
        inside = [any(a <= at < b for a, b in told) for told in (missing, asked)]
        assert state == ("missing" if inside[0] else "answered" if inside[1] else "unasked")


@given(st.integers(2, 4), st.integers(0, 400), st.integers(500, 999))
def test_what_is_too_fine_shows_at_its_worst(stride: int, low: int, high: int) -> None:
    """There are few pieces, they fill the time, no gap is lost, and none is made up."""
    missing = [hours(it, it + 0.5) for it in range(low, high, stride)]
    found = strip([hours(0, 1_000)], missing)
    assert len(found) <= MOST_PIECES
    assert (found[0].start, found[-1].end) == hours(0, 1_000)
    bad = [(it.start, it.end) for it in found if it.state == "missing"]
    assert all(any(a < end and start < b for a, b in bad) for start, end in missing)
    assert all(any(a < end and start < b for start, end in missing) for a, b in bad)
