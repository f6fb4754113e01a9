"""What a source tells of flows, as rows of the kind: the same form whoever tells it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scarline.errors import UsageError
from scarline.flows import TOLD
from scarline.kinds import INTEGRATION_FLOW
from scarline.series.records import key_digests

HEALTHY, DEGRADED, FAILED, UNKNOWN = "healthy", "degraded", "failed", "unknown"

KNOWN_BY = ("observed", "declared", "inferred")

DEGRADED_FROM = 0.01
"""Share of failed requests from which a flow is degraded: it misses an objective of 99 %."""

FAILED_FROM = 0.1
"""Share of failed requests from which a flow has failed: where Datadog's automatic monitors of a
service alert by default (docs.datadoghq.com, "APM Monitor", error rate threshold monitors)."""

WORDS: Mapping[str, str] = {
    **dict.fromkeys(("ok", "healthy", "up", "green", "normal", "passing", "pass"), HEALTHY),
    **dict.fromkeys(("active", "available", "good", "operational", "running"), HEALTHY),
    **dict.fromkeys(("warn", "warning", "degraded", "yellow", "amber", "slow"), DEGRADED),
    **dict.fromkeys(("impaired", "partial", "unstable"), DEGRADED),
    **dict.fromkeys(("alert", "critical", "down", "red", "failed", "failing"), FAILED),
    **dict.fromkeys(("fail", "error", "unhealthy", "outage", "unavailable"), FAILED),
}
"""The words of sources, in small letters. Datadog's monitors say OK, Warn, Alert and No Data."""

_BOUNDS: Mapping[str, tuple[float, str]] = {
    "latency_ms": (np.inf, "0 or more"),
    "error_rate": (1.0, "from 0 to 1"),
    "confidence": (1.0, "from 0 to 1"),
}


def normalised(told: pa.RecordBatch, source: str, *, named: bool = True) -> pa.RecordBatch:
    """Return what ``source`` told (columns of :data:`scarline.flows.TOLD`) as rows of the kind.

    Each flow stands once: of rows with the same key the later one stays, and the difference
    in length says how many went. Rows are in the order of their key, by its UTF-8 bytes.
    ``flow_id`` is "" where they are not to be ``named``: redaction names each row anew, by what
    is kept of its key, and a digest for each of a million rows takes a while.
    Raises ``UsageError`` for rows of another schema, for a number that cannot be right, and
    for a way of knowing that is none: nothing is pressed into its bounds.
    """
    if not told.schema.equals(TOLD):
        message = "the rows do not have the columns of scarline.flows.TOLD: give them as it says"
        raise UsageError(message)
    _checked(told)
    rows = told.take(pa.array(_last_of_each(told)))
    once = pa.array([source], pa.string())
    constant = pa.DictionaryArray.from_arrays(np.zeros(rows.num_rows, dtype=np.int32), once)
    columns = {name: rows.column(name) for name in TOLD.names}
    columns["source"] = constant
    columns["status"] = statuses(rows.column("status"), rows.column("error_rate"))
    key = [columns[name] for name in INTEGRATION_FLOW.key]
    columns["flow_id"] = key_digests(key) if named else pa.repeat("", rows.num_rows)
    schema = INTEGRATION_FLOW.schema
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def statuses(told: pa.Array, error_rate: pa.Array) -> pa.Array:
    """Return ``healthy``, ``degraded``, ``failed`` or ``unknown`` for each row.

    A word of :data:`WORDS` decides, in any case. Where there is none, or another, the share
    of failed requests (0 to 1) does: degraded from 1 %, failed from 10 %. Without a share it
    is unknown.
    """
    names = (HEALTHY, DEGRADED, FAILED, UNKNOWN)
    meant = [
        names.index(WORDS.get((word or "").strip().casefold(), UNKNOWN))
        for word in told.dictionary.to_pylist()
    ]
    meanings = np.array([*meant, 3], dtype=np.int32)  # the last is for null, which has index -1
    said = meanings[told.indices.fill_null(-1).to_numpy()]
    share = error_rate.fill_null(np.nan).to_numpy()
    derived = np.digitize(share, (DEGRADED_FROM, FAILED_FROM))
    derived[np.isnan(share)] = 3
    indices = np.where(said == names.index(UNKNOWN), derived, said).astype(np.int32)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))


def _last_of_each(told: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """Return which rows stay, in the order of their key."""
    if told.num_rows == 0:
        return np.zeros(0, dtype=np.int64)
    key = [_ranks(told.column(name)) for name in INTEGRATION_FLOW.key if name in TOLD.names]
    order = np.lexsort(key[::-1])  # is stable: of equal keys the later row comes last
    last = np.ones(len(order), dtype=bool)
    last[:-1] = np.any([rank[order][1:] != rank[order][:-1] for rank in key], axis=0)
    return order[last].astype(np.int64)


def _ranks(column: pa.Array) -> npt.NDArray[np.uint64]:
    """Return a number for each row that is in the order of its text, equal for equal texts."""
    ranks = pc.rank(column.dictionary, tiebreaker="dense").to_numpy()
    found: npt.NDArray[np.uint64] = ranks[column.indices.to_numpy()]
    return found


def _checked(told: pa.RecordBatch) -> None:
    for name, (most, said) in _BOUNDS.items():
        numbers = told.column(name).drop_null().to_numpy()
        wrong = numbers[~((numbers >= 0) & (numbers <= most) & np.isfinite(numbers))]
        if wrong.size:
            message = f"{name} is {wrong[0]:g} in a flow: it must be {said}, or null if not known"
            raise UsageError(message)
    for word in pc.unique(told.column("known_by").cast(pa.string())).to_pylist():
        if word not in KNOWN_BY:
            message = f"a flow is known_by {word!r}: it must be one of {', '.join(KNOWN_BY)}"
            raise UsageError(message)
    for name in ("env", "system_from", "system_to", "tags"):
        if told.column(name).null_count:
            message = f'{name} is null in a flow: it must be a text, "" where there is none'
            raise UsageError(message)
