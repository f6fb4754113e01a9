"""Thousands of series at once: points in, columns of judgements out, Arrow on both sides."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scarline.kinds import METRIC_POINT
from scarline.scars.compiled import Floats, Whole, judged
from scarline.scars.memory import EXPERTS, STATES, Memories, fresh, pack, unpack
from scarline.scars.operator import SIDES
from scarline.scars.options import DEFAULT, Options
from scarline.series import series_bounds, series_names

Key = tuple[str | int | None, ...]
"""The series columns of a metric point: source, metric, host, tags, interval, aggregation."""

_WORD = pa.dictionary(pa.int32(), pa.string())

SCORED = pa.schema(
    [
        pa.field("score", pa.float64(), nullable=False),
        pa.field("onset", pa.bool_(), nullable=False),
        pa.field("state", _WORD, nullable=False),
        pa.field("expert", _WORD),
        pa.field("direction", _WORD, nullable=False),
        pa.field("expected", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("missed_by", pa.float64()),
    ]
)
"""A row for each point: the fields of :class:`scarline.scars.operator.Judgement`."""

_MICROSECONDS = 1e6


def detect(
    points: pa.RecordBatch, states: Mapping[Key, bytes], options: Options = DEFAULT
) -> tuple[pa.RecordBatch, dict[Key, bytes]]:
    """Judge the points of many series, each from where it was left.

    ``points`` are rows of `METRIC_POINT`, those of a series together and by rising time.
    ``states`` holds what this function returned for the same series before; a series that is not
    in it begins. Returns a row of `SCORED` for each point, in their order, and the new states of
    the series in ``points``. Options that a series began with stay with it.
    Raises ``UsageError`` for a state that is none.
    """
    bounds = series_bounds(METRIC_POINT, points)
    width = len(METRIC_POINT.series)
    keys: list[Key] = [name[:width] for name in series_names(METRIC_POINT, points, bounds)]
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    memories = _memories(list(places), states, options)
    slots = np.fromiter((places[key] for key in keys), np.int64, len(keys))
    rows = judged(memories, slots, bounds, _seconds(points), _values(points))
    return _columns(rows), dict(zip(places, pack(memories), strict=True))


def _memories(keys: list[Key], states: Mapping[Key, bytes], options: Options) -> Memories:
    metric = METRIC_POINT.series.index("metric")
    memories = fresh(len(keys), 0, options.false_onsets_per_week)
    memories["direction"] = [options.sign(str(key[metric])) for key in keys]
    known = [place for place, key in enumerate(keys) if key in states]
    if known:
        memories[known] = unpack([states[keys[place]] for place in known])
    return memories


def _seconds(points: pa.RecordBatch) -> Floats:
    ticks: Whole = points.column("ts").cast(pa.int64()).to_numpy()
    return ticks / _MICROSECONDS


def _values(points: pa.RecordBatch) -> Floats:
    return np.asarray(points.column("value").to_numpy(zero_copy_only=False), dtype=np.float64)


def _columns(rows: npt.NDArray[np.void]) -> pa.RecordBatch:
    columns = [
        pa.array(np.ascontiguousarray(rows["score"])),
        pa.array(rows["onset"] == 1),
        _words(rows["state"], STATES),
        _words(rows["expert"], EXPERTS),
        _words(rows["direction"] % len(SIDES), [str(side) for side in SIDES]),
        *(
            pa.array(np.ascontiguousarray(rows[name]), from_pandas=True)
            for name in ("expected", "low", "high", "missed_by")
        ),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCORED)


def _words(codes: npt.NDArray[Any], words: Any) -> pa.DictionaryArray:
    indices = pa.array(np.ascontiguousarray(codes, dtype=np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(words)))
