"""The software catalog: entities, relations, and the older service definitions.

Facts: the recorded answers of the two lists as `datadog-api-client-python` keeps them: pages by
`page[offset]` and `page[limit]` (100 unless asked), `meta.count` counts the rows of the page,
links are relative, and the last page has no `next`. `includeDiscovered` is that spelling on the
wire. `meta.source` is `schema` for what was declared. No recording has a relation that was
discovered: that theirs is `apm`, without `definedBy` and modified at midnight, is ours.
Definitions: at most 100 a page, pages from 0, no links and no count: past the end a page is empty.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from scarline.sandbox import landscape, noise
from scarline.sandbox.endpoint import JSON_API, Answer, Ask, Endpoint, Refusal
from scarline.sandbox.estate import DAY
from scarline.sandbox.landscape import SERVICES, Service
from scarline.sandbox.quotas import CATALOG

LARGEST_PAGE = 100
_BORN = "2025-02-03T09:30:11.402117Z"
_SCOPE = "apm_service_catalog_read"

Row = dict[str, object]


def _entities(ask: Ask) -> Answer:
    everyone = SERVICES.values()
    wanted = [one for one in everyone if one.known or _discovered(ask)]
    kind, owner, name = (ask.params.get(f"filter[{it}]") for it in ("kind", "owner", "name"))
    rows = [
        _entity(ask, one)
        for one in wanted
        if kind in (None, "service") and owner in (None, one.team) and name in (None, one.name)
    ]
    return _page(ask, rows)


def _entity(ask: Ask, one: Service) -> Row:
    version = {"definition": "v2.2", "entity": "v3", "": "v3"}[one.known]
    attributes: Row = {"apiVersion": version, "displayName": one.name, "kind": "service"}
    attributes |= {"name": one.name, "namespace": "default"}
    if one.known:
        attributes |= {"owner": one.team, "tags": [f"team:{one.team}", "estate:orders"]}
    source = "api" if one.known else "apm"
    meta = {"createdAt": _BORN, "modifiedAt": _BORN, "ingestionSource": source, "origin": "unknown"}
    return {"id": _uuid(ask, one), "type": "entity", "attributes": attributes, "meta": meta}


def _uuid(ask: Ask, one: Service) -> str:
    parts = [f"{noise.key('entity', ask.world.seed, one.name, part):08x}" for part in range(4)]
    digits = "".join(parts)
    return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", f"a{digits[17:20]}")) + (
        f"-{digits[20:]}"
    )


def _relations(ask: Ask) -> Answer:
    kind = ask.params.get("filter[type]")
    ends = {"from": ask.params.get("filter[from_ref]"), "to": ask.params.get("filter[to_ref]")}
    rows = [
        _relation(ask, link, source)
        for link, source in _links(ask)
        if kind in (None, link[1])
        and ends["from"] in (None, link[0])
        and ends["to"] in (None, link[2])
    ]
    return _page(ask, sorted(rows, key=lambda row: str(row["id"])))


def _links(ask: Ask) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Give every relation both ways: (from, type, to), and how it is known."""
    for one in SERVICES.values():
        if one.known:
            service, team = f"service:default/{one.name}", f"team:default/{one.team}"
            yield (service, "RelationTypeOwnedBy", team), "schema"
            yield (team, "RelationTypeOwns", service), "schema"
    told = dict.fromkeys(landscape.declared(), "schema")
    if _discovered(ask):
        day = (ask.now - DAY, ask.now)
        seen = ((it, to) for it in SERVICES for to in landscape.calls(it, "*", *day))
        told = dict.fromkeys(seen, "apm") | told
    for (caller, called), source in told.items():
        near, far = f"service:default/{caller}", f"service:default/{called}"
        yield (near, "RelationTypeDependsOn", far), source
        yield (far, "RelationTypeDependencyOf", near), source


def _relation(ask: Ask, link: tuple[str, str, str], source: str) -> Row:
    near, kind, far = link
    midnight = datetime.fromtimestamp(ask.now // DAY * DAY, UTC).isoformat()
    at = _BORN if source == "schema" else midnight.replace("+00:00", "Z")
    meta = {"createdAt": _BORN, "modifiedAt": at, "source": source}
    if source == "schema":
        meta["definedBy"] = near if near.startswith("service") else far
    attributes = {"from": _reference(near), "to": _reference(far), "type": kind}
    name = f"{near}:{kind}:{far}"
    return {"id": name, "type": "relation", "attributes": attributes, "meta": meta}


def _reference(text: str) -> Mapping[str, str]:
    kind, _, rest = text.partition(":")
    namespace, _, name = rest.partition("/")
    return {"kind": kind, "name": name, "namespace": namespace}


def _discovered(ask: Ask) -> bool:
    return ask.params.get("includeDiscovered", "false").lower() == "true"


def _page(ask: Ask, rows: Sequence[Row]) -> Answer:
    offset = ask.whole("page[offset]", 0)
    limit = min(ask.whole("page[limit]", LARGEST_PAGE, least=1), LARGEST_PAGE)
    page = list(rows[offset : offset + limit])
    links = {"self": _link(ask, limit, offset)}
    if offset + limit < len(rows):
        links["next"] = _link(ask, limit, offset + limit)
    if offset:
        links["previous"] = _link(ask, limit, max(0, offset - limit))
    document = {"data": page, "meta": {"count": len(page), "includeCount": 0}, "links": links}
    return Answer(document, JSON_API)


def _link(ask: Ask, limit: int, offset: int) -> str:
    given = {**ask.params, "page[limit]": limit, "page[offset]": offset}
    return f"{ask.path}?{urlencode(sorted(given.items()))}"


def _definitions(ask: Ask) -> Answer:
    size, number = ask.whole("page[size]", 10, least=1), ask.whole("page[number]", 0)
    if size > LARGEST_PAGE:
        raise Refusal(400, f"page[size] must be at most {LARGEST_PAGE}")
    defined = [one for one in SERVICES.values() if one.known == "definition"]
    page = defined[number * size : (number + 1) * size]
    return Answer({"data": [_definition(ask, one) for one in page]})


def _definition(ask: Ask, one: Service) -> Row:
    schema: Row = {
        "schema-version": "v2.2",
        "dd-service": one.name,
        "team": one.team,
        "tier": one.tier,
        "type": one.type,
        "lifecycle": "production",
        "languages": ["python"],
        "contacts": [
            {"type": "email", "name": "On call", "contact": f"{one.team}-oncall@example.com"}
        ],
        "links": [],
        "tags": ["estate:orders"],
    }
    meta = {"ingested-schema-version": "v2.2", "ingestion-source": "api", "warnings": []}
    meta |= {"last-modified-time": "2025-02-03T09:30:11Z", "github-html-url": ""}
    number = noise.key("definition", ask.world.seed, one.name)
    attributes = {"meta": meta, "schema": schema}
    return {"type": "service-definition", "id": f"{number:032x}", "attributes": attributes}


ENDPOINTS = (
    Endpoint("GET", "/api/v2/catalog/entity", _entities, CATALOG, _SCOPE),
    Endpoint("GET", "/api/v2/catalog/relation", _relations, CATALOG, _SCOPE),
    Endpoint("GET", "/api/v2/services/definitions", _definitions, CATALOG, _SCOPE),
)
"""The family."""
