"""Objects of JSON Schema: they say what a value must be like, and hold none.

Every definition of a tool has them: in ``{"password": {"type": "string"}}`` nothing is secret.
"""

from collections.abc import Mapping
from typing import Any

SAYS_WHAT = frozenset(
    (
        *("$ref", "$defs", "$id", "$schema", "additionalProperties", "allOf", "anyOf", "oneOf"),
        *("description", "enum", "format", "items", "maxItems", "maxLength", "maximum", "minItems"),
        *("minLength", "minimum", "not", "nullable", "pattern", "properties", "readOnly"),
        *("required", "title", "type", "uniqueItems", "writeOnly"),
    )
)
"""Members that say something of a value (JSON Schema 2020-12, OpenAPI 3.1). Not those that have
one in them: ``default``, ``const``, ``example``."""

_TYPES = frozenset(("string", "number", "integer", "boolean", "array", "object", "null"))
_WITHOUT_TYPE = frozenset(("$ref", "allOf", "anyOf", "oneOf"))


def is_schema(value: Mapping[Any, Any]) -> bool:
    """Return whether an object says what another value must be like."""
    told = value.get("type")
    types = told if isinstance(told, list) else [told]
    if any(isinstance(it, str) and it.lower() in _TYPES for it in types):
        return True
    return not _WITHOUT_TYPE.isdisjoint(value)
