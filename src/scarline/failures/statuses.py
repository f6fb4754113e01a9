"""The HTTP status code of a span, wherever a source or an error tells it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_LEAST, _MOST = 100, 599
_FIRST_FAILED = 400

_NAMES = (
    *("http.status_code", "http.response.status_code", "status_code", "statusCode"),
    *("http_status", "http_status_code", "http_code", "response.status_code"),
    *("error.status_code", "error.code", "rpc.http.status_code"),
)
"""Names of fields and tags that hold a status code: OpenTelemetry's and Datadog's own first."""

_PLACES: Mapping[str, Sequence[str]] = {
    "error": ("status_code", "statusCode", "status", "code", "http_status"),
    "response": ("status_code", "statusCode", "status", "code"),
    "http": ("status_code", "statusCode", "status"),
}
"""Objects in metadata, and their fields that hold a status code."""

_TELLING = frozenset({*_NAMES, *_PLACES})

_PHRASES = (
    r"Too Many Requests|Unauthorized|Forbidden|Not Found|Bad Request|Payment Required|Conflict"
    r"|Request Timeout|Unprocessable|Internal Server Error|Bad Gateway|Service Unavailable"
    r"|Gateway Time-?out|Overloaded|Method Not Allowed|Payload Too Large"
)
"""Reasons of HTTP (RFC 9110 §15, RFC 6585), and what providers write in their place."""

_IN_TEXT = re.compile(
    rf"""(?ix)
    \b (?: HTTP (?:/[\d.]+)? | http[ _-]?(?:status|error|code)(?:[ _]code)?
         | (?:status|error|response) [ _-]? code | status
       ) ["']? \s* (?: [:=] | is | of )? \s* ["'(\[]? ([45]\d\d) \b (?! [.,]?\d )
    | ["'] code ["'] \s* : \s* ["']? ([45]\d\d) \b
    | (?<! [\d.,\w] ) ([45]\d\d) \s+ [-:]? \s* \(? (?: {_PHRASES.replace(" ", "[ ]")} ) \b
    """
)
"""Places in the text of an error where a number of 400 to 599 is a status code."""


def status_code_of(
    metadata: Mapping[str, Any], tagged: Sequence[int], message: str | None
) -> int | None:
    """Return the HTTP status code of a span, from 100 to 599; None where none is told.

    It is looked for in the metadata, then among those that are ``tagged`` (:func:`codes_of_tags`),
    then in the text of the error, where a number counts only beside words that say what it is. A
    code from 400 on goes before one below: a span that answered 200 may tell of a call that failed.
    """
    if not tagged and not message and metadata.keys().isdisjoint(_TELLING):
        return None
    codes = [*_in_metadata(metadata), *tagged, *_in_text(message)]
    return next((code for code in codes if code >= _FIRST_FAILED), codes[0] if codes else None)


def codes_of_tags(tags: Mapping[str, Sequence[str]]) -> list[int]:
    """Return the status codes that tags hold, in no order of theirs."""
    if tags.keys().isdisjoint(_NAMES):
        return []
    return _codes([value for name in _NAMES for value in tags.get(name, ())])


def _in_metadata(metadata: Mapping[str, Any]) -> list[int]:
    told = [metadata[name] for name in _NAMES if name in metadata]
    for place, names in _PLACES.items():
        own = metadata.get(place)
        if isinstance(own, dict):
            told += [own.get(name) for name in names]
    return _codes(told)


def _in_text(message: str | None) -> list[int]:
    if message and (found := _IN_TEXT.search(message)):
        return [int(next(group for group in found.groups() if group))]
    return []


def _codes(told: Sequence[Any]) -> list[int]:
    return [code for it in told if (code := _code(it)) is not None]


def _code(value: Any) -> int | None:
    """Return ``value`` as a status code, if it is one: 429, 429.0 or "429"."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:4])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and _LEAST <= value <= _MOST else None
