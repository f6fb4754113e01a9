"""APM's view of the same spans, for accounts without LLM Observability: search, and whole traces.

Facts: the recorded list of spans (names, decimal ids, times in milliseconds of ISO 8601, duration
in `custom` in nanoseconds, tags without keys among the others, a cursor on every page that has
rows, and a bare `{"data":[]}` at the end), `datadog-api-client` 2.62 for the limits (1,000 spans a
page, 300 searches an hour, 60 traces a minute) and for the trace by id. What an instrumented
model call leaves in `custom` follows OpenTelemetry's conventions for generative AI (`gen_ai.*`),
not a recording. APM has no evaluations and no cost.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from scarline.sandbox import llm_spans, noise
from scarline.sandbox.endpoint import JSON_API, Answer, Ask, Endpoint, Refusal
from scarline.sandbox.quotas import APM_SPANS, APM_TRACES
from scarline.sandbox.span_pages import Found, Page, find, of_trace
from scarline.sandbox.span_query import DEFAULT_SECONDS, Wanted, moment, parse, trace_number
from scarline.sandbox.traces import Row

LARGEST_PAGE = 1000
_DEFAULT_PAGE = 10
_PATH = "/api/v2/spans/events"
_CURSOR = "page[cursor]"
_CLIENTS = {"llm", "embedding", "retrieval"}

Fields = Mapping[str, object]


def _search(ask: Ask) -> Answer:
    try:
        data = orjson.loads(ask.body)["data"]
        kind, asked = data["type"], data.get("attributes") or {}
        filters, page = asked.get("filter") or {}, asked.get("page") or {}
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise Refusal(400, "the body must be JSON with data.type and data.attributes") from None
    if kind != "search_request":
        raise Refusal(400, f'invalid data.type "{kind}": expected one of "search_request"')
    return _answered(ask, filters, page, asked.get("sort"))


def _list(ask: Ask) -> Answer:
    filters = {name: ask.params.get(f"filter[{name}]") for name in ("from", "to", "query")}
    page = {"limit": ask.whole("page[limit]", _DEFAULT_PAGE), "cursor": ask.params.get(_CURSOR)}
    return _answered(ask, filters, page, ask.params.get("sort"))


def _answered(ask: Ask, filters: Fields, page: Fields, order: object) -> Answer:
    limit, cursor = page.get("limit", _DEFAULT_PAGE), page.get("cursor")
    if not isinstance(limit, int) or not 1 <= limit <= LARGEST_PAGE:
        raise Refusal(400, f"page.limit must be 1 to {LARGEST_PAGE}")
    end = moment(filters.get("to"), "to", ask.now, ask.now)
    start = moment(filters.get("from"), "from", ask.now, end - DEFAULT_SECONDS)
    wanted = Wanted(start, end, parse(str(filters.get("query") or "*")))
    place = None if cursor is None else str(cursor)
    found = find(ask, wanted, Page(limit, place, newest_first=order != "timestamp"))
    if not found.rows:
        return Answer({"data": []})
    document = {"data": [_span(row) for row in found.rows], "meta": _meta(ask, found)}
    link = {"filter[from]": round(start * 1000), "filter[to]": round(end * 1000)}
    query = urlencode(sorted({**link, _CURSOR: found.after, "page[limit]": limit}.items()))
    return Answer(document | {"links": {"next": f"{ask.base_url}{_PATH}?{query}"}}, JSON_API)


def _meta(ask: Ask, found: Found) -> dict[str, object]:
    number = noise.key(ask.body, sorted(ask.params.items()), ask.now)
    page = {"after": found.after}
    elapsed = 40 + len(found.rows) // 5
    return {"elapsed": elapsed, "request_id": f"pddv1{number:08x}", "status": "done", "page": page}


def _span(row: Row) -> dict[str, Any]:
    trace, place = row.trace, row.place
    told, start = llm_spans.attributes(row), trace.starts[place]
    parent = trace.plot.steps[place].parent
    attributes = {
        "custom": _custom(row, told),
        "end_timestamp": _stamp(start + trace.lasts[place]),
        "env": _tag(told, "env"),
        "host": f"{trace.agent.service}-{trace.number % 3 + 1:02d}",
        "ingestion_reason": "auto",
        "parent_id": str(trace.span_id(parent)) if parent >= 0 else "0",
        "resource_hash": f"{noise.key(told['name']):016x}",
        "resource_name": told["name"],
        "retained_by": "diversity_sampling",
        "service": trace.agent.service,
        "single_span": False,
        "span_id": str(trace.span_id(place)),
        "start_timestamp": _stamp(start),
        "tags": [*told["tags"], "source:apm", trace.agent.team],
        "trace_id": str(trace.id),
        "type": "http" if trace.plot.steps[place].kind in _CLIENTS else "custom",
    }
    name = f"{noise.key('apm', row.at, row.order):08x}{trace.span_id(place):016x}"
    return {"id": name, "type": "spans", "attributes": attributes}


def _custom(row: Row, told: dict[str, Any]) -> dict[str, Any]:
    kind = told["span_kind"]
    found = {
        **{key: value for key, value in told["metadata"].items() if not key.startswith("error.")},
        "duration": row.trace.lasts[row.place],
        "env": _tag(told, "env"),
        "gen_ai": _gen_ai(told, kind),
        "language": "python",
        "ml_app": told["ml_app"],
        "session": {"id": _tag(told, "session_id")},
        "span": {"kind": "client" if kind in _CLIENTS else "internal"},
        "usr": {"id": _tag(told, "user_id"), "email": _tag(told, "user_handle")},
        "version": _tag(told, "version"),
    }
    code = _tag(told, "http.status_code")
    found |= {"http": {"status_code": code}} if code else {}
    return found | ({"error": _error(row)} if told["status"] == "error" else {})


def _gen_ai(told: dict[str, Any], kind: str) -> dict[str, Any]:
    given = {"operation": {"name": "chat" if kind == "llm" else kind}}
    for name in ("input", "output"):
        if name in told:
            text = told[name].get("value")
            messages = told[name].get("messages")
            said = text if messages is None else orjson.dumps(messages).decode()
            given[name] = {"messages" if messages is not None else "value": said}
    if "model_name" in told:
        usage = {key: told["metrics"][key] for key in ("input_tokens", "output_tokens")}
        given |= {
            "request": {"model": told["model_name"]},
            "provider": {"name": told["model_provider"]},
            "usage": usage,
        }
    if kind == "tool":
        given["tool"] = {"name": told["name"].partition(" ")[0]}
    return given


def _error(row: Row) -> dict[str, str]:
    mishap = row.trace.mishap
    text, stack = llm_spans.error_text(row)
    return {"type": mishap.error if mishap else "", "message": text, "stack": stack}


def _tag(told: dict[str, Any], key: str) -> str:
    start = f"{key}:"
    return next((str(tag)[len(start) :] for tag in told["tags"] if tag.startswith(start)), "")


def _stamp(at: int) -> str:
    return (
        datetime.fromtimestamp(at // 1_000_000 / 1000, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def _trace(ask: Ask) -> Answer:
    number = trace_number(ask.path.rpartition("/")[2])
    if number is None:
        raise Refusal(400, "the trace id must be 32 hexadecimal or at most 39 decimal digits")
    spans = {row.place: _of_trace(row) for row in of_trace(ask, number)}
    if not spans:
        raise Refusal(404, "Trace not found")
    attributes = {"is_truncated": False, "spans": list(spans.values())}
    name = spans[min(spans)]["trace_id_full"]
    return Answer({"data": {"id": name, "type": "trace", "attributes": attributes}}, JSON_API)


def _of_trace(row: Row) -> dict[str, Any]:
    trace, place = row.trace, row.place
    told, parent = llm_spans.attributes(row), trace.plot.steps[row.place].parent
    end = trace.starts[place] + trace.lasts[place]
    return {
        "trace_id": trace.id,
        "trace_id_full": trace.hex_id,
        "span_id": trace.span_id(place),
        "parent_id": trace.span_id(parent) if parent >= 0 else 0,
        "name": f"{told['span_kind']}.request",
        "resource": told["name"],
        "service": trace.agent.service,
        "type": "http" if told["span_kind"] in _CLIENTS else "custom",
        "start_time": trace.starts[place],
        "end_time": end,
        "duration": trace.lasts[place],
        "error": int(told["status"] == "error"),
        "meta": dict(_flat(_custom(row, told))),
        "metrics": {
            key: float(value) for key, value in told["metrics"].items() if "cost" not in key
        },
    }


def _flat(value: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Write nested objects as dotted keys; keys that begin with `_` are left out, as documented."""
    found: list[tuple[str, str]] = []
    for key, one in value.items():
        if isinstance(one, Mapping):
            found += _flat(one, f"{above}{key}.") if not key.startswith("_") else []
        elif not key.startswith("_"):
            found.append((above + key, str(one)))
    return found


ENDPOINTS = (
    Endpoint("POST", f"{_PATH}/search", _search, APM_SPANS, "apm_read"),
    Endpoint("GET", _PATH, _list, APM_SPANS, "apm_read"),
    Endpoint("GET", "/api/v2/trace/{trace_id}", _trace, APM_TRACES, "apm_read"),
)
"""The family."""
