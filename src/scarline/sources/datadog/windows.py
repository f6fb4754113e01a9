"""Which stretches of time to ask for: pure arithmetic on whole seconds since 1970."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from scarline.model import Window

POINT_CAP = 1_500
"""The most points of one series in one answer; Datadog's documentation of ``.rollup``."""

STEPS = POINT_CAP - 1
"""One less than the cap: whether the bucket at ``to`` counts is not documented."""

UNKNOWN_SERIES = 10_000
"""Assumed of a query that was never answered; about 8,500 groups are reported (argo-rollouts
PR 4746). Its first window is short accordingly, the next ones are as long as fits."""

FEWEST_SERIES = 100
"""Assumed of a query that showed fewer: the next answer may show more."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time from ``start`` up to but without ``end``, in seconds since 1970."""

    start: int
    end: int

    @property
    def window(self) -> Window:
        """Return it as the rest of Scarline says it."""
        return Window(
            datetime.fromtimestamp(self.start, UTC), datetime.fromtimestamp(self.end, UTC)
        )

    def until(self, edge: int) -> "Span":
        """Return the part before ``edge``; empty spans have ``start == end``."""
        return Span(self.start, max(self.start, min(self.end, edge)))


def floor(at: float, interval: int) -> int:
    """Return the last start of a bucket that is not after ``at``."""
    return int(at // interval) * interval


def ceil(at: float, interval: int) -> int:
    """Return the first start of a bucket that is not before ``at``."""
    return -int(-at // interval) * interval


def aligned(window: Window, interval: int, edge: int) -> Span:
    """Return the buckets that begin within ``window`` and before ``edge``."""
    start = ceil(window.start.timestamp(), interval)
    return Span(start, max(start, ceil(window.end.timestamp(), interval))).until(edge)


def steps(series: int, points: int) -> int:
    """Return how many buckets to ask for, so that ``series`` of them are ``points`` at most."""
    return max(1, min(STEPS, points // max(series, FEWEST_SERIES)))


def cut(span: Span, width: int) -> Iterator[Span]:
    """Yield ``span`` in pieces of ``width`` seconds; the last one may be shorter."""
    for start in range(span.start, span.end, width):
        yield Span(start, min(start + width, span.end))


def halves(span: Span, interval: int) -> tuple[Span, ...]:
    """Return ``span`` as two, on the grid of ``interval``; as one where it is a single bucket."""
    middle = ceil((span.start + span.end) / 2, interval)
    return tuple(cut(span, middle - span.start)) if span.start < middle < span.end else (span,)
