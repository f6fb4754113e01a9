"""Latency and errors of services, and of pairs of them, from the scalar query API.

Which unit a number has is read from the answer: Datadog writes seconds, microseconds or
nanoseconds, fractions or percent. A number whose unit is not known is none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import msgspec
import numpy as np
import orjson

from scarline.errors import SourceChanged
from scarline.sources.datadog.api import Request
from scarline.sources.datadog.points import ABSENT, Floats
from scarline.sources.datadog.refusals import Complaint, complaints
from scarline.sources.datadog.services_asking import SCALAR
from scarline.sources.datadog.shapes import Units, decoded, unit_name
from scarline.sources.datadog.windows import Span

ENV, SERVICE, PEER = "env", "service", "peer.service"

STATS = ("latency_avg", "error_rate", "errors", "hits")
"""The mean latency, the share of failed requests, and what that share is of."""

MILLISECONDS: Mapping[str | None, float] = {
    "nanosecond": 1e-6,
    "microsecond": 1e-3,
    "millisecond": 1.0,
    "second": 1e3,
    "minute": 6e4,
    "hour": 3.6e6,
}
"""How many milliseconds each of Datadog's units of time has (docs.datadoghq.com, "Units")."""

SHARES: Mapping[str | None, float] = {"percent": 0.01, "fraction": 1.0}
"""What a whole of each unit of the family ``percentage`` is."""

NO_NAME = "no name"
OUT_OF_BOUNDS = "a number out of bounds"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was measured, by group; a number that is not known is None.

    ``lacking`` are sentences about what was answered and cannot be used.
    """

    latency_ms: Mapping[tuple[str, ...], float | None] = field(default_factory=dict)
    error_rate: Mapping[tuple[str, ...], float | None] = field(default_factory=dict)
    lacking: Sequence[str] = ()
    kept_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Meta:
    unit: Units = None


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    values: list[list[str] | float | None]
    meta: _Meta | None = None

    @property
    def unit(self) -> str | None:
        return unit_name(self.meta.unit) if self.meta else None


@dataclass(frozen=True, slots=True)
class _Columns:
    columns: list[_Column]


@dataclass(frozen=True, slots=True)
class _Data:
    attributes: _Columns


@dataclass(frozen=True, slots=True)
class _Answer:
    data: _Data | None = None
    errors: Any = None


_ANSWERS = msgspec.json.Decoder(_Answer)


def asks(group_by: tuple[str, ...], env: str, span: Span) -> Request:
    """Return the request for the numbers of each group; times are milliseconds there.

    Without a peer the spans are those of servers, with one those of clients.
    """
    query = {
        "data_source": "apm_metrics",
        "group_by": list(group_by),
        "span_kind": "client" if PEER in group_by else "server",
        "query_filter": "*" if env == "*" else f"env:{env}",
    }
    attributes = {
        "from": span.start * 1_000,
        "to": span.end * 1_000,
        "queries": [query | {"name": stat, "stat": stat} for stat in STATS],
        "formulas": [{"formula": stat} for stat in STATS],
    }
    body = {"data": {"type": "scalar_request", "attributes": attributes}}
    return Request("POST", SCALAR, body=orjson.dumps(body))


def read(body: bytes, group_by: tuple[str, ...]) -> Numbers:
    """Read the numbers of each group.

    Raises ``Complaint`` for an answer that says of itself that it went wrong, and
    ``SourceChanged`` for one of another shape.
    """
    columns = {column.name: column for column in _columns(body)}
    if not any(column.values for column in columns.values()):
        return Numbers()  # recorded answers without rows lack the columns of their groups
    if missing := [name for name in (*group_by, *STATS) if name not in columns]:
        _changed(f"it has no column {missing[0]}")
    if len({len(column.values) for column in columns.values()}) != 1:
        _changed("its columns are not of one length")
    groups = list(zip(*(_names(columns[name]) for name in group_by), strict=True))
    latency, no_latency = _latency(columns["latency_avg"])
    rate, no_rate = _rate(columns)
    named = np.array([ABSENT not in group and "" not in group for group in groups])
    latency, wrong = _bounded(latency, np.inf)
    rate, wrong_rate = _bounded(rate, 1.0)
    counted = {NO_NAME: int((~named).sum()), OUT_OF_BOUNDS: wrong + wrong_rate}
    kept = [group for group, has in zip(groups, named.tolist(), strict=True) if has]
    return Numbers(
        dict(zip(kept, _nullable(latency[named]), strict=True)),
        dict(zip(kept, _nullable(rate[named]), strict=True)),
        [it for it in (no_latency, no_rate) if it],
        Counter({why: count for why, count in counted.items() if count}),
    )


def _columns(body: bytes) -> list[_Column]:
    answer = decoded(_ANSWERS, body)
    if said := complaints(answer.errors):
        message = f"Datadog answered with an error: {said}"
        raise Complaint(message)
    if answer.data is None:
        _changed("it has no data")
    return answer.data.attributes.columns


def _names(column: _Column) -> list[str]:
    """Return the text of each row; a value of a group is a list of one."""
    if any(not isinstance(it, list) or len(it) != 1 for it in column.values):
        _changed(f"the groups in the column {column.name} are not one text each")
    return [it[0] for it in column.values if isinstance(it, list)]


def _numbers(column: _Column) -> Floats:
    if any(isinstance(it, list) for it in column.values):
        _changed(f"the column {column.name} holds no numbers")
    return np.array(column.values, dtype=np.float64)  # null becomes NaN


def _latency(column: _Column) -> tuple[Floats, str]:
    """Return milliseconds, and what is wrong with their unit."""
    factor = MILLISECONDS.get(column.unit, np.nan)
    with np.errstate(over="ignore"):  # what becomes infinite is out of bounds
        values = _numbers(column) * factor
    return values, _unknown(column) if np.isnan(factor) and _told(column) else ""


def _rate(columns: Mapping[str, _Column]) -> tuple[Floats, str]:
    """Return the share of failed requests; of those counted, where its own unit is not said."""
    column = columns["error_rate"]
    factor = SHARES.get(column.unit, np.nan)
    if not np.isnan(factor):
        return _numbers(column) * factor, ""
    hits = _numbers(columns["hits"])
    counted = _numbers(columns["errors"]) / np.where(hits > 0, hits, np.nan)
    return counted, _unknown(column) if np.isnan(counted).all() and _told(column) else ""


def _told(column: _Column) -> bool:
    return any(value is not None for value in column.values)


def _unknown(column: _Column) -> str:
    said = f"has the unit {column.unit!r}, which is not known here" if column.unit else "has none"
    return f"the unit of {column.name} is needed to read it, and the answer {said}: left empty"


def _bounded(values: Floats, most: float) -> tuple[Floats, int]:
    """Leave out what cannot be; nothing is pressed into its bounds. Returns how many went."""
    wrong = np.isfinite(values) & ((values < 0) | (values > most)) | np.isinf(values)
    return np.where(wrong, np.nan, values), int(wrong.sum())


def _nullable(values: Floats) -> list[float | None]:
    return [None if np.isnan(it) else it for it in values.tolist()]


def _changed(what: str) -> NoReturn:
    message = f"the answer is not of the documented shape: {what}"
    raise SourceChanged(message)
