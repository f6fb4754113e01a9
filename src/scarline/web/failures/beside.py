"""What stands beside a group and a failure: merges, parts, values, other spans, marks.

It is what a person needs to decide, and to take a decision back.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from scarline.failures.decisions import SPLIT_BY, Standing
from scarline.failures.export import failure_as_data
from scarline.privacy import Policy
from scarline.web.failures.backlog import Snapshot
from scarline.web.failures.listing import SHOWN

MOST_VALUES = 10
"""How many values of a column are told, the most frequent ones."""

MOST_SPANS = 50
"""How many other failing spans of a trace are told."""

_MARK = re.compile(rb"\[([a-z][a-z0-9_]*)(?::[a-z2-7]{4}:[a-z2-7]{24})?\]")
_PART = "~"


def beside_group(seen: Snapshot, name: str, rows: pa.Table) -> dict[str, Any]:
    """Return what people made of a group and what its failures, ``rows``, have in each column."""
    return {
        "merged_here": [
            {"group": it, "version": seen.standing.version(it), "title": _title(seen, it)}
            for it in sorted(seen.standing.merged)
            if seen.standing.merged[it] == name
        ],
        "split_by": seen.standing.parted.get(name),
        "parts": _parts(seen, name),
        "split_from": _origin(seen.standing, name),
        "values": {column: _values(rows[column]) for column in sorted(SPLIT_BY)},
    }


def beside_failure(seen: Snapshot, told: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """Return the other failing spans of the trace of a failure, and what its marks stand for.

    ``told`` is the failure with its payload.
    """
    same = pc.equal(seen.failures["trace_id"], told["trace_id"])
    other = pc.not_equal(seen.failures["span_id"], told["span_id"])
    rows = seen.failures.filter(pc.and_(same, other)).sort_by("failed_at").slice(0, MOST_SPANS)
    return {
        "trace": [failure_as_data(it) for it in rows.select(list(SHOWN)).to_pylist()],
        "marks": _marks(told, policy),
    }


def _marks(told: Mapping[str, Any], policy: Policy) -> dict[str, str]:
    """Return what stands in brackets where something was taken away, and the class of each."""
    known = {it.name: str(it.category) for it in policy.fields}
    known |= {it.name: str(it.category) for it in policy.rules}
    names = {it.decode() for it in _MARK.findall(orjson.dumps(dict(told)))}
    return {it: known[it] for it in sorted(names & known.keys())}


def _title(seen: Snapshot, group: str) -> str | None:
    """Return what a group that has no failures any more was called; None for one of parts."""
    rows = seen.failures
    found = rows.filter(pc.equal(rows["signature"].cast(pa.string()), group))
    title: str | None = found["title"][0].as_py() if found.num_rows else None
    return title


def _parts(seen: Snapshot, name: str) -> list[dict[str, Any]]:
    """Return the groups that were split off ``name`` and have failures."""
    before = f"{name}{_PART}"
    return [
        {"group": it.id, "title": it.title, "failures": it.spans}
        for it in seen.groups
        if it.id.startswith(before) and _PART not in it.id.removeprefix(before)
    ]


def _origin(stands: Standing, name: str) -> dict[str, Any] | None:
    """Return the group that ``name`` was split off and by what; None if it is no part."""
    parent = name.rpartition(_PART)[0]
    taken = stands.taken.get(parent, {})
    listed = sum(into == name for into in taken.values())
    if not listed and parent not in stands.parted:
        return None
    by = None if listed else stands.parted[parent]
    return {"group": parent, "version": stands.version(parent), "by": by, "failures": listed}


def is_part(stands: Standing, group: str, part: str) -> bool:
    """Return whether listed failures of ``group`` stand in ``part``."""
    return part in stands.taken.get(group, {}).values()


def _values(column: pa.ChunkedArray) -> dict[str, Any]:
    counts = column.cast(pa.string()).value_counts().to_pylist()
    counts.sort(key=lambda it: (-it["counts"], it["values"] or ""))
    shown = counts[:MOST_VALUES]
    return {
        "distinct": len(counts),
        "most": [{"value": it["values"], "failures": it["counts"]} for it in shown],
    }
