"""A file in which every field is looked at, so that all faults are told at once, with lines."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, TypeVar

from scarline.alerts.fields import Fields

Made = TypeVar("Made")


@dataclass(slots=True)
class File:
    """What is being read. ``faults`` are lines, 0 for the whole file, and sentences."""

    where: str
    text: str
    told: Mapping[str, Any]
    faults: list[tuple[int, str]] = field(default_factory=list)
    heads: dict[str, int] = field(default_factory=dict)

    def wrong(self, sentence: str, line: int = 0) -> None:
        """Note what is wrong, so that all of it is told at once."""
        where = f"{self.where}, line {line}:" if line else self.where
        self.faults.append((line, f"{where} {sentence}"))

    def sentences(self) -> list[str]:
        """Return what is wrong, in the order of the lines, each sentence once."""
        return list(dict.fromkeys(it for _, it in sorted(self.faults, key=lambda it: it[0])))

    def rows(self, name: str) -> Sequence[Mapping[str, Any]]:
        """Return the rows of an array of tables."""
        return self.listed(name, self.told.get(name, []))

    def listed(self, name: str, value: Any) -> Sequence[Mapping[str, Any]]:
        """Return an array of tables; anything else is a fault."""
        if isinstance(value, list) and all(isinstance(it, dict) for it in value):
            return value
        self.wrong(f"has {name}, which is written [[{name}]], once for each")
        return []

    def names(self, name: str) -> list[str]:
        """Return how the rows of an array of tables are called, those that are at fault too."""
        found = [it.get("name") for it in self.rows(name)]
        return [it for it in found if isinstance(it, str)]

    def made(self, head: str, row: Any, make: Callable[[Fields], Made]) -> Made | None:
        """Return what ``make`` makes of the next table under ``head``; None if it is at fault."""
        line = self._line(head)
        if not isinstance(row, dict):
            self.wrong(f"has {head}, which is written [{head}]")
            return None
        own = Fields(row)
        made = make(own)
        name = f" {row['name']!r}" if isinstance(row.get("name"), str) else ""
        for it, sentence in own.faults:
            self.wrong(f"{head}{name}: {sentence}", self._line_of(it, line))
        return None if own.faults else made

    def _line(self, head: str) -> int:
        number = self.heads[head] = self.heads.get(head, -1) + 1
        name, lines = re.escape(head), self.text.splitlines()
        for written in (rf"\s*\[\[?\s*{name}\s*\]", rf"\s*{name}\s*="):
            heads = [at for at, line in enumerate(lines, 1) if re.match(written, line)]
            if heads:
                return heads[number] if number < len(heads) else 1
        return 1

    def _line_of(self, name: str, head: int) -> int:
        """Return the line of a field in the table that begins at line ``head``, else that line."""
        written = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[.=]")
        body = takewhile(lambda it: not it.lstrip().startswith("["), self.text.splitlines()[head:])
        lines = (at for at, line in enumerate(body, head + 1) if written.match(line))
        return next(lines, head) if name else head
