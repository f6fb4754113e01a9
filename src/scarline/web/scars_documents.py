"""What the OpenAPI description says of scars, incidents and metrics."""

from typing import Any

from scarline.scars.marks import MARKS
from scarline.web.documents import answered
from scarline.web.failures_documents import COVERAGE

_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE: dict[str, Any] = {"type": ["string", "null"]}
_NUMBER: dict[str, Any] = {"type": "number"}
_MAYBE_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_COUNT = {"type": "integer", "minimum": 0}
_FLAG = {"type": "boolean"}
_WHEN = {"type": "string", "format": "date-time"}
_MAYBE_WHEN = {"type": ["string", "null"], "format": "date-time"}
_TEXTS = {"type": "array", "items": _TEXT}
_NUMBERS = {"type": "array", "items": _MAYBE_NUMBER}
_MARK = {"enum": [*MARKS, None]}
_SIDE = {"enum": ["low", "high", "both"]}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_NEXT = {"type": ["string", "null"], "description": "cursor of the next page; null on the last"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_SAID = {"mark": _MARK, "note": _MAYBE, "runbook": _MAYBE}

_TWIN = _object(
    series=_TEXT,
    host=_TEXT,
    onset=_WHEN,
    ended_at=_MAYBE_WHEN,
    peak_value=_NUMBER,
    missed_by=_MAYBE_NUMBER,
    likeness=_SHARE,
    **_SAID,
)

_SERIES = {
    "series": {**_TEXT, "description": "a digest of the six that follow"},
    "source": _TEXT,
    "metric": _TEXT,
    "host": _TEXT,
    "tags": _TEXT,
    "interval_seconds": _COUNT,
    "aggregation": _TEXT,
    "unit": _MAYBE,
}

_SCAR = _object(
    **_SERIES,
    onset=_WHEN,
    ended_at={**_MAYBE_WHEN, "description": "null while it goes on"},
    points=_COUNT,
    detector=_TEXT,
    expert=_MAYBE,
    direction=_SIDE,
    peak_at=_WHEN,
    peak_score=_SHARE,
    peak_value=_NUMBER,
    expected={**_MAYBE_NUMBER, "description": "at the peak, as low and high are"},
    low=_MAYBE_NUMBER,
    high=_MAYBE_NUMBER,
    missed_by={**_MAYBE_NUMBER, "description": "in mean absolute deviations"},
    shape={"type": "array", "items": {"type": "integer"}, "description": "24, -100 to 100"},
    **_SAID,
    version=_COUNT,
    quiet=_FLAG,
    why_quiet=_MAYBE,
    needs_score={**_SHARE, "description": "what a scar of this series needs to be told"},
    seen_before={**_COUNT, "description": "occasions on which there was a twin"},
    seen_last=_MAYBE_WHEN,
    twin={"anyOf": [_TWIN, {"type": "null"}], "description": "the likest earlier scar"},
    incident={**_TEXT, "description": "the id of its incident"},
)

_SAME: dict[int | str, dict[str, Any]] = {
    304: {"description": "what If-None-Match names is what would be answered"}
}

SCARS = _SAME | answered(
    "a page of scars",
    scars={"type": "array", "items": _SCAR},
    total=_COUNT,
    coverage=COVERAGE,
    next=_NEXT,
)

_INCIDENT: dict[str, Any] = {
    "id": _TEXT,
    "name": {**_TEXT, "description": "what it is about"},
    "onset": _WHEN,
    "ended_at": {**_MAYBE_WHEN, "description": "null while one of its scars goes on"},
    "hosts": _TEXTS,
    "metrics": _TEXTS,
    "services": {
        "type": "array",
        "items": _object(service=_TEXT, known_by={"enum": ["tag", "host name"]}),
    },
    "scars": _COUNT,
    "peak_score": _SHARE,
}

_MARKED = _object(version=_COUNT, at=_WHEN, who=_TEXT, **_SAID)

SCAR = _SAME | answered(
    "a scar with its twins, its marks and its incident",
    **_SCAR["properties"]
    | {
        "twins": {"type": "array", "items": _TWIN, "description": "50 at most, likest first"},
        "history": {"type": "array", "items": _MARKED},
        "incident": _object(**_INCIDENT),
    },
)

MARKED = answered(
    "how the scar stands now; the ETag is the new version",
    subject=_TEXT,
    **_MARKED["properties"],
    quiet=_FLAG,
    why_quiet=_MAYBE,
    run=_TEXT,
)

IF_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "the version of the scar that you saw, or its ETag",
            "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
        }
    ]
}
"""It is asked for by hand, so that who leaves it out is answered 428 and not 422."""

_FLOW = _object(
    flow_id=_TEXT,
    source=_TEXT,
    env=_TEXT,
    system_from=_TEXT,
    system_to=_TEXT,
    status=_TEXT,
    last_seen=_MAYBE_WHEN,
    latency_ms=_MAYBE_NUMBER,
    error_rate=_MAYBE_NUMBER,
    owner_team=_MAYBE,
)

_FAILURE = _object(
    trace_id=_TEXT,
    span_id=_TEXT,
    failed_at=_WHEN,
    severity=_TEXT,
    failure_type=_TEXT,
    title=_MAYBE,
    service_name=_MAYBE,
    ml_app=_MAYBE,
    group=_MAYBE,
)

_BESIDE: dict[str, Any] = {
    "flows": {"type": "array", "items": _FLOW, "description": "the worst first"},
    "flows_total": _COUNT,
    "failures": {"type": "array", "items": _FAILURE, "description": "the newest first"},
    "failures_total": _COUNT,
    "quiet_scars": _COUNT,
}

INCIDENTS = _SAME | answered(
    "a page of incidents",
    incidents={"type": "array", "items": _object(**_INCIDENT, **_BESIDE)},
    total=_COUNT,
    next=_NEXT,
)

INCIDENT = _SAME | answered(
    "an incident with its scars",
    **_INCIDENT | _BESIDE | {"scars": {"type": "array", "items": _SCAR}},
)

_WINDOW = _object(**{"from": _WHEN, "to": _WHEN})

_LISTED = _object(
    **_SERIES,
    points={**_COUNT, "description": "in the window"},
    last_at=_WHEN,
    last_value=_MAYBE_NUMBER,
    scars={**_COUNT, "description": "of all times"},
    open={**_FLAG, "description": "whether one of them goes on"},
)
_LISTED["properties"]["spark"] = {**_NUMBERS, "description": "means, if `spark` asks for some"}

SERIES = _SAME | answered(
    "a page of series",
    window={"anyOf": [_WINDOW, {"type": "null"}], "description": "null where no point is stored"},
    series={"type": "array", "items": _LISTED},
    total=_COUNT,
    next=_NEXT,
)

POINTS: dict[int | str, dict[str, Any]] = answered(
    "points as columns of one length; without a band if none was asked for",
    series=_object(**_SERIES),
    window=_WINDOW,
    total={**_COUNT, "description": "points that there are"},
    shown={**_COUNT, "description": "points that are told"},
    ts={"type": "array", "items": _NUMBER, "description": "seconds since 1970"},
    value=_NUMBERS,
    scars={
        "type": "array",
        "items": _object(
            onset=_WHEN,
            ended_at=_MAYBE_WHEN,
            peak_at=_WHEN,
            peak_value=_NUMBER,
            direction=_SIDE,
            expert=_MAYBE,
            missed_by=_MAYBE_NUMBER,
            mark=_MARK,
            quiet=_FLAG,
            seen_before=_COUNT,
        ),
    },
)
POINTS[200]["content"]["application/json"]["schema"]["properties"] |= dict.fromkeys(
    ("expected", "low", "high", "score"), _NUMBERS
)
POINTS |= _SAME
