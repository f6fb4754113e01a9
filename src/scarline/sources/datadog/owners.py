"""Who owns a service: the service definitions, and the entities of the software catalog."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from scarline.errors import SourceError
from scarline.sources.datadog.api import Request
from scarline.sources.datadog.services_asking import DEFINITIONS, ENTITIES, Inquiry, reason
from scarline.sources.datadog.services_pages import (
    PAGE_ROWS,
    List,
    Page,
    by_link,
    by_number,
    listed,
)

DEFINED, CATALOGUED = "service definitions", "catalog entities"
"""What the account of a pull calls the two lists."""

TAGGED = ("tier", "type", "lifecycle", "application")
"""What a definition says of a service, and a tag keeps."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What is known of a service besides its traffic; tags are such as ``tier:1``."""

    team: str | None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Schema:
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Definition:
    id: str
    attributes: _Schema


@dataclass(frozen=True, slots=True)
class _Attributes:
    name: str
    kind: str = "service"
    owner: str | None = None
    tags: list[str] | None = None


@dataclass(frozen=True, slots=True)
class _Entity:
    id: str
    attributes: _Attributes


_DEFINITIONS: "msgspec.json.Decoder[Page[_Definition]]" = msgspec.json.Decoder(Page[_Definition])
_ENTITIES: "msgspec.json.Decoder[Page[_Entity]]" = msgspec.json.Decoder(Page[_Entity])


def asks_definitions() -> Request:
    """Return the request for the first page of service definitions."""
    return Request("GET", DEFINITIONS, {"page[size]": str(PAGE_ROWS), "page[number]": "0"})


def asks_entities() -> Request:
    """Return the request for the first page of the catalog's services."""
    pages = {"page[limit]": str(PAGE_ROWS), "page[offset]": "0"}
    return Request("GET", ENTITIES, {"filter[kind]": "service", **pages})


async def owners(inquiry: Inquiry, services: set[str]) -> dict[str, Owner]:
    """Return what is known of the owners of ``services``.

    Definitions say more, so they are asked first; the catalog is asked for those that no
    definition names. What cannot be had is in the account.
    """
    found = await _defined(inquiry)
    unowned = [name for name in services if name not in found or found[name].team is None]
    if unowned:
        catalogued = await _catalogued(inquiry)
        for name in unowned:
            if name in catalogued:
                tags = found[name].tags if name in found else catalogued[name].tags
                found[name] = Owner(catalogued[name].team, tags)
    return found


async def _defined(inquiry: Inquiry) -> dict[str, Owner]:
    wanted = List(DEFINED, asks_definitions(), _DEFINITIONS, lambda row: row.id, by_number)
    try:
        rows = await listed(inquiry, wanted)
    except SourceError as error:
        inquiry.miss(DEFINED, reason(DEFINITIONS, error))
        return {}
    return dict(pair for row in rows for pair in _owned(row.attributes.schema))


async def _catalogued(inquiry: Inquiry) -> dict[str, Owner]:
    wanted = List(CATALOGUED, asks_entities(), _ENTITIES, lambda row: row.id, by_link)
    try:
        rows = await listed(inquiry, wanted)
    except SourceError as error:
        inquiry.miss(CATALOGUED, reason(ENTITIES, error))
        return {}
    told = (row.attributes for row in rows if row.attributes.kind == "service")
    return {it.name: Owner(it.owner or None, tuple(it.tags or ())) for it in told}


def _owned(schema: Mapping[str, Any]) -> Iterator[tuple[str, Owner]]:
    """Yield the service of a definition of any version; one that names none says nothing.

    From v2 on it stands at the top, in v1 under ``info`` and ``org``. ``dd-team`` is the handle
    of a team, and ``team`` its title, where there are both.
    """
    info, org = (_part(schema, name) for name in ("info", "org"))
    name = _text(schema, "dd-service") or _text(info, "dd-service")
    team = _text(schema, "dd-team") or _text(schema, "team") or _text(org, "team")
    tags = [f"{key}:{value}" for key in TAGGED if (value := _text(schema, key))]
    listed_tags = schema.get("tags")
    if isinstance(listed_tags, list):
        tags += [tag for tag in listed_tags if isinstance(tag, str)]
    if name:
        yield name, Owner(team, tuple(tags))


def _part(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = schema.get(name)
    return part if isinstance(part, dict) else {}


def _text(schema: Mapping[str, Any], name: str) -> str | None:
    value = schema.get(name)
    return value if isinstance(value, str) and value else None
