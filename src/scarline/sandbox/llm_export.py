"""LLM Observability's two searches for spans: POST .../spans/events/search, GET .../spans/events.

Facts: the documented Export API and `datadog-api-client` 2.62: `data.type` is `spans` in the
request and `span` in the answer, structured filters are ignored beside a query, the last 15
minutes are meant without times, 10 spans a page and at most 5,000, `meta.page.after` is absent at
the end, and `meta.page` is null in the documented example of an answer of one page. Public
reports: `from` and `to` must be texts, and an account without any data answers 500, "No valid
indexes specified". Not known: the default order (ours is newest first), limits, and the name of
the permission in a refusal.
"""

from collections.abc import Mapping
from typing import cast

import orjson

from scarline.sandbox import noise
from scarline.sandbox.endpoint import JSON_API, Answer, Ask, Endpoint, Refusal
from scarline.sandbox.llm_spans import written
from scarline.sandbox.quotas import LLM_SPANS
from scarline.sandbox.span_pages import Found, Page, find
from scarline.sandbox.span_query import DEFAULT_SECONDS, FIELDS, Term, Wanted, moment, parse

LARGEST_PAGE = 5000
_DEFAULT_PAGE = 10
_STRUCTURED = ("span_id", "trace_id", "span_kind", "span_name", "ml_app")
_PATH = "/api/v2/llm-obs/v1/spans/events"
_SCOPE = "llm_observability_read"

Fields = Mapping[str, object]


def _search(ask: Ask) -> Answer:
    asked = _attributes(ask.body)
    filters, options, page = (_object(asked, name) for name in ("filter", "options", "page"))
    tags = {str(key): str(value) for key, value in _object(filters, "tags").items()}
    wanted = _wanted(ask, filters, tags, _whole(options, "time_offset", 0, -(10**9)))
    order = asked.get("sort")
    attachments = options.get("include_attachments", True) is not False
    return _answered(ask, wanted, _page(page, order), attachments=attachments)


def _list(ask: Ask) -> Answer:
    given = {key: ask.params.get(f"filter[{key}]") for key in ("from", "to", "query", *_STRUCTURED)}
    tags = {
        key[len("filter[tag][") : -1]: value
        for key, value in ask.params.items()
        if key.startswith("filter[tag][")
    }
    limit = ask.whole("page[limit]", _DEFAULT_PAGE)
    page = {"limit": limit, "cursor": ask.params.get("page[cursor]")}
    attachments = ask.params.get("include_attachments", "true").lower() != "false"
    wanted = _wanted(ask, given, tags, 0)
    return _answered(ask, wanted, _page(page, ask.params.get("sort")), attachments=attachments)


def _attributes(body: bytes) -> Fields:
    try:
        data = orjson.loads(body)["data"]
        kind, attributes = data["type"], data["attributes"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Refusal(400, "the body must be JSON with data.type and data.attributes") from None
    if kind != "spans":
        raise Refusal(400, f'invalid data.type "{kind}": expected one of "spans"')
    if not isinstance(attributes, dict):
        raise Refusal(400, "data.attributes must be an object")
    return cast("Fields", attributes)


def _object(fields: Fields, name: str) -> Fields:
    value = fields.get(name)
    if value is not None and not isinstance(value, dict):
        raise Refusal(400, f'error decoding attribute "{name}": expected an object')
    return cast("Fields", value or {})


def _whole(fields: Fields, name: str, default: int, least: int) -> int:
    value = fields.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise Refusal(400, f'error decoding attribute "{name}": expected a whole number')
    return value


def _wanted(ask: Ask, filters: Fields, tags: Mapping[str, str], offset: int) -> Wanted:
    end = moment(filters.get("to"), "to", ask.now, ask.now)
    start = moment(filters.get("from"), "from", ask.now, ask.now - DEFAULT_SECONDS)
    if start >= end:
        raise Refusal(400, "filter.from must be before filter.to")
    query = filters.get("query")
    if query:
        return Wanted(start + offset, end + offset, parse(str(query)))
    terms = [Term(key, str(filters[key])) for key in _STRUCTURED if filters.get(key) is not None]
    terms += [Term(key, value) for key, value in tags.items() if key not in FIELDS]
    return Wanted(start + offset, end + offset, terms)


def _page(page: Fields, order: object) -> Page:
    limit = _whole(page, "limit", _DEFAULT_PAGE, 1)
    if limit > LARGEST_PAGE:
        raise Refusal(400, f"page.limit must be at most {LARGEST_PAGE}")
    if order not in (None, "timestamp", "-timestamp"):
        raise Refusal(400, f"sort must be timestamp or -timestamp, not '{order}'")
    cursor = page.get("cursor")
    return Page(limit, None if cursor is None else str(cursor), newest_first=order != "timestamp")


def _answered(ask: Ask, wanted: Wanted, page: Page, *, attachments: bool) -> Answer:
    if not ask.world.spans_a_day:
        raise Refusal(500, {"detail": "No valid indexes specified"})
    found = find(ask, wanted, page)
    items = [orjson.Fragment(written(row, attachments=attachments)) for row in found.rows]
    meta = {
        "elapsed": 20 + len(items) // 10,
        "request_id": f"pddv1{noise.key(ask.body, sorted(ask.params.items()), ask.now):08x}",
        "status": "done",
        "page": _next(found, page),
    }
    return Answer({"data": items, "meta": meta} | _links(ask, found), JSON_API)


def _next(found: Found, page: Page) -> dict[str, str] | None:
    if found.more:
        return {"after": found.after}
    return {} if page.cursor else None


def _links(ask: Ask, found: Found) -> dict[str, object]:
    if not found.more:
        return {}
    return {"links": {"next": f"{ask.base_url}{_PATH}?page[cursor]={found.after}"}}


ENDPOINTS = (
    Endpoint("POST", f"{_PATH}/search", _search, LLM_SPANS, _SCOPE),
    Endpoint("GET", _PATH, _list, LLM_SPANS, _SCOPE),
)
"""The family."""
