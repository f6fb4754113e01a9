"""Scars that are made by hand, and marks on them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from scarline.kinds import DECISION, SCAR
from scarline.model import Asked, Batch, Cursor, Window
from scarline.scars.growing import series_id, shape
from scarline.scars.marks import Mark, Standing, marked, standing, subject_of
from tests.fakes import EPOCH

PLATEAU = [1.0] * 24
RAMP = [float(number) for number in range(1, 25)]
HUMP = [float(it) for it in np.sin(np.pi * np.linspace(0.05, 0.95, 24))]
WAVE = [float(it) for it in np.sin(2 * np.pi * np.linspace(0.02, 0.98, 24))]


def scar(hour: float = 0.0, course: Sequence[float] = PLATEAU, **own: Any) -> dict[str, Any]:
    """Return a row of SCAR that began so many hours after EPOCH and lasted for 30 minutes."""
    onset = EPOCH + timedelta(hours=hour)
    row: dict[str, Any] = {
        "onset": onset,
        "source": "fake",
        "metric": "system.load.1",
        "host": "web-1",
        "tags": "",
        "interval_seconds": 60,
        "aggregation": "avg",
        "unit": "load",
        "ended_at": onset + timedelta(minutes=30),
        "points": 30,
        "detector": "scar-operator/3",
        "expert": "spike",
        "direction": "high",
        "peak_at": onset + timedelta(minutes=5),
        "peak_score": 0.8,
        "peak_value": 12.5,
        "expected": 2.0,
        "low": 1.0,
        "high": 3.0,
        "missed_by": 20.0,
        "shape": orjson.dumps(shape(course)).decode(),
    } | own
    names = ("source", "metric", "host", "tags", "interval_seconds", "aggregation")
    return {"series": series_id(tuple(row[it] for it in names))} | row


def table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Return rows of SCAR as a store does."""
    return pa.Table.from_pylist(list(rows), schema=SCAR.schema)


def batch(*rows: dict[str, Any]) -> Batch:
    """Return scars as a pull of metrics brings them."""
    asked = (Asked("avg:fake{*}", Window(EPOCH, EPOCH + timedelta(days=30))),)
    return Batch(SCAR, table(rows).combine_chunks().to_batches()[0], Cursor(""), asked)


def subject(row: dict[str, Any]) -> str:
    """Return what marks call a scar."""
    return subject_of(row["series"], row["onset"])


def said(*marks: tuple[dict[str, Any], str | None], at: datetime = EPOCH) -> Standing:
    """Return what stands once people said so of these scars, one after another."""
    rows = DECISION.schema.empty_table()
    for row, mark in marks:
        version = standing(rows).version(subject(row)) + 1
        wanted = Mark(subject(row), version, at, "kim", mark, None, "a note of Kim's")
        more = marked(wanted, rows, {subject(row)})
        rows = pa.concat_tables([rows, pa.Table.from_batches([more])])
    return standing(rows)
