"""The columns of some records, each read as what it holds; and why a row cannot be kept."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scarline.flows.normal import KNOWN_BY
from scarline.kinds import INSTANT
from scarline.sources.csv_services.form import Form
from scarline.sources.csv_services.headings import Column
from scarline.sources.csv_services.numbers import NOTHING, Numbers
from scarline.sources.csv_services.records import Records
from scarline.sources.csv_services.walking import Bad

Flags = npt.NDArray[np.bool_]
Longs = npt.NDArray[np.int64]

MOST_LETTERS = 200
"""The longest name that is kept. Datadog cuts tags at 200 characters too (docs.datadoghq.com,
"Getting Started with Tags")."""

MOST_SHOWN = 60
"""How much of a cell is shown where it cannot be read."""

DECLARED = "declared"
"""What is written in a file somebody says; nobody has seen it happen."""

TOO_LONG = f"a name longer than {MOST_LETTERS} characters"
CONTROL = "a control character in a name"
UNREADABLE: Mapping[str, str] = {
    "latency_ms": "an unreadable latency",
    "error_rate": "an unreadable error rate",
    "confidence": "an unreadable confidence",
    "last_seen": "an unreadable time",
    "known_by": "an unknown way of knowing",
    "tags": "an unreadable tag",
}

_CONTROLS = r"[\p{Cc}\p{Zl}\p{Zp}]"
_BETWEEN_TAGS = re.compile(r"[,;|\r\n]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's columns by role, and the environment where it names none."""

    form: Form
    columns: Mapping[str, Column]
    env: str


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Reads the columns of some records and keeps the first fault that it finds in each row."""

    sheet: Sheet
    records: Records
    flaws: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Reason and what was there, by row."""

    def cells(self, role: str) -> pa.DictionaryArray:
        """Return the texts of a column; "" in each row where the file has none."""
        if role in self.records.columns:
            return self.records.columns[role]
        return constant("", len(self.records.columns["service"]))

    def names(self, role: str, default: str = "") -> pa.DictionaryArray:
        """Return the names in a column without the space around them, ``default`` for none."""
        cells = self.cells(role)
        words = pc.utf8_trim_whitespace(cells.dictionary)
        words = pc.if_else(pc.equal(words, ""), default, words)
        for wrong, reason in name_faults(words):
            self.refuse(role, wrong[codes(cells)], reason)
        once = words.dictionary_encode()
        return pa.DictionaryArray.from_arrays(once.indices.take(cells.indices), once.dictionary)

    def numbers(self, role: str, read: Callable[..., Numbers]) -> pa.Array:
        """Return the numbers of a column; null where none is told."""
        column = self.sheet.columns.get(role)
        found = read(
            self.cells(role),
            column.unit if column else "",
            decimal_comma=self.sheet.form.separator == ";",
        )
        self.refuse(role, found.wrong, UNREADABLE[role])
        return pa.array(found.values, mask=np.isnan(found.values))

    def times(self, role: str) -> pa.Array:
        """Return the times in a column of ISO 8601; one without an offset is UTC."""
        return self._each(role, self.cells(role), _instant, INSTANT)

    def ways(self, role: str) -> pa.DictionaryArray:
        """Return how each flow is known: as the file says, else declared."""
        return self._each(role, self.cells(role), _way, pa.string()).dictionary_encode()

    def tags(self) -> pa.DictionaryArray:
        """Return the tags of each row in their order, its type among them."""
        cells, kinds = self.cells("tags"), self.names("type")
        typed = pc.binary_join_element_wise("type:", kinds.dictionary, "")
        typed = pc.if_else(pc.equal(kinds.dictionary, ""), "", typed).take(kinds.indices)
        plain = cells.dictionary.take(cells.indices)
        both = pc.binary_join_element_wise(plain, typed, ",").dictionary_encode()
        return self._each("tags", both, _tags, pa.string()).dictionary_encode()

    def _each(
        self, role: str, cells: pa.DictionaryArray, read: Callable[[str], object], form: pa.DataType
    ) -> pa.Array:
        """Return what ``read`` makes of each distinct text; a ``ValueError`` is a fault."""
        values: list[object] = []
        wrong = np.zeros(len(cells.dictionary), dtype=np.bool_)
        for place, word in enumerate(cells.dictionary.to_pylist()):
            try:
                values.append(read(word))
            except ValueError:
                values.append(None)
                wrong[place] = True
        self.refuse(role, wrong[codes(cells)], UNREADABLE[role])
        return pa.array(values, form).take(cells.indices)

    def refuse(self, role: str, wrong: Flags, reason: str) -> None:
        """Keep out the rows that are ``wrong``, unless something else does already."""
        rows = np.flatnonzero(wrong)
        if rows.size:
            cells = self.cells(role)
            column = self.sheet.columns.get(role)
            title = self.sheet.form.titles[column.place] if column else role
            for row in rows.tolist():
                shown = repr(cells[row].as_py()[:MOST_SHOWN])
                self.flaws.setdefault(row, (reason, f"{title} is {shown}"))

    def good(self) -> Longs:
        """Return the rows without a fault."""
        kept = np.ones(len(self.records.columns["service"]), dtype=np.bool_)
        kept[list(self.flaws)] = False
        return np.flatnonzero(kept)

    def bad(self) -> list[Bad]:
        """Return the rows that are kept out, by line."""
        if not self.flaws:
            return sorted(self.records.bad)
        lines = self.records.lines()
        own = (Bad(int(lines[row]), *flaw) for row, flaw in self.flaws.items())
        return sorted([*own, *self.records.bad])


def codes(cells: pa.DictionaryArray) -> Longs:
    """Return for each row the place of its text among the distinct ones."""
    found: Longs = cells.indices.to_numpy().astype(np.int64)
    return found


def constant(text: str, count: int) -> pa.DictionaryArray:
    """Return a column with one text in all rows."""
    once = pa.array([text], pa.string())
    return pa.DictionaryArray.from_arrays(np.zeros(count, dtype=np.int32), once)


def name_faults(words: pa.Array) -> Iterator[tuple[Flags, str]]:
    """Yield which of some names cannot be kept, for each reason."""
    yield np.asarray(pc.greater(pc.utf8_length(words), MOST_LETTERS)), TOO_LONG
    yield np.asarray(pc.match_substring_regex(words, _CONTROLS)), CONTROL


def or_null(cells: pa.DictionaryArray) -> pa.DictionaryArray:
    """Return a column in which those that say nothing, such as ``-``, are null."""
    silent = np.asarray(pc.is_in(pc.utf8_lower(cells.dictionary), pa.array(NOTHING)))
    indices = pa.array(cells.indices.to_numpy(), mask=silent[codes(cells)])
    return pa.DictionaryArray.from_arrays(indices, cells.dictionary)


def _instant(text: str) -> datetime | None:
    if text.strip().lower() in NOTHING:
        return None
    at = datetime.fromisoformat(text.strip())
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _way(text: str) -> str:
    way = text.strip().lower() or DECLARED
    if way not in KNOWN_BY:
        raise ValueError(way)
    return way


def _tags(text: str) -> str:
    tags = {tag.strip() for tag in _BETWEEN_TAGS.split(text)}
    for tag in tags:
        if len(tag) > MOST_LETTERS or not tag.isprintable():
            raise ValueError(tag)
    return ",".join(sorted(tags - {""}))
