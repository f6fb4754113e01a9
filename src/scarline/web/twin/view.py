"""Which systems and flows a view of the digital twin shows, and how many it does not."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from scarline.web.flows.answers import Wanted, having
from scarline.web.moments import Moment

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HEALTHS = ("unknown", "healthy", "degraded", "failed")
"""From nothing known to worst: a system is as the worst of its flows at either end."""

MOST = 2_000

FAR = np.iinfo(np.int64).max

FACETS = {"env": "env", "owner": "owner_team", "source": "source", "status": "status"}


class View(BaseModel):
    """What of the twin is asked for. What is left out, or empty, does not matter."""

    model_config = ConfigDict(extra="forbid")

    env: str = Field("", description="environment")
    owner: str = Field("", description="owning team")
    status: Literal["", "healthy", "degraded", "failed", "unknown"] = ""
    source: str = Field("", description="who told of it: datadog, api, …")
    min_confidence: float = Field(0.0, ge=0, le=1, allow_inf_nan=False)
    oms: bool = Field(default=False, description="only flows at order management")
    focus: str = Field("", description="id of a system: only what is near to it")
    hops: int = Field(1, ge=1, le=6, description="how near, in flows in either direction")
    limit: int = Field(300, ge=1, le=MOST, description="systems at most")
    at: Moment | None = Field(None, description="a moment in the past; now if left out")


@dataclass(frozen=True, slots=True, eq=False)
class Systems:
    """The systems at the ends of flows, in the order of their environment and name.

    Flow ``i`` leads from ``starts[i]`` to ``ends[i]``, which is -1 for one that leads nowhere.
    """

    ids: list[str]
    names: list[str]
    envs: list[str]
    starts: Longs
    ends: Longs


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What a view shows: systems by number, flows by row, and what lies beyond.

    ``hidden[i]`` counts the neighbours of the i-th system shown that fit and are not shown.
    """

    rows: pa.Table
    systems: Systems
    shown: Longs
    hidden: Longs
    flows: Longs
    health: Longs


def facets(rows: pa.Table) -> Mapping[str, list[dict[str, Any]]]:
    """Return the values that can be asked for, and of how many flows each is, most first."""
    found = {}
    for name, column in FACETS.items():
        counts = Counter(it for it in rows[column].cast(pa.string()).to_pylist() if it)
        found[name] = [{"value": it, "count": many} for it, many in counts.most_common()]
    return found


def systems_of(rows: pa.Table) -> Systems:
    """Return the systems of flows; one of an environment is another than its namesake in the next.

    An id is the environment, without its colons, a colon, and the name.
    """
    env, caller, called = (
        rows[it].cast(pa.string()).combine_chunks() for it in ("env", "system_from", "system_to")
    )
    names = pa.concat_arrays([caller, called]).dictionary_encode()
    envs = env.dictionary_encode()
    numbers = names.indices.to_numpy().astype(np.int64)
    pairs = np.tile(envs.indices.to_numpy().astype(np.int64), 2) * max(1, len(names.dictionary))
    there = np.asarray(pc.not_equal(pa.concat_arrays([caller, called]), ""), dtype=np.bool_)
    own, places = np.unique((pairs + numbers)[there], return_inverse=True)
    ends = np.full(len(there), -1, np.int64)
    ends[there] = places
    name_of, env_of = names.dictionary.to_pylist(), envs.dictionary.to_pylist()
    width = max(1, len(name_of))
    called_so = [name_of[it % width] for it in own.tolist()]
    within = [env_of[it // width] for it in own.tolist()]
    ids = [f"{quote(part, safe='')}:{name}" for part, name in zip(within, called_so, strict=True)]
    count = rows.num_rows
    return Systems(ids, called_so, within, ends[:count], ends[count:])


def chosen(rows: pa.Table, view: View) -> Chosen:
    """Return what a view shows of these flows: what is near, what is ill, what has most flows."""
    fitting = _fitting(rows, view)
    systems = systems_of(fitting)
    count = len(systems.ids)
    ranks = np.array([HEALTHS.index(it) for it in _texts(fitting["status"])], np.int64)
    health, degree = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for side in (systems.starts, systems.ends):
        there = side >= 0
        np.maximum.at(health, side[there], ranks[there])
        degree += np.bincount(side[there], minlength=count)
    far = _distances(systems, view)
    order = np.lexsort((np.arange(count), -degree, -health, far))
    near = order[far[order] != FAR][: view.limit]
    seen = np.zeros(count, np.bool_)
    seen[near] = True
    shown = np.flatnonzero(seen)
    flows = np.flatnonzero(seen[systems.starts] & ((systems.ends < 0) | seen[systems.ends]))
    hidden = _hidden(systems, seen)[shown]
    return Chosen(fitting, systems, shown, hidden, flows, health)


def _fitting(rows: pa.Table, view: View) -> pa.Table:
    words = view.model_dump(include={"env", "owner", "status", "source", "min_confidence"})
    found = having(rows, Wanted.model_validate(words))
    return found.filter(found["oms_linked"]) if view.oms else found


def _texts(column: pa.ChunkedArray) -> list[str]:
    found: list[str] = column.cast(pa.string()).to_pylist()
    return found


def _distances(systems: Systems, view: View) -> Longs:
    """Return how many flows each system is from the focus, FAR beyond the hops; 0 without one."""
    count = len(systems.ids)
    if not view.focus:
        return np.zeros(count, np.int64)
    far = np.full(count, FAR)
    if view.focus not in systems.ids:
        return far
    far[systems.ids.index(view.focus)] = 0
    leads = systems.ends >= 0
    starts, ends = systems.starts[leads], systems.ends[leads]
    for hop in range(view.hops):
        for here, there in ((starts, ends), (ends, starts)):
            np.minimum.at(far, there[far[here] == hop], hop + 1)
    return far


def _hidden(systems: Systems, seen: Flags) -> Longs:
    """Return for each system how many of its neighbours are not shown."""
    count = len(systems.ids)
    leads = systems.ends >= 0
    here = np.concatenate((systems.starts[leads], systems.ends[leads]))
    there = np.concatenate((systems.ends[leads], systems.starts[leads]))
    pairs = np.unique((here * np.int64(max(1, count)) + there)[~seen[there]])
    return np.bincount(pairs // max(1, count), minlength=count)
