"""The scoring rules of NAB, written anew, and its files in two fixed halves.

The rules are those that Lavin and Ahmad publish in "Evaluating Real-time Anomaly Detection
Algorithms" (ICMLA 2015) and that numenta/NAB runs. A row inside a labelled window earns more
the earlier it is, and a window counts once; a window without a flagged row costs; so does each
flagged row outside, less where it follows a window closely. A detector that flags nothing has
0 points, one that flags the first row of each window and nothing else has 100.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.csv

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PROBATION_SHARE = 0.15
PROBATION_ROWS = 5000
"""The first share of a file is not scored, and never more than that share of so many rows."""

FAR = 3.0
"""So many window lengths after a window, a false row costs its full price."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a false row and a missed window cost, where a window found at once earns 1."""

    false_row: float
    missed_window: float


PROFILES = {
    "standard": Profile(0.11, 1.0),
    "low-FP": Profile(0.22, 1.0),
    "low-FN": Profile(0.11, 2.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A series with its labels: ``windows`` are pairs of first and last row, both within."""

    name: str
    ts: Floats
    values: Floats
    windows: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Tally:
    """What one series brings: raw points, and how many windows could be found in it."""

    points: float
    windows: int


def is_held(name: str) -> bool:
    """Whether a file belongs to the held half: the digest of its name is odd."""
    return hashlib.sha256(name.encode()).digest()[-1] % 2 == 1


def read(folder: Path) -> list[Labelled]:
    """Read all series below ``folder``, which holds NAB's ``data`` and ``labels``.

    Times are seconds since 1970, as if the files were in UTC.
    """
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text("utf-8"))
    return [_read_one(folder / "data" / name, name, labels[name]) for name in sorted(labels)]


def _read_one(path: Path, name: str, windows: Iterable[Sequence[str]]) -> Labelled:
    table = pyarrow.csv.read_csv(path)
    ts = table["timestamp"].cast("timestamp[s]").cast("int64").to_numpy()
    ends = [[_row(ts, moment) for moment in window] for window in windows]
    values = table["value"].cast("float64").to_numpy()
    return Labelled(name, ts.astype(np.float64), values, [(first, last) for first, last in ends])


def _row(ts: npt.NDArray[np.int64], moment: str) -> int:
    """Return the first row of that time."""
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
    return int(np.flatnonzero(ts == int(at))[0])


def falling(place: Floats) -> Floats:
    """Return what a row at ``place`` is worth: about 1 at -1, 0 at 0, about -1 from 1 on.

    A window reaches from -1 to 0; after it, places count its lengths.
    """
    return np.where(place >= FAR, -1.0, 2.0 / (1.0 + np.exp(5.0 * np.minimum(place, FAR))) - 1.0)


def worth(rows: int, windows: Sequence[tuple[int, int]]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return what each row is worth if it is flagged, and its window (-1 outside)."""
    at = np.arange(rows, dtype=np.float64)
    value, number = np.full(rows, -1.0), np.full(rows, -1, dtype=np.int64)
    best = float(falling(np.array([-1.0]))[0])
    for index, (first, last) in enumerate(windows):
        width = last - first + 1
        inside, after = slice(first, last + 1), slice(last + 1, rows)
        value[inside] = falling(-(last - at[inside] + 1) / width) / best
        value[after] = falling((at[after] - last) / max(1, width - 1))
        number[inside] = index
    return value, number


def tally(flags: Flags, windows: Sequence[tuple[int, int]], profile: Profile) -> Tally:
    """Return what the flagged rows of one series bring.

    ``flags`` has one entry for each row; ``windows`` are in the order of time.
    """
    rows = flags.size
    start = math.ceil(min(math.floor(PROBATION_SHARE * rows), PROBATION_SHARE * PROBATION_ROWS))
    value, number = worth(rows, windows)
    value, number, flagged = value[start:], number[start:], flags[start:]
    points = profile.false_row * float(value[flagged & (number < 0)].sum())
    found = np.unique(number[number >= 0])
    for window in found:
        hits = value[flagged & (number == window)]
        points += float(hits.max()) if hits.size else -profile.missed_window
    return Tally(points, int(found.size))


def normalised(tallies: Iterable[Tally], profile: Profile) -> float:
    """Return the score of many series together: nothing flagged is 0, perfect is 100."""
    parts = list(tallies)
    windows = sum(part.windows for part in parts)
    null = -profile.missed_window * windows
    points = sum(part.points for part in parts)
    return 100.0 * (points - null) / (windows - null)
