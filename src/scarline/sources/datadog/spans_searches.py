"""What is searched for in the spans, and the requests for a page of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from scarline.sources.datadog.api import Request
from scarline.sources.datadog.spans_config import By
from scarline.sources.datadog.windows import Span as Stretch

LLM_PATH = "/api/v2/llm-obs/v1/spans/events/search"
APM_PATH = "/api/v2/spans/events/search"
PATHS: dict[By, str] = {"llm": LLM_PATH, "apm": APM_PATH}

PERMISSIONS: dict[By, str] = {"llm": "llm_observability_read", "apm": "apm_read"}
"""What the application key needs, as Datadog's documentation names it."""

APM_MOST = 1_000
"""The most spans in a page of APM (``datadog-api-client`` 2.62.0)."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search: by application and service, or by a query of the user's own.

    By ``llm`` a query makes Datadog ignore the other filters, so it stands alone. By ``apm``
    there is no application to ask for: ``ml_app`` is looked at once the spans are here.
    """

    by: By
    ml_app: str | None = None
    service: str | None = None
    query: str | None = None

    @property
    def key(self) -> str:
        """Return what tells it from other searches, in the cursor and in the account."""
        told = [f"query:{self.query}"] if self.query else []
        told += [f"ml_app:{self.ml_app}"] if self.ml_app else []
        told += [f"service:{self.service}"] if self.service else []
        return f"{self.by} spans {' '.join(told) or '*'}"

    @property
    def chosen(self) -> bool:
        """Return whether the user said which spans are wanted."""
        return bool(self.ml_app or self.service or self.query)

    @property
    def route(self) -> str:
        """Return what its rate limit hangs on."""
        return f"POST {PATHS[self.by]}"


def searches(
    by: By, ml_apps: Sequence[str], services: Sequence[str], query: str | None
) -> list[Search]:
    """Return one search for each application and service; one for a query, or for everything.

    Datadog's filters take one value each, so that several values are several searches.
    """
    if query:
        return [Search(by, query=query)]
    apps, places = dict.fromkeys(ml_apps or (None,)), dict.fromkeys(services or (None,))
    return [Search(by, app, place) for app in apps for place in places]


def asks_page(search: Search, stretch: Stretch, limit: int, after: str | None) -> Request:
    """Return the request for one page of ``search``, oldest spans first.

    Both ends are absolute: a relative end would drift from page to page.
    """
    wanted = _llm_filter(search) if search.by == "llm" else {"query": _apm_query(search)}
    page: dict[str, Any] = {"limit": most(search, limit)}
    attributes = {
        "filter": {"from": instant(stretch.start), "to": instant(stretch.end), **wanted},
        "page": page | ({"cursor": after} if after else {}),
        "sort": "timestamp",
    }
    kind = "spans" if search.by == "llm" else "search_request"
    body = {"data": {"type": kind, "attributes": attributes}}
    return Request("POST", PATHS[search.by], body=orjson.dumps(body))


def most(search: Search, limit: int) -> int:
    """Return how many spans a page has at most, of the ``limit`` that a user wants."""
    return limit if search.by == "llm" else min(limit, APM_MOST)


def asks_trace(trace_id: str, stretch: Stretch, limit: int) -> Request:
    """Return the request for the spans of one trace, by LLM Observability."""
    attributes = {
        "filter": {
            "from": instant(stretch.start),
            "to": instant(stretch.end),
            "trace_id": trace_id,
        },
        "page": {"limit": limit},
        "sort": "timestamp",
    }
    body = {"data": {"type": "spans", "attributes": attributes}}
    return Request("POST", LLM_PATH, body=orjson.dumps(body))


def instant(at: int) -> str:
    """Write a time, seconds since 1970, as the search wants it: a text; a number is refused."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _llm_filter(search: Search) -> dict[str, Any]:
    if search.query:
        return {"query": search.query}
    told: dict[str, Any] = {"ml_app": search.ml_app} if search.ml_app else {}
    return told | ({"tags": {"service": search.service}} if search.service else {})


def _apm_query(search: Search) -> str:
    if search.query:
        return search.query
    return f"service:{_quoted(search.service)}" if search.service else "*"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
