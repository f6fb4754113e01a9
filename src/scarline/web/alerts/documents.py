"""What the OpenAPI description says of alerts and silences."""

from typing import Any

from scarline.web.documents import answered
from scarline.web.failures.documents import COVERAGE

_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE: dict[str, Any] = {"type": ["string", "null"]}
_WHEN = {"type": "string", "format": "date-time"}
_MAYBE_WHEN = {"type": ["string", "null"], "format": "date-time"}
_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_TEXTS = {"type": "array", "items": _TEXT}
_LABELS = {"type": "object", "additionalProperties": _TEXT}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


_EVIDENCE = _object(
    series=_TEXT,
    onset=_WHEN,
    direction={"enum": ["low", "high", "both"]},
    value={"type": "number"},
    expected=_NUMBER,
    missed_by={**_NUMBER, "description": "in mean absolute deviations"},
    score={"type": "number"},
    unit=_MAYBE,
)

_RECEIVER = _object(
    receiver=_TEXT,
    group=_LABELS,
    told={"type": "boolean", "description": "whether it believes that the alert fires"},
    told_at=_MAYBE_WHEN,
    delivery={"enum": ["sending", "delivered", "waiting", "failed", None]},
    detail=_MAYBE,
)

_ALERT = _object(
    fingerprint=_TEXT,
    labels=_LABELS,
    annotations=_LABELS,
    state={"enum": ["pending", "firing", "silenced", "inhibited"]},
    starts_at=_WHEN,
    fires_at=_WHEN,
    ends_at=_MAYBE_WHEN,
    evidence={"anyOf": [_EVIDENCE, {"type": "null"}]},
    silenced_by=_TEXTS,
    inhibited_by=_TEXTS,
    receivers=_list(_RECEIVER),
)

_SILENCE = _object(
    id=_TEXT,
    state={"enum": ["pending", "active", "expired"]},
    matchers=_TEXTS,
    starts_at=_WHEN,
    ends_at=_WHEN,
    author=_TEXT,
    comment=_TEXT,
)

ALERTS = answered(
    "the alerts that are pending or fire, those that began first before others",
    alerts=_list(_ALERT),
    rules={"type": "boolean", "description": "false if no file of alerts is set"},
    coverage={**COVERAGE, "description": "which parts of the two weeks before were looked at"},
)
_RULE = _object(
    name=_TEXT,
    severity=_TEXT,
    metric=_TEXT,
    host=_TEXT,
    tags=_TEXTS,
    matchers=_TEXTS,
    direction={"enum": ["low", "high", "both", None]},
    min_score={"type": "number"},
    min_missed_by={"type": "number"},
    for_seconds={"type": "number"},
)

_ROUTE = _object(
    matchers=_TEXTS,
    receiver=_TEXT,
    group_by=_TEXTS,
    group_wait_seconds={"type": "number"},
    group_interval_seconds={"type": "number"},
    repeat_interval_seconds={"type": "number"},
    **{"continue": {"type": "boolean"}},
)

_FILE = _object(
    promoted=_TEXTS,
    rules=_list(_RULE),
    routes=_list(_ROUTE),
    inhibits=_list(_object(source=_TEXTS, target=_TEXTS, equal=_TEXTS)),
    receivers=_list(_object(receiver=_TEXT, type=_TEXT)),
)

ALERTS[200]["content"]["application/json"]["schema"]["properties"] |= {
    "silences": {**_list(_SILENCE), "description": "with `whole`: those not over yet"},
    "file": {"anyOf": [_FILE, {"type": "null"}], "description": "with `whole`: the rules"},
}
SILENCES = answered("silences, the newest first", silences=_list(_SILENCE))
SILENCE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the silence as it stands now",
        "content": {"application/json": {"schema": _SILENCE}},
    }
}
TESTED = answered(
    "what came back from each receiver",
    receivers=_list(
        _object(
            receiver=_TEXT,
            delivered={"type": "boolean"},
            status={"type": ["integer", "null"]},
            detail=_TEXT,
        )
    ),
)
