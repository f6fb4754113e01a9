"""Windows: they cover what is asked exactly, on the grid, within the cap."""

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scarline.model import Window
from scarline.sources.datadog.windows import (
    POINT_CAP,
    STEPS,
    Span,
    aligned,
    ceil,
    cut,
    floor,
    halves,
    steps,
)

MOMENTS = st.integers(1_600_000_000, 1_900_000_000)
INTERVALS = st.sampled_from([1, 15, 20, 60, 300, 3_600])


@given(MOMENTS, st.integers(1, 40 * 86_400), INTERVALS, st.integers(0, 10**8))
def test_pieces_cover_the_span_once_and_keep_the_cap(
    start: int, length: int, interval: int, series: int
) -> None:
    """No second is asked twice, none is left out, none has more than 1,500 points."""
    span = Span(floor(start, interval), ceil(start + length, interval))
    width = max(1, steps(series, 2_000_000) * interval)
    pieces = list(cut(Span(span.start, min(span.end, span.start + 500 * width)), width))
    assert pieces[0].start == span.start
    assert pieces[-1].end == min(span.end, span.start + 500 * width)
    assert all(one.end == two.start for one, two in pairwise(pieces))
    assert all(0 < it.end - it.start <= STEPS * interval < POINT_CAP * interval for it in pieces)
    assert all(it.start % interval == it.end % interval == 0 for it in pieces)


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_an_answer_holds_no_more_points_than_wanted(series: int, points: int) -> None:
    """Unless one bucket alone is more."""
    width = steps(series, points)
    assert 1 <= width <= STEPS
    assert width == 1 or width * series <= points


@given(MOMENTS, st.integers(1, 10**6), INTERVALS, MOMENTS)
def test_a_window_holds_the_buckets_that_begin_in_it(
    start: int, length: int, interval: int, edge: int
) -> None:
    """Half-open, whatever its ends; nothing from the edge on."""
    edge = floor(edge, interval)
    window = Window(*(datetime.fromtimestamp(it, UTC) for it in (start, start + length)))
    span = aligned(window, interval, edge)
    inside = [
        at
        for at in (span.start - interval, span.start, span.end - interval, span.end)
        if start <= at < min(start + length, edge)
    ]
    assert all(span.start <= at < span.end for at in inside)
    assert span.start == span.end or (start <= span.start and span.end - interval < start + length)
    assert span.start == span.end or span.end <= edge


@given(MOMENTS, st.integers(1, 5_000), INTERVALS)
def test_halves_are_the_whole(start: int, length: int, interval: int) -> None:
    """On the grid, and neither is empty."""
    start = floor(start, interval)
    span = Span(start, start + length * interval)
    parts = halves(span, interval)
    assert len(parts) == (1 if length == 1 else 2)
    assert (parts[0].start, parts[-1].end) == (span.start, span.end)
    assert all(it.start < it.end and it.start % interval == 0 for it in parts)
    assert parts[0].end == parts[-1].start or len(parts) == 1
