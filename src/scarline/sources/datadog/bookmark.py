"""The cursor: how far each query has come. Pure; only this source reads what it writes.

``through`` is where the next incremental pull goes on: everything before it was answered.
``at`` is the same within the window that was last asked for by name (``span``), so that a
backfill that broke off goes on where it did. Neither ever passes what is missing, for both
move only from the start of an answered stretch to its end, and in a pull in which
something of a query is missing they stay before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from scarline.errors import UsageError
from scarline.model import Cursor
from scarline.sources.datadog.windows import Span

VERSION = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """How far one query has come, in seconds since 1970.

    ``series`` is how many it showed last time, ``settled`` the interval at which it was
    found to be answered, where that was in doubt.
    """

    through: int | None = None
    at: int | None = None
    series: int | None = None
    settled: int | None = None


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The marks of all queries by their keys, and the window that ``at`` speaks of."""

    version: int = VERSION
    span: Span | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far to reach, in seconds, on the grid of the interval.

    ``edge`` is where complete buckets end, ``first`` how far back a query begins that has no
    mark, ``look_back`` how much is read again.
    """

    edge: int
    first: int
    look_back: int


def opened(cursor: Cursor | None) -> Bookmark:
    """Return what ``cursor`` says; raises ``UsageError`` for one that nobody here wrote."""
    if cursor is None:
        return Bookmark()
    try:
        bookmark = msgspec.json.decode(cursor, type=Bookmark)
    except msgspec.DecodeError as error:
        message = f"the cursor of the last pull cannot be read ({error}): roll that run back"
        raise UsageError(message) from error
    if bookmark.version != VERSION:
        message = (
            f"the cursor of the last pull has version {bookmark.version}, this Scarline writes "
            f"{VERSION}: use the Scarline that wrote it, or a newer one"
        )
        raise UsageError(message)
    return bookmark


def closed(bookmark: Bookmark) -> Cursor:
    """Return ``bookmark`` as a cursor."""
    return Cursor(msgspec.json.encode(bookmark, order="deterministic").decode())


def going_on(
    bookmark: Bookmark, keys: Sequence[str], reach: Reach
) -> tuple[Bookmark, dict[str, int]]:
    """Begin an incremental pull; return with it where each query starts.

    Queries without a mark begin ``reach.first`` ago, the others look back.
    """
    marks, starts = dict(bookmark.marks), {}
    for key in keys:
        mark = marks.get(key, Mark())
        if mark.through is None:
            starts[key] = reach.edge - reach.first
            marks[key] = replace(mark, through=starts[key])
        else:
            starts[key] = mark.through - reach.look_back
    return replace(bookmark, marks=marks), starts


def reading(
    bookmark: Bookmark, keys: Sequence[str], span: Span, look_back: int
) -> tuple[Bookmark, dict[str, int]]:
    """Begin a pull of ``span``; return with it where each query starts.

    If the last such pull broke off within ``span``, it goes on there.
    """
    starts = dict.fromkeys(keys, span.start)
    marks = {key: replace(mark, at=None) for key, mark in bookmark.marks.items()}
    for key in keys:
        mark = bookmark.marks.get(key, Mark())
        at = span.start
        if mark.at is not None and _broke_off(bookmark, keys, mark.at, span):
            at = mark.at
            starts[key] = max(span.start, at - look_back)
        through = span.start if mark.through is None else mark.through
        marks[key] = replace(mark, through=through, at=at)
    return replace(bookmark, span=span, marks=marks), starts


def _broke_off(bookmark: Bookmark, keys: Sequence[str], at: int, span: Span) -> bool:
    """Whether the last pull of a window ended early, and ``span`` goes on from within it."""
    last = bookmark.span
    if last is None:
        return False
    reached = [bookmark.marks.get(key, Mark()).at for key in keys]
    unfinished = any(it is not None and it < last.end for it in reached)
    return unfinished and last.start <= span.start <= at <= span.end


def answered(bookmark: Bookmark, key: str, span: Span, *, named: bool) -> Bookmark:
    """Note that ``key`` was answered for ``span``; ``named`` within a window asked by name."""
    mark = bookmark.marks.get(key, Mark())
    moved = replace(mark, through=_on(mark.through, span))
    if named:
        moved = replace(moved, at=_on(mark.at, span))
    return replace(bookmark, marks={**bookmark.marks, key: moved})


def seen(bookmark: Bookmark, key: str, series: int, settled: int | None) -> Bookmark:
    """Note how many series ``key`` showed, and at which interval if that was in doubt."""
    mark = replace(bookmark.marks.get(key, Mark()), series=series, settled=settled)
    return replace(bookmark, marks={**bookmark.marks, key: mark})


def _on(reached: int | None, span: Span) -> int | None:
    if reached is None or not span.start <= reached < span.end:
        return reached
    return span.end
