"""What a pull has to ask: queries go through time in lanes, a window at a time. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from scarline.ports import Ask
from scarline.sources.datadog import bookmark
from scarline.sources.datadog.bookmark import Bookmark, Reach
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.queries import Query, Question, queries
from scarline.sources.datadog.windows import (
    STEPS,
    UNKNOWN_SERIES,
    Span,
    aligned,
    ceil,
    cut,
    steps,
)

Shown = Mapping[str, int | None]
"""By key of a query: how many series it showed last time; None where it was never answered."""


@dataclass
class Lane:
    """Some queries that are asked together; ``at`` is the start of what is still to be asked.

    ``feeling`` is set while the first answer is awaited, which tells how many series there
    are and so how much may be asked at once.
    """

    queries: list[Query]
    start: int
    end: int
    at: int
    feeling: bool = False

    def width(self, shown: Shown, points: int) -> int:
        """Return how many seconds to ask for, so that an answer has ``points`` at most."""
        series = [shown.get(query.key) for query in self.queries]
        known = sum(UNKNOWN_SERIES if it is None else it for it in series)
        return steps(known, points) * self.queries[0].interval

    def known(self, shown: Shown) -> bool:
        """Return whether every query here was answered before."""
        return all(shown.get(query.key) is not None for query in self.queries)

    def rest(self) -> Span:
        """Return what is still to be asked."""
        return Span(self.at, self.end)


@dataclass(frozen=True, slots=True)
class Outset:
    """Where a pull begins: the cursor at its start, and what lies before it."""

    bookmark: Bookmark
    lanes: list[Lane]
    named: bool

    @property
    def shown(self) -> dict[str, int | None]:
        """Return how many series each query showed when it was last answered."""
        return {key: mark.series for key, mark in self.bookmark.marks.items()}

    @property
    def settled(self) -> dict[str, int]:
        """Return at which interval each query is answered, where that was in doubt once."""
        marks = self.bookmark.marks.items()
        return {key: mark.settled for key, mark in marks if mark.settled is not None}


def outset(ask: Ask, config: Config, edge: int) -> Outset:
    """Return where the pull that is asked for begins; complete buckets end at ``edge``.

    Raises ``UsageError`` for a cursor that cannot be read.
    """
    interval = config.interval_seconds
    wanted = queries(config)
    keys = [query.key for query in wanted]
    first, look_back = (
        ceil(seconds, interval) for seconds in (config.first_pull_seconds, config.look_back_seconds)
    )
    last = bookmark.opened(ask.cursor)
    if ask.window is None:
        end = edge
        begun, starts = bookmark.going_on(last, keys, Reach(edge, first, look_back))
    else:
        span = aligned(ask.window, interval, edge)
        end = span.end
        begun, starts = bookmark.reading(last, keys, span, look_back)
    together = config.metrics_per_request if config.api == "v2" else 1
    going = lanes({query: starts[query.key] for query in wanted}, end, together)
    return Outset(begun, going, named=ask.window is not None)


def lanes(starts: Mapping[Query, int], end: int, together: int) -> list[Lane]:
    """Return lanes up to ``end``: queries that start together, up to ``together`` in each."""
    going = sorted((it for it in starts.items() if it[1] < end), key=lambda it: it[1])
    return [
        Lane(queries[first : first + together], start, end, start)
        for start, group in groupby(going, key=lambda it: it[1])
        for queries in [[query for query, _ in group]]
        for first in range(0, len(queries), together)
    ]


def upcoming(going: Iterable[Lane], shown: Shown, config: Config) -> Iterator[Question]:
    """Yield all questions that would be asked, oldest first, without asking any.

    Of a query that was never answered the first window is short; the rest is taken to be as
    long as Datadog allows.
    """
    questions = []
    for lane in going:
        first = Span(lane.at, lane.at + lane.width(shown, config.max_points_per_answer))
        longest = STEPS * config.interval_seconds
        width = first.end - first.start if lane.known(shown) else longest
        spans = [first.until(lane.end), *cut(Span(min(first.end, lane.end), lane.end), width)]
        questions += [Question(tuple(lane.queries), span) for span in spans]
    yield from sorted(questions, key=lambda question: question.span)
