"""Metric endpoints: v1 query, v2 timeseries, and the two lists of metric names.

Facts: Datadog API reference "Metrics", the recorded answers of the v1 query, the v2 timeseries
and the v2 list with pages, as `datadog-api-client-python` keeps them in its tests.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import cast

import numpy as np
import orjson

from scarline.sandbox import catalogue, series
from scarline.sandbox.buckets import bucket_starts, interval_for
from scarline.sandbox.endpoint import JSON_API, Answer, Ask, Endpoint, Refusal
from scarline.sandbox.evaluate import Frame, evaluate, matching_hosts
from scarline.sandbox.query import Query, parse, parse_all
from scarline.sandbox.quotas import METRIC_LISTS, TIMESERIES
from scarline.sandbox.signals import Moments

LARGEST_PAGE = 10_000


def _query_v1(ask: Ask) -> Answer:
    start, end, text = ask.whole("from"), ask.whole("to"), ask.params.get("query", "")
    if not text.strip():
        raise Refusal(400, "The parameter 'query' is required")
    frames = [_frame(ask, query, start, end, query.interval) for query in parse_all(text)]
    return Answer(series.v1_document(text, start, end, frames))


def _frame(ask: Ask, query: Query, start: float, end: float, asked: int | None) -> Frame:
    if start >= end:
        raise Refusal(400, "The value provided for parameter 'from' must be before 'to'")
    interval = interval_for(end - start, asked)
    moments = Moments(bucket_starts(start, end, interval, ask.now), interval, ask.now)
    return evaluate(ask.world, query, moments)


def _timeseries_v2(ask: Ask) -> Answer:
    attributes = _attributes(ask.body)
    start, end = (_milliseconds(attributes, name) / 1000 for name in ("from", "to"))
    asked = -(-_milliseconds(attributes, "interval") // 1000) if "interval" in attributes else None
    frames: dict[str, Frame] = {}
    for spec in _dicts(attributes, "queries"):
        if spec.get("data_source") != "metrics" or not isinstance(spec.get("query"), str):
            raise Refusal(400, "each of 'queries' needs a 'query' and data_source 'metrics'")
        query = parse(str(spec["query"]))
        name = str(spec.get("name", f"query{len(frames)}"))
        frames[name] = _frame(ask, query, start, end, query.interval or asked)
    if not frames:
        raise Refusal(400, "'queries' must hold at least one query")
    return Answer(series.v2_document(_chosen(attributes, frames)), JSON_API)


def _attributes(body: bytes) -> Mapping[str, object]:
    try:
        document = orjson.loads(body)
        data = document["data"]
        kind, attributes = data["type"], data["attributes"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Refusal(400, "the body must be JSON with data.type and data.attributes") from None
    if kind != "timeseries_request" or not isinstance(attributes, dict):
        raise Refusal(400, "data.type must be timeseries_request, data.attributes an object")
    return cast("Mapping[str, object]", attributes)


def _milliseconds(attributes: Mapping[str, object], name: str) -> int:
    value = attributes.get(name)
    least = 1 if name == "interval" else 0
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 10**15:
        raise Refusal(400, f"'{name}' must be a number of milliseconds")
    return value


def _dicts(attributes: Mapping[str, object], name: str) -> list[dict[str, object]]:
    items = attributes.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refusal(400, f"'{name}' must be a list of objects")
    return cast("list[dict[str, object]]", items)


def _chosen(attributes: Mapping[str, object], frames: dict[str, Frame]) -> list[Frame]:
    """Give one frame for each formula, or all in order where there is none."""
    chosen = []
    for formula in _dicts(attributes, "formulas"):
        name = str(formula.get("formula", "")).strip()
        if name not in frames:
            raise Refusal(400, f"formula '{name}' is not the name of a query: no arithmetic here")
        chosen.append(_limited(frames[name], formula.get("limit")))
    return chosen or list(frames.values())


def _limited(frame: Frame, limit: object) -> Frame:
    """Keep the `count` series with the highest (order asc: the lowest) mean."""
    count = limit.get("count") if isinstance(limit, dict) else None
    if not isinstance(limit, dict) or not isinstance(count, int) or not frame.groups:
        return frame
    means = np.nanmean(frame.values, axis=1)
    order = np.argsort(means if limit.get("order") == "asc" else -means, kind="stable")[:count]
    groups = [frame.groups[row] for row in order.tolist()]
    return Frame(
        frame.query, frame.metric, groups, frame.starts, frame.interval, frame.values[order]
    )


def _active_v1(ask: Ask) -> Answer:
    since = ask.whole("from")
    conditions = [f"host:{ask.params['host']}"] if ask.params.get("host") else []
    conditions += [ask.params["tag_filter"]] if ask.params.get("tag_filter") else []
    return Answer({"from": str(since), "metrics": _names(ask, ",".join(conditions))})


def _names(ask: Ask, scope: str) -> list[str]:
    filters = parse(f"any.metric{{{scope or '*'}}}").filters
    return list(catalogue.METRICS) if matching_hosts(ask.world, filters).size else []


def _list_v2(ask: Ask) -> Answer:
    names = _names(ask, ask.params.get("filter[tags]", ""))
    cursor, asked = ask.params.get("page[cursor]"), ask.params.get("page[size]")
    size = ask.whole("page[size]", LARGEST_PAGE, least=1)
    if size > LARGEST_PAGE:
        raise Refusal(400, f"page[size] must be at most {LARGEST_PAGE}")
    begin = _place(cursor) if cursor else 0
    page = [{"type": "metrics", "id": name} for name in names[begin : begin + size]]
    if not page or (cursor is None and asked is None):
        return Answer({"data": page})
    after = _cursor(begin + len(page))
    return Answer({"data": page, "meta": _meta(cursor, after, size), "links": _links(ask, after)})


def _meta(cursor: str | None, after: str, size: int) -> dict[str, object]:
    page = {"cursor": cursor, "next_cursor": after, "limit": size, "type": "cursor_limit"}
    return {"pagination": page}


def _links(ask: Ask, after: str) -> dict[str, str | None]:
    """Write the links as recorded: `next` has the cursor only, so following it drops the size."""
    here = f"{ask.base_url}{ask.path}"
    given = "&".join(f"{key}={value}" for key, value in ask.params.items())
    first = f"{here}?page[size]={ask.params.get('page[size]', LARGEST_PAGE)}"
    following = f"{here}?page[cursor]={after}"
    return {
        "self": f"{here}?{given}",
        "last": None,
        "next": following,
        "prev": None,
        "first": first,
    }


def _cursor(place: int) -> str:
    return urlsafe_b64encode(f"scarline-sandbox:{place}".encode()).hex()


def _place(cursor: str) -> int:
    try:
        name, _, place = urlsafe_b64decode(bytes.fromhex(cursor)).decode().partition(":")
        if name == "scarline-sandbox":
            return int(place)
    except ValueError:
        pass
    raise Refusal(400, "The value provided for parameter 'page[cursor]' is invalid")


ENDPOINTS = (
    Endpoint("GET", "/api/v1/query", _query_v1, TIMESERIES, "timeseries_query"),
    Endpoint("POST", "/api/v2/query/timeseries", _timeseries_v2, TIMESERIES, "timeseries_query"),
    Endpoint("GET", "/api/v1/metrics", _active_v1, METRIC_LISTS, "metrics_read"),
    Endpoint("GET", "/api/v2/metrics", _list_v2, METRIC_LISTS, "metrics_read"),
)
"""The family."""
