"""The cursor as a value: it moves from answered stretch to answered stretch and no farther."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import UsageError
from scarline.model import Cursor
from scarline.sources.datadog import bookmark
from scarline.sources.datadog.bookmark import Bookmark, Mark, Reach
from scarline.sources.datadog.windows import Span

REACH = Reach(edge=1_000, first=100, look_back=20)


def test_a_cursor_is_read_as_it_was_written() -> None:
    """And no cursor is a beginning."""
    held = Bookmark(span=Span(0, 60), marks={"q": Mark(through=60, at=30, series=7)})
    assert bookmark.opened(bookmark.closed(held)) == held
    assert bookmark.opened(None) == Bookmark()


@pytest.mark.parametrize("text", ["", "{", '"x"', '{"marks":3}'])
def test_a_cursor_that_nobody_wrote_is_refused(text: str) -> None:
    """Rather than to begin anew in silence."""
    with pytest.raises(UsageError, match="cannot be read"):
        bookmark.opened(Cursor(text))


def test_a_cursor_of_another_version_is_refused() -> None:
    """With both versions."""
    with pytest.raises(UsageError, match="version 7, this Scarline writes 1"):
        bookmark.opened(Cursor('{"version":7}'))


def test_a_new_query_begins_at_the_first_pull_and_the_others_where_they_were() -> None:
    """And those look back a little."""
    held = Bookmark(marks={"old": Mark(through=700)})
    begun, starts = bookmark.going_on(held, ["old", "new"], REACH)
    assert starts == {"old": 680, "new": 900}
    assert begun.marks == {"old": Mark(through=700), "new": Mark(through=900)}


def test_what_is_missing_is_not_passed() -> None:
    """Neither by the next window nor by any later one."""
    begun, _ = bookmark.going_on(Bookmark(), ["q"], REACH)
    moved = bookmark.answered(begun, "q", Span(880, 940), named=False)
    after = bookmark.answered(moved, "q", Span(960, 1_000), named=False)
    assert (moved.marks["q"].through, after.marks["q"].through) == (940, 940)


def test_a_window_far_ahead_leaves_the_place_and_an_old_one_too() -> None:
    """Only one that touches the place moves it."""
    held = Bookmark(marks={"q": Mark(through=500)})
    for span, through in ((Span(600, 700), 500), (Span(100, 300), 500), (Span(400, 700), 700)):
        begun, _ = bookmark.reading(held, ["q"], span, 20)
        moved = bookmark.answered(begun, "q", span, named=True)
        assert moved.marks["q"] == Mark(through=through, at=span.end)


def broken_off(at: int, other: int) -> Bookmark:
    """A pull of 0 to 600 in which two queries came so far."""
    return Bookmark(span=Span(0, 600), marks={"q": Mark(0, at), "other": Mark(0, other)})


RESUMED = [
    (broken_off(300, 300), Span(0, 600), 280),  # the same window again
    (broken_off(300, 300), Span(60, 660), 280),  # "the last ten minutes", a minute later
    (broken_off(300, 300), Span(290, 900), 290),  # never before what is asked for
    (broken_off(600, 300), Span(0, 600), 580),  # this query had come to the end, the other not
    (broken_off(600, 600), Span(0, 600), 0),  # it was finished: all is read again
    (broken_off(300, 300), Span(360, 900), 360),  # begins after what was reached
    (broken_off(300, 300), Span(0, 240), 0),  # ends before it
    (Bookmark(), Span(0, 600), 0),
]


@pytest.mark.parametrize(("held", "span", "start"), RESUMED)
def test_a_window_that_broke_off_is_gone_on_with(held: Bookmark, span: Span, start: int) -> None:
    """But one that was finished is read again."""
    _, starts = bookmark.reading(held, ["q", "other"], span, 20)
    assert starts["q"] == start


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5), st.booleans()), max_size=30))
def test_everything_before_the_place_was_answered(
    windows: list[tuple[int, int, bool]],
) -> None:
    """Whatever is asked in whatever order, answered or not."""
    held, _ = bookmark.going_on(Bookmark(), ["q"], Reach(edge=10, first=10, look_back=0))
    covered: set[int] = set()
    for start, length, came in windows:
        if came:
            held = bookmark.answered(held, "q", Span(start, start + length), named=False)
            covered |= set(range(start, start + length))
    through = held.marks["q"].through
    assert through is not None
    assert set(range(through)) <= covered
