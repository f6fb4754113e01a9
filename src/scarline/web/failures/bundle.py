"""Makes the bundle of an export from what is stored, the same at any later time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scarline.errors import UsageError
from scarline.failures.export import bundle, export_id
from scarline.failures.groups import SEVERITIES, Group
from scarline.kinds import LLM_FAILURE
from scarline.pipeline import Pipeline
from scarline.ports import Query
from scarline.web.failures.backlog import Snapshot, folded

_AT_ONCE = 200  # failures whose payloads are read from the store in one question


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is exported: groups by id, how many failures of each, and as of when (aware).

    Failures that were fetched later, and decisions made later, are not in the bundle.
    """

    groups: Sequence[str]
    evidence: int
    as_of: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A bundle and its name: the same for the same failures of the same groups."""

    id: str
    body: bytes
    groups: Sequence[Group]


def all_until(seen: Snapshot, now: datetime) -> datetime:
    """Return ``now``, or when the last failure was fetched if a clock elsewhere is ahead."""
    last = pc.max(seen.failures["fetched_at"]).as_py()
    return now if last is None else max(now, last)


async def made(road: Pipeline, seen: Snapshot, wanted: Wanted) -> Bundle:
    """Return the bundle; raises ``UsageError`` for a group that has no failures as of then.

    Each group tells its worst failures, of those the newest. Memory holds those of the bundle.
    """
    rows, groups = _as_of(seen, wanted.as_of)
    chosen = [it for it in groups if it.id in set(wanted.groups)]
    if missing := sorted(set(wanted.groups) - {it.id for it in chosen}):
        raise UsageError(f"there are no failures of group {missing[0]}: see the list of groups")
    keys: dict[str, list[tuple[str, str]]] = {}
    evidence: dict[str, list[Mapping[str, Any]]] = {}
    for group in chosen:
        own = rows.filter(pc.equal(rows["group"].cast(pa.string()), group.id))
        keys[group.id] = _keys(_worst_first(own))
        evidence[group.id] = await _read(road, keys[group.id][: wanted.evidence])
    lines = b"".join(bundle(chosen, evidence))
    return Bundle(export_id(keys, wanted.evidence), lines, chosen)


def _as_of(seen: Snapshot, at: datetime) -> tuple[pa.Table, list[Group]]:
    until = pa.scalar(at, pa.timestamp("us", tz="UTC"))
    rows = seen.failures.filter(pc.less_equal(seen.failures["fetched_at"], until))
    decisions = seen.decisions.filter(pc.less_equal(seen.decisions["at"], until))
    rows, groups = folded(rows.drop_columns(["group", "state"]), decisions, at)
    return rows, [replace(it, version=len(it.history)) for it in groups]


def _worst_first(rows: pa.Table) -> pa.Table:
    ranks = pc.index_in(rows["severity"].cast(pa.string()), pa.array(SEVERITIES))
    rows = rows.append_column("rank", ranks)
    order = ("rank", "failed_at", "trace_id", "span_id")
    return rows.take(pc.sort_indices(rows, [(it, "descending") for it in order]))


def _keys(rows: pa.Table) -> list[tuple[str, str]]:
    columns = (rows[name].to_pylist() for name in LLM_FAILURE.key)
    return list(zip(*columns, strict=True))


async def _read(road: Pipeline, keys: Sequence[tuple[str, str]]) -> list[Mapping[str, Any]]:
    """Return these failures with all their columns, in this order."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for first in range(0, len(keys), _AT_ONCE):
        part = keys[first : first + _AT_ONCE]
        where = {"trace_id": [it for it, _ in part], "span_id": [it for _, it in part]}
        for row in (await road.store.find(Query(LLM_FAILURE, where=where))).to_pylist():
            found[row["trace_id"], row["span_id"]] = row
    return [found[it] for it in keys if it in found]
