"""The backlog of failures: what shows of them, and of what people decided, read once a change."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import pyarrow as pa

from scarline import ledger
from scarline.bootstrap.deciding import DECISIONS
from scarline.failures.decisions import ABOUT, Standing, standing
from scarline.failures.groups import Group, assigned, groups
from scarline.failures.likeness import Suggestion, suggestions
from scarline.kinds import DECISION, LLM_FAILURE
from scarline.ledger import Head
from scarline.model import stamp
from scarline.pipeline import Pipeline
from scarline.ports import Query
from scarline.web.looked import Looked, looked_by

FAILURES = "failures"
"""The streams that bring failures and decisions: what shows changes only when they grow."""

LISTED = (
    *("trace_id", "span_id", "failed_at", "fetched_at", "severity", "failure_type", "title"),
    *("service_name", "ml_app", "span_kind", "span_name", "model", "version", "status_code"),
    *("error_type", "quality_score", "signature", "user_hash", "input_tokens", "output_tokens"),
    *("cost_usd", "duration_ms", "datadog_url"),
)
"""The columns of a failure in a list; a payload is never read for one."""

_REPEATED = ("title", "grouped_by", "signature")  # held once, pointed at by rows


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The backlog at one head of both chains.

    ``failures`` has :data:`LISTED`, ``grouped_by``, the ``group`` of each and its ``state``.
    ``version`` is another one whenever something of it is.
    """

    failures: pa.Table
    decisions: pa.Table
    groups: Sequence[Group]
    standing: Standing
    looked: Looked
    likenesses: Sequence[Suggestion]
    version: str

    def group(self, name: str) -> Group | None:
        """Return the group of that id that has failures, None without one."""
        return next((it for it in self.groups if it.id == name), None)

    def known(self) -> set[str]:
        """Return the ids of all groups that have failures."""
        return {it.id for it in self.groups}


class Backlog:
    """Keeps the backlog in memory, and reads it again only when it may have changed."""

    def __init__(self, road: Pipeline) -> None:
        self._road = road
        self._reading = asyncio.Lock()
        self._kept: Snapshot | None = None
        self._read: tuple[str, pa.Table, Looked] | None = None

    async def snapshot(self) -> Snapshot:
        """Return the backlog as it stands. Trends are those of the last full hour."""
        async with self._reading:
            store = self._road.store
            heads = await store.heads()
            hour = self._road.clock().replace(minute=0, second=0, microsecond=0)
            digests = [heads.get(it, Head()).digest for it in (FAILURES, DECISIONS)]
            version = sha256("\n".join([*digests, stamp(hour)]).encode()).hexdigest()
            if self._kept is None or self._kept.version != version:
                failures, seen = await self._failures(digests[0])
                decisions = await store.find(Query(DECISION, where={"about": [ABOUT]}))
                self._kept = await asyncio.to_thread(
                    _folded, failures, decisions, seen, (hour, version)
                )
            return self._kept

    async def _failures(self, digest: str) -> tuple[pa.Table, Looked]:
        """Return the failures and what was looked at; a decision alone reads neither again."""
        if self._read is None or self._read[0] != digest:
            store = self._road.store
            failures = await store.find(Query(LLM_FAILURE, columns=(*LISTED, "grouped_by")))
            runs = ledger.replay(await store.entries(FAILURES))
            self._read = digest, _once_each(failures), looked_by(runs)
        return self._read[1], self._read[2]


def folded(failures: pa.Table, decisions: pa.Table, now: datetime) -> tuple[pa.Table, list[Group]]:
    """Return the failures, each with its group and that group's state, and the groups."""
    rows, plain = failures, _plain(failures)
    at = plain.column_names.index("signature")
    plain = plain.set_column(at, "signature", plain["signature"].fill_null(""))
    found = groups(plain, decisions, now)
    ids, codes = assigned(plain, standing(decisions)) if plain.num_rows else ([], [])
    states = {it.id: it.state for it in found}
    indices = pa.array(codes, pa.int32())
    named = pa.DictionaryArray.from_arrays(indices, pa.array(ids, pa.string()))
    stated = pa.array([states.get(it, "new") for it in ids], pa.string())
    rows = rows.append_column("group", named)
    rows = rows.append_column("state", pa.DictionaryArray.from_arrays(indices, stated))
    return rows, found


def _folded(
    failures: pa.Table, decisions: pa.Table, seen: Looked, now: tuple[datetime, str]
) -> Snapshot:
    rows, found = folded(failures, decisions, now[0])
    stands, alike = standing(decisions), suggestions(found)
    return Snapshot(rows, decisions, found, stands, seen, alike, now[1])


def _once_each(rows: pa.Table) -> pa.Table:
    """Return the rows with each text of the columns that repeat held once."""
    for name in _REPEATED:
        if not pa.types.is_dictionary(rows[name].type):
            at = rows.column_names.index(name)
            rows = rows.set_column(at, name, rows[name].dictionary_encode())
    return rows.combine_chunks()


def _plain(rows: pa.Table) -> pa.Table:
    for at, name in enumerate(rows.column_names):
        if pa.types.is_dictionary(rows[name].type):
            rows = rows.set_column(at, name, rows[name].cast(pa.string()))
    return rows
