"""What pages of scars stand on: scars, marks and incidents, read again only once they change."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from scarline import ledger
from scarline.kinds import DECISION, INTEGRATION_FLOW, SCAR
from scarline.ledger import Head
from scarline.pipeline import Pipeline
from scarline.ports import Query
from scarline.scars.feedback import Judged, judged
from scarline.scars.incidents import Incident, incidents
from scarline.scars.marks import ABOUT, Standing, standing
from scarline.scars.preferences import Preferences
from scarline.web.looked import Looked, looked_by

METRICS, DECISIONS, FLOWS = "metrics", "decisions", "flows"
"""The streams that bring points with their scars, marks, and the names of systems."""

FLOW_COLUMNS = (
    *("source", "env", "system_from", "system_to", "flow_id", "status", "last_seen"),
    *("latency_ms", "error_rate", "owner_team"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The scars at one head of each chain, the newest first, and what follows from them.

    ``rows`` finds a scar by its subject, ``incident_of`` its incident by its row.
    """

    scars: pa.Table
    decisions: pa.Table
    flows: pa.Table
    stands: Standing
    judged: Judged
    incidents: Sequence[Incident]
    looked: Looked
    rows: Mapping[str, int]
    incident_of: Mapping[int, Incident]


@dataclass(slots=True)
class _Read:
    """What was read last of one chain, or made of several, and at which heads."""

    at: str = ""
    tables: tuple[pa.Table, ...] = ()
    looked: Looked = field(default_factory=Looked)
    judged: Judged | None = None


class Watched:
    """Keeps scars in memory, and reads again only what may have changed.

    ``preferences`` are those by which points were judged: the band of a chart goes by them.
    """

    def __init__(self, road: Pipeline, preferences: Preferences | None = None) -> None:
        self.road, self.preferences = road, preferences or Preferences()
        self._reading = asyncio.Lock()
        self._scars, self._decisions, self._flows, self._judged = (_Read() for _ in range(4))
        self._kept: tuple[str, Snapshot] | None = None

    async def snapshot(self) -> Snapshot:
        """Return the scars as they stand."""
        async with self._reading:
            heads = await self.road.store.heads()
            digests = [heads.get(it, Head()).digest for it in (METRICS, DECISIONS, FLOWS)]
            at = sha256("\n".join(digests).encode()).hexdigest()
            if self._kept is None or self._kept[0] != at:
                await self._read(*digests)
                self._kept = at, await asyncio.to_thread(self._folded, "\n".join(digests[:2]))
            return self._kept[1]

    async def _read(self, metrics: str, decisions: str, flows: str) -> None:
        store = self.road.store
        if _stale(self._scars, metrics):
            found = await store.find(Query(SCAR))
            runs = ledger.replay(await store.entries(METRICS))
            self._scars = _Read(metrics, (_newest_first(found),), looked_by(runs))
        if _stale(self._decisions, decisions):
            told = await store.find(Query(DECISION, where={"about": [ABOUT]}))
            self._decisions = _Read(decisions, (told,))
        if _stale(self._flows, flows):
            known = await store.find(Query(INTEGRATION_FLOW, columns=FLOW_COLUMNS))
            self._flows = _Read(flows, (plain(known),))

    def _folded(self, at: str) -> Snapshot:
        (scars,), (told,), (flows,) = (
            it.tables for it in (self._scars, self._decisions, self._flows)
        )
        stands = standing(told)
        if self._judged.judged is None or self._judged.at != at:
            self._judged = _Read(at, judged=judged(scars, stands))
        own = self._judged.judged or judged(scars, stands)
        systems = [pc.unique(flows[it]).to_pylist() for it in ("system_from", "system_to")]
        found = incidents(scars, sorted({name for it in systems for name in it} - {""}))
        rows = {subject: row for row, subject in enumerate(own.subjects)}
        whose = {row: it for it in found for row in it.rows}
        return Snapshot(scars, told, flows, stands, own, found, self._scars.looked, rows, whose)


def _stale(read: _Read, at: str) -> bool:
    return not read.tables or read.at != at


def _newest_first(scars: pa.Table) -> pa.Table:
    return plain(scars).sort_by([("onset", "descending"), ("series", "ascending")])


def plain(rows: pa.Table) -> pa.Table:
    """Return the columns as text, not as numbers of texts, each in one piece."""
    for at, name in enumerate(rows.column_names):
        if pa.types.is_dictionary(rows[name].type):
            rows = rows.set_column(at, name, rows[name].cast(pa.string()))
    return rows.combine_chunks()
