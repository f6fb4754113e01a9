"""The flows at a moment: what the loads that had begun by then make together."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scarline.kinds import INTEGRATION_FLOW

Longs = npt.NDArray[np.int64]

LOADS = 5
"""How many loads of everything the stability of a flow is taken from."""

_NAME = ("flow_id", "env")


@dataclass(frozen=True, slots=True)
class Load:
    """One load: its run, the source that told, of which environments, and of which of them all."""

    run: str
    source: str
    envs: frozenset[str]
    whole: frozenset[str]


Told = Callable[[Sequence[str], Sequence[str] | None], Awaitable[pa.Table]]
"""Reads what these runs told, of each flow the last; of all columns or of these."""


@dataclass(frozen=True, slots=True)
class Graph:
    """All flows at a moment, in the order of their key, and how steadily each was told.

    Of the last ``loads[i]`` loads that told of everything, at most :data:`LOADS`, ``seen[i]``
    had flow ``i``. Where no load told of everything both are 1.
    """

    rows: pa.Table
    seen: Longs
    loads: Longs


async def graph(loads: Sequence[Load], told: Told) -> Graph:
    """Return the flows that ``loads``, in the order in which they were made, leave.

    Of each source and environment the loads count from the last one that told of everything.
    """
    parts = [_NONE]
    for source in sorted({load.source for load in loads}):
        own = [load for load in loads if load.source == source]
        groups: dict[tuple[Sequence[str], Sequence[str]], list[str]] = {}
        for env in sorted(set().union(*(load.envs for load in own))):
            of_env = [load for load in own if env in load.envs]
            groups.setdefault((_counting(of_env, env), _wholes(of_env, env)), []).append(env)
        for (runs, wholes), envs in groups.items():
            rows = _shown(await told(runs, None), envs)
            sights = [await told([run], _NAME) for run in wholes]
            parts.append(_with_sights(rows, [it["flow_id"] for it in sights]))
    found = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
    keys = pa.table({name: found[name].cast(pa.string()) for name in INTEGRATION_FLOW.key})
    order = pc.sort_indices(keys, [(name, "ascending") for name in INTEGRATION_FLOW.key])
    found = found.take(order)
    rows = found.select(INTEGRATION_FLOW.schema.names)
    return Graph(rows, found["seen"].to_numpy(), found["loads"].to_numpy())


_NONE = (
    INTEGRATION_FLOW.schema.append(pa.field("seen", pa.int64()))
    .append(pa.field("loads", pa.int64()))
    .empty_table()
)


def _counting(loads: Sequence[Load], env: str) -> tuple[str, ...]:
    """Return the runs from the last load that told of everything in ``env`` on."""
    last = max((at for at, load in enumerate(loads) if env in load.whole), default=0)
    return tuple(load.run for load in loads[last:])


def _wholes(loads: Sequence[Load], env: str) -> tuple[str, ...]:
    return tuple(load.run for load in loads if env in load.whole)[-LOADS:]


def _shown(rows: pa.Table, envs: Sequence[str]) -> pa.Table:
    """Return the flows of these environments, without the rows that only say that these are all."""
    of_these = pc.is_in(rows["env"].cast(pa.string()), pa.array(envs))
    return rows.filter(pc.and_(of_these, pc.not_equal(rows["system_from"].cast(pa.string()), "")))


def _with_sights(rows: pa.Table, sights: Sequence[pa.ChunkedArray]) -> pa.Table:
    """Return ``rows`` with in how many of ``sights`` each flow is, and how many those are."""
    if not sights:
        seen = loads = np.ones(rows.num_rows, dtype=np.int64)
    else:
        ids = rows["flow_id"].combine_chunks()
        seen = sum(
            (pc.is_in(ids, its.combine_chunks()).cast(pa.int64()).to_numpy() for its in sights),
            np.zeros(rows.num_rows, dtype=np.int64),
        )
        loads = np.full(rows.num_rows, len(sights), dtype=np.int64)
    return rows.append_column("seen", pa.array(seen)).append_column("loads", pa.array(loads))
