"""Incidents: scars that start together, across hosts and metrics, and what happened beside them.

Nothing of an incident is stored: it is a fold over the scars that show.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

TOGETHER = timedelta(minutes=10)
"""What starts this long after the first scar of an incident, or within one interval of its own
metric if that is longer, belongs to it."""

AROUND = timedelta(minutes=10)
"""How long before an incident and after it a failure counts as of the same time."""

BY_TAG, BY_NAME = "tag", "host name"
"""How the service of a scar is known."""

_WORD = re.compile(r"[a-z]+|[0-9]+")
_WORST_FIRST = {"failed": 0, "degraded": 1}
_US = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Incident:
    """Scars that started together. Times are aware, in UTC; lists are sorted, each value once.

    ``id`` is made of ``onset``, which no two incidents share: it changes only when a scar turns up
    that came before all others of it. ``ended_at`` is None while one of its scars goes on.
    ``services`` says of each how it is known; ``rows`` are the numbers of its scars in the table,
    by rising onset.
    """

    id: str
    name: str
    onset: datetime
    ended_at: datetime | None
    hosts: Sequence[str]
    metrics: Sequence[str]
    services: Mapping[str, str]
    peak_score: float
    rows: Sequence[int]


def incidents(scars: pa.Table, systems: Sequence[str] = ()) -> list[Incident]:
    """Return the incidents of ``scars`` (rows of SCAR, in any order), the newest first.

    ``systems`` are names of the service graph: a host is known by one that its name has as whole
    words. An incident takes in what starts within :data:`TOGETHER` of its first scar.
    """
    columns = [_plain(scars[name]).to_pylist() for name in _COLUMNS]
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]
    known = _Services(systems)
    order = sorted(range(len(rows)), key=lambda at: (rows[at]["onset"], rows[at]["series"]))
    found: list[list[int]] = []
    for at in order:
        if not found or not _belongs(rows[at], rows[found[-1][0]]["onset"]):
            found.append([])
        found[-1].append(at)
    return [_incident(own, rows, known) for own in reversed(found)]


_COLUMNS = (
    *("series", "onset", "ended_at", "metric", "host", "tags", "interval_seconds"),
    *("direction", "peak_score"),
)


def _belongs(row: Mapping[str, Any], first: datetime) -> bool:
    apart: timedelta = row["onset"] - first
    return apart <= max(TOGETHER, timedelta(seconds=row["interval_seconds"]))


def _incident(
    own: Sequence[int], rows: Sequence[Mapping[str, Any]], known: "_Services"
) -> Incident:
    scars = [rows[at] for at in own]
    onset = scars[0]["onset"]
    ends = [it["ended_at"] for it in scars]
    services: dict[str, str] = {}
    for it in scars:
        service, how = known.of(it["tags"], it["host"])
        if service and services.get(service) != BY_TAG:
            services[service] = how
    return Incident(
        id=incident_id(onset),
        name=_name(scars, sorted(services)),
        onset=onset,
        ended_at=None if None in ends else max(ends),
        hosts=sorted({it["host"] for it in scars} - {""}),
        metrics=sorted({it["metric"] for it in scars}),
        services=dict(sorted(services.items())),
        peak_score=max(it["peak_score"] for it in scars),
        rows=own,
    )


def incident_id(onset: datetime) -> str:
    """Return the id of the incident that began at ``onset``, to the microsecond if it has any."""
    at = onset.astimezone(UTC)
    return f"{at:%Y%m%dT%H%M%S}{f'.{at.microsecond:06}' if at.microsecond else ''}Z"


def _name(scars: Sequence[Mapping[str, Any]], services: Sequence[str]) -> str:
    """Return what most of the scars are about: the metric and side, the host, the service."""
    sides = Counter((it["metric"], it["direction"]) for it in scars)
    (metric, side), *_ = sorted(sides, key=lambda it: (-sides[it], it))
    what = metric if side == "both" else f"{metric} {side}"
    what += f" and {len(sides) - 1} more" if len(sides) > 1 else ""
    hosts = sorted({it["host"] for it in scars} - {""})
    where = f" on {hosts[0]}" if len(hosts) == 1 else f" on {len(hosts)} hosts" if hosts else ""
    others = [f"{len(services) - _NAMED} more"] if len(services) > _NAMED else []
    whose = f" ({', '.join([*services[:_NAMED], *others])})" if services else ""
    return f"{what}{where}{whose}"


_NAMED = 2  # services in the name of an incident
_SHORT = 3  # letters up to which a last s is no plural: dns, sms


def service_of(tags: str, host: str, systems: Sequence[str] = ()) -> tuple[str, str]:
    """Return the service of a series and how it is known; two empty texts if it is not."""
    return _Services(systems).of(tags, host)


class _Services:
    """Finds the service of a host, by its tags or by the names of systems."""

    def __init__(self, systems: Sequence[str]) -> None:
        words = {name: _words(name) for name in systems}
        # The longest first: `checkout-api-2` is of `checkout-api`, not of `checkout`.
        self._systems = sorted(
            ((own, name) for name, own in words.items() if own),
            key=lambda it: (-len(it[0]), it[1]),
        )
        self._found: dict[tuple[str, str], tuple[str, str]] = {}

    def of(self, tags: str, host: str) -> tuple[str, str]:
        """Return the service and how it is known; two empty texts if it is not."""
        if (tags, host) not in self._found:
            self._found[tags, host] = self._look(tags, host)
        return self._found[tags, host]

    def _look(self, tags: str, host: str) -> tuple[str, str]:
        told = [it.removeprefix("service:") for it in tags.split(",") if it.startswith("service:")]
        if told and told[0]:
            return told[0], BY_TAG
        words = f" {_words(host)} "
        named = [name for own, name in self._systems if f" {own} " in words]
        return (named[0], BY_NAME) if named else ("", "")


def _words(name: str) -> str:
    """Return the words of a name, one or many of a thing: hosts of `payments` are `payment-01`."""
    words = _WORD.findall(name.casefold())
    return " ".join(it.removesuffix("s") if len(it) > _SHORT else it for it in words)


def flows_beside(incident: Incident, flows: pa.Table) -> pa.Table:
    """Return the flows from or to a service of ``incident``: failed, then degraded, then others.

    ``flows`` has rows of INTEGRATION_FLOW, or its columns ``status`` and those of its key.
    """
    names = pa.array(sorted(incident.services), pa.string())
    ends = [pc.is_in(_plain(flows[it]), names) for it in ("system_from", "system_to")]
    found = flows.filter(pc.or_(*ends))
    ranks = [_WORST_FIRST.get(it, 2) for it in found["status"].to_pylist()]
    order = sorted(range(found.num_rows), key=lambda at: (ranks[at], at))
    return found.take(pa.array(order, pa.int64()))


def failures_beside(incident: Incident, failures: pa.Table, now: datetime) -> pa.Table:
    """Return the LLM failures of its services in its time, :data:`AROUND` longer, newest first.

    ``failures`` has rows of LLM_FAILURE, or its columns ``failed_at``, ``service_name`` and
    ``ml_app``. An incident that goes on lasts until ``now``.
    """
    names = pa.array(sorted(incident.services), pa.string())
    whose = [pc.is_in(_plain(failures[it]), names) for it in ("service_name", "ml_app")]
    instant = failures["failed_at"].type
    start = pa.scalar(incident.onset - AROUND, instant)
    end = pa.scalar((incident.ended_at or now) + AROUND, instant)
    times = failures["failed_at"]
    within = pc.and_(pc.greater_equal(times, start), pc.less_equal(times, end))
    found = failures.filter(pc.and_(pc.or_(*whose), within))
    return found.sort_by([("failed_at", "descending")])


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
