"""What the OpenAPI description says of scars, incidents and metrics."""

from typing import Any

from scarline.scars.marks import MARKS
from scarline.web.documents import answered
from scarline.web.failures.documents import COVERAGE

TEXT: dict[str, Any] = {"type": "string"}
MAYBE: dict[str, Any] = {"type": ["string", "null"]}
NUMBER: dict[str, Any] = {"type": "number"}
MAYBE_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
COUNT = {"type": "integer", "minimum": 0}
FLAG = {"type": "boolean"}
WHEN = {"type": "string", "format": "date-time"}
MAYBE_WHEN = {"type": ["string", "null"], "format": "date-time"}
TEXTS = {"type": "array", "items": TEXT}
NUMBERS = {"type": "array", "items": MAYBE_NUMBER}
MARK = {"enum": [*MARKS, None]}
SIDE = {"enum": ["low", "high", "both"]}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
NEXT = {"type": ["string", "null"], "description": "cursor of the next page; null on the last"}


def object_of(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has all of these properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


_SAID = {"mark": MARK, "note": MAYBE, "runbook": MAYBE}

_TWIN = object_of(
    series=TEXT,
    host=TEXT,
    onset=WHEN,
    ended_at=MAYBE_WHEN,
    peak_value=NUMBER,
    missed_by=MAYBE_NUMBER,
    likeness=SHARE,
    **_SAID,
)

SERIES_NAMED = {
    "series": {**TEXT, "description": "a digest of the six that follow"},
    "source": TEXT,
    "metric": TEXT,
    "host": TEXT,
    "tags": TEXT,
    "interval_seconds": COUNT,
    "aggregation": TEXT,
    "unit": MAYBE,
}

_SCAR = object_of(
    **SERIES_NAMED,
    onset=WHEN,
    ended_at={**MAYBE_WHEN, "description": "null while it goes on"},
    points=COUNT,
    detector=TEXT,
    expert=MAYBE,
    direction=SIDE,
    peak_at=WHEN,
    peak_score=SHARE,
    peak_value=NUMBER,
    expected={**MAYBE_NUMBER, "description": "at the peak, as low and high are"},
    low=MAYBE_NUMBER,
    high=MAYBE_NUMBER,
    missed_by={**MAYBE_NUMBER, "description": "in mean absolute deviations"},
    shape={"type": "array", "items": {"type": "integer"}, "description": "24, -100 to 100"},
    **_SAID,
    version=COUNT,
    quiet=FLAG,
    why_quiet=MAYBE,
    needs_score={**SHARE, "description": "what a scar of this series needs to be told"},
    seen_before={**COUNT, "description": "occasions on which there was a twin"},
    seen_last=MAYBE_WHEN,
    twin={"anyOf": [_TWIN, {"type": "null"}], "description": "the likest earlier scar"},
    incident={**TEXT, "description": "the id of its incident"},
)

SAME: dict[int | str, dict[str, Any]] = {
    304: {"description": "what If-None-Match names is what would be answered"}
}

SCARS = SAME | answered(
    "a page of scars",
    scars={"type": "array", "items": _SCAR},
    total=COUNT,
    coverage=COVERAGE,
    next=NEXT,
)

_INCIDENT: dict[str, Any] = {
    "id": TEXT,
    "name": {**TEXT, "description": "what it is about"},
    "onset": WHEN,
    "ended_at": {**MAYBE_WHEN, "description": "null while one of its scars goes on"},
    "hosts": TEXTS,
    "metrics": TEXTS,
    "services": {
        "type": "array",
        "items": object_of(service=TEXT, known_by={"enum": ["tag", "host name"]}),
    },
    "scars": COUNT,
    "peak_score": SHARE,
}

_MARKED = object_of(version=COUNT, at=WHEN, who=TEXT, **_SAID)

SCAR = SAME | answered(
    "a scar with its twins, its marks and its incident",
    **_SCAR["properties"]
    | {
        "twins": {"type": "array", "items": _TWIN, "description": "50 at most, likest first"},
        "history": {"type": "array", "items": _MARKED},
        "incident": object_of(**_INCIDENT),
    },
)

MARKED = answered(
    "how the scar stands now; the ETag is the new version",
    subject=TEXT,
    **_MARKED["properties"],
    quiet=FLAG,
    why_quiet=MAYBE,
    run=TEXT,
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

_FLOW = object_of(
    flow_id=TEXT,
    source=TEXT,
    env=TEXT,
    system_from=TEXT,
    system_to=TEXT,
    status=TEXT,
    last_seen=MAYBE_WHEN,
    latency_ms=MAYBE_NUMBER,
    error_rate=MAYBE_NUMBER,
    owner_team=MAYBE,
)

FAILURE = object_of(
    trace_id=TEXT,
    span_id=TEXT,
    failed_at=WHEN,
    severity=TEXT,
    failure_type=TEXT,
    title=MAYBE,
    service_name=MAYBE,
    ml_app=MAYBE,
    group=MAYBE,
)

_BESIDE: dict[str, Any] = {
    "flows": {"type": "array", "items": _FLOW, "description": "the worst first"},
    "flows_total": COUNT,
    "failures": {"type": "array", "items": FAILURE, "description": "the newest first"},
    "failures_total": COUNT,
    "quiet_scars": COUNT,
}

INCIDENTS = SAME | answered(
    "a page of incidents",
    incidents={"type": "array", "items": object_of(**_INCIDENT, **_BESIDE)},
    total=COUNT,
    coverage=COVERAGE,
    next=NEXT,
)

INCIDENT = SAME | answered(
    "an incident with its scars",
    **_INCIDENT | _BESIDE | {"scars": {"type": "array", "items": _SCAR}},
)
