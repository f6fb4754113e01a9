"""Fields whose name says what their value is: it goes whole, whatever it looks like.

A name is read as words (``userEmail``, ``user_email`` and ``user.email`` are one), after
those of the field around it, and the longest phrase that they end with decides: ``name``
within ``customer`` goes, ``name`` within ``tool`` stays.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from scarline.errors import ConfigError
from scarline.privacy.rules import Category, category_named, line_of

Shape = Literal["any", "opaque", "digits", "spaced", "number"]
"""What a value must be like: anything; 8 characters without a blank, one of them a digit;
3 to 8 digits; words with a blank between; a number."""

_SHAPES: Mapping[str, re.Pattern[str]] = {
    "any": re.compile(r"\S", re.DOTALL),
    "opaque": re.compile(r"(?=\S*[0-9])\S{8,}\Z"),
    "digits": re.compile(r"[0-9]{3,8}\Z"),
    "spaced": re.compile(r"\S+\s"),
    "number": re.compile(r"[-+]?[0-9]"),
}
_WORD = re.compile(r"[^\W\d_]+|[0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONGEST = 4  # words of a phrase
_MOST_NAMES = 100_000  # remembered; names that are made of data are without end


@dataclass(frozen=True, slots=True)
class Field:
    """One sort of field. Its name stands in brackets where its value was.

    ``phrases`` are ends of field names, in lower case; ``shape`` is what a value must be
    like to go. One with ``kept`` names fields whose values are identifiers of machines:
    runs of digits and letters in them are not looked into.
    """

    name: str
    category: Category
    phrases: tuple[str, ...]
    shape: Shape = "any"
    kept: bool = False

    @property
    def spans(self) -> bool:
        """Return whether all that lies within such a field goes with it.

        Not for users: what lies within ``user`` is all that is told of them.
        """
        return self.shape == "any" and self.category is not Category.ACCOUNT

    def holds(self, value: str) -> bool:
        """Return whether ``value`` is of the sort that goes."""
        return _SHAPES[self.shape].match(value) is not None


@cache
def built_in_fields() -> tuple[Field, ...]:
    """Return the fields that Scarline knows."""
    text = files("scarline.privacy").joinpath("tables", "fields.toml").read_text("utf-8")
    return tuple(read_fields(tomllib.loads(text), text, "fields.toml"))


def read_fields(table: Mapping[str, Any], text: str, where: str) -> list[Field]:
    """Return the ``[[field]]`` rows of ``table``, which was read from ``text``.

    Raises ``ConfigError`` with the line of the first row that is not a field.
    """
    found = []
    for number, row in enumerate(table.get("field", ())):
        try:
            found.append(_field(row))
        except ValueError as error:
            line = line_of(text, "field", number)
            message = f"{where}, line {line}: field {row.get('name', '?')!r}: {error}"
            raise ConfigError(message) from None
    return found


def _field(row: Mapping[str, Any]) -> Field:
    known = {"name", "category", "phrases", "shape", "kept"}
    if unknown := sorted(row.keys() - known):
        raise ValueError(f"has no {', '.join(unknown)}: there are {', '.join(sorted(known))}")
    if lacking := sorted({"name", "category", "phrases"} - row.keys()):
        raise ValueError(f"lacks {', '.join(lacking)}")
    if not isinstance(row["phrases"], list) or not row["phrases"]:
        raise ValueError("phrases is a list of one or more names")
    if row.get("shape", "any") not in get_args(Shape):
        raise ValueError(f"there is no shape {row['shape']!r}: there are {', '.join(_SHAPES)}")
    phrases = tuple(" ".join(words(phrase)) for phrase in row["phrases"])
    return Field(**dict(row) | {"category": category_named(row["category"]), "phrases": phrases})


def words(name: str) -> list[str]:
    """Return the words of a field's name, in lower case."""
    return [it.lower() for it in _WORD.findall(_HUMP.sub(" ", name))]


class Fields:
    """Tells by the names of a field and of the one around it whether its value goes."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = {phrase: it for it in fields for phrase in it.phrases}
        self._known: dict[tuple[str, str], Field | None] = {}

    def named(self, around: str, name: str) -> Field | None:
        """Return the field that ``name`` within ``around`` is, or None."""
        if "[" in name:
            return None  # of a name that was taken away, what is left says something else
        key = (around, name)
        if key not in self._known:
            if len(self._known) > _MOST_NAMES:
                self._known.clear()
            self._known[key] = self._find([*words(around)[-3:], *words(name)])
        return self._known[key]

    def _find(self, path: list[str]) -> Field | None:
        for length in range(min(_LONGEST, len(path)), 0, -1):
            found = self._fields.get(" ".join(path[-length:]))
            if found is not None:
                return found
        return None
