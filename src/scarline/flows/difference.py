"""What became of the flows between two moments: those that came, went, or changed."""

from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

COMPARED = ("status", "latency_ms", "error_rate", "owner_team", "known_by", "tags")
"""The columns in which a flow can change. When it was last seen is new at each load, and how far
it can be believed follows from the rest."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``before`` and ``after`` hold the flows that changed, row for row, as they were and are.

    ``columns`` says of each of :data:`COMPARED` in which of those rows it differs.
    """

    added: pa.Table
    removed: pa.Table
    before: pa.Table
    after: pa.Table
    columns: dict[str, list[bool]]


def difference(before: pa.Table, after: pa.Table) -> Difference:
    """Return what differs between two tables of flows, each in the order it has there."""
    old, new = (rows["flow_id"].combine_chunks() for rows in (before, after))
    places = pc.index_in(new, old)
    stayed = after.filter(places.is_valid())
    were = before.take(places.drop_null())
    differs = {name: _differs(were[name], stayed[name]) for name in COMPARED}
    any_of = reduce(pc.or_, differs.values())
    return Difference(
        added=after.filter(places.is_null()),
        removed=before.filter(pc.invert(pc.is_in(old, new))),
        before=were.filter(any_of),
        after=stayed.filter(any_of),
        columns={name: own.filter(any_of).to_pylist() for name, own in differs.items()},
    )


def _differs(old: pa.ChunkedArray, new: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return in which rows two columns differ; null is like null alone."""
    if pa.types.is_dictionary(old.type):
        old, new = (it.cast(it.type.value_type) for it in (old, new))
    either = pc.xor(old.is_null(), new.is_null())
    return pc.or_(pc.fill_null(pc.not_equal(old, new), fill_value=False), either)
