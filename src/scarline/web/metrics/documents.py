"""What the OpenAPI description says of metrics: series, points, and what is beside them."""

from typing import Any

from scarline.web.documents import answered
from scarline.web.scars.documents import (
    COUNT,
    FAILURE,
    FLAG,
    MARK,
    MAYBE,
    MAYBE_NUMBER,
    MAYBE_WHEN,
    NEXT,
    NUMBER,
    NUMBERS,
    SAME,
    SCAR,
    SERIES_NAMED,
    SHARE,
    SIDE,
    TEXT,
    TEXTS,
    WHEN,
    object_of,
)

_WINDOW = object_of(**{"from": WHEN, "to": WHEN})

_LISTED = object_of(
    **SERIES_NAMED,
    points={**COUNT, "description": "in the window"},
    last_at=WHEN,
    last_value=MAYBE_NUMBER,
    scars={**COUNT, "description": "of all times"},
    open={**FLAG, "description": "whether one of them goes on"},
)
_LISTED["properties"]["spark"] = {**NUMBERS, "description": "means, if `spark` asks for some"}
_LISTED["properties"]["recent"] = {
    "type": "array",
    "items": object_of(
        onset=WHEN,
        ended_at=MAYBE_WHEN,
        peak_score=SHARE,
        direction=SIDE,
        mark=MARK,
        quiet=FLAG,
    ),
    "description": "scars in the window, oldest first",
}

SERIES = SAME | answered(
    "a page of series",
    window={"anyOf": [_WINDOW, {"type": "null"}], "description": "null where no point is stored"},
    series={"type": "array", "items": _LISTED},
    total=COUNT,
    metrics={**TEXTS, "description": "to choose from: those that have points or scars"},
    hosts={**TEXTS, "description": "as metrics"},
    next=NEXT,
)

_CHANGED = object_of(
    at=WHEN,
    run=TEXT,
    what={"enum": ["added", "removed", "changed"]},
    flow_id=TEXT,
    system_from=TEXT,
    system_to=TEXT,
    before=MAYBE,
    after=MAYBE,
)

_RUN = object_of(
    run=TEXT,
    stream=TEXT,
    source=MAYBE,
    state=TEXT,
    started_at=WHEN,
    ended_at=MAYBE_WHEN,
    error=MAYBE,
)

BESIDE = object_of(
    service=MAYBE,
    known_by={"enum": ["tag", "host name", None]},
    flows={"type": "array", "items": _CHANGED, "description": "what loads changed, newest first"},
    flows_total=COUNT,
    loads_left_out={**COUNT, "description": "older loads of the stretch that were not compared"},
    failures={"type": "array", "items": FAILURE, "description": "the newest first"},
    failures_total=COUNT,
    runs={"type": "array", "items": _RUN, "description": "begun in the window, newest first"},
    runs_total=COUNT,
)

POINTS: dict[int | str, dict[str, Any]] = answered(
    "points as columns of one length; without a band if none was asked for",
    series=object_of(**SERIES_NAMED),
    window=_WINDOW,
    total={**COUNT, "description": "points that there are"},
    shown={**COUNT, "description": "points that are told"},
    ts={"type": "array", "items": NUMBER, "description": "seconds since 1970"},
    value=NUMBERS,
    scars={
        "type": "array",
        "items": object_of(
            onset=WHEN,
            ended_at=MAYBE_WHEN,
            peak_at=WHEN,
            peak_value=NUMBER,
            direction=SIDE,
            expert=MAYBE,
            missed_by=MAYBE_NUMBER,
            mark=MARK,
            quiet=FLAG,
            seen_before=COUNT,
        ),
    },
)
POINTS[200]["content"]["application/json"]["schema"]["properties"] |= dict.fromkeys(
    ("expected", "low", "high", "score"), NUMBERS
)
POINTS[200]["content"]["application/json"]["schema"]["properties"] |= {
    "beside": BESIDE,
    "scar": {
        "anyOf": [SCAR[200]["content"]["application/json"]["schema"], {"type": "null"}],
        "description": "the scar that `scar` names",
    },
}
POINTS |= SAME
