"""POST /api/v2/query/scalar with `apm_metrics`: one number a group, over a whole window.

Facts: the recorded answer (a column a group key, a column a formula, units as a pair), the client's
`ApmMetricsQuery` for the words of a query. All recordings with this source are empty, so what a
group of several keys looks like follows the specification: a column for each key, values in lists.
Grouping by `env`, and client spans by `peer.service`, are taken from how trace metrics are tagged
(Datadog docs "Trace metrics", "Inferred services"), not from a recording.
The units are mixed on purpose, so that nobody assumes one: servers answer in nanoseconds and
percent, clients in seconds and fractions. Hits and errors have none.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import cast

import orjson

from scarline.sandbox import landscape
from scarline.sandbox.catalogue import FRACTION, PERCENT, SECOND, Unit
from scarline.sandbox.endpoint import JSON_API, Answer, Ask, Endpoint, Refusal
from scarline.sandbox.landscape import ENVS, Traffic
from scarline.sandbox.quotas import TIMESERIES

NANOSECOND = Unit("time", 8, "nanosecond", "nanoseconds", 1e-9, "ns")

_ENV = re.compile(r"\s*(?:\*|env:(?P<env>[\w.-]+))?\s*")
_KINDS = ("server", "client")
_KEYS = ("env", "service", "peer.service")
_STATS = ("hits", "errors", "error_rate", "latency_avg")

Table = dict[tuple[str, ...], Traffic]


@dataclass(frozen=True, slots=True)
class _Window:
    """The stretch that is asked for, in epoch seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class _Query:
    """One query: which stat, of which spans, by what."""

    stat: str
    kind: str
    group_by: tuple[str, ...]
    env: str


def _scalar(ask: Ask) -> Answer:
    attributes = _attributes(ask.body)
    window = _Window(_milliseconds(attributes, "from"), _milliseconds(attributes, "to"))
    if window.start >= window.end:
        raise Refusal(400, "'from' must be before 'to'")
    asked = {
        str(spec.get("name", f"query{place}")): _query(spec)
        for place, spec in enumerate(_dicts(attributes, "queries"))
    }
    names = [str(it.get("formula", "")).strip() for it in _dicts(attributes, "formulas")]
    if not asked or not set(names) <= asked.keys():
        raise Refusal(400, "'queries' must hold at least one query, and each formula name one")
    queries = {name: asked[name] for name in names or asked}
    if len({(it.group_by, it.kind, it.env) for it in queries.values()}) > 1:
        raise Refusal(400, "queries of different groups or scopes are not combined here")
    first = next(iter(queries.values()))
    table = _table(ask, first, window)
    columns = [*_groups(first, table), *_numbers(queries, table)]
    data = {"id": "0", "type": "scalar_response", "attributes": {"columns": columns}}
    return Answer({"data": data}, JSON_API)


def _attributes(body: bytes) -> Mapping[str, object]:
    try:
        data = orjson.loads(body)["data"]
        kind, attributes = data["type"], data["attributes"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Refusal(400, "the body must be JSON with data.type and data.attributes") from None
    if kind != "scalar_request" or not isinstance(attributes, dict):
        raise Refusal(400, "data.type must be scalar_request, data.attributes an object")
    return cast("Mapping[str, object]", attributes)


def _milliseconds(attributes: Mapping[str, object], name: str) -> float:
    value = attributes.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**15:
        raise Refusal(400, f"'{name}' must be a number of milliseconds")
    return value / 1000


def _dicts(attributes: Mapping[str, object], name: str) -> list[dict[str, object]]:
    items = attributes.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refusal(400, f"'{name}' must be a list of objects")
    return cast("list[dict[str, object]]", items)


def _query(spec: Mapping[str, object]) -> _Query:
    groups, kind = spec.get("group_by", []), spec.get("span_kind", "server")
    scope = _ENV.fullmatch(str(spec.get("query_filter", "*")))
    if spec.get("data_source") != "apm_metrics" or spec.get("stat") not in _STATS:
        raise Refusal(400, f"here is data_source 'apm_metrics' with one of {', '.join(_STATS)}")
    if not isinstance(groups, list) or not set(groups) <= set(_KEYS) or kind not in _KINDS:
        raise Refusal(400, f"here is group_by {', '.join(_KEYS)}, span_kind {', '.join(_KINDS)}")
    if "peer.service" in groups and kind != "client":
        raise Refusal(400, "only client spans have peer tags")
    if scope is None:
        raise Refusal(400, "here is query_filter '*' or 'env:NAME'")
    return _Query(str(spec["stat"]), str(kind), tuple(groups), scope["env"] or "*")


def _table(ask: Ask, query: _Query, window: _Window) -> Table:
    """Add up the traffic of each group; a service without traces has none."""
    parts: dict[tuple[str, ...], list[Traffic]] = {}
    for env in ENVS if query.env == "*" else (query.env,):
        for one in landscape.here(env):
            names = landscape.peers(one.name, env, window.start, window.end)
            pairs = [(one.name, to) for to in names] if query.kind == "client" else [(one.name,)]
            for pair in pairs if one.traced else []:
                tags = dict(zip(("service", "peer.service"), pair, strict=False), env=env)
                group = tuple(tags[key] for key in query.group_by)
                found = landscape.traffic(ask.world.seed, env, pair, window.start, window.end)
                parts.setdefault(group, []).append(found)
    return {group: _sum(found) for group, found in parts.items()}


def _sum(parts: Sequence[Traffic]) -> Traffic:
    hits = sum(it.hits for it in parts)
    weighed = sum(it.hits * it.latency_seconds for it in parts)
    return Traffic(hits, sum(it.errors for it in parts), weighed / hits if hits else 0.0)


def _groups(query: _Query, table: Table) -> list[dict[str, object]]:
    return [
        {"name": key, "type": "group", "values": [[group[place]] for group in table]}
        for place, key in enumerate(query.group_by)
    ]


def _numbers(queries: Mapping[str, _Query], table: Table) -> list[dict[str, object]]:
    columns: list[dict[str, object]] = []
    for name, query in queries.items():
        unit, factor = _unit(query)
        values = [_value(query.stat, traffic) for traffic in table.values()]
        scaled = [None if value is None else value * factor for value in values]
        meta = {"unit": [asdict(unit), None] if unit else None}
        columns.append({"name": name, "type": "number", "values": scaled, "meta": meta})
    return columns


def _unit(query: _Query) -> tuple[Unit | None, float]:
    server = query.kind == "server"
    if query.stat == "latency_avg":
        return (NANOSECOND, 1e9) if server else (SECOND, 1.0)
    if query.stat == "error_rate":
        return (PERCENT, 100.0) if server else (FRACTION, 1.0)
    return None, 1.0


def _value(stat: str, traffic: Traffic) -> float | None:
    if stat in ("hits", "errors"):
        return float(getattr(traffic, stat))
    if not traffic.hits:
        return None
    return traffic.errors / traffic.hits if stat == "error_rate" else traffic.latency_seconds


ENDPOINTS = (Endpoint("POST", "/api/v2/query/scalar", _scalar, TIMESERIES, "timeseries_query"),)
"""The family."""
