"""The HTTP status code of a span, wherever a source or an error tells it."""

import re
from collections.abc import Iterator, Mapping, Sequence
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
    metadata: Mapping[str, Any], tags: Mapping[str, Sequence[str]], message: str | None
) -> int | None:
    """Return the HTTP status code of a span, from 100 to 599; None where none is told.

    It is looked for in the metadata, then in the tags, then in the text of the error, where a
    number counts only beside words that say what it is. A code from 400 on goes before one
    below: a span that answered 200 may tell of a call that failed.
    """
    codes = [*_in_metadata(metadata), *_in_tags(tags), *_in_text(message)]
    return next((code for code in codes if code >= _FIRST_FAILED), codes[0] if codes else None)


def _in_metadata(metadata: Mapping[str, Any]) -> Iterator[int]:
    for name in _NAMES:
        if name in metadata:
            yield from _code(metadata[name])
    for place, names in _PLACES.items():
        own = metadata.get(place)
        if isinstance(own, Mapping):
            for name in names:
                yield from _code(own.get(name))


def _in_tags(tags: Mapping[str, Sequence[str]]) -> Iterator[int]:
    for name in _NAMES:
        for value in tags.get(name, ()):
            yield from _code(value)


def _in_text(message: str | None) -> Iterator[int]:
    if message and (found := _IN_TEXT.search(message)):
        yield int(next(group for group in found.groups() if group))


def _code(value: Any) -> Iterator[int]:
    """Yield ``value`` as a status code, if it is one: 429, 429.0 or "429"."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:4])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and _LEAST <= value <= _MOST:
        yield value
