"""What the OpenAPI description says of the digital twin."""

from typing import Any

from scarline.web.documents import FLOW, answered

_OF_FLOW = FLOW["properties"]
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_FLOWS = {"type": "array", "items": FLOW}
_NUMBER = {"type": "number"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_COUNTS = _object(systems=_COUNT, flows=_COUNT)
_VALUES = {"type": "array", "items": _object(value=_TEXT, count=_COUNT)}

_NODE = _object(
    id={**_TEXT, "description": "environment, colon, name"},
    label=_TEXT,
    title={**_TEXT, "description": "what stands in its box: the name, with its environment"},
    width={**_NUMBER, "description": "of its box, in pixels"},
    env=_TEXT,
    health={"enum": ["healthy", "degraded", "failed", "unknown"]},
    owner={"type": ["string", "null"]},
    oms_linked={"type": "boolean"},
    x=_NUMBER,
    y=_NUMBER,
    hidden={**_COUNT, "description": "neighbours that fit and are not shown"},
    flows={**_FLOWS, "description": "flows of the system that lead nowhere"},
)

_POINT = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}

_EDGE = _object(
    **{"from": _TEXT, "to": _TEXT},
    bends={"type": "array", "items": _POINT, "description": "points that it passes on its way"},
    status=_OF_FLOW["status"],
    known_by=_OF_FLOW["known_by"],
    latency_ms=_OF_FLOW["latency_ms"],
    error_rate=_OF_FLOW["error_rate"],
    confidence=_OF_FLOW["confidence"],
    oms_linked={"type": "boolean"},
    flows={**_FLOWS, "description": "one for each source that tells of it"},
)

TWIN = answered(
    "systems with their places, and the flows between them",
    shown=_COUNTS,
    matching=_COUNTS,
    total=_COUNTS,
    facets=_object(env=_VALUES, owner=_VALUES, source=_VALUES, status=_VALUES),
    nodes={"type": "array", "items": _NODE},
    edges={"type": "array", "items": _EDGE},
)
TWIN[304] = {"description": "what If-None-Match names is what would be answered"}
