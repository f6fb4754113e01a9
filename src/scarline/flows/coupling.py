"""How closely each flow is tied to order management (OMS): linked, how far, how strongly."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import re2

from scarline.errors import ConfigError

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

OMS_PATTERN = (
    r"(?i)(?:^|[^a-z0-9])"
    r"(?:oms|orders?|orders?[-_ ./]?manag(?:er|ement)(?:[-_ ./]?system)?)[0-9]*"
    r"(?:[^a-z0-9]|$)"
)
"""Order management by name: a whole part of it, so not the order in ``border`` or ``reorder``."""

DECAY = 0.5
"""What is left of the strength of a coupling after each step away from order management."""

FAR = np.iinfo(np.int64).max
"""The distance of what no flow leads to."""


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """A value for each flow, in the order of the rows.

    ``oms_linked``: one of its ends is order management. ``oms_distance``: steps along flows,
    in either direction, from its nearer end to the nearest system of order management; null
    where there is none. ``coupling``: how strongly, 0 to 1.
    """

    oms_linked: pa.Array
    oms_distance: pa.Array
    coupling: pa.Array


@dataclass(frozen=True, slots=True, eq=False)
class _Graph:
    """Systems as numbers, and the ends of each flow; both are its start where it leads nowhere."""

    oms: Flags
    starts: Longs
    ends: Longs
    leads: Flags


def coupled(rows: pa.RecordBatch | pa.Table, pattern: str = OMS_PATTERN) -> Coupling:
    """Return how each flow is tied to the systems whose names match ``pattern`` (RE2).

    A system of one environment is another than that of the same name in the next. Flows of
    different sources between the same systems are ties of their own.

    The coupling of a flow is ``DECAY ** oms_distance * share``, where ``share`` is, of all flows
    at its farther end, the part that leads nearer to order management. So a flow between the
    OMS and a neighbour counts as much of that neighbour's flows as go to the OMS, at distance
    1 half of that, and so on. It is 1 within order management, and 0 where no path leads there.
    A row with "" for ``system_to`` has one end, and is not counted among the flows of it.
    Sources tell no counts of calls for each flow, so flows are what is counted.

    Raises ``ConfigError`` for a pattern that is none.
    """
    graph = _graph(rows, pattern)
    distances = _distances(graph)
    near = np.minimum(distances[graph.starts], distances[graph.ends])
    reached = near != FAR
    shares = _shares(graph, distances)
    first, second = shares[graph.starts], shares[graph.ends]
    behind = distances[graph.starts] - distances[graph.ends]
    share = np.select([behind > 0, behind < 0], [first, second], np.maximum(first, second))
    strength = np.where(reached, DECAY ** np.where(reached, near, 0) * share, 0.0)
    return Coupling(
        pa.array(near == 0), pa.array(near.astype(np.int32), mask=~reached), pa.array(strength)
    )


def _graph(rows: pa.RecordBatch | pa.Table, pattern: str) -> _Graph:
    count = rows.num_rows
    named = [rows[name].cast(pa.string()) for name in ("env", "system_from", "system_to")]
    env, callers, called = (
        it.combine_chunks() if isinstance(it, pa.ChunkedArray) else it for it in named
    )
    names = pa.concat_arrays([callers, pc.if_else(pc.equal(called, ""), callers, called)])
    once = names.dictionary_encode()
    envs = np.tile(env.dictionary_encode().indices.to_numpy(), 2).astype(np.int64)
    pairs = envs * len(once.dictionary) + once.indices.to_numpy()
    systems, numbers = np.unique(pairs, return_inverse=True)
    matches = _matches(once.dictionary.to_pylist(), pattern)
    oms = matches[systems % max(1, len(matches))]
    leads = np.asarray(pc.not_equal(called, ""))
    return _Graph(oms, numbers[:count], numbers[count:], leads)


def _matches(names: list[str], pattern: str) -> Flags:
    options = re2.Options()
    options.log_errors = False  # the error below says it
    try:
        search = re2.compile(pattern, options).search
    except re2.error as error:
        reason = error.args[0].decode() if error.args else "it cannot be read"
        raise ConfigError(
            f"the pattern for order management, {pattern!r}, is none of RE2: {reason}"
        ) from None
    return np.array([search(name) is not None for name in names], dtype=np.bool_)


def _distances(graph: _Graph) -> Longs:
    """Return for each system the steps to the nearest one of order management, breadth first."""
    systems = len(graph.oms)
    here = np.concatenate((graph.starts, graph.ends))
    there = np.concatenate((graph.ends, graph.starts))[np.argsort(here, kind="stable")].tolist()
    bounds = np.concatenate(([0], np.cumsum(np.bincount(here, minlength=systems)))).tolist()
    distances = np.where(graph.oms, 0, FAR).tolist()
    front = np.flatnonzero(graph.oms).tolist()
    # Lists, not arrays: along a chain of systems each front is one, and each step of arrays dear.
    while front:
        ahead = []
        for system in front:
            for other in there[bounds[system] : bounds[system + 1]]:
                if distances[other] == FAR:
                    distances[other] = distances[system] + 1
                    ahead.append(other)
        front = ahead
    return np.array(distances, dtype=np.int64)


def _shares(graph: _Graph, distances: Longs) -> Floats:
    """Return for each system what part of its flows leads nearer; 1 within order management."""
    systems = len(graph.oms)
    begins, ends = distances[graph.starts], distances[graph.ends]
    flows = np.bincount(graph.starts[graph.leads], minlength=systems) + np.bincount(
        graph.ends[graph.starts != graph.ends], minlength=systems
    )
    nearer = np.bincount(graph.starts[ends < begins], minlength=systems) + np.bincount(
        graph.ends[begins < ends], minlength=systems
    )
    found: Floats = np.where(graph.oms, 1.0, nearer / np.maximum(flows, 1))
    return found
