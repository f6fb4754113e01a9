"""What receivers take, by what their makers say of it: as JSON Schema, for the parts that we send.

Slack: docs.slack.dev/reference/block-kit/blocks. PagerDuty: its OpenAPI of Events API v2.
Alertmanager: api/v2/openapi.yaml, and its page of configuration for the body of a webhook.
"""

from typing import Any

TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
URL = {"type": "string", "pattern": "^https?://", "maxLength": 3000}
LABELS = {"type": "object", "additionalProperties": {"type": "string"}}


def closed(needed: str = "", **properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has no other properties; ``needed`` are some of them."""
    return {
        "type": "object",
        "properties": properties,
        "required": needed.split(),
        "additionalProperties": False,
    }


def texts(kind: str, most: int) -> dict[str, Any]:
    """Return the schema of a text of Slack."""
    text = {"type": "string", "minLength": 1, "maxLength": most}
    return closed("type text", type={"const": kind}, text=text)


BUTTON = closed("type text", type={"const": "button"}, text=texts("plain_text", 75), url=URL)
BLOCK = {
    "oneOf": [
        closed("type text", type={"const": "header"}, text=texts("plain_text", 150)),
        closed("type text", type={"const": "section"}, text=texts("mrkdwn", 3000)),
        closed(
            "type elements",
            type={"const": "context"},
            elements={
                "type": "array",
                "minItems": 1,
                "maxItems": 10,
                "items": texts("mrkdwn", 3000),
            },
        ),
        closed(
            "type elements",
            type={"const": "actions"},
            elements={"type": "array", "minItems": 1, "maxItems": 25, "items": BUTTON},
        ),
    ]
}
SLACK = closed(
    "text blocks",
    text={"type": "string", "minLength": 1},
    blocks={"type": "array", "minItems": 1, "maxItems": 50, "items": BLOCK},
)

_KEYS: dict[str, Any] = {
    "routing_key": {"type": "string", "pattern": "^[0-9a-zA-Z]{32}$"},
    "dedup_key": {"type": "string", "minLength": 1, "maxLength": 255},
}
_PAYLOAD = closed(
    "summary severity source",
    summary={"type": "string", "minLength": 1, "maxLength": 1024},
    severity={"enum": ["critical", "warning", "error", "info"]},
    source={"type": "string", "minLength": 1},
    timestamp=TIME,
    component={"type": "string"},
    group={"type": "string"},
    custom_details={"type": "object"},
    **{"class": {"type": "string"}},
)
PAGERDUTY = {
    "oneOf": [
        closed(
            "routing_key event_action payload",
            **_KEYS,
            event_action={"const": "trigger"},
            payload=_PAYLOAD,
            client={"type": "string"},
            client_url=URL,
            links={
                "type": "array",
                "items": closed("href", href=URL, text={"type": "string"}),
            },
        ),
        closed(
            "routing_key event_action dedup_key",
            **_KEYS,
            event_action={"const": "resolve"},
        ),
    ]
}

ALERTMANAGER = {
    "type": "array",
    "items": closed(
        "labels",
        labels=LABELS,
        annotations=LABELS,
        startsAt=TIME,
        endsAt=TIME,
        generatorURL=URL,
    ),
}

WEBHOOK = {
    "type": "object",
    "properties": {
        "version": {"const": "4"},
        "groupKey": {"type": "string"},
        "truncatedAlerts": {"type": "integer"},
        "status": {"enum": ["firing", "resolved"]},
        "receiver": {"type": "string"},
        "groupLabels": LABELS,
        "commonLabels": LABELS,
        "commonAnnotations": LABELS,
        "externalURL": {"type": "string"},
        "alerts": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "status": {"enum": ["firing", "resolved"]},
                    "labels": LABELS,
                    "annotations": LABELS,
                    "startsAt": TIME,
                    "endsAt": TIME,
                    "generatorURL": {"type": "string"},
                    "fingerprint": {"type": "string"},
                },
                "required": ["status", "labels", "annotations", "startsAt", "endsAt"],
            },
        },
    },
    "required": ["version", "groupKey", "status", "receiver", "groupLabels", "alerts"],
}
