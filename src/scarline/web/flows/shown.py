"""The flows that show now, with what follows from all of them; read once for each change."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scarline import ledger
from scarline.flows.confidence import confidence
from scarline.flows.coupling import coupled
from scarline.flows.past import Graph, Load, graph
from scarline.flows.sequence import Step, sequence
from scarline.kinds import INTEGRATION_FLOW
from scarline.ledger import Head
from scarline.model import stamp
from scarline.pipeline import Pipeline

STREAM = "flows"
"""The stream that brings flows: what shows can change only when its chain grows."""

DERIVED = ("oms_linked", "oms_distance", "coupling")

COLUMNS = (*INTEGRATION_FLOW.schema.names, *DERIVED)
"""The columns of a flow as it is answered, in order."""

_DIGITS = 4  # a computed confidence says no more

_KEPT = 4  # moments of which the flows are held in memory


@dataclass(frozen=True, slots=True)
class Shown:
    """All flows at one head of the chain: :data:`COLUMNS`, in the order of their key.

    ``last_seen`` is a text of RFC 3339. ``version`` is another one whenever a row is.
    """

    rows: pa.Table
    version: str


class Flows:
    """Keeps the flows that show, and reads them again only when they may have changed."""

    def __init__(self, road: Pipeline, oms_pattern: str) -> None:
        self._road, self._oms_pattern = road, oms_pattern
        self._reading = asyncio.Lock()
        self._kept: dict[str, Shown] = {}
        self._steps: tuple[str, Mapping[str, list[Step]]] = ("", {})

    async def shown(self, at: datetime | None = None) -> Shown:
        """Return the flows that show, or those that did ``at`` a moment, by the loads since live.

        A confidence that no source told is that of the last full hour, so that the same flows
        are the same answer for that long; in the past, that of the moment.
        """
        async with self._reading:
            now = self._road.clock()
            head = (await self._road.store.heads()).get(STREAM, Head())
            moment = now.replace(minute=0, second=0, microsecond=0) if at is None else at
            kind = "now" if at is None else "then"
            words = (head.digest, kind, stamp(moment), self._oms_pattern, *COLUMNS)
            version = sha256("\n".join(words).encode()).hexdigest()
            if version not in self._kept:
                found = await graph(await self._loads(at or now), self._told)
                rows = await asyncio.to_thread(_completed, found, moment, self._oms_pattern)
                self._kept[version] = Shown(rows, version)
                for old in list(self._kept)[:-_KEPT]:
                    del self._kept[old]
            return self._kept[version]

    async def _loads(self, until: datetime) -> list[Load]:
        runs = ledger.replay(await self._road.store.entries(STREAM))
        return [
            Load(run.run, str(run.request["source"]), frozenset(run.tally), frozenset(run.whole))
            for run in runs
            if run.live and run.started_at <= until
        ]

    async def _told(self, runs: Sequence[str], columns: Sequence[str] | None) -> pa.Table:
        return await self._road.store.seen(INTEGRATION_FLOW, runs, columns)

    async def steps(self, env: str) -> list[Step]:
        """Return a safe order of change for one environment, or for all if it is ""."""
        shown = await self.shown()
        version, known = self._steps
        if version == shown.version and env in known:
            return known[env]
        rows = shown.rows if not env else shown.rows.filter(pc.equal(shown.rows["env"], env))
        steps = await asyncio.to_thread(sequence, rows)
        self._steps = (shown.version, {env: steps})
        return steps


def _completed(found: Graph, at: datetime, oms_pattern: str) -> pa.Table:
    """Return the rows, in their order, with what follows from all of them."""
    rows = found.rows
    own = confidence(rows, at, found.seen, found.loads)
    own = np.where(rows["confidence"].is_null().to_numpy(), own.round(_DIGITS), own)
    tied = coupled(rows, oms_pattern)
    columns = {name: rows[name] for name in rows.schema.names}
    columns["last_seen"] = _stamps(rows["last_seen"])
    columns["confidence"] = pa.array(own)
    columns |= {name: getattr(tied, name) for name in DERIVED}
    return pa.table(columns).select(list(COLUMNS)).combine_chunks()


def _stamps(instants: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return instants as RFC 3339 has them: UTC, microseconds only if any."""
    texts = pc.strftime(instants, format="%Y-%m-%dT%H:%M:%SZ")
    return pc.replace_substring(texts, ".000000Z", "Z")
