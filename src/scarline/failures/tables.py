"""A file of rules as it is read: its tables, and the line on which a row of them begins."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from scarline.errors import ConfigError

OURS = "rules.toml"

TABLES = ("rule", "raise", "refusal", "quality", "off")
"""What a file of rules may have."""

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What a file of rules says. ``where`` is its name for a message."""

    told: Mapping[str, Any]
    text: str = ""
    where: str = ""

    def rows(self, name: str) -> Sequence[Mapping[str, Any]]:
        """Return the rows of an array of tables; raises ``ConfigError`` if it is none."""
        rows = self.told.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(it, dict) for it in rows):
            raise ConfigError(f"{self.where}: {name} is written [[{name}]], once for each")
        return rows

    def each(self, name: str, make: Callable[[Mapping[str, Any]], Made]) -> dict[str, Made]:
        """Return what ``make`` makes of each row, by the name of the row.

        Raises ``ConfigError`` with file, line and reason where ``make`` raises ``ValueError``.
        """
        made: dict[str, Made] = {}
        for number, row in enumerate(self.rows(name)):
            place = f"{self.where}, line {self._line(name, number)}: {name}"
            try:
                own = make(row)
            except ValueError as error:
                raise ConfigError(f"{place} {row.get('name', '?')!r}: {error}") from None
            if row["name"] in made:
                raise ConfigError(f"{place} {row['name']!r} is there twice: give each its own name")
            made[row["name"]] = own
        return made

    def one(self, name: str, make: Callable[[Any], Made]) -> Made:
        """Return what ``make`` makes of a table, or of nothing where there is none."""
        try:
            return make(self.told.get(name))
        except ValueError as error:
            raise ConfigError(f"{self.where}: {error}") from None

    def _line(self, name: str, number: int) -> int:
        """Return the line on which the ``number``-th row (from 0) of a table begins."""
        heads = [
            at
            for at, line in enumerate(self.text.splitlines(), 1)
            if line.replace(" ", "").startswith(f"[[{name}]]")
        ]
        return heads[number] if number < len(heads) else 1


@cache
def our_tables() -> Tables:
    """Return the rules that Scarline brings."""
    return _parsed(files("scarline.failures").joinpath(OURS).read_text("utf-8"), OURS)


def their_tables(path: Path | None) -> Tables:
    """Return the rules in a user's file; raises ``ConfigError`` for one that cannot be read."""
    if path is None:
        return Tables({})
    try:
        return _parsed(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as rules: {error}") from None


def _parsed(text: str, where: str) -> Tables:
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} cannot be read as rules: {error}") from None
    if unknown := sorted(told.keys() - set(TABLES)):
        known = ", ".join(TABLES)
        raise ConfigError(f"{where} has {', '.join(unknown)}: a file of rules has {known}")
    return Tables(told, text, where)
