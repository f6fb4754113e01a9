"""What a pull remembers: paths and duplicates, and never more than it may."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from scarline.failures.span import Span
from scarline.sources.datadog.spans_known import DEEPEST, Paths, Seen

AT = datetime(2026, 11, 18, tzinfo=UTC)


def span(trace: str, own: str, above: str | None = None) -> Span:
    """A span that is called as it is numbered."""
    return Span(trace, own, AT, name=f"step {own}", parent_id=above)


def added(paths: Paths, *spans: Span) -> Paths:
    """Remember them."""
    for it in spans:
        paths.add(it.trace_id, it.span_id, it.name, it.parent_id)
    return paths


def test_a_path_leads_from_the_root() -> None:
    """In whatever order the spans came; traces do not mix."""
    root, middle, leaf = span("t", "1"), span("t", "2", "1"), span("t", "3", "2")
    paths = added(Paths(), leaf, span("u", "1"), middle, root)
    assert paths.path(leaf) == ("step 1", "step 2", "step 3")
    assert paths.path(root) == ("step 1",)


def test_a_path_begins_where_it_is_known() -> None:
    """A parent that was never seen is not made up."""
    leaf = span("t", "3", "2")
    assert added(Paths(), leaf).path(leaf) == ("step 3",)
    assert Paths().path(leaf) == ("step 3",)


def test_a_circle_of_parents_ends() -> None:
    """Nobody promised a tree."""
    paths = added(Paths(), span("t", "1", "2"), span("t", "2", "1"))
    assert len(paths.path(span("t", "1", "2"))) == DEEPEST


def test_the_oldest_spans_are_let_go() -> None:
    """Those that came last are known; twice ``most`` are, at the most."""
    paths = added(Paths(most=10), *(span("t", str(it), str(it - 1)) for it in range(1, 31)))
    assert 10 <= len(paths.path(span("t", "30", "29"))) <= 21
    assert len(paths.path(span("t", "5", "4"))) == 1


@given(st.lists(st.integers(0, 20)))
def test_what_was_shown_is_known_again(things: list[int]) -> None:
    """The first is kept, each later one is known."""
    seen = Seen(most=1_000)
    assert [seen.again(it) for it in things] == [it in things[:at] for at, it in enumerate(things)]


def test_of_very_much_the_latest_is_known() -> None:
    """Memory stays flat: twice ``most`` at the most."""
    seen = Seen(most=10)
    assert not any(seen.again(it) for it in range(25))
    assert all(seen.again(it) for it in range(15, 25))
    assert not seen.again(0)
