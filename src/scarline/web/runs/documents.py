"""What the OpenAPI description says of runs, health, plans and verification."""

from typing import Any

from scarline.web.documents import RUN, answered

_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE: dict[str, Any] = {"type": ["string", "null"]}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_MAYBE_COUNT: dict[str, Any] = {"type": ["integer", "null"], "minimum": 0}
_SECONDS: dict[str, Any] = {"type": "number", "minimum": 0}
_MAYBE_SECONDS: dict[str, Any] = {"type": ["number", "null"], "minimum": 0}
_WHEN: dict[str, Any] = {"type": "string", "format": "date-time"}
_MAYBE_WHEN: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
_NEXT = {"type": ["string", "null"], "description": "cursor of the next page; null on the last"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _as(schema: dict[str, Any], what: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": what, "content": {"application/json": {"schema": schema}}}}


_COUNTS_BY_NAME = {"type": "object", "additionalProperties": _COUNT}

_STRIP = RUN["properties"]["coverage"]["properties"]["strip"]

_QUOTA = _maybe(_object(left=_COUNT, at=_WHEN))

_NAMED_RUN = _maybe(
    _object(
        run=_TEXT,
        state=_TEXT,
        started_at=_WHEN,
        ended_at=_MAYBE_WHEN,
        rows=_COUNT,
        usage={"type": "object"},
        error=_MAYBE,
    )
)

_STREAM = _object(
    stream=_TEXT,
    source=_MAYBE,
    state={"enum": ["well", "partial", "failing", "never"]},
    last_run=_NAMED_RUN,
    last_success=_NAMED_RUN,
    complete_until=_MAYBE_WHEN,
    answered_until=_MAYBE_WHEN,
    lag_seconds=_MAYBE_SECONDS,
    backlog=_object(
        runs=_COUNT,
        missing=_COUNT,
        windows=_list(RUN["properties"]["coverage"]["properties"]["missing"]["items"]),
    ),
    reasons=_list(_object(reason=_TEXT, count=_COUNT)),
    runs={**_COUNTS_BY_NAME, "description": "of each state, how many"},
    usual_seconds={**_MAYBE_SECONDS, "description": "between runs; null without a rhythm"},
    expected_at={**_MAYBE_WHEN, "description": "when the next would begin by that rhythm"},
    quota=_QUOTA,
    job={"type": "boolean", "description": "`POST /jobs/{stream}` knows the stream"},
)

HEALTH = answered("how the pulls of each stream stand, by source", at=_WHEN, streams=_list(_STREAM))

_VERIFIED = _object(
    at=_WHEN,
    seconds=_SECONDS,
    holds={"type": "boolean"},
    streams=_COUNT,
    entries=_COUNT,
    rows=_MAYBE_COUNT,
    faults=_list(_TEXT),
    fault_count=_COUNT,
)

RUNS = answered("a page of runs, newest first", runs=_list(RUN), next=_NEXT)
RUNS[200]["content"]["application/json"]["schema"]["properties"] |= {
    "at": _WHEN,
    "streams": _list(_STREAM),
    "verified": _maybe(_VERIFIED),
}

RUN_GONE = _as(RUN, "the run as it stands now")

_ENTRY = _object(
    position=_COUNT,
    word={"enum": ["started", "wrote", "finished", "failed", "rolled back"]},
    at=_WHEN,
    digest=_TEXT,
    previous=_TEXT,
    kind=_MAYBE,
    rows=_MAYBE_COUNT,
    whole={**_COUNT, "description": "of how many things it says that this was everything"},
    rows_digest=_MAYBE,
    asked=_MAYBE_COUNT,
    missing=_MAYBE_COUNT,
    requests=_MAYBE_COUNT,
    told={**_MAYBE, "description": "the error, the reason or the state of an end"},
)

_LANE = _object(what=_TEXT, asked=_COUNT, missing=_COUNT, strip=_STRIP)

_STORY = {
    "lanes": _list(_LANE),
    "quota": _QUOTA,
    "entries": _list(_ENTRY),
    "entry_count": _COUNT,
}

STORY = _as(
    {
        "type": "object",
        "properties": RUN["properties"] | _STORY,
        "required": [*RUN["required"], *_STORY],
    },
    "the run, what it asked for, and its entries",
)

_EFFECT = _object(goes=_COUNT, comes_back=_COUNT, changes=_COUNT, stays=_COUNT)

PREVIEW = answered(
    "what taking the run back would do",
    run=_TEXT,
    stream=_TEXT,
    state=_TEXT,
    kind=_MAYBE,
    rows=_COUNT,
    found=_COUNTS_BY_NAME,
    subjects=_list(
        {
            "type": "object",
            "properties": {
                "subject": _TEXT,
                "rows": _COUNT,
                "series": _COUNT,
                "first": _WHEN,
                "last": _WHEN,
            },
            "required": ["subject", "rows"],
        }
    ),
    subject_count=_COUNT,
    others=_list(_object(run=_TEXT, state=_TEXT, started_at=_WHEN)),
    other_count=_COUNT,
    goes_on_elsewhere={
        "type": "boolean",
        "description": "the next pull would go on from another place than now",
    },
    effect=_maybe(_EFFECT),
)

PLAN = answered(
    "what a pull would send",
    stream=_TEXT,
    requests=_COUNT,
    costs=_list(_TEXT),
    first=_list(_object(request=_TEXT, what=_TEXT, window=_TEXT)),
)

VERIFIED = _as(_VERIFIED, "what was looked at, and all that does not hold")

VERIFICATION = answered(
    "how far the verification under way is, and how the last one ended",
    under_way=_maybe(
        _object(
            at=_WHEN,
            phase={"enum": ["entries", "rows"]},
            streams=_MAYBE_COUNT,
            entries=_MAYBE_COUNT,
            rows=_MAYBE_COUNT,
        )
    ),
    last=_maybe(_VERIFIED),
)
