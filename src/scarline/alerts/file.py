"""A file in which every table is looked at, so that all faults are told at once, with lines."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scarline.alerts.fields import Fields

Made = TypeVar("Made")


@dataclass(slots=True)
class File:
    """What is being read. ``faults`` are sentences, so that all of them are told at once."""

    where: str
    text: str
    told: Mapping[str, Any]
    faults: list[str] = field(default_factory=list)
    heads: dict[str, int] = field(default_factory=dict)

    def rows(self, name: str) -> Sequence[Mapping[str, Any]]:
        """Return the rows of an array of tables."""
        return self.listed(name, self.told.get(name, []))

    def listed(self, name: str, value: Any) -> Sequence[Mapping[str, Any]]:
        """Return an array of tables; anything else is a fault."""
        if isinstance(value, list) and all(isinstance(it, dict) for it in value):
            return value
        self.faults.append(f"{self.where}: {name} is written [[{name}]], once for each")
        return []

    def made(self, head: str, row: Any, make: Callable[[Fields], Made]) -> Made | None:
        """Return what ``make`` makes of the next table under ``head``; None if it is at fault."""
        line = self._line(head)
        if not isinstance(row, dict):
            self.faults.append(f"{self.where}: {head} is written [{head}]")
            return None
        try:
            return make(Fields(row))
        except ValueError as error:
            name = f" {row['name']!r}" if isinstance(row.get("name"), str) else ""
            self.faults.append(f"{self.where}, line {line}: {head}{name}: {error}")
            return None

    def _line(self, head: str) -> int:
        number = self.heads[head] = self.heads.get(head, -1) + 1
        name, lines = re.escape(head), self.text.splitlines()
        for written in (rf"\s*\[\[?\s*{name}\s*\]", rf"\s*{name}\s*="):
            heads = [at for at, line in enumerate(lines, 1) if re.match(written, line)]
            if heads:
                return heads[number] if number < len(heads) else 1
        return 1
