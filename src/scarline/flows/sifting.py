"""Each system at the best place of all in its layer, one after the other.

After Matuszewski, Schönfeld and Molitor, "Using sifting for k-layer straightline crossing
minimization" (Graph Drawing, 1999).
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scarline.flows.layering import Layers

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

MOST = 450
"""Vertices of a layer, or of a neighbouring one, at most: time grows with their square."""

ROUNDS = 3


def sifted(layers: Layers, places: Longs) -> Longs:
    """Return places with no more crossings than these; large layers stay as they are."""
    places = places.copy()
    bounds = layers.bounds.tolist()
    sizes = np.diff(layers.bounds)
    for _ in range(ROUNDS):
        moved = False
        for number, (first, last) in enumerate(pairwise(bounds)):
            near = sizes[max(0, number - 1) : number + 2]
            if last - first > 1 and near.max() <= MOST:
                costs = _costs(layers, places, first, last)
                moved |= _sift(layers, places, costs, first, last)
        if not moved:
            break
    return places


def _costs(layers: Layers, places: Longs, first: int, last: int) -> Floats:
    """Return for each pair of a layer how much more crosses with the one before the other."""
    costs = np.zeros((last - first, last - first), np.float32)
    for here, there in ((layers.below, layers.above), (layers.above, layers.below)):
        own = (here >= first) & (here < last)
        if own.any():
            mine, ends = here[own] - first, places[there[own]]
            before = np.zeros((int(ends.max()) + 2, last - first), np.float32)
            before[ends + 1, mine] = 1
            before = np.cumsum(before, axis=0)  # row j: how many ends each has before place j
            order = np.argsort(mine, kind="stable")
            vertices, begins = np.unique(mine[order], return_index=True)
            costs[vertices] += np.add.reduceat(before[ends[order]], begins, axis=0)
    return costs - costs.T


def _sift(layers: Layers, places: Longs, costs: Floats, first: int, last: int) -> bool:
    """Move each vertex of a layer to where fewest cross, within its part of the graph."""
    order = np.argsort(places[first:last])
    part = layers.part[first:last]
    moved = False
    for vertex in range(last - first):
        mates = order[part[order] == part[vertex]]
        at = int(np.flatnonzero(mates == vertex)[0])
        rest = np.delete(mates, at)
        total = np.concatenate(([0.0], -np.cumsum(costs[vertex, rest])))
        best = int(np.argmin(total))
        if total[best] < total[at]:
            order[part[order] == part[vertex]] = np.insert(rest, best, vertex)
            moved = True
    places[first + order] = np.arange(last - first)
    return moved
