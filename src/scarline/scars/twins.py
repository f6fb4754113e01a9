"""Twins: the earlier scars of a metric, on any host, that a scar resembles.

Two scars are compared by their course (see ``SCAR.shape``), whatever its size and length; a size
or a length that is far off makes them a little less alike, another side unlike. All of it is one
product of matrices of whole numbers, so that the sum is exact and no order of rows changes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from scarline.scars.incidents import TOGETHER

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]
Texts = npt.NDArray[np.str_]

ALIKE = 0.965
"""The likeness from which on two scars are twins: chosen on made repeats (``bench/twins.py``)."""

TAIL = 20
"""A shape ends for us after its last number of at least this size: an alert ends only after a
long calm, which is no part of what happened."""

_BLUR = 0.25  # of a number goes to each neighbour: an onset is found a little earlier or later
_SIZE, _LENGTH = 0.002, 0.004
_SIDE = 0.1  # what another side takes from it: more than is left
_SIDES = ("low", "high", "both")

_MIDDLE_SIZE, _MIDDLE_SECONDS = 50.0, 3600.0  # where logarithms are 0, so that they stay small
_NAMES = ("metric", "series")

_ONE = 2_000  # stands for 1: sums of products stay below 2**24, to where singles are exact
_BLOCK = 512  # scars at once: what is in hand does not grow with the square of all
_TOGETHER = TOGETHER // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Twins:
    """For each scar of a table, by row: shape (scars,) each.

    ``best`` is the row of the earlier scar that it is likest to, the latest of equals, and
    ``likeness`` is from ALIKE to 1; ``seen`` on how many occasions there were twins (scars that
    started together are one occasion); ``last`` is the row of the last twin. Without one: -1, 0,
    0, -1.
    """

    best: Longs
    likeness: Floats
    seen: Longs
    last: Longs


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """Scars as vectors, by row: the product of one of ``left`` and one of ``right`` is a likeness.

    Both have shape (scars, dimensions) and whole numbers. ``onset`` is in microseconds since 1970.
    """

    left: Singles
    right: Singles
    onset: Longs
    metric: Texts
    series: Texts


def forms(scars: pa.Table) -> Forms:
    """Return the vectors of ``scars``, rows of SCAR."""
    shapes, lengths = _courses(scars["shape"].to_pylist())
    units = shapes / np.maximum(np.linalg.norm(shapes, axis=1, keepdims=True), 1e-9)
    missed = np.nan_to_num(np.abs(_floats(scars["missed_by"])), nan=1.0)
    size = np.log(np.clip(missed, 1.0, 1e5) / _MIDDLE_SIZE)
    seconds = _floats(scars["points"]) * _floats(scars["interval_seconds"]) * lengths
    length = np.log(np.clip(seconds, 1.0, 1e8) / _MIDDLE_SECONDS)
    side = np.equal.outer(_texts(scars["direction"]), np.array(_SIDES)).reshape(-1, len(_SIDES))
    parts = (
        units,
        np.sqrt(2 * _SIZE) * size[:, None],
        np.sqrt(2 * _LENGTH) * length[:, None],
        np.sqrt(_SIDE) * side,
    )
    # likeness = 1 - |a - b|^2 / 2 = a b + (1 - a a) / 2 + (1 - b b) / 2, in whole numbers
    whole = np.rint(_ONE * np.hstack(parts))
    rest = np.floor((_ONE**2 - (whole**2).sum(axis=1, keepdims=True)) / 2)
    rest[~shapes.any(axis=1)] = -(_ONE**2)
    ones = np.ones_like(rest)
    left, right = (
        np.hstack([whole, *it]).astype(np.float32) for it in ((rest, ones), (ones, rest))
    )
    onset = scars["onset"].cast(pa.int64()).to_numpy()
    return Forms(left, right, onset, *(_texts(scars[it]) for it in _NAMES))


def twins(scars: pa.Table, made: Forms | None = None) -> Twins:
    """Return the twins of each of ``scars``, rows of SCAR in any order.

    An earlier scar is one of the same metric that did not start together with it. ``made`` is
    what :func:`forms` returned for the same rows, if it is at hand.
    """
    own = made or forms(scars)
    count = len(own.onset)
    nothing = np.full(count, -1)
    found = Twins(nothing.copy(), np.zeros(count), np.zeros(count, np.int64), nothing.copy())
    order = np.lexsort((own.series, own.onset, own.metric))
    for rows in np.split(
        order, np.flatnonzero(own.metric[order][1:] != own.metric[order][:-1]) + 1
    ):
        for first in range(0, len(rows), _BLOCK):
            _fill(found, own, rows, slice(first, first + _BLOCK))
    return found


def _fill(found: Twins, own: Forms, rows: Longs, block: slice) -> None:
    """Find the twins of a block of ``rows``, which are those of one metric by rising onset."""
    onset, mine = own.onset[rows], rows[block]
    before = np.searchsorted(onset, own.onset[mine] - _TOGETHER)
    most = int(before[-1]) if len(before) else 0
    if not most:
        return
    # The latest first, so that it is the latest of equals that is found.
    others, least = rows[:most][::-1], most - before
    alike = own.left[mine] @ own.right[others].T
    late = int(least.max())
    alike[:, :late][np.arange(late) < least[:, None]] = -1.0
    at = alike.argmax(axis=1)
    highest = alike[np.arange(len(mine)), at]
    hits = alike >= ALIKE * _ONE**2
    has = hits[np.arange(len(mine)), at]
    hits = hits[has]
    found.best[mine[has]] = others[at[has]]
    found.likeness[mine[has]] = _likeness(highest[has])
    found.last[mine[has]] = others[hits.argmax(axis=1)]
    found.seen[mine[has]] = _occasions(hits, onset[:most][::-1])


def _occasions(hits: npt.NDArray[np.bool_], onset: Longs) -> Longs:
    """Return on how many occasions there are ``hits``, shape (scars, earlier ones)."""
    begins = np.concatenate(([0], np.flatnonzero(np.diff(onset) < -_TOGETHER) + 1))
    # Eight scars in a byte: an eighth of the work.
    joined = np.bitwise_or.reduceat(np.packbits(hits, axis=0), begins, axis=1)
    counted: Longs = np.unpackbits(joined, axis=0, count=len(hits)).sum(axis=1, dtype=np.int64)
    return counted


def likenesses(own: Forms, rows: Longs, others: Longs) -> Floats:
    """Return how alike ``rows`` and earlier ``others`` are, shape (rows, others), from 0 to 1.

    It is 0 for one of another metric, and for one that is no earlier: see :func:`twins`.
    """
    alike = _likeness(own.left[rows] @ own.right[others].T)
    earlier = own.onset[others] < own.onset[rows][:, None] - _TOGETHER
    return np.where(earlier & (own.metric[others] == own.metric[rows][:, None]), alike, 0.0)


def _likeness(product: Singles) -> Floats:
    shares: Floats = np.clip(product.astype(np.float64) / _ONE**2, 0.0, 1.0).round(4)
    return shares


def _courses(shapes: Sequence[str]) -> tuple[Floats, Floats]:
    """Return what happened in each scar, without the calm at its end, and its share of the scar.

    Shapes (scars, 24) and (scars,): the numbers up to the last that counts, drawn out to all of
    the width, and blurred.
    """
    if not shapes:
        return np.zeros((0, 1)), np.zeros(0)
    told = np.array(orjson.loads(f"[{','.join(shapes)}]"), dtype=np.float64)
    count, width = told.shape
    counts = np.abs(told) >= TAIL
    ends = np.where(counts.any(axis=1), width - counts[:, ::-1].argmax(axis=1), width)
    summed = np.hstack([np.zeros((count, 1)), np.cumsum(told, axis=1)])
    # Read at the ends of `width` parts of what is left, between the numbers where need be.
    place = ends[:, None] * np.linspace(0.0, 1.0, width + 1)
    below = np.minimum(place.astype(np.int64), width - 1)
    low, high = (np.take_along_axis(summed, it, axis=1) for it in (below, below + 1))
    parts = np.diff(low + (place - below) * (high - low), axis=1)
    padded = np.pad(parts, ((0, 0), (1, 1)), mode="edge")
    blurred: Floats = (1 - 2 * _BLUR) * parts + _BLUR * (padded[:, :-2] + padded[:, 2:])
    return blurred, ends / width


def _floats(column: pa.ChunkedArray) -> Floats:
    numbers: Floats = column.cast(pa.float64()).to_numpy()
    return numbers


def _texts(column: pa.ChunkedArray) -> Texts:
    return np.array(column.cast(pa.string()).to_pylist(), dtype=np.str_)
