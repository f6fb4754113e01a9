"""What the OpenAPI description says of failures, groups, decisions and exports."""

from typing import Any

from scarline.failures.decisions import SPLIT_BY, TRANSITIONS
from scarline.failures.groups import SEVERITIES
from scarline.privacy import Category
from scarline.web.documents import answered

_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE: dict[str, Any] = {"type": ["string", "null"]}
_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_COUNT = {"type": "integer", "minimum": 0}
_WHEN = {"type": "string", "format": "date-time"}
_MAYBE_WHEN = {"type": ["string", "null"], "format": "date-time"}
_TEXTS = {"type": "array", "items": _TEXT}
_SEVERITY = {"enum": list(SEVERITIES)}
_STATE = {"enum": list(TRANSITIONS)}
_NEXT = {"type": ["string", "null"], "description": "cursor of the next page; null on the last"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_FAILURE = _object(
    trace_id=_TEXT,
    span_id=_TEXT,
    failed_at=_WHEN,
    fetched_at=_WHEN,
    severity=_SEVERITY,
    failure_type=_TEXT,
    title=_MAYBE,
    service_name=_MAYBE,
    ml_app=_MAYBE,
    span_kind=_MAYBE,
    span_name=_MAYBE,
    model=_MAYBE,
    version=_MAYBE,
    status_code=_NUMBER,
    error_type=_MAYBE,
    quality_score=_NUMBER,
    signature=_MAYBE,
    user_hash=_MAYBE,
    input_tokens=_NUMBER,
    output_tokens=_NUMBER,
    cost_usd=_NUMBER,
    duration_ms=_NUMBER,
    datadog_url=_MAYBE,
    group=_MAYBE,
    state=_MAYBE,
)

_GROUP = _object(
    id=_TEXT,
    title=_TEXT,
    why={"type": "object", "description": "what its failures have in common"},
    state=_STATE,
    version=_COUNT,
    trend={"enum": ["new", "ongoing", "regressed", "resolved"]},
    severity=_SEVERITY,
    first_seen=_WHEN,
    last_seen=_WHEN,
    failures=_COUNT,
    traces=_COUNT,
    users=_COUNT,
    **dict.fromkeys(
        (
            *("applications", "services", "versions", "models"),
            *("failure_types", "span_kinds", "signatures"),
        ),
        _TEXTS,
    ),
)

_STRETCH = {"from": _WHEN, "to": _WHEN}

COVERAGE = {
    **_object(
        asked={"type": ["object", "null"], "properties": _STRETCH},
        looked={"type": "boolean", "description": "whether anything of it was looked at"},
        answered={"type": "array", "items": _object(**_STRETCH)},
        missing={"type": "array", "items": _object(what=_TEXT, reason=_TEXT, **_STRETCH)},
    ),
    "description": "which parts of the stretch live runs looked at",
}

_SAME = {304: {"description": "what If-None-Match names is what would be answered"}}

FAILURES = _SAME | answered(
    "a page of failures",
    failures={"type": "array", "items": _FAILURE},
    total=_COUNT,
    coverage=COVERAGE,
    next=_NEXT,
)

_WHOLE: dict[str, Any] = {
    **_FAILURE["properties"],
    "trace_payload": {"description": "the span as it was told, redacted"},
    "evaluations": {"description": "what evaluators said"},
    "reasons": {"description": "which rules spoke, and why"},
    "grouped_by": {"description": "what its signature is made of"},
}

FAILURE = _SAME | answered("a failure with its payload", **_WHOLE)

_IN_FULL = _object(
    **_WHOLE,
    trace={"type": "array", "items": _FAILURE, "description": "other failing spans of its trace"},
    marks={
        "type": "object",
        "additionalProperties": {"enum": sorted(Category)},
        "description": "what stands in brackets where something was taken away, and its class",
    },
)

_COUNTS = {"type": "array", "items": _COUNT, "description": "failures in equal parts of `over`"}
_OVER = _object(**_STRETCH)
_FACET = {"type": "array", "items": _object(value=_TEXT, groups=_COUNT)}

GROUPS = _SAME | answered(
    "a page of groups",
    groups={"type": "array", "items": _object(**_GROUP["properties"], activity=_COUNTS)},
    total=_COUNT,
    coverage=COVERAGE,
    over=_OVER,
    facets=_object(
        **dict.fromkeys(("state", "severity", "trend", "application", "service", "type"), _FACET)
    ),
    next=_NEXT,
)

_VALUES = _object(
    distinct=_COUNT, most={"type": "array", "items": _object(value=_MAYBE, failures=_COUNT)}
)

_DECISION = _object(
    version=_COUNT,
    at=_WHEN,
    who=_TEXT,
    what=_TEXT,
    value={"type": "object"},
    why=_MAYBE,
)

GROUP = _SAME | answered(
    "a group with its history and its failures",
    id=_TEXT,
    version=_COUNT,
    group={"anyOf": [_GROUP, {"type": "null"}]},
    merged_into=_MAYBE,
    history={"type": "array", "items": _DECISION},
    suggestions={"type": "array", "items": _object(group=_TEXT, likeness=_NUMBER)},
    failures={"type": "array", "items": _FAILURE},
    next=_NEXT,
    over=_OVER,
    activity=_COUNTS,
    merged_here={"type": "array", "items": _object(group=_TEXT, version=_COUNT, title=_MAYBE)},
    split_by=_MAYBE,
    parts={"type": "array", "items": _object(group=_TEXT, title=_TEXT, failures=_COUNT)},
    split_from={
        "anyOf": [
            _object(group=_TEXT, version=_COUNT, by=_MAYBE, failures=_COUNT),
            {"type": "null"},
        ],
        "description": "the group that it is a part of: by a column, or of listed failures",
    },
    values=_object(**dict.fromkeys(sorted(SPLIT_BY), _VALUES)),
    failure={"anyOf": [_IN_FULL, {"type": "null"}], "description": "where `full` is asked"},
)

DECIDED = answered(
    "what was decided; the ETag begins with the new version",
    id=_TEXT,
    version=_COUNT,
    state={"enum": [*TRANSITIONS, None]},
    decision=_DECISION,
    run=_TEXT,
    part={"type": ["string", "null"], "description": "the group that was split off"},
)

IF_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "the version of the group that you saw, or its ETag",
            "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
        }
    ]
}
"""It is asked for by hand, so that who leaves it out is answered 428 and not 422."""

_DELIVERY = {
    "id": {"type": "string", "description": "of the export; also the header webhook-id"},
    "state": {"enum": ["sending", "delivered", "waiting", "failed"]},
    "groups": _TEXTS,
    "evidence": _COUNT,
    "as_of": _WHEN,
    "attempts": _COUNT,
    "status": {"type": ["integer", "null"], "description": "of the last answer"},
    "detail": _TEXT,
    "at": _WHEN,
    "who": _TEXT,
    "next_attempt_at": _MAYBE_WHEN,
}

DELIVERY = answered("how the delivery stands", **_DELIVERY)
DELIVERIES = answered(
    "all deliveries, newest first", deliveries={"type": "array", "items": _object(**_DELIVERY)}
)
ALL_DELIVERIES = answered(
    "all deliveries, newest first",
    deliveries={"type": "array", "items": _object(**_DELIVERY)},
    webhook={"type": "boolean", "description": "whether one is set"},
)

EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "to a file: the bundle; to a webhook: how the delivery stands",
        "content": {
            "application/x-ndjson": {"schema": _TEXT},
            **DELIVERY[200]["content"],
        },
    }
}
