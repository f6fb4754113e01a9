"""Where systems stand in a drawing of the flows between them, in pixels at full size.

The same graph has the same drawing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scarline.flows.layering import Layers, layers
from scarline.flows.ordering import ordered

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to draw, ``down`` or to the right; in pixels.

    ``between`` is kept free from a layer to the next, ``beside`` between systems of one, and
    ``passing`` for a flow that passes through one.
    """

    between: float
    beside: float
    passing: float
    down: bool


ACROSS = Way(between=110.0, beside=18.0, passing=22.0, down=False)
DOWN = Way(between=72.0, beside=26.0, passing=34.0, down=True)
"""Names are wide and low: to the right more stand in a layer, downwards more layers are seen."""

FOLDS = (1, 2, 3, 5, 8)
"""How often the longest layer may be folded, so that a wide estate is no thin column."""

SCREEN = (1000.0, 640.0)
"""Where a drawing is looked at, or the like of it: the way that is seen larger there is taken."""

NAME = 120.0
"""Pixels that a name takes from left to right, where nobody says."""

HEIGHT = 34.0
"""Pixels that a name takes from top to bottom."""

GAP = 60.0
"""Pixels between the parts of a graph that nothing joins."""

SHAPE = 1.7
"""Width of a drawing of many parts by its height: about that of a screen."""

STRAIGHT = 6.0
"""Pixels by which a flow may miss a place to pass rather than bend."""

_ROUNDS = 10  # of drawing vertices level with their neighbours

_WEIGHTS = np.array([1.0, 2.0, 8.0])
"""How much the ends of a piece of a flow want to be level: by how many of them are places to pass
(Gansner and others, 1993)."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """The middle of each system, from the top left corner, and where flows bend on their way.

    ``bends`` has, by the ends of a flow, the points that it passes between systems; flows that
    are not in it are straight.
    """

    x: Floats
    y: Floats
    bends: Mapping[tuple[int, int], Sequence[Point]] = field(default_factory=dict)
    way: Way = ACROSS


def drawn(count: int, starts: Longs, ends: Longs, widths: Floats | None = None) -> Drawing:
    """Return where ``count`` systems stand; flow ``i`` leads from ``starts[i]`` to ``ends[i]``.

    Flows mostly lead to the right, or mostly down, whichever is seen larger on a screen.
    ``widths`` says how many pixels the name of each system takes.
    """
    if count == 0:
        return Drawing(np.empty(0), np.empty(0))
    others = starts != ends
    found = layers(count, starts[others], ends[others])
    places = ordered(found)
    wide = np.zeros(len(places))
    wide[found.vertex] = np.full(count, NAME) if widths is None else widths
    tries = [(ACROSS, fold) for fold in FOLDS] + [(DOWN, 1)]
    x, y, way = max((_placed(found, places, wide, *it) for it in tries), key=_seen)
    bends = _bends(found, *((y, x) if way.down else (x, y)))
    if way.down:
        bends = {ends: [(x, y) for y, x in points] for ends, points in bends.items()}
    return Drawing(x[found.vertex], y[found.vertex], bends, way)


def _placed(
    found: Layers, places: Longs, wide: Floats, way: Way, fold: int
) -> tuple[Floats, Floats, Way]:
    """Return where vertices stand when the longest layer is folded so many times."""
    real = wide > 0
    high = np.where(real, HEIGHT, 0.0)
    thick, long = (high, wide) if way.down else (wide, high)
    lanes, lane = _lanes(found, places, real, fold)
    along = _along(found, thick, lanes, way)
    along += np.where(real, lane - (lanes[found.layer] - 1) / 2, 0.0) * (thick.max() + way.beside)
    room = np.where(real, long + way.beside, way.passing) / lanes[found.layer]
    level = _levelled(found, places, room)
    x, y = _packed(*((level, along) if way.down else (along, level)), wide, found.part)
    return x.round(1), y.round(1), way


def _lanes(
    found: Layers, places: Longs, real: npt.NDArray[np.bool_], fold: int
) -> tuple[Longs, Longs]:
    """Return how many lanes each layer is folded into, and in which one each vertex stands.

    Systems that follow one another in a layer stand in one lane after the other.
    """
    at = np.empty(len(places), np.int64)
    at[found.bounds[found.layer] + places] = np.arange(len(places))
    sizes = np.bincount(found.layer, weights=real).astype(np.int64)
    rows = -(-int(sizes.max()) // fold)
    lanes = np.maximum(1, -(-sizes // rows))
    before: Longs = np.cumsum(real[at]) - real[at]
    number = np.empty(len(places), np.int64)
    number[at] = before - before[found.bounds[:-1]][found.layer[at]]
    return lanes, number % lanes[found.layer]


def _along(found: Layers, thick: Floats, lanes: Longs, way: Way) -> Floats:
    """Return where the layer of each vertex lies: the thickest names find room between layers."""
    most = np.zeros(len(found.bounds) - 1)
    np.maximum.at(most, found.layer, thick)
    most += (lanes - 1) * (thick.max() + way.beside)
    steps = (most[1:] + most[:-1]) / 2 + way.between
    along: Floats = np.concatenate(([0.0], np.cumsum(steps)))[found.layer]
    return along


def _seen(placed: tuple[Floats, Floats, Way]) -> float:
    """Return how large all of a drawing is seen on a screen; no larger than full size counts."""
    wide, high = np.ptp(placed[0]) + NAME, np.ptp(placed[1]) + GAP
    return min(1.0, SCREEN[0] / float(wide), SCREEN[1] / float(high))


def _bends(found: Layers, x: Floats, y: Floats) -> dict[tuple[int, int], list[Point]]:
    """Return where flows bend, along the layers; both ways round, as either may be there."""
    bends: dict[tuple[int, int], list[Point]] = {}
    for top, bottom, places in zip(
        found.tops.tolist(), found.bottoms.tolist(), found.passing, strict=True
    ):
        ends = found.vertex[[top, bottom]]
        way = [int(ends[0]), *places.tolist(), int(ends[1])]
        points = _bent([(float(x[it]), float(y[it])) for it in way])
        if points:
            bends[top, bottom], bends[bottom, top] = points, points[::-1]
    return bends


def _bent(way: Sequence[Point]) -> list[Point]:
    """Return the inner points of a way at which it leaves the line from its last bend."""
    bends = [way[0]]
    for point, following in pairwise(way[1:]):
        (x0, y0), (x1, y1) = bends[-1], following
        level = y0 + (y1 - y0) * (point[0] - x0) / (x1 - x0)
        if abs(point[1] - level) > STRAIGHT:
            bends.append(point)
    return bends[1:]


def _levelled(found: Layers, places: Longs, room: Floats) -> Floats:
    """Return the height of each vertex: level with its neighbours, as far as their order allows."""
    at = np.empty(len(places), np.int64)
    at[found.bounds[found.layer] + places] = np.arange(len(places))
    real = np.zeros(len(places), np.bool_)
    real[found.vertex] = True
    need = room[at]
    layer = found.layer[at]
    first = np.concatenate(([True], layer[1:] != layer[:-1]))
    step = np.where(first, 0.0, (need + np.concatenate(([0.0], need[:-1]))) / 2)
    total = np.cumsum(step)
    least = total - total[first][np.cumsum(first) - 1]  # the least height in its layer
    y = np.empty(len(places))
    y[at] = least
    weights = _WEIGHTS[(~real[found.above]).astype(int) + ~real[found.below]]
    ends = np.concatenate((found.above, found.below))
    others = np.concatenate((found.below, found.above))
    weights = np.tile(weights, 2)
    degree = np.bincount(ends, weights=weights, minlength=len(y))
    # Layers lie far below one another while heights are settled, so that one pass does for all.
    far = layer * (float(least.max(initial=0.0)) * 4 + 1e6)
    for _ in range(_ROUNDS):
        sums = np.bincount(ends, weights=weights * y[others], minlength=len(y))
        wanted = np.where(degree > 0, sums / np.where(degree > 0, degree, 1.0), y)[at] + far - least
        lower = np.maximum.accumulate(wanted)
        upper = np.minimum.accumulate(wanted[::-1])[::-1]
        # Both keep the order and the distances, and so does what lies midway.
        y[at] = (lower + upper) / 2 - far + least
    return y


def _packed(x: Floats, y: Floats, wide: Floats, part: Longs) -> tuple[Floats, Floats]:
    """Return the parts of a graph in rows, the largest first, about as wide as a screen."""
    names, which = np.unique(part, return_inverse=True)
    left, top = np.full(len(names), np.inf), np.full(len(names), np.inf)
    right, bottom = -left, -top
    np.minimum.at(left, which, x - wide / 2)
    np.minimum.at(top, which, y)
    np.maximum.at(right, which, x + wide / 2)
    np.maximum.at(bottom, which, y)
    broad, high = right - left + GAP, bottom - top + GAP
    most = max(float(broad.max()), float(np.sqrt((broad * high).sum() * SHAPE)))
    move_x, move_y = np.zeros(len(names)), np.zeros(len(names))
    place_x = place_y = tallest = 0.0
    for name in np.lexsort((names, -broad, -high)).tolist():
        if place_x and place_x + broad[name] > most:
            place_x, place_y, tallest = 0.0, place_y + tallest, 0.0
        move_x[name], move_y[name] = place_x - left[name], place_y - top[name]
        place_x += broad[name]
        tallest = max(tallest, high[name])
    return x + move_x[which], y + move_y[which]
