"""Who calls whom: APM's service map, and the relations of the software catalog."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from scarline.errors import SourceChanged
from scarline.sources.datadog.api import Request
from scarline.sources.datadog.services_asking import DEPENDENCIES, RELATIONS, SERVICES, Inquiry
from scarline.sources.datadog.services_pages import PAGE_ROWS, List, Page, by_link, listed
from scarline.sources.datadog.shapes import decoded
from scarline.sources.datadog.windows import Span

OBSERVED, DECLARED, INFERRED = "observed", "declared", "inferred"

DEPENDS_ON = "RelationTypeDependsOn"

BY_SCHEMA = "schema"
"""``meta.source`` of all relations in recorded answers: those that somebody declared."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One system calls another; ``seen`` is when that was last known to be so."""

    caller: str
    called: str
    known_by: str
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class _Names:
    services: list[str]


@dataclass(frozen=True, slots=True)
class _Data:
    attributes: _Names


@dataclass(frozen=True, slots=True)
class _ServiceList:
    data: _Data


@dataclass(frozen=True, slots=True)
class _Calls:
    calls: list[str] | None


@dataclass(frozen=True, slots=True)
class _End:
    name: str
    kind: str = "service"


@dataclass(frozen=True, slots=True)
class _Relation:
    id: str
    attributes: dict[str, _End | str]
    meta: dict[str, Any] | None = None


_SERVICES = msgspec.json.Decoder(_ServiceList)
_CALLS = msgspec.json.Decoder(dict[str, _Calls])
_RELATIONS: "msgspec.json.Decoder[Page[_Relation]]" = msgspec.json.Decoder(Page[_Relation])


def asks_services(env: str) -> Request:
    """Return the request for the names of the services of an environment."""
    return Request("GET", SERVICES, {"filter[env]": env})


def read_services(body: bytes) -> list[str]:
    """Read the names; raises ``SourceChanged`` for another shape."""
    return decoded(_SERVICES, body).data.attributes.services


def asks_calls(env: str, span: Span) -> Request:
    """Return the request for the service map of an environment; times are seconds there."""
    times = {"start": str(span.start), "end": str(span.end)}
    return Request("GET", DEPENDENCIES, {"env": env, **times})


def read_calls(body: bytes) -> dict[str, list[str]]:
    """Read which services each one calls; raises ``SourceChanged`` for another shape."""
    return {name: row.calls or [] for name, row in decoded(_CALLS, body).items()}


def asks_relations() -> Request:
    """Return the request for the first page of dependencies, also of those that APM found."""
    params = {"filter[type]": DEPENDS_ON, "includeDiscovered": "true"}
    pages = {"page[limit]": str(PAGE_ROWS), "page[offset]": "0"}
    return Request("GET", RELATIONS, {**params, **pages})


async def relations(inquiry: Inquiry, what: str) -> list[Edge]:
    """Return the dependencies of the catalog between services; it does not say of which env.

    Raises ``SourceError`` if there are none to be had.
    """
    wanted = List(what, asks_relations(), _RELATIONS, lambda row: row.id, by_link)
    return list(_edges(await listed(inquiry, wanted)))


def _edges(rows: Sequence[_Relation]) -> Iterator[Edge]:
    for row in rows:
        near, far = row.attributes.get("from"), row.attributes.get("to")
        if not (isinstance(near, _End) and isinstance(far, _End)):
            message = f"the answer is not of the documented shape: a relation {row.id} has no ends"
            raise SourceChanged(message)
        if row.attributes.get("type") == DEPENDS_ON and near.kind == "service":
            yield Edge(near.name, far.name, *_known(row.meta or {}))


def _known(meta: Mapping[str, Any]) -> tuple[str, datetime | None]:
    """Return how a relation is known, and since when; what does not say it was declared.

    Of a declared one nobody says that it was seen. Of another one the catalog says when it
    last changed it, which is the latest time at which it is sure to have been there.
    """
    if meta.get("source", BY_SCHEMA) == BY_SCHEMA:
        return DECLARED, None
    return OBSERVED, _instant(meta.get("modifiedAt"))


def _instant(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
