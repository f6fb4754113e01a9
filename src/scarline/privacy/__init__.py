"""Redaction: the only way from a ``Batch`` to a ``CleanBatch``.

It is not passed in and cannot be switched off. Text that repeats is cleaned once, in the
dictionary of its column. What cannot be cleaned is dropped, never kept as it came.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import re2

from scarline.model import Asked, Batch, CleanBatch, Kind, Missing
from scarline.privacy.rules import RULES, Rule, fingerprint
from scarline.series import series_bounds, series_names

__all__ = ["RULES", "Rule", "redact", "redact_text"]

DROPPED = "[dropped]"
"""Stands where a text was that could not be cleaned."""

TEXT_LIMIT = 1_000_000
"""Characters; a longer text is dropped whole."""


def redact_text(text: str) -> str:
    """Return ``text`` with everything that a rule names replaced by the rule's name."""
    return _Cleaner(RULES).text(text)


def redact(batch: Batch, rules: Sequence[Rule] = RULES) -> CleanBatch:
    """Return ``batch`` without personal data, in its rows and in its account of itself.

    Every text column is cleaned, and so are the sentences about what was asked and what
    is missing. Series that cannot be told apart once cleaned are kept out, all but the
    first, and counted in ``kept_out``.
    """
    cleaner = _Cleaner(rules)
    columns = [cleaner.column(column) for column in batch.rows.columns]
    rows = pa.RecordBatch.from_arrays(columns, schema=batch.kind.schema)
    kept_out = {cleaner.text(reason): count for reason, count in batch.kept_out.items()}
    if cleaner.removed:
        rows, alike = _apart(batch.kind, series_bounds(batch.kind, batch.rows), rows)
        if alike:
            kept_out["cannot be told apart once redacted"] = alike
    clean = replace(
        batch,
        rows=rows,
        asked=tuple(Asked(cleaner.text(it.what), it.window) for it in batch.asked),
        missing=tuple(
            Missing(cleaner.text(it.what), it.window, cleaner.text(it.reason))
            for it in batch.missing
        ),
        kept_out=kept_out,
    )
    return CleanBatch(clean, fingerprint(rules), dict(cleaner.removed))


class _Cleaner:
    """Applies the rules, in their order, and counts what they take away."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._patterns = [(rule.name, _compiled(rule.pattern)) for rule in rules]
        self.removed: Counter[str] = Counter()

    def text(self, text: str) -> str:
        if len(text) > TEXT_LIMIT:
            self.removed["dropped"] += 1
            return DROPPED
        try:
            for name, pattern in self._patterns:
                text, count = pattern.subn(f"[{name}]", text)
                if count:
                    self.removed[name] += count
        except (UnicodeError, re2.error):
            self.removed["dropped"] += 1
            return DROPPED
        return text

    def column(self, column: pa.Array) -> pa.Array:
        if pa.types.is_dictionary(column.type):
            cleaned = pa.array(
                [self.text(word) for word in column.dictionary.to_pylist()], pa.string()
            )
            return _reencoded(column, cleaned)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            words = [None if word is None else self.text(word) for word in column.to_pylist()]
            return pa.array(words, column.type)
        return column


def _reencoded(column: pa.DictionaryArray, words: pa.Array) -> pa.DictionaryArray:
    """Return ``column`` with ``words`` for its dictionary, each word in it once."""
    if words.equals(column.dictionary):
        return column
    once = words.dictionary_encode()
    return pa.DictionaryArray.from_arrays(once.indices.take(column.indices), once.dictionary)


def _apart(
    kind: Kind, bounds: npt.NDArray[np.int64], rows: pa.RecordBatch
) -> tuple[pa.RecordBatch, int]:
    """Keep the first of the series that have the same names; return the rest's row count.

    ``bounds`` are those of the rows as they came: alike neighbours would hide theirs.
    """
    seen: set[tuple[str | int | None, ...]] = set()
    keep = np.ones(rows.num_rows, dtype=bool)
    for names, start, end in zip(
        series_names(kind, rows, bounds), bounds[:-1], bounds[1:], strict=True
    ):
        identity = names[: len(kind.series)]
        keep[start:end] = identity not in seen
        seen.add(identity)
    alike = int(np.count_nonzero(~keep))
    return (rows.filter(pa.array(keep)), alike) if alike else (rows, 0)


@cache
def _compiled(pattern: str) -> "re2._Regexp[str]":
    return re2.compile(pattern)
