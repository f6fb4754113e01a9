"""Flows as they are answered: pages of JSON with an ETag, and a table for a spreadsheet."""

import csv
import io
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from scarline.kinds import INTEGRATION_FLOW
from scarline.web.moments import Moment
from scarline.web.paging import Cursor, cursor_after, key_of

MOST_FLOWS = 10_000

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so is a formula to a spreadsheet, or leads one past its guard (OWASP, "CSV
Injection"): it is written after an apostrophe."""

_ROWS_AT_ONCE = 5_000


class Wanted(BaseModel):
    """Which flows are asked for. What is left out, or empty, does not matter."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field("", description="who told of it: datadog, api, …")
    env: str = Field("", description="environment")
    system: str = Field("", description="system at either end")
    owner: str = Field("", description="owning team")
    status: Literal["", "healthy", "degraded", "failed", "unknown"] = ""
    min_confidence: float = Field(0.0, ge=0, le=1, allow_inf_nan=False)

    at: Moment | None = Field(None, description="a moment in the past; now if left out")
    limit: int | None = Field(
        None, ge=1, le=MOST_FLOWS, description="flows in one answer; 5,000 if left out, in CSV all"
    )
    cursor: Cursor = ""
    format: Literal["json", "csv"] = "json"


def chosen(rows: pa.Table, wanted: Wanted) -> pa.Table:
    """Return the rows that are asked for, after the cursor; raises ``UsageError`` for a bad one."""
    found = having(rows, wanted)
    return found.slice(_place_after(found, wanted.cursor)) if wanted.cursor else found


def having(rows: pa.Table, wanted: Wanted) -> pa.Table:
    """Return the rows that are asked for, from the first."""
    tests = [
        pc.equal(rows[column], value)
        for column, value in (
            ("source", wanted.source),
            ("env", wanted.env),
            ("owner_team", wanted.owner),
            ("status", wanted.status),
        )
        if value
    ]
    if wanted.system:
        ends = [pc.equal(rows[name], wanted.system) for name in ("system_from", "system_to")]
        tests.append(pc.or_(*ends))
    if wanted.min_confidence:
        tests.append(pc.greater_equal(rows["confidence"], wanted.min_confidence))
    for test in tests[1:]:
        tests[0] = pc.and_(tests[0], test)
    return rows.filter(tests[0]) if tests else rows


def page(rows: pa.Table, limit: int) -> bytes:
    """Return the first ``limit`` rows as JSON, and the cursor after them if there are more."""
    shown = rows.slice(0, limit)
    more = rows.num_rows > limit
    following = cursor_after(_key(rows, limit - 1)) if more else None
    return msgspec.json.encode({"flows": records(shown), "next": following})


def records(rows: pa.Table) -> list[dict[str, Any]]:
    """Return rows as dictionaries; tags as a list."""
    columns = [_values(rows[name]) for name in rows.schema.names]
    tags = rows.schema.get_field_index("tags")
    split = {text: text.split(",") if text else [] for text in set(columns[tags])}
    columns[tags] = [split[text] for text in columns[tags]]
    names = rows.schema.names
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def table(rows: pa.Table) -> Iterator[str]:
    """Yield rows as CSV with a header, in which no cell is a formula."""
    yield _lines([rows.schema.names])
    for first in range(0, rows.num_rows, _ROWS_AT_ONCE):
        part = rows.slice(first, _ROWS_AT_ONCE)
        columns = [_cells(part[name]) for name in part.schema.names]
        yield _lines(zip(*columns, strict=True))


def _lines(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cells(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.string())
    return [harmless(value) if isinstance(value, str) else value for value in _values(column)]


def harmless(text: str) -> str:
    """Return a cell that a spreadsheet takes for text."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _values(column: pa.ChunkedArray) -> list[Any]:
    """Return the values of a column; plain first, as a dictionary is slow to read one by one."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    values: list[Any] = column.to_pylist()
    return values


def _place_after(rows: pa.Table, cursor: str) -> int:
    key = key_of(cursor, len(INTEGRATION_FLOW.key))
    return bisect_right(range(rows.num_rows), key, key=lambda number: _key(rows, number))


def _key(rows: pa.Table, number: int) -> tuple[str, ...]:
    return tuple(rows[name][number].as_py() for name in INTEGRATION_FLOW.key)
