"""A value of JSON taken apart: its texts stand by number, until they are cleaned."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from scarline.privacy.wrapped import parsed, written


class Leaf(NamedTuple):
    """A text to be cleaned, by its number; ``number`` is what it was if it was no text."""

    at: int
    number: int | None = None


class Json(NamedTuple):
    """A text that is JSON as a whole."""

    node: Any
    text: str


class Object(NamedTuple):
    """The members of an object: nodes of their names and of their values."""

    members: list[tuple[Any, Any]]


def together(node: Any, cleaned: Sequence[str]) -> Any:
    """Return the value that ``node`` stands for, with the ``cleaned`` texts in it."""
    match node:
        case Leaf(at, number):
            text = cleaned[at]
            return number if number is not None and str(number) == text else text
        case Object(members):
            return _members(members, cleaned)
        case Json(inner, text):
            value = together(inner, cleaned)
            return text if value == parsed(text) else written(value)
        case list():
            return [together(it, cleaned) for it in node]
    return node


def _members(members: Sequence[tuple[Any, Any]], cleaned: Sequence[str]) -> dict[str, Any]:
    """Return the members as an object; keys that have become alike are numbered."""
    result: dict[str, Any] = {}
    for key, member in members:
        name = own = together(key, cleaned)
        number = 2
        while own in result:
            own, number = f"{name} {number}", number + 1
        result[own] = together(member, cleaned)
    return result
