"""In which order systems stand within their layers, so that few flows cross.

Sweeps by the barycentre of neighbours (Sugiyama, Tagawa and Toda, 1981), exchanges of
neighbours that cross less the other way round (Gansner, Koutsofios, North and Vo, "A technique for
drawing directed graphs", IEEE Trans. SE 19, 1993), all of a layer at once; then sifting.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scarline.flows.layering import Layers
from scarline.flows.sifting import sifted

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WORK = 7_000
"""Vertices that are swept over and over: a small drawing is begun in more ways than a large one."""

MOST_BEGINNINGS = 8

SWEEPS = 14
"""Pairs of sweeps, down and up, at most."""

STEPS = 500
"""Layers that are swept at most, in one direction: of a deep drawing there are fewer sweeps."""

PATIENCE = 4
"""Pairs of sweeps without fewer crossings before the rest is left out."""

EXCHANGES = 16
"""Rounds of exchanges at most; fewer when one changes nothing."""


def ordered(layers: Layers) -> Longs:
    """Return the place of each vertex in its layer, from 0; the same for the same layers.

    The parts of a graph stand one below the other, each together.
    """
    count = len(layers.layer)
    beginnings = min(MOST_BEGINNINGS, max(1, WORK // max(1, count)))
    best, fewest = np.zeros(count, np.int64), -1
    for number in range(beginnings):
        places = _exchanged(layers, settled(layers, begun(layers, number)))
        found = crossings(layers, places)
        if fewest < 0 or found < fewest:
            best, fewest = places, found
        if fewest == 0:
            return best
    return sifted(layers, best)


def settled(layers: Layers, places: Longs) -> Longs:
    """Return the best places that sweeps come by."""
    best, fewest, worse = places.copy(), crossings(layers, places), 0
    for _ in range(min(SWEEPS, max(2, STEPS // len(layers.bounds)))):
        if fewest == 0 or worse == PATIENCE:
            break
        _swept(layers, places, down=True)
        _swept(layers, places, down=False)
        found = crossings(layers, places)
        worse = 0 if found < fewest else worse + 1
        if found < fewest:
            best, fewest = places.copy(), found
    return best


def crossings(layers: Layers, places: Longs) -> int:
    """Return how many pieces of flows cross between neighbouring layers."""
    size = np.int64(len(places) + 1)
    layer = layers.layer[layers.above]
    order = np.lexsort((places[layers.below], places[layers.above], layer))
    ends = (layer * size + places[layers.below])[order]
    ranks = np.empty(len(ends), np.int64)
    ranks[np.argsort(ends, kind="stable")] = np.arange(len(ends))
    return _inversions(ranks)


def _inversions(ranks: Longs) -> int:
    """Return how many pairs of a permutation stand the wrong way round, bit by bit from the top."""
    found = 0
    for bit in reversed(range(len(ranks).bit_length())):
        high = ranks >> bit
        ones = high & 1
        before = np.cumsum(ones) - ones
        group = high >> 1
        begins = np.concatenate(([True], group[1:] != group[:-1]))
        base = before[np.flatnonzero(begins)][np.cumsum(begins) - 1]
        found += int((before - base)[ones == 0].sum())
        ranks = ranks[np.argsort(high, kind="stable")]
    return found


def begun(layers: Layers, number: int) -> Longs:
    """Return the places in the order in which a walk from the first layer meets the vertices.

    The first walk goes by the vertices' own order, each other one by an order of its own.
    """
    count = len(layers.layer)
    own = np.arange(count)
    if number:
        own = np.random.default_rng(number).permutation(count)
    met = np.full(count, np.inf)
    places = own.copy()
    pieces = _pieces(layers)
    for step, (first, last) in enumerate(pairwise(layers.bounds.tolist())):
        if step:
            above, below = pieces[step - 1]
            np.minimum.at(met, below, places[above].astype(float))
        _place(layers, places, met[first:last], first, last)
    return places


def _pieces(layers: Layers) -> list[tuple[Longs, Longs]]:
    """Return the ends of the pieces from each layer to the next."""
    count = len(layers.bounds) - 1
    cuts = np.searchsorted(layers.layer[layers.above], np.arange(count))
    bounds = [*cuts.tolist(), len(layers.above)]
    return [(layers.above[a:b], layers.below[a:b]) for a, b in pairwise(bounds)]


def _place(layers: Layers, places: Longs, wanted: Floats, first: int, last: int) -> None:
    """Put the vertices of a layer in the order that they want, each part of the graph together."""
    order = np.lexsort((places[first:last], wanted, layers.part[first:last]))
    places[first + order] = np.arange(last - first)


def _swept(layers: Layers, places: Longs, *, down: bool) -> None:
    """Give each vertex the place of the mean of its neighbours in the layer before."""
    pieces, bounds = _pieces(layers), layers.bounds.tolist()
    count = len(bounds) - 1
    for number in range(1, count) if down else reversed(range(count - 1)):
        first, last = bounds[number], bounds[number + 1]
        above, below = pieces[number - 1] if down else pieces[number]
        here, there = (below, above) if down else (above, below)
        local = here - first
        size = last - first
        degree = np.bincount(local, minlength=size)
        sums = np.bincount(local, weights=places[there], minlength=size)
        other = number - 1 if down else number + 1
        scale = (bounds[other + 1] - bounds[other]) / size
        wanted = np.where(degree > 0, sums / np.maximum(degree, 1), places[first:last] * scale)
        _place(layers, places, wanted, first, last)


def _exchanged(layers: Layers, places: Longs) -> Longs:
    """Exchange neighbours in a layer while that saves crossings."""
    links = [_links(layers, up=True), _links(layers, up=False)]
    for _ in range(EXCHANGES):
        changed = False
        for even_layers in (0, 1):
            for even_places in (0, 1):
                changed |= _exchange(layers, places, links, even_layers, even_places)
        if not changed:
            break
    return places


def _links(layers: Layers, *, up: bool) -> tuple[Longs, Longs]:
    """Return the neighbours of all vertices on one side, and where those of each begin."""
    here, there = (layers.below, layers.above) if up else (layers.above, layers.below)
    order = np.argsort(here, kind="stable")
    begins = np.concatenate(([0], np.cumsum(np.bincount(here, minlength=len(layers.layer)))))
    return there[order], begins


def _exchange(
    layers: Layers, places: Longs, links: list[tuple[Longs, Longs]], layer: int, place: int
) -> bool:
    """Look at every second pair of every second layer, so that no exchange disturbs another."""
    at = np.empty(len(places), np.int64)
    at[layers.bounds[layers.layer] + places] = np.arange(len(places))
    first, second = at[:-1], at[1:]
    fit = (
        (layers.layer[first] % 2 == layer)
        & (places[first] % 2 == place)
        & (layers.layer[first] == layers.layer[second])
        & (layers.part[first] == layers.part[second])
    )
    first, second = first[fit], second[fit]
    gain = np.zeros(len(first), np.int64)
    for link in links:
        gain += _gain(places, link, first, second)
    better = gain > 0
    places[first[better]] += 1
    places[second[better]] -= 1
    return bool(better.any())


def _gain(places: Longs, link: tuple[Longs, Longs], first: Longs, second: Longs) -> Longs:
    """Return for each pair how many crossings on one side an exchange saves."""
    ends, begins = link
    ones, others = (begins[it + 1] - begins[it] for it in (first, second))
    pairs = ones * others
    which = np.repeat(np.arange(len(first)), pairs)
    step = np.arange(len(which)) - (np.cumsum(pairs) - pairs)[which]
    width = others[which]
    one = places[ends[begins[first][which] + step // width]]
    other = places[ends[begins[second][which] + step % width]]
    signs = np.sign(one - other)
    return np.bincount(which, weights=signs, minlength=len(first)).astype(np.int64)
