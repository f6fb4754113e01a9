"""The station between redact and commit: points pass the ScarOperator and may leave scars.

What the operator remembers of a series is made of the stored points that came before. It is kept
from pull to pull, in a file too, under the head of the chain and what the user asks for: once
anything else was written or taken back since, or is asked for, it is made anew from what is
stored. So a rollback takes back what was learnt.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scarline.kinds import METRIC_POINT, SCAR, Kind
from scarline.ledger import Head, Run
from scarline.model import Batch, CleanBatch, Window, empty
from scarline.ports import Query, Store
from scarline.scars import Key, detect
from scarline.scars.ending import given_up
from scarline.scars.growing import EPOCH, grown, moment, series_id
from scarline.scars.preferences import Preferences
from scarline.scars.remembered import Remembered, read, write
from scarline.series import series_bounds, series_names

HISTORY = timedelta(days=28)
"""How far back stored points are read to learn a series anew: four weeks show a weekly season."""

MOST_LEARNT = 50_000_000
"""Points that are read for that at most; of larger estates less time is read."""

AT_ONCE = 1_000_000
"""Points that are read at a time."""

SERIES = len(METRIC_POINT.series)

_METRIC = METRIC_POINT.series.index("metric")


@dataclass(slots=True)
class Watch:
    """What is remembered from pull to pull; ``file`` keeps it from one process to the next.

    One watch serves one store, and one pull at a time.
    """

    wanted: Preferences = field(default_factory=Preferences)
    file: Path | None = None
    kind: Kind = METRIC_POINT
    known: Remembered = field(default_factory=Remembered)

    def over(
        self, store: Store, head: Head, runs: Sequence[Run], window: Window | None
    ) -> "Watching":
        """Return the watch over a pull after ``head``, of a ``window`` or of what came since.

        A window may lie in the past, before what is remembered: then all is learnt anew, and
        nothing is kept of it.
        """
        if not self.known.head and self.file is not None:
            self.known = read(self.file)
        known, self.known = self.known, Remembered()
        if window is not None or known.head != self.under(head):
            known = Remembered()
        return Watching(self, store, known, _told(runs), kept=window is None)

    def under(self, head: Head) -> str:
        """Return what the memory of these preferences is kept under at ``head``."""
        return f"{head.digest} {self.wanted.digest}"

    def keep(self, known: Remembered) -> None:
        """Remember this for the next pull."""
        self.known = known
        if self.file is not None:
            with suppress(OSError):  # then the next process learns it anew from what is stored
                write(self.file, known)


@dataclass(slots=True)
class Watching:
    """The watch over one pull."""

    watch: Watch
    store: Store
    known: Remembered
    told: Mapping[str, tuple[datetime, float]]
    kept: bool

    async def found(self, clean: CleanBatch) -> Batch | None:
        """Return the scars that these points, which are not stored yet, show; None for none."""
        points = clean.batch.rows
        lines = list(_lines(points))
        new = {it.key: it.first for it in lines if it.key not in self.known.last}
        await self._learn(points, list(new))
        over = await self._given_up(new)
        found = await asyncio.to_thread(self._judge, _later(points, lines, self.known))
        again = await self._again(lines, found)
        for line in lines:
            self.known.last[line.key] = max(line.last, self.known.last.get(line.key, line.last))
        rows = pa.Table.from_batches([found, again, over]).combine_chunks().to_batches()
        return Batch(SCAR, rows[0], None) if rows else None

    def end(self, head: Head) -> None:
        """Keep what is remembered, under the head of the chain as it is after the pull."""
        if self.kept:
            self.watch.keep(replace(self.known, head=self.watch.under(head)))

    def _judge(self, points: pa.RecordBatch) -> pa.RecordBatch:
        new = (it.key for it in _lines(points) if it.key not in self.known.states)
        self.known.states |= self.watch.wanted.begun(new)
        said, states = detect(points, self.known.states, self.watch.wanted.options)
        rows, self.known.growing = grown(points, said, self.known.growing)
        self.known.states |= states
        return rows

    async def _learn(self, points: pa.RecordBatch, keys: Sequence[Key]) -> None:
        """Judge what is stored of these series before ``points``: nothing is known of them."""
        if not keys:
            return
        where = _named(keys, "source", "metric", "host")
        wanted = frozenset(keys)
        for part in self._stretches(pc.min(points.column("ts")).as_py(), where["metric"]):
            found = await self.store.find(Query(METRIC_POINT, part, where))
            for rows in found.combine_chunks().to_batches():
                known = _of(rows, wanted)
                if known.num_rows:
                    await asyncio.to_thread(self._judge, known)

    def _stretches(self, until: datetime, metrics: Sequence[str]) -> Iterator[Window]:
        """Yield the time before ``until`` in which points of these metrics are, in parts."""
        told = [self.told[it] for it in metrics if it in self.told]
        if not told:
            return
        a_second = max(sum(rate for _, rate in told), 1e-9)
        start = max(
            min(first for first, _ in told),
            until - HISTORY,
            until - timedelta(seconds=min(MOST_LEARNT / a_second, HISTORY.total_seconds())),
        )
        step = timedelta(seconds=min(max(60.0, AT_ONCE / a_second), 86_400.0 * 7))
        while start < until:
            end = min(start + step, until)
            yield Window(start, end)
            start = end

    async def _given_up(self, new: Mapping[Key, int]) -> pa.RecordBatch:
        """Return the scars of series learnt anew that go on and that nobody follows, as ended."""
        known = [key for key in new if key[_METRIC] in self.told]
        if not known or not self.kept:
            return empty(SCAR)
        stored = await self.store.find(Query(SCAR, where=_named(known, "metric", "host")))
        return given_up(stored, new, self.known.growing)

    async def _again(self, lines: Sequence["_Line"], found: pa.RecordBatch) -> pa.RecordBatch:
        """Return the stored scars that began in points which are told again, as they were found.

        This run saw them too: they stay when the run that found them is taken away.
        """
        within = {
            series_id(it.key): it
            for it in lines
            if it.first <= self.known.last.get(it.key, it.first - 1)
        }
        if not within:
            return empty(SCAR)
        start = min(it.first for it in within.values())
        end = max(it.last for it in within.values())
        window = Window(moment(start), moment(end + 1))
        where = {"metric": sorted({str(it.key[1]) for it in within.values()})}
        stored = await self.store.find(Query(SCAR, window, where))
        new = set(zip(*(found.column(it).to_pylist() for it in SCAR.key), strict=True))
        keys = zip(*(stored.column(it).to_pylist() for it in SCAR.key), strict=True)
        keep = [
            (line := within.get(series)) is not None
            and line.first <= _micros(onset) <= self.known.last.get(line.key, -1)
            and (series, onset) not in new
            for series, onset in keys
        ]
        kept = stored.filter(pa.array(keep, pa.bool_())).combine_chunks()
        return next(iter(kept.to_batches()), empty(SCAR))


@dataclass(frozen=True, slots=True)
class _Line:
    """Points of one series, from row ``start`` to before ``end``; times in microseconds."""

    key: Key
    start: int
    end: int
    first: int
    last: int


def _named(keys: Sequence[Key], *names: str) -> dict[str, list[str]]:
    """Return which values some series have in these of their columns."""
    columns = dict(zip(METRIC_POINT.series, zip(*keys, strict=True), strict=True))
    return {name: sorted({str(it) for it in columns[name]}) for name in names}


def _lines(points: pa.RecordBatch) -> Iterator[_Line]:
    bounds = series_bounds(METRIC_POINT, points)
    times = points.column("ts").cast(pa.int64()).to_numpy()
    names = series_names(METRIC_POINT, points, bounds)
    for name, start, end in zip(names, bounds[:-1], bounds[1:], strict=True):
        yield _Line(name[:SERIES], int(start), int(end), int(times[start]), int(times[end - 1]))


def _later(points: pa.RecordBatch, lines: Sequence[_Line], known: Remembered) -> pa.RecordBatch:
    """Return the points that are later than what is remembered of their series."""
    times = points.column("ts").cast(pa.int64()).to_numpy()
    later = np.ones(points.num_rows, dtype=bool)
    for line in lines:
        last = known.last.get(line.key)
        if last is not None and line.first <= last:
            later[line.start : line.end] = times[line.start : line.end] > last
    return points if later.all() else points.filter(pa.array(later))


def _of(points: pa.RecordBatch, wanted: AbstractSet[Key]) -> pa.RecordBatch:
    """Return the points of the series that are wanted."""
    kept = np.zeros(points.num_rows, dtype=bool)
    for line in _lines(points):
        kept[line.start : line.end] = line.key in wanted
    return points if kept.all() else points.filter(pa.array(kept))


def _told(runs: Sequence[Run]) -> dict[str, tuple[datetime, float]]:
    """Return of each metric when the first stored point is, and how many there are a second."""
    told: dict[str, tuple[datetime, float]] = {}
    for run in runs:
        for metric, part in run.tally.items() if run.live else ():
            first, last = (datetime.fromisoformat(part[it]) for it in ("first", "last"))
            rate = part["rows"] / max((last - first).total_seconds(), 1.0)
            before = told.get(metric, (first, rate))
            told[metric] = (min(before[0], first), max(before[1], rate))
    return told


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
