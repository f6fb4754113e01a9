"""Which systems stand in which layer of a drawing: callers to the left of what they call.

After Sugiyama, Tagawa and Toda (IEEE Trans. SMC 11, 1981): circles are opened, each system gets
the layer of the longest path that leads to it, and flows over several layers get a place to pass
in each.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_PLACES = 12_000
"""How many places to pass are kept free; the longest flows beyond that have none."""

_ROUNDS = 6  # of drawing systems nearer to their neighbours


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Vertices by layer: systems, and places where long flows pass.

    Vertex ``i`` stands in ``layer[i]``; the vertices of a layer are neighbours in number, so that
    layer ``k`` is ``bounds[k]`` to ``bounds[k + 1]``. ``vertex[s]`` is that of system ``s``.
    ``above`` and ``below`` are the ends of each piece of a flow, from a layer to the next, by
    rising layer; ``part`` says of each vertex which part of the graph it belongs to. The flow
    from system ``tops[f]`` to ``bottoms[f]``, perhaps turned round, passes through
    ``passing[f]``, in this order.
    """

    layer: Longs
    bounds: Longs
    vertex: Longs
    above: Longs
    below: Longs
    part: Longs
    tops: Longs
    bottoms: Longs
    passing: list[Longs]


def layers(count: int, starts: Longs, ends: Longs) -> Layers:
    """Return the layers of ``count`` systems and the flows between them, without circles of one."""
    turned = _turned(count, starts, ends)
    tops, bottoms = np.where(turned, ends, starts), np.where(turned, starts, ends)
    pairs = np.unique(tops * np.int64(count) + bottoms)
    tops, bottoms = pairs // count, pairs % count
    ranks = _ranks(count, tops, bottoms)
    return _filled(ranks, tops, bottoms, parts(count, starts, ends))


def parts(count: int, starts: Longs, ends: Longs) -> Longs:
    """Return for each system the number of its part of the graph: the least system in it."""
    found = np.arange(count)
    while True:
        least = found.copy()
        np.minimum.at(least, starts, found[ends])
        np.minimum.at(least, ends, found[starts])
        least = least[least]
        if (least == found).all():
            return found
        found = least


def _neighbours(count: int, here: Longs, there: Longs) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(count)]
    for one, other in zip(here.tolist(), there.tolist(), strict=True):
        found[one].append(other)
    return found


def _turned(count: int, starts: Longs, ends: Longs) -> Flags:
    """Return which flows are turned round so that none leads back to where it came from.

    Those that lead back to a system on the way of a walk in depth that begins where few arrive.
    """
    called = _neighbours(count, starts, ends)
    arriving = np.bincount(ends, minlength=count)
    leaving = np.bincount(starts, minlength=count)
    state = [0] * count  # 1 while on the way, 2 afterwards
    back: set[tuple[int, int]] = set()
    for root in np.argsort(arriving - leaving, kind="stable").tolist():
        if state[root]:
            continue
        state[root] = 1
        way = [(root, iter(called[root]))]
        while way:
            system, rest = way[-1]
            for other in rest:
                if state[other] == 1:
                    back.add((system, other))
                elif not state[other]:
                    state[other] = 1
                    way.append((other, iter(called[other])))
                    break
            else:
                state[system] = 2
                way.pop()
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return np.fromiter((pair in back for pair in pairs), np.bool_, len(starts))


def _ranks(count: int, tops: Longs, bottoms: Longs) -> Longs:
    """Return the layer of each system: the longest path to it, then as near as its flows let it."""
    below, above = _neighbours(count, tops, bottoms), _neighbours(count, bottoms, tops)
    waiting = [len(it) for it in above]
    order = [system for system in range(count) if not waiting[system]]
    ranks = [0] * count
    for system in order:  # it grows while it is read
        for other in below[system]:
            ranks[other] = max(ranks[other], ranks[system] + 1)
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    for number in range(_ROUNDS):
        for system in reversed(order) if number % 2 == 0 else order:
            up, down = above[system], below[system]
            if len(down) > len(up):
                ranks[system] = min(ranks[other] for other in down) - 1
            elif len(up) > len(down):
                ranks[system] = max(ranks[other] for other in up) + 1
    return np.array(ranks, np.int64)


def _filled(ranks: Longs, tops: Longs, bottoms: Longs, part: Longs) -> Layers:
    """Return the layers with a place to pass for each flow in each layer between its ends."""
    count = len(ranks)
    ranks = ranks - _least_of(ranks, part)
    spans = ranks[bottoms] - ranks[tops]
    order = np.argsort(spans, kind="stable")
    kept = np.sort(order[np.cumsum(spans[order]) <= MOST_PLACES + len(order)])
    tops, bottoms, spans = tops[kept], bottoms[kept], spans[kept]
    flow = np.repeat(np.arange(len(spans)), spans)
    first = np.cumsum(spans) - spans
    step = np.arange(len(flow)) - first[flow]
    place = count + np.arange(len(flow)) - flow  # one less than pieces for each flow
    above = np.where(step == 0, tops[flow], place - 1)
    below = np.where(step == spans[flow] - 1, bottoms[flow], place)
    inner = step < spans[flow] - 1
    layer = np.concatenate((ranks, (ranks[tops[flow]] + step + 1)[inner]))
    group = np.concatenate((part, part[tops[flow]][inner]))
    numbered = np.argsort(layer, kind="stable")
    number = np.empty_like(numbered)
    number[numbered] = np.arange(len(numbered))
    by_layer = np.argsort(layer[above], kind="stable")
    bounds = np.searchsorted(layer[numbered], np.arange(layer.max(initial=0) + 2))
    places = np.split(number[count:], np.cumsum(spans - 1)[:-1]) if len(spans) else []
    return Layers(
        layer[numbered],
        bounds,
        number[:count],
        number[above[by_layer]],
        number[below[by_layer]],
        group[numbered],
        tops,
        bottoms,
        places,
    )


def _least_of(ranks: Longs, part: Longs) -> Longs:
    least = np.full(len(ranks), np.iinfo(np.int64).max)
    np.minimum.at(least, part, ranks)
    return least[part]
