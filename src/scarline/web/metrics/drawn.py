"""Points of one series as they are drawn: few enough, extremes kept, with what was expected."""

import math
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scarline.model import Window
from scarline.scars import Options, detect

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

_SECOND = 1e6  # microseconds

BAND = ("expected", "low", "high", "score")


def drawn(points: pa.Table, start: datetime, most: int, options: Options | None) -> dict[str, Any]:
    """Return columns for a chart of the points from ``start`` on.

    ``points`` are rows of METRIC_POINT of one series by rising time; those before ``start`` only
    teach the detector what to expect. Columns are numpy arrays of one length, ``most`` at most:
    ``ts`` in seconds since 1970, ``value``, and what :func:`scarline.scars.detect` says of them
    by ``options``, in single precision (nan where it says nothing); of None, nothing. ``total``
    is how many points there are.
    """
    micros: Longs = points["ts"].cast(pa.int64()).to_numpy()
    values: Floats = points["value"].to_numpy()
    first = int(np.searchsorted(micros, int(start.timestamp() * _SECOND)))
    kept = first + thinned(micros[first:], values[first:], most)
    seconds = micros[kept] / _SECOND
    columns: dict[str, Any] = {"total": len(micros) - first, "ts": seconds, "value": values[kept]}
    if (np.mod(seconds, 1.0) == 0).all():
        columns["ts"] = seconds.astype(np.int64)
    if options is not None:
        columns |= _band(points, kept, options)
    return columns


def _band(points: pa.Table, kept: Longs, options: Options) -> dict[str, npt.NDArray[np.float32]]:
    batches = points.combine_chunks().to_batches()
    if not batches:
        return {name: np.zeros(0, np.float32) for name in BAND}
    said, _ = detect(batches[0], {}, options)
    columns = {name: said.column(name).to_numpy(zero_copy_only=False) for name in BAND}
    return {name: own[kept].astype(np.float32) for name, own in columns.items()}


def thinned(times: Longs, values: Floats, most: int) -> Longs:
    """Return which points to draw, rising: of each stretch of time the lowest and the highest.

    Shape (points,) in, at most ``most`` (10 or more) out; the first and the last are always among
    them. Stretches are equally long, so that gaps stay gaps. This is the min-max part of MinMaxLTTB
    (Donckt et al., IEEE VIS 2023), by time.
    """
    count = len(times)
    if count <= most:
        return np.arange(count)
    stretches = (most - 2) // 2
    span = float(times[-1] - times[0]) or 1.0
    place = np.minimum((times - times[0]) / span * stretches, stretches - 1).astype(np.int64)
    begins = np.flatnonzero(np.diff(place, prepend=-1))
    # By value within each stretch; missing numbers are last, and chosen only where all are.
    order = np.lexsort((values, place))
    numbers = np.add.reduceat((~np.isnan(values)).astype(np.int64), begins)
    lowest, highest = order[begins], order[begins + np.maximum(numbers, 1) - 1]
    return np.unique(np.concatenate(([0], lowest, highest, [count - 1])))


def sparks(
    points: pa.RecordBatch, bounds: Longs, window: Window, count: int
) -> list[list[float | None]]:
    """Return for each series the means of equal stretches of ``window``, at most ``count``.

    ``points`` are rows of METRIC_POINT within it, ``bounds`` where each series begins and the
    number of rows at the end. A stretch is no shorter than the interval of its series, so that
    None, which stands where one has no point or no number, is a gap.
    """
    sizes = np.diff(bounds)
    micros: Longs = points.column("ts").cast(pa.int64()).to_numpy()
    values = np.asarray(points.column("value").to_numpy(zero_copy_only=False), dtype=np.float64)
    intervals = points.column("interval_seconds").to_numpy()[bounds[:-1]]
    start, end = (it.timestamp() * _SECOND for it in (window.start, window.end))
    within = (end - start) / _SECOND // np.maximum(intervals, 1)
    own = np.clip(within, 1, count).astype(np.int64)
    many = np.repeat(own, sizes)
    stretch = np.clip((micros - start) / (end - start) * many, 0, many - 1).astype(np.int64)
    ends = np.cumsum(own)
    place = np.repeat(ends - own, sizes) + stretch
    numbers = ~np.isnan(values)
    sums = np.bincount(place[numbers], values[numbers], own.sum())
    counts = np.bincount(place[numbers], minlength=own.sum())
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return [
        [None if math.isnan(it) else float(f"{it:.6g}") for it in row.tolist()]
        for row in np.split(means, ends[:-1])
    ]
