"""Which stretches of time a pull of spans reads: each search goes through them in windows. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scarline.ports import Ask
from scarline.sources.datadog import bookmark
from scarline.sources.datadog.bookmark import Bookmark, Mark, Reach
from scarline.sources.datadog.spans_config import By, Spans
from scarline.sources.datadog.spans_searches import Search, searches
from scarline.sources.datadog.windows import Span as Stretch
from scarline.sources.datadog.windows import aligned

HOUR, DAY = 3_600, 86_400

NARROWEST = 60
"""A window is not planned shorter than this many seconds; it is cut so short only if it is full."""

SHRUNK = 0.8
"""A window that was full is taken to be filled evenly, but for so much."""


@dataclass
class Lane:
    """One search on its way through time; ``at`` is the start of what is still to be read.

    ``rate`` is how many spans an hour showed last, None where none was read. ``known_until`` is
    how far a window was read that was cut since: what is there comes again. ``lead`` is how many
    seconds before the first window are still to be read, for the names in them.
    """

    search: Search
    start: int
    end: int
    at: int
    width: int
    rate: int | None = None
    known_until: int = 0
    lead: int = 0

    def window(self) -> Stretch:
        """Return the window that comes next."""
        return Stretch(self.at, min(self.at + self.width, self.end))

    def rest(self) -> Stretch:
        """Return all that is still to be read."""
        return Stretch(self.at, self.end)

    def passed(self, window: Stretch, spans: int, config: Spans) -> None:
        """Go on after ``window``, in which there were ``spans`` spans."""
        self.at = window.end
        self.rate = spans * HOUR // (window.end - window.start)
        self.width = _width(self.rate, config)

    def cut(self, window: Stretch, reached: float) -> None:
        """Make ``window`` shorter: it was full ``reached`` seconds after its start."""
        self.known_until = max(self.known_until, window.end)
        self.width = max(1, int(min(reached * SHRUNK, (window.end - window.start) / 2)))


@dataclass(frozen=True, slots=True)
class Outset:
    """Where a pull begins: the cursor at its start, what lies before it, and why it is pulled."""

    bookmark: Bookmark
    lanes: list[Lane]
    trigger: str


def outset(ask: Ask, config: Spans, by: By, first: int, edge: int) -> Outset:
    """Return where the pull that is asked for begins; what is old enough ends at ``edge``.

    Without a mark it begins ``first`` seconds before. Raises ``UsageError`` for a cursor that
    cannot be read.
    """
    last = bookmark.opened(ask.cursor)
    wanted = searches(by, config.ml_apps, config.services, config.query)
    keys = [search.key for search in wanted]
    if ask.window is None:
        end = edge
        reach = Reach(edge, first, _look_back(last, keys, config, edge))
        begun, starts = bookmark.going_on(last, keys, reach)
        known = any(last.marks.get(key, Mark()).through is not None for key in keys)
        trigger = "what came since the last pull" if known else "first pull"
    else:
        span = aligned(ask.window, 1, edge)
        end = span.end
        begun, starts = bookmark.reading(last, keys, span, config.look_back_seconds)
        trigger = "a window asked for by name"
    lanes = [
        _lane(search, starts[search.key], end, begun.marks[search.key].series, config)
        for search in wanted
        if starts[search.key] < end
    ]
    return Outset(begun, lanes, trigger)


def joined(now: Bookmark, more: Bookmark, lanes: Sequence[Lane]) -> Bookmark:
    """Return ``now`` with the marks that ``more`` has for the searches of ``lanes``."""
    theirs = {lane.search.key: more.marks[lane.search.key] for lane in lanes}
    return replace(now, span=more.span, marks={**now.marks, **theirs})


def upcoming(lane: Lane) -> Iterator[Stretch]:
    """Yield the windows that a lane would read if no more spans came than last time."""
    for start in range(lane.at, lane.end, lane.width):
        yield Stretch(start, min(start + lane.width, lane.end))


def _lane(search: Search, start: int, end: int, rate: int | None, config: Spans) -> Lane:
    width = _width(rate, config)
    return Lane(search, start, end, start, width, rate, lead=config.lead_seconds)


def _width(rate: int | None, config: Spans) -> int:
    """Return how long a window is that holds as many spans as it may, going by the last one."""
    if not rate:
        return config.window_seconds
    most = config.pages_per_window * config.page_size * HOUR // (2 * rate)
    return max(min(NARROWEST, config.window_seconds), min(config.window_seconds, most))


def _look_back(last: Bookmark, keys: Sequence[str], config: Spans, edge: int) -> int:
    """Return how much is read again: more by the first pull of a day, if so set."""
    through = [mark.through for key in keys if (mark := last.marks.get(key)) and mark.through]
    new_day = any(at // DAY < edge // DAY for at in through)
    return max(config.look_back_seconds, config.deep_look_back_seconds if new_day else 0)
