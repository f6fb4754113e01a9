"""How far a flow can be believed: how lately, how fully, how often and how it is known."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scarline.errors import UsageError

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

HALF_LIFE_SECONDS = 7 * 86_400
"""After so long a flow that was not seen again counts half: a week has every day of work once."""

MIDDLE = 0.5
"""What counts for the recency of a flow of which nobody says when it was seen."""

NUMBERS = ("latency_ms", "error_rate", "owner_team")
"""The columns that a flow is covered by."""

KNOWN: Mapping[str, float] = {"observed": 1.0, "declared": 0.8, "inferred": 0.5}
"""What each way of knowing is worth: traffic was seen; somebody says so; it is guessed."""

WEIGHTS: Mapping[str, float] = {"recency": 0.35, "coverage": 0.2, "stability": 0.2, "known": 0.25}
"""What each ingredient adds at most; they add up to 1."""


def confidence(rows: pa.RecordBatch | pa.Table, now: datetime, seen: Longs, loads: Longs) -> Floats:
    """Return for each row of the kind ``integration_flow`` how far it can be believed, 0 to 1.

    The sum of four ingredients, each from 0 to 1 and weighed by :data:`WEIGHTS`:

    - recency, ``0.5 ** (age / 7 days)`` of ``last_seen`` at ``now``; :data:`MIDDLE` if null, 1
      if it is later than ``now``;
    - coverage, the share of :data:`NUMBERS` that are known;
    - stability, ``(seen + 1) / (loads + 2)``: ``seen`` of the last ``loads`` loads had the flow.
      This is Laplace's rule of succession (Essai philosophique sur les probabilités, 1814): one
      load of one is less than ten of ten, and no load at all is a half;
    - how it is known, from :data:`KNOWN`.

    Where the source told a confidence, that one stays. Raises ``UsageError`` if ``now`` has no
    offset, or for counts that are not one for each row with ``0 <= seen <= loads``.
    """
    if now.tzinfo is None:
        raise UsageError("confidence needs an aware time: add the offset, such as +00:00")
    if not len(seen) == len(loads) == rows.num_rows or np.any((seen < 0) | (seen > loads)):
        raise UsageError("seen and loads must be counts for each row, seen not more than loads")
    ingredients = {
        "recency": _recency(rows, now),
        "coverage": np.mean([_floats(pc.is_valid(rows[name])) for name in NUMBERS], axis=0),
        "stability": (seen + 1) / (loads + 2),
        "known": _floats(_replaced(rows["known_by"])),
    }
    own = sum((WEIGHTS[name] * ingredients[name] for name in WEIGHTS), np.zeros(rows.num_rows))
    told = _floats(rows["confidence"])
    return np.where(np.isnan(told), np.clip(own, 0, 1), told)  # the sum may pass 1 by a rounding


def _recency(rows: pa.RecordBatch | pa.Table, now: datetime) -> Floats:
    ages = now.timestamp() - _floats(rows["last_seen"].cast(pa.int64())) / 1e6
    recency = 0.5 ** (np.maximum(ages, 0) / HALF_LIFE_SECONDS)
    return np.where(np.isnan(ages), MIDDLE, recency)


def _replaced(known_by: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return what each way of knowing is worth."""
    places = pc.index_in(known_by.cast(pa.string()), pa.array(list(KNOWN)))
    return pa.array(list(KNOWN.values())).take(places.to_numpy())


def _floats(column: pa.Array | pa.ChunkedArray) -> Floats:
    """Return a column as doubles, NaN where it is null."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    found: Floats = whole.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found
