"""Groups of failures as a fold over failures and decisions: nothing of a group is stored.

Counts are of distinct occurrences, so a window that is read twice changes nothing. A failure is
in the group of its signature, unless somebody merged or split; what was merged or split stays so
for failures that come later.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scarline.failures.decisions import DISMISSED, EXPORTED, NEW, Decision, Standing, standing
from scarline.failures.trends import Seen, trend

Longs = npt.NDArray[np.int64]

SEVERITIES = ("low", "medium", "high", "critical")
"""From the least to the worst."""

_KEY = ("trace_id", "span_id")
_LISTED = {
    "applications": "ml_app",
    "services": "service_name",
    "versions": "version",
    "models": "model",
    "failure_types": "failure_type",
    "span_kinds": "span_kind",
    "signatures": "signature",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Failures of one cause. Times are aware, in UTC; lists are sorted, each value once.

    ``why`` holds the parts of the signature that its failures share, empty if the table has no
    column ``grouped_by``. ``version`` is for ``If-Match``: the number of decisions about it.
    ``spans``, ``traces`` and ``users`` are counts of distinct ones, of the users that are known.
    """

    id: str
    title: str
    why: Mapping[str, Any]
    state: str
    version: int
    history: Sequence[Decision]
    trend: str
    severity: str
    first_seen: datetime
    last_seen: datetime
    spans: int
    traces: int
    users: int
    applications: Sequence[str]
    services: Sequence[str]
    versions: Sequence[str]
    models: Sequence[str]
    failure_types: Sequence[str]
    span_kinds: Sequence[str]
    signatures: Sequence[str]


def groups(failures: pa.Table, decisions: pa.Table, now: datetime) -> list[Group]:
    """Return the groups, worst first, then by when they were seen last.

    ``failures`` has rows of LLM_FAILURE, or its columns that are named here; ``decisions`` rows
    of DECISION. ``now`` is aware: trends look back from it. The order of rows does not matter.
    """
    stands = standing(decisions)
    rows = _ordered(_once(_plain(failures)))
    if rows.num_rows == 0:
        return []
    ids, codes = assigned(rows, stands)
    rows = rows.append_column("group", pa.array(codes))
    times = _times(rows["failed_at"], codes, len(ids))
    found = [
        _group(ids[row["group"]], row, times[row["group"]], stands, now) for row in _summed(rows)
    ]
    found.sort(key=lambda it: it.id)
    found.sort(key=lambda it: (SEVERITIES.index(it.severity), it.last_seen), reverse=True)
    return found


def assigned(rows: pa.Table, stands: Standing) -> tuple[list[str], Longs]:
    """Return the ids of groups, and for each row the position of its group among them.

    Failures without a signature are one group, whose id is "".
    """
    signed = rows["signature"].cast(pa.string()).fill_null("")
    once = signed.combine_chunks().dictionary_encode()
    ids: list[str] = once.dictionary.to_pylist()
    codes: Longs = once.indices.to_numpy().astype(np.int64)
    place = {it: at for at, it in enumerate(ids)}
    moved = [it for it in ids if _decided(it, stands)]
    for _ in range(len(stands.history) + 1):  # each round goes one decision further
        if not moved:
            break
        moved = sorted({it for one in moved for it in _move(one, rows, codes, place, stands)})
    return list(place), codes


def _decided(group: str, stands: Standing) -> bool:
    return group in stands.merged or group in stands.parted or group in stands.taken


def _move(
    group: str, rows: pa.Table, codes: Longs, place: dict[str, int], stands: Standing
) -> set[str]:
    """Put the rows of ``group`` where decisions want them; return groups to move on from."""
    targets = set()
    at = np.flatnonzero(codes == place[group])
    for where, into in _targets(group, rows, at, stands):
        codes[where] = place.setdefault(into, len(place))
        targets.add(into)
    return {it for it in targets if it != group and _decided(it, stands)}


def _targets(group: str, rows: pa.Table, at: Longs, stands: Standing) -> list[tuple[Longs, str]]:
    """Return rows of ``group`` by the group that they go to: listed ones before all others."""
    targets: list[tuple[Longs, str]] = []
    taken = stands.taken.get(group, {})
    if taken and len(at):
        keys = zip(*(rows[it].take(at).to_pylist() for it in _KEY), strict=True)
        into = np.array([taken.get(key, "") for key in keys], dtype=object)
        targets += [(at[into == it], it) for it in sorted(set(taken.values()))]
        at = at[into == ""]
    if group in stands.parted:
        column = stands.parted[group]
        values = np.array(rows[column].take(at).to_pylist(), dtype=object)
        targets += [(at[values == it], part_of(group, column, it)) for it in {*values.tolist()}]
    elif group in stands.merged:
        targets.append((at, stands.merged[group]))
    return [it for it in targets if len(it[0])]


def part_of(group: str, column: str, value: str | None) -> str:
    """Return the id of the part of a group that was split by ``column``, the same at any time."""
    form = json.dumps([group, column, value], ensure_ascii=False)
    return f"{group}~{hashlib.sha256(form.encode()).hexdigest()[:8]}"


def _plain(failures: pa.Table) -> pa.Table:
    """Return the columns as text, not as numbers of texts: all that follows is one kind."""
    for at, name in enumerate(failures.column_names):
        if pa.types.is_dictionary(failures[name].type):
            failures = failures.set_column(at, name, failures[name].cast(pa.string()))
    return failures


def _once(failures: pa.Table) -> pa.Table:
    """Return each span once: as it was fetched first, whatever the order of rows."""
    keys = failures.group_by(list(_KEY)).aggregate([])
    if keys.num_rows == failures.num_rows:
        return failures
    others = sorted({*failures.column_names} - {*_KEY, "fetched_at"})
    rows = failures.sort_by([(it, "ascending") for it in (*_KEY, "fetched_at", *others)])
    first = np.ones(rows.num_rows, dtype=np.bool_)
    first[1:] = np.logical_or.reduce(
        [pc.not_equal(rows[it][1:], rows[it][:-1]).to_numpy() for it in _KEY]
    )
    return rows.filter(pa.array(first))


def _ordered(failures: pa.Table) -> pa.Table:
    """Return the rows by time: what is first in a group speaks for it."""
    return failures.sort_by([("failed_at", "ascending"), *((it, "ascending") for it in _KEY)])


def _times(at: pa.ChunkedArray, codes: Longs, count: int) -> list[Longs]:
    """Return the times of each group, in microseconds, rising as the rows are."""
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=count))[:-1]
    return np.split(at.cast(pa.int64()).to_numpy()[order], ends)


def _summed(rows: pa.Table) -> list[dict[str, Any]]:
    ranks = pc.index_in(rows["severity"], value_set=pa.array(SEVERITIES))
    rows = rows.append_column("rank", ranks)
    names: dict[str, list[str]] = {}
    for column in _LISTED.values():  # numbers of texts are told apart quicker than texts
        coded = rows[column].combine_chunks().dictionary_encode()
        names[column] = coded.dictionary.to_pylist()
        rows = rows.set_column(rows.column_names.index(column), column, coded.indices)
    shown = [it for it in ("title", "grouped_by") if it in rows.column_names]
    wanted = [("rank", "max"), ("failed_at", "min"), ("failed_at", "max"), ("trace_id", "count")]
    wanted += [("trace_id", "count_distinct"), ("user_hash", "count_distinct")]
    wanted += [(it, "first") for it in shown] + [(it, "distinct") for it in _LISTED.values()]
    ordered = rows.group_by("group", use_threads=False)  # threads lose which row is first
    summed: list[dict[str, Any]] = ordered.aggregate(wanted).to_pylist()
    for row in summed:
        for column in _LISTED.values():
            found = row[f"{column}_distinct"]
            row[column] = sorted(names[column][it] for it in found if it is not None)
    return summed


def _group(group: str, row: Mapping[str, Any], at: Longs, stands: Standing, now: datetime) -> Group:
    state = stands.state(group)
    named = "new" if state is None else str(state.value["state"])
    resolved = state is not None and (
        named == DISMISSED or (named == EXPORTED and state.value.get("resolved") is True)
    )
    closed = state.at if resolved and state is not None else None
    listed = {name: row[column] for name, column in _LISTED.items()}
    return Group(
        id=group,
        title=row["title_first"] or row["failure_type"][0],
        why=json.loads(row.get("grouped_by_first") or "{}"),
        state=named or NEW,
        version=stands.version(group),
        history=stands.history.get(group, ()),
        trend=trend(Seen(at, row["failed_at_min"], row["failed_at_max"], closed), now),
        severity=SEVERITIES[row["rank_max"] or 0],
        first_seen=row["failed_at_min"],
        last_seen=row["failed_at_max"],
        spans=row["trace_id_count"],
        traces=row["trace_id_count_distinct"],
        users=row["user_hash_count_distinct"],
        **listed,
    )
