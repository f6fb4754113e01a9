"""What a source told, as JSON of a size that a store can take: valid, with a note where it was cut.

The longest texts are cut first, in their middle: a conversation begins with what was asked and
ends with what went wrong.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from math import isfinite
from typing import Any

import orjson

MOST_BYTES = 200_000
"""How long a payload may be: a document of Firestore has at most 1 MiB with all its fields."""

FEWEST_BYTES = 200
"""The least that a payload can be cut to: what the note takes that stands for all of it."""

Cleaned = Callable[[Sequence[Any]], Sequence[Any]]
"""Takes personal data out of JSON values, each by itself."""

_SHORTEST = 100  # characters: a text that is cut is not cut shorter, so that its note fits

_DEEPEST = 100  # levels: redaction drops what is deeper

_FORM = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def as_json(value: Any) -> str:
    """Return ``value`` as JSON with its keys sorted: the same value is the same text.

    What JSON cannot hold is told as text; a number that is none (NaN, infinity) is null.
    """
    try:
        return orjson.dumps(value, default=_plain, option=_FORM).decode()
    except TypeError:  # a number of more than 64 bits, or half a surrogate pair
        return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def fitted(value: Any, most_bytes: int, cleaned: Cleaned) -> str:
    """Return ``value`` as JSON of at most ``most_bytes`` of UTF-8.

    What is too long is given to ``cleaned`` before anything is cut: half of an address or a
    key is found by no rule afterwards. Then the longest texts are cut, all to one length; where
    that is not enough, the largest fields go. Raises ``ValueError`` below ``FEWEST_BYTES``.
    """
    if most_bytes < FEWEST_BYTES:
        raise ValueError(f"a payload needs room for {FEWEST_BYTES} bytes, not {most_bytes}")
    whole = as_json(value)
    if _fits(whole, most_bytes):
        return whole
    (own,) = cleaned([json.loads(whole)])  # which keeps all digits of a whole number
    most = max(_level(list(_texts(own)), most_bytes, _size(own)), _SHORTEST)
    while most >= _SHORTEST:
        text = as_json(_shortened(own, most))
        if _fits(text, most_bytes):
            return text
        most = most * 3 // 4
    return _without_fields(_shortened(own, _SHORTEST), most_bytes)


def _level(texts: Sequence[str], most_bytes: int, size: int) -> int:
    """Return to how many characters the longest texts are cut for the rest to fit."""
    sizes = sorted((_size(text) for text in texts), reverse=True)
    spare = size - most_bytes
    for count, together in enumerate(accumulate(sizes), 1):
        least = sizes[count] if count < len(sizes) else 0
        if together - spare >= count * least:
            longest = max(texts, key=len)
            share = (together - spare) / count / max(_size(longest), 1)
            return int(len(longest) * share)
    return _SHORTEST


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for own in value.values():
            yield from _texts(own)
    elif isinstance(value, list):
        for own in value:
            yield from _texts(own)


def _shortened(value: Any, most: int) -> Any:
    """Return ``value`` with each text of more than ``most`` characters cut to so many."""
    if isinstance(value, str):
        return value if len(value) <= most else _cut(value, most)
    if isinstance(value, Mapping):
        return {key: _shortened(own, most) for key, own in value.items()}
    if isinstance(value, list):
        return [_shortened(own, most) for own in value]
    return value


def _cut(text: str, most: int) -> str:
    kept = most - len(_note(len(text)))
    head, tail = kept - kept // 2, kept // 2
    return text[:head] + _note(len(text) - kept) + text[len(text) - tail :]


def _note(characters: int) -> str:
    return f" [... {characters} characters were cut here ...] "


def _without_fields(value: Any, most_bytes: int) -> str:
    """Return ``value`` as JSON without its largest fields; a note stands for each."""
    if isinstance(value, Mapping):
        left = dict(value)
        for key in sorted(left, key=lambda key: _size(left[key]), reverse=True):
            left[key] = _note(len(as_json(left[key])))
            if _fits(text := as_json(left), most_bytes):
                return text
    return as_json(_note(len(as_json(value))))


def _size(value: Any) -> int:
    return len(as_json(value).encode())


def _fits(text: str, most_bytes: int) -> bool:
    return len(text) <= most_bytes and len(text.encode()) <= most_bytes


def _plain(value: Any, depth: int = 0) -> Any:
    """Return ``value`` as what any reader of JSON takes."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, int):
        return value
    if depth > _DEEPEST:
        return "[... what lies deeper was cut here ...]"
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(own, depth + 1) for key, own in value.items()}
    many = isinstance(value, Sequence) and not isinstance(value, bytes)
    return [_plain(own, depth + 1) for own in value] if many else _plain(str(value))
