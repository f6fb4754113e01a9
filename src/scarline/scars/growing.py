"""From judgements to scars: an alert that begins, goes on, and is over."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from scarline.kinds import METRIC_POINT, SCAR
from scarline.scars.columns import Key
from scarline.series import series_bounds, series_names

DETECTOR = "scar-operator/3"
"""Who found it; another number when the same points would be judged otherwise."""

SHAPE = 24
"""Numbers that a shape is told in."""

MOST_SAMPLES = 1_536
"""Deviations that are kept of a scar that goes on; then every two become one."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

CALM_SHARE = 0.35
"""A course ends for its shape after the last deviation of this share of the largest: an alert ends
only after half an hour of calm, which is no part of what happened."""

CALM = ("steady", "warming")
"""States of a judgement that end a scar. Missing and stale values end none."""


@dataclass(slots=True)
class Growing:
    """A scar that goes on. Times are microseconds since 1970.

    Deviations are those from what was ``expected`` at its onset: what is expected later has learnt
    from the scar itself. Each is the mean of ``step`` points; ``rest`` are too few for one.
    """

    onset: int
    expert: str | None
    direction: str
    unit: str | None
    expected: float | None = None
    points: int = 0
    peak: dict[str, Any] = field(default_factory=dict)
    deviations: list[float] = field(default_factory=list)
    step: int = 1
    rest: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Judged:
    """The points of a batch and what was said of them, by column."""

    ts: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    onset: npt.NDArray[np.bool_]
    calm: npt.NDArray[np.bool_]
    columns: Mapping[str, npt.NDArray[np.float64]]
    expert: pa.Array
    direction: pa.Array


def series_id(key: Key) -> str:
    """Return the 16 hexadecimal digits that a series is named by."""
    return sha256(repr(key).encode()).hexdigest()[:16]


def grown(
    points: pa.RecordBatch, said: pa.RecordBatch, growing: Mapping[Key, Growing]
) -> tuple[pa.RecordBatch, dict[Key, Growing]]:
    """Return the scars that began or went on in these points, and all that go on after them.

    ``points`` are rows of `METRIC_POINT`, those of a series together and by rising time, ``said``
    what :func:`scarline.scars.detect` says of them; ``growing`` are scars that
    went on before them; it is not changed. Rows are those of `SCAR`.
    """
    bounds = series_bounds(METRIC_POINT, points)
    judged = _judged(points, said)
    going, rows = dict(growing), {}
    for place, name in enumerate(series_names(METRIC_POINT, points, bounds)):
        key, unit = name[: len(METRIC_POINT.series)], name[-1]
        stretch = slice(int(bounds[place]), int(bounds[place + 1]))
        before = going.pop(key, None)
        if before is None and not judged.onset[stretch].any():
            continue
        for scar, ended in _followed(judged, stretch, before, unit):
            rows[key, scar.onset] = _row(key, scar, ended)
            if ended is None:
                going[key] = scar
    return pa.RecordBatch.from_pylist(list(rows.values()), SCAR.schema), going


def _judged(points: pa.RecordBatch, said: pa.RecordBatch) -> _Judged:
    states = said.column("state").dictionary_decode()
    return _Judged(
        points.column("ts").cast(pa.int64()).to_numpy(),
        points.column("value").to_numpy(zero_copy_only=False),
        said.column("onset").to_numpy(zero_copy_only=False),
        pc.is_in(states, value_set=pa.array(CALM)).to_numpy(zero_copy_only=False),
        {
            name: said.column(name).to_numpy(zero_copy_only=False)
            for name in ("score", "expected", "low", "high", "missed_by")
        },
        said.column("expert"),
        said.column("direction"),
    )


def _followed(
    judged: _Judged, stretch: slice, scar: Growing | None, unit: Any
) -> Iterator[tuple[Growing, int | None]]:
    """Yield each scar of a stretch, with the time of the first calm point after it, if any."""
    scar = deepcopy(scar)
    for row in range(stretch.start, stretch.stop):
        begins = bool(judged.onset[row])
        if scar is not None and (begins or judged.calm[row]):
            yield scar, int(judged.ts[row])
            scar = None
        if begins:
            expert, direction = judged.expert[row].as_py(), judged.direction[row].as_py()
            scar = Growing(int(judged.ts[row]), expert, direction, unit)
        if scar is not None:
            _grow(scar, judged, row)
    if scar is not None:
        yield scar, None


def saved(scar: Growing) -> bytes:
    """Return a scar that goes on as JSON."""
    return orjson.dumps(scar)


def resumed(told: Mapping[str, Any]) -> Growing:
    """Return what :func:`saved` made into JSON."""
    return Growing(**told)


def _grow(scar: Growing, judged: _Judged, row: int) -> None:
    at = {name: float(column[row]) for name, column in judged.columns.items()}
    value = float(judged.value[row])
    missed = abs(at["missed_by"]) if np.isfinite(at["missed_by"]) else 0.0
    if not scar.peak or missed > abs(scar.peak["missed_by"] or 0.0):
        told = {name: number if np.isfinite(number) else None for name, number in at.items()}
        told["score"] = max(scar.peak.get("score", 0.0), at["score"])
        scar.peak = {**told, "ts": int(judged.ts[row]), "value": value}
    scar.peak["score"] = max(scar.peak["score"], at["score"])
    scar.points += 1
    if scar.expected is None and np.isfinite(at["expected"]):
        scar.expected = at["expected"]
    scar.rest.append(0.0 if scar.expected is None else value - scar.expected)
    if len(scar.rest) < scar.step:
        return
    scar.deviations.append(sum(scar.rest) / scar.step)
    scar.rest = []
    if len(scar.deviations) == MOST_SAMPLES:
        scar.deviations = np.asarray(scar.deviations).reshape(-1, 2).mean(axis=1).tolist()
        scar.step *= 2


def shape(deviations: Sequence[float]) -> list[int]:
    """Return the course of deviations in 24 numbers from -100 to 100, whatever length and size.

    Each is the mean over its part of the time; the largest has 100 or -100.
    """
    course = np.asarray(deviations, dtype=np.float64)
    counts = np.abs(course) >= CALM_SHARE * np.abs(course).max(initial=0.0)
    course = course[: int(np.flatnonzero(counts).max(initial=0)) + 1]
    # What is summed up to each moment, read at the ends of the parts: means, for any length.
    summed = np.concatenate(([0.0], np.cumsum(course)))
    ends = np.interp(np.linspace(0, course.size, SHAPE + 1), np.arange(summed.size), summed)
    means = np.diff(ends)
    largest = float(np.abs(means).max(initial=0.0))
    told: list[int] = np.rint(100 * means / largest if largest else means).astype(int).tolist()
    return told


def _row(key: Key, scar: Growing, ended: int | None) -> dict[str, Any]:
    peak = scar.peak
    return {
        "series": series_id(key),
        "onset": moment(scar.onset),
        **dict(zip(METRIC_POINT.series, key, strict=True)),
        "unit": scar.unit,
        "ended_at": None if ended is None else moment(ended),
        "points": scar.points,
        "detector": DETECTOR,
        "expert": scar.expert,
        "direction": scar.direction,
        "peak_at": moment(peak["ts"]),
        "peak_score": peak["score"],
        "peak_value": peak["value"],
        **{name: peak[name] for name in ("expected", "low", "high", "missed_by")},
        "shape": orjson.dumps(shape(scar.deviations or scar.rest)).decode(),
    }


def moment(microseconds: int) -> datetime:
    """Return the time so many microseconds after 1970 began."""
    return EPOCH + timedelta(microseconds=microseconds)
