"""Some series and their points, flat: what every answer becomes before it is Arrow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scarline.errors import SourceChanged
from scarline.kinds import INSTANT, METRIC_POINT
from scarline.model import empty
from scarline.sources.datadog.queries import Query

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SOURCE = "datadog"

ABSENT = "N/A"
"""What Datadog writes for a group whose points lack the tag."""

TWICE = "answered twice"
NO_VALUE = "no value"

SECOND = 1_000
"""Datadog writes times in milliseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The series of an answer, a column for each thing that is known of them.

    ``owners`` says which of ``queries`` each belongs to, ``intervals`` (seconds) is by query.
    """

    queries: Sequence[Query]
    intervals: Sequence[int]
    owners: Longs
    hosts: Sequence[str]
    tags: Sequence[str]
    units: Sequence[str | None]

    def first_of_each(self) -> Flags:
        """Return which of the series are not there a second time under the same name."""
        names = list(zip(self.owners.tolist(), self.hosts, self.tags, strict=True))
        first = np.ones(len(names), dtype=bool)
        seen: set[tuple[int, str, str]] = set()
        if len(set(names)) < len(names):
            for place, name in enumerate(names):
                first[place] = name not in seen
                seen.add(name)
        return first


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """``lengths[i]`` points of the series ``i``, one series after the other; times in ms."""

    series: Series
    lengths: Longs
    times: Longs
    values: Floats


@dataclass(frozen=True, slots=True)
class Found:
    """What an answer held of one query: how many series, and at which interval (seconds)."""

    series: int
    interval: int


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """An answer as Arrow: rows of ``metric_point``, and an account by key of the query."""

    rows: pa.RecordBatch
    found: Mapping[str, Found]
    kept_out: Mapping[str, int] = field(default_factory=dict)


def places(tags: Sequence[str]) -> tuple[str, str]:
    """Return the host among ``tags``, and the others in order; "" where there is none."""
    if len(tags) == 1 and tags[0].startswith("host:"):
        host, others = tags[0][5:], ""
    else:
        host = next((tag[5:] for tag in tags if tag.startswith("host:")), "")
        others = ",".join(sorted(tag for tag in tags if not tag.startswith("host:")))
    return "" if host == ABSENT else host, others


def rhythm(times: Longs) -> int | None:
    """Return the steps, in seconds, in which rising ``times`` (ms) mostly go on; or None.

    Gaps do not break a rhythm; fewer than three times have none.
    """
    gaps = np.diff(times)
    if gaps.size < 2:  # noqa: PLR2004 - two gaps are the fewest that can agree
        return None
    step = int(np.gcd.reduce(gaps))
    regular = 2 * np.count_nonzero(gaps == step) >= gaps.size
    return step // SECOND if regular and step % SECOND == 0 else None


def on_grid(times: Longs, interval: int) -> None:
    """Raise ``SourceChanged`` unless each of ``times`` (ms) is the start of a bucket.

    Others would be stored beside the right ones, and stay.
    """
    if np.any(times % (interval * SECOND)):
        message = f"the times of the answer are not multiples of {interval} s, its interval"
        raise SourceChanged(message)


def record(points: Points) -> pa.RecordBatch:
    """Return ``points`` as rows of ``metric_point``."""
    if points.times.size == 0:
        return empty(METRIC_POINT)
    series, lengths = points.series, points.lengths
    queries = [series.queries[owner] for owner in series.owners]
    intervals = np.array(series.intervals, dtype=np.int32)
    columns = [
        _text([SOURCE], lengths),
        _text([query.metric for query in queries], lengths),
        _text(series.hosts, lengths),
        _text(series.tags, lengths),
        pa.array(np.repeat(intervals[series.owners], lengths)),
        _text([query.aggregation for query in queries], lengths),
        _text(series.units, lengths),
        pa.array(points.times * SECOND).view(INSTANT),
        pa.array(points.values),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=METRIC_POINT.schema)


def _text(words: Sequence[str | None], lengths: Longs) -> pa.Array:
    """Return a dictionary column in which ``words[i]`` stands ``lengths[i]`` times."""
    once = pa.array(words, pa.string()).dictionary_encode()
    if len(once.dictionary) == 1 and not once.null_count:  # zeros cost no memory until touched
        return pa.DictionaryArray.from_arrays(np.zeros(lengths.sum(), np.int32), once.dictionary)
    absent = np.repeat(np.asarray(once.is_null()), lengths) if once.null_count else None
    indices = np.repeat(once.indices.fill_null(0).to_numpy(), lengths)
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=absent), once.dictionary)
