"""The flows that show now, with what follows from all of them; read once for each change."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scarline.flows.confidence import confidence
from scarline.flows.coupling import coupled
from scarline.flows.sequence import Step, sequence
from scarline.kinds import INTEGRATION_FLOW
from scarline.ledger import Head
from scarline.ports import Clock, Query, Store

STREAM = "flows"
"""The stream that brings flows: what shows can change only when its chain grows."""

DERIVED = ("oms_linked", "oms_distance", "coupling")

COLUMNS = (*INTEGRATION_FLOW.schema.names, *DERIVED)
"""The columns of a flow as it is answered, in order."""

_DIGITS = 4  # a computed confidence says no more


@dataclass(frozen=True, slots=True)
class Shown:
    """All flows at one head of the chain: :data:`COLUMNS`, in the order of their key.

    ``last_seen`` is a text of RFC 3339. ``version`` is another one whenever a row is.
    """

    rows: pa.Table
    version: str


class Flows:
    """Keeps the flows that show, and reads them again only when they may have changed."""

    def __init__(self, store: Store, clock: Clock, oms_pattern: str) -> None:
        self._store, self._clock, self._oms_pattern = store, clock, oms_pattern
        self._reading = asyncio.Lock()
        self._shown: Shown | None = None
        self._steps: tuple[str, Mapping[str, list[Step]]] = ("", {})

    async def shown(self) -> Shown:
        """Return the flows that show.

        A confidence that no source told is that of the last full hour, so that the same flows
        are the same answer for that long, and of one load that had the flow: earlier loads
        would have to be read for it.
        """
        async with self._reading:
            head = (await self._store.heads()).get(STREAM, Head())
            hour = self._clock().replace(minute=0, second=0, microsecond=0)
            words = (head.digest, hour.isoformat(), self._oms_pattern, *COLUMNS)
            version = sha256("\n".join(words).encode()).hexdigest()
            if self._shown is None or self._shown.version != version:
                found = await self._store.find(Query(INTEGRATION_FLOW))
                rows = await asyncio.to_thread(_completed, found, hour, self._oms_pattern)
                self._shown = Shown(rows, version)
            return self._shown

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


def _completed(found: pa.Table, now: datetime, oms_pattern: str) -> pa.Table:
    """Return the rows, in their order, with what follows from all of them."""
    rows = found.unify_dictionaries().combine_chunks()
    ones = np.ones(rows.num_rows, dtype=np.int64)
    own = confidence(rows, now, ones, ones)
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
