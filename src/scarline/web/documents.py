"""What the OpenAPI description says of bodies and answers that are written by hand."""

from typing import Any

from scarline.flows.normal import KNOWN_BY

_TEXT = {"type": "string"}
_SHARE = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
_COUNT = {"type": "integer", "minimum": 0}
_INSTANT = {"type": ["string", "null"], "format": "date-time"}
_LATENCY = {"type": ["number", "null"], "minimum": 0}
_TAGS = {"type": "array", "items": _TEXT}

FLOW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "source": _TEXT,
        "env": _TEXT,
        "system_from": _TEXT,
        "system_to": {**_TEXT, "description": "empty for a system that calls none"},
        "flow_id": _TEXT,
        "status": {"enum": ["healthy", "degraded", "failed", "unknown"]},
        "last_seen": _INSTANT,
        "latency_ms": _LATENCY,
        "error_rate": _SHARE,
        "owner_team": {"type": ["string", "null"]},
        "known_by": {"enum": list(KNOWN_BY)},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "tags": _TAGS,
        "oms_linked": {"type": "boolean"},
        "oms_distance": {"type": ["integer", "null"], "minimum": 0},
        "coupling": {"type": "number", "minimum": 0, "maximum": 1},
    },
}
FLOW["required"] = list(FLOW["properties"])

TOLD: dict[str, str] = {
    "source": "text: who tells of it, or of all in flows that name none; api if left out",
    "env": "text",
    "system_from": "text, needed; or as from",
    "system_to": "text, empty for a system that calls none; or as to",
    "from": "instead of system_from",
    "to": "instead of system_to",
    "status": "text, in any words",
    "last_seen": "time of RFC 3339 with its offset",
    "latency_ms": "number, 0 or more",
    "error_rate": "number from 0 to 1",
    "owner_team": "text",
    "known_by": f"one of {', '.join(KNOWN_BY)}; declared if left out",
    "confidence": "number from 0 to 1; computed if left out",
    "tags": "list of texts, or a text with commas",
}
"""What a flow that is sent may have. No types: a flow that cannot be kept is named in the
answer, and does not make the request a bad one."""

_GAP = {
    "type": "object",
    "properties": dict.fromkeys(("what", "window", "reason"), _TEXT),
    "required": ["what", "window", "reason"],
}

_PIECE = {
    "type": "object",
    "properties": {
        "from": {"type": "string", "format": "date-time"},
        "to": {"type": "string", "format": "date-time"},
        "state": {"enum": ["answered", "missing", "unasked"]},
        "asked": _COUNT,
        "missing": _COUNT,
    },
    "required": ["from", "to", "state", "asked", "missing"],
}

_REASON = {
    "type": "object",
    "properties": {"reason": _TEXT, "count": _COUNT},
    "required": ["reason", "count"],
}

_COVERAGE: dict[str, Any] = {
    "asked": _COUNT,
    "answered": {"type": "integer"},
    "missing": {"type": "array", "items": _GAP},
    "reasons": {"type": "array", "items": _REASON},
    "strip": {"type": "array", "items": _PIECE, "description": "by rising time"},
}

_BY_NAME = {"type": "object", "additionalProperties": _COUNT}

_RUN: dict[str, Any] = {
    "run": _TEXT,
    "stream": _TEXT,
    "source": {"type": ["string", "null"]},
    "state": {"enum": ["running", "interrupted", "done", "partial", "failed", "rolled back"]},
    "started_at": {"type": "string", "format": "date-time"},
    "ended_at": _INSTANT,
    "window": {"type": ["string", "null"], "description": "null: what came since the last"},
    "counts": {
        "type": "object",
        "properties": {
            **dict.fromkeys(("rows", "new", "changed", "same"), _COUNT),
            **dict.fromkeys(("kept_out", "redacted"), _BY_NAME),
        },
        "required": ["rows", "kept_out", "redacted"],
    },
    "found": {**_BY_NAME, "description": "what was found in the rows, by kind"},
    "coverage": {"type": "object", "properties": _COVERAGE, "required": list(_COVERAGE)},
    "tally": {"type": "object", "description": "what was brought, by subject"},
    "usage": {"type": "object", "additionalProperties": {"type": "number"}},
    "error": {"type": ["string", "null"]},
    "reason": {"type": ["string", "null"], "description": "why it was rolled back"},
}

RUN: dict[str, Any] = {"type": "object", "properties": _RUN, "required": list(_RUN)}

_RUNS = {"type": "array", "items": RUN}
_NEXT = {"type": ["string", "null"], "description": "cursor of the next page; null on the last"}


_HEADERS = {
    "X-Scarline-Role": {
        "description": "what the caller may do: a reader reads, an operator writes too",
        "schema": {"enum": ["reader", "operator"]},
    }
}


def answered(what: str, **properties: Any) -> dict[int | str, dict[str, Any]]:
    """Return what is said of an answer 200 that is an object with these properties."""
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    content = {"application/json": {"schema": schema}}
    return {200: {"description": what, "headers": _HEADERS, "content": content}}


PAGE = answered("a page of flows", flows={"type": "array", "items": FLOW}, next=_NEXT)
PAGE[200]["content"]["text/csv"] = {"schema": _TEXT}
PAGE[304] = {"description": "what If-None-Match names is what would be answered"}

ACCEPTED = answered(
    "what became of each flow",
    accepted=_COUNT,
    rejected=_COUNT,
    errors={
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"row": _COUNT, "line": _COUNT, "reason": _TEXT},
            "required": ["reason"],
        },
    },
    counts={"type": "object", "properties": dict.fromkeys(("new", "changed", "same"), _COUNT)},
    run={"type": ["string", "null"], "description": "null if there is none, or several"},
    runs={"type": "array", "items": _TEXT, "description": "one for each source"},
)

RUNS_GONE = answered("the runs that were rolled back", runs=_RUNS)

STEPS = answered(
    "systems in an order in which they can be changed",
    env=_TEXT,
    steps={
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"level": _COUNT, "systems": _TAGS},
            "required": ["level", "systems"],
        },
    },
)

_NAMED = dict.fromkeys(("flow_id", "source", "env", "system_from", "system_to"), _TEXT)
_SIDE = {"type": "object", "description": "the columns that changed"}

CHANGES = answered(
    "what came, went and changed; of each at most 5,000",
    since={"type": "string", "format": "date-time"},
    until={"type": "string", "format": "date-time"},
    counts={"type": "object", "properties": dict.fromkeys(("added", "removed", "changed"), _COUNT)},
    added={"type": "array", "items": FLOW},
    removed={"type": "array", "items": FLOW},
    changed={
        "type": "array",
        "items": {"type": "object", "properties": {**_NAMED, "before": _SIDE, "after": _SIDE}},
    },
)

TRANSACTIONS = answered(
    "a page of what came in and what was taken back, newest first",
    transactions={
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "what": {"enum": ["ingest", "rollback"]},
                "at": {"type": "string", "format": "date-time"},
                "source": {"type": ["string", "null"]},
                "run": _TEXT,
                "state": _TEXT,
                "asked": _TAGS,
                "counts": {"type": "object"},
                "reason": {"type": ["string", "null"]},
                "position": _COUNT,
                "digest": _TEXT,
            },
        },
    },
    next=_NEXT,
    verified={"type": ["boolean", "null"], "description": "null unless verify=true"},
    faults=_TAGS,
)

_FLOWS = {"type": "array", "description": "each as if it were sent alone"}

_ONE = {
    "type": "object",
    "properties": {
        "flows": _FLOWS,
        **{name: {"description": what} for name, what in TOLD.items()},
    },
}

BODY: dict[str, Any] = {
    "requestBody": {
        "description": "one flow, a list of flows, or an object with the list in flows",
        "required": True,
        "content": {
            "application/json": {"schema": {"anyOf": [_ONE, _FLOWS]}},
            "text/csv": {"schema": _TEXT},
        },
    }
}

PULLED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the run, done or partial",
        "content": {"application/json": {"schema": RUN}},
    }
}

MEASURES: dict[int | str, dict[str, Any]] = {
    200: {"description": "metrics", "content": {"text/plain": {"schema": _TEXT}}}
}

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "server-sent events, without end; the data of each is an object of JSON",
        "content": {"text/event-stream": {"schema": _TEXT}},
    }
}
