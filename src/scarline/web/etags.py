"""Answers of JSON with an ETag: who has one already is not sent it again."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson
from fastapi import Response

JSON = "application/json"

_TAG_DIGITS = 16


def tagged(answer: Mapping[str, Any], known: str, before: str = "") -> Response:
    """Return an answer with its ETag, which begins with ``before``; 304 if it is known."""
    body = orjson.dumps(answer)
    tag = f'"{before}{sha256(body).hexdigest()[:_TAG_DIGITS]}"'
    told = re.split(r"\s*,\s*", known.strip())
    if tag in told or f"W/{tag}" in told or told == ["*"]:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, headers={"ETag": tag}, media_type=JSON)
