"""A drawing that is looked at again: what it had stays where it was, what is new is fitted in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scarline.flows.layout import ACROSS, HEIGHT, NAME, Drawing, Point, Way, drawn

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_MOST_NEW = 0.5  # of the systems: where more are new, all are placed anew


@dataclass(frozen=True, slots=True)
class Earlier:
    """A drawing by the names of systems: where they were, and where flows bent."""

    points: Mapping[str, Point]
    bends: Mapping[tuple[str, str], Sequence[Point]]
    way: Way = ACROSS


def kept(names: Sequence[str], drawing: Drawing) -> Earlier:
    """Return a drawing as :func:`redrawn` takes it."""
    points = zip(drawing.x.tolist(), drawing.y.tolist(), strict=True)
    bends = {(names[one], names[other]): it for (one, other), it in drawing.bends.items()}
    return Earlier(dict(zip(names, points, strict=True)), bends, drawing.way)


def redrawn(
    names: Sequence[str], starts: Longs, ends: Longs, widths: Floats, earlier: Earlier
) -> Drawing:
    """Return a drawing in which the systems of an earlier one are where they were.

    New ones stand beside their neighbours, where there is room. If most are new, or none is
    known, everything is drawn anew.
    """
    known = [earlier.points.get(name) for name in names]
    new = [number for number, point in enumerate(known) if point is None]
    if len(new) > _MOST_NEW * len(names) or len(new) == len(names):
        return drawn(len(names), starts, ends, widths)
    x = np.array([point[0] if point else np.nan for point in known])
    y = np.array([point[1] if point else np.nan for point in known])
    way = earlier.way
    grid = (HEIGHT + way.between, NAME) if way.down else (NAME + way.between, HEIGHT + way.beside)
    _join(new, (y, x) if way.down else (x, y), starts, ends, grid)
    number = {name: it for it, name in enumerate(names)}
    bends = {
        (number[one], number[other]): it
        for (one, other), it in earlier.bends.items()
        if one in number and other in number
    }
    return Drawing(x, y, bends, way)


def _join(
    new: list[int], places: tuple[Floats, Floats], starts: Longs, ends: Longs, grid: Point
) -> None:
    """Place new systems, those first that have a placed neighbour: beside them stand the others.

    ``places`` are along the layers and within them, ``grid`` the pixels that a name takes so.
    """
    along, level = places
    placed = ~np.isnan(along)
    taken = {
        _cell(one, other, grid)
        for one, other in zip(along[placed].tolist(), level[placed].tolist(), strict=True)
    }
    while new:
        ready = [it for it in new if _beside(it, places, starts, ends, grid)] or new[:1]
        for system in ready:
            lowest = (0.0, float(np.nanmax(level)) + grid[1])
            wanted = _beside(system, places, starts, ends, grid) or lowest
            along[system], level[system] = _free(wanted, taken, grid)
            taken.add(_cell(along[system], level[system], grid))
        new = [it for it in new if it not in set(ready)]


def _beside(
    system: int, places: tuple[Floats, Floats], starts: Longs, ends: Longs, grid: Point
) -> Point | None:
    """Return where a new system belongs by its placed neighbours; None if it has none."""
    along, level = places
    callers, called = starts[ends == system], ends[starts == system]
    callers, called = callers[~np.isnan(along[callers])], called[~np.isnan(along[called])]
    if len(callers):
        return float(np.max(along[callers])) + grid[0], float(np.mean(level[callers]))
    if len(called):
        return float(np.min(along[called])) - grid[0], float(np.mean(level[called]))
    return None


def _cell(along: float, level: float, grid: Point) -> tuple[int, int]:
    return round(along / grid[0]), round(level / grid[1])


def _free(wanted: Point, taken: set[tuple[int, int]], grid: Point) -> Point:
    """Return the place in this layer that is free and nearest to what is wanted."""
    layer, row = _cell(*wanted, grid)
    step = 0
    while {(layer, row + step + it) for it in (-1, 0, 1)} & taken:
        step = -step if step > 0 else 1 - step
    return layer * grid[0], (row + step) * grid[1]
