"""Is a scar known again: made incidents that come again, through the whole detector.

``python -m bench.twins``. Ours has the one likeness that it ships with; the others are what one
would do otherwise, each at the threshold at which it is best on the very scars that it is scored
on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.report import best, table
from bench.twins_made import NEVER, Estate, estate
from scarline.kinds import METRIC_POINT
from scarline.scars import detect
from scarline.scars.feedback import judged
from scarline.scars.growing import grown
from scarline.scars.incidents import TOGETHER, incidents
from scarline.scars.marks import Standing
from scarline.scars.twins import twins

Floats = npt.NDArray[np.floating]
Longs = npt.NDArray[np.int64]

CHOSEN_ON, FRESH = (1, 2), (3, 4, 5, 6)
"""Seeds: the likeness from which on scars are twins was chosen on the first, the others measure."""

WINDOW = 60
"""Minutes from the onset on that are compared otherwise: as long as the longest incident."""

AFTERWARDS = 3
"""Minutes after an incident in which its onset may still come."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The scars that the detector found in an estate, by rising onset.

    ``family`` is of what they are, another one for each that came once or was for nothing;
    ``windows`` are the values from the onset on, shape (scars, WINDOW).
    """

    scars: pa.Table
    family: Sequence[str]
    windows: Floats


@dataclass(frozen=True, slots=True)
class Known:
    """Scars whose incident was there before, those said to be, and those said rightly."""

    repeats: int = 0
    said: int = 0
    right: int = 0

    def __add__(self, other: "Known") -> "Known":
        return Known(self.repeats + other.repeats, self.said + other.said, self.right + other.right)

    def cells(self) -> list[str]:
        """Return F1, precision and recall."""
        precision, recall = self.right / max(1, self.said), self.right / max(1, self.repeats)
        f1 = 2 * self.right / max(1, self.said + self.repeats)
        return [f"{number:.2f}" for number in (f1, precision, recall)]

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(1, self.said + self.repeats)


def found(made: Estate) -> Found:
    """Judge an estate and let its scars grow, as a pull does."""
    hosts, rows = made.values.shape
    points = _points(made)
    said, _ = detect(points, {})
    scars, _ = grown(points, said, {})
    scars = pa.Table.from_batches([scars]).sort_by(
        [("onset", "ascending"), ("series", "ascending")]
    )
    at = scars["onset"].cast(pa.int64()).to_numpy() / 1e6
    place = np.rint((at - made.ts[0]) / 60).astype(np.int64)
    whose = [int(name.rpartition("-")[2]) for name in scars["host"].to_pylist()]
    family = [
        next(
            (
                it.family
                for it in made.incidents
                if it.host == host and it.first <= row <= it.last + AFTERWARDS
            ),
            NEVER,
        )
        for host, row in zip(whose, place.tolist(), strict=True)
    ]
    names = [f"{it} {number}" if it == NEVER else it for number, it in enumerate(family)]
    columns = np.minimum(place[:, None] + np.arange(WINDOW), rows - 1)
    return Found(scars, names, made.values[np.array(whose)[:, None] % hosts, columns])


def _points(made: Estate) -> pa.RecordBatch:
    hosts, rows = made.values.shape
    each, zeros = (
        np.repeat(np.arange(hosts, dtype=np.int32), rows),
        np.zeros(hosts * rows, np.int32),
    )
    words = {"source": "made", "metric": "made.kpi", "tags": "", "aggregation": "avg"}
    own = {
        name: pa.DictionaryArray.from_arrays(pa.array(zeros), [word])
        for name, word in words.items()
    }
    own["host"] = pa.DictionaryArray.from_arrays(
        pa.array(each), [f"host-{it}" for it in range(hosts)]
    )
    own["interval_seconds"] = pa.array(np.full(hosts * rows, 60, np.int32))
    own["unit"] = pa.nulls(hosts * rows, pa.dictionary(pa.int32(), pa.string()))
    micros = np.tile((made.ts * 1e6).astype(np.int64), hosts)
    own["ts"] = pa.array(micros).cast(pa.timestamp("us", "UTC"))
    own["value"] = pa.array(np.asarray(made.values, np.float64).ravel())
    names = METRIC_POINT.schema.names
    return pa.RecordBatch.from_arrays([own[it] for it in names], schema=METRIC_POINT.schema)


def _earlier(scars: pa.Table) -> npt.NDArray[np.bool_]:
    """Return which scars come before which, not together: shape (scars, scars)."""
    onset = scars["onset"].cast(pa.int64()).to_numpy()
    return np.asarray(onset[None, :] < onset[:, None] - TOGETHER // timedelta(microseconds=1))


def known(own: Found, twin: Longs) -> Known:
    """Count: a scar is known again if its twin is of the same family. ``twin`` is -1 for none."""
    family = np.array(own.family)
    repeats = (_earlier(own.scars) & (family[None, :] == family[:, None])).any(axis=1)
    said = twin >= 0
    right = said & (family[np.maximum(twin, 0)] == family)
    return Known(int(repeats.sum()), int(said.sum()), int(right.sum()))


def nearest(own: Found, windows: Floats) -> tuple[Longs, Floats]:
    """Return the nearest earlier window of each, and how far it is (Euclid)."""
    squares = (windows**2).sum(axis=1)
    apart = squares[:, None] + squares[None, :] - 2 * windows @ windows.T
    apart = np.where(_earlier(own.scars), np.sqrt(np.maximum(apart, 0.0)), np.inf)
    return apart.argmin(axis=1), apart.min(axis=1)


def raw(own: Found) -> Floats:
    """Return the windows as they are."""
    return own.windows


def normal(own: Found) -> Floats:
    """Return the windows by their own mean and spread, as a matrix profile compares them."""
    spread = own.windows.std(axis=1, keepdims=True)
    return np.asarray((own.windows - own.windows.mean(axis=1, keepdims=True)) / (spread + 1e-9))


OTHERS: Mapping[str, Callable[[Found], Floats]] = {
    "Euclid, raw windows": raw,
    "Euclid, z-normalised windows": normal,
}


def at_best(every: Sequence[Found], form: Callable[[Found], Floats]) -> Known:
    """Return what a distance knows again at the one threshold at which it is best."""
    near = [nearest(own, form(own)) for own in every]
    distances = np.concatenate([far[np.isfinite(far)] for _, far in near])
    tried = [
        sum(
            (
                known(own, np.where(far <= level, twin, -1))
                for own, (twin, far) in zip(every, near, strict=True)
            ),
            Known(),
        )
        for level in np.quantile(distances, np.linspace(0.02, 1.0, 50))
    ]
    return max(tried, key=lambda it: it.f1)


def repeats() -> None:
    """Print what is known again, on the seeds that the likeness was chosen on and on fresh ones."""
    rows = []
    for title, seeds in (("chosen on", CHOSEN_ON), ("fresh", FRESH)):
        every = [found(estate(seed)) for seed in seeds]
        ours = sum((known(own, twins(own.scars).best) for own in every), Known())
        rows.append((f"twins as shipped, {title} seeds", ours.cells()))
        for name, form in OTHERS.items():
            rows.append((f"{name}, best threshold", at_best(every, form).cells()))
    table("seen before", "by scars", ("F1", "precision", "recall"), rows)


def speed(count: int = 10_000) -> None:
    """Print how long it takes for all scars of one metric at once, and for one pair by pair."""
    scars = pa.concat_tables([found(estate(seed)).scars for seed in (*CHOSEN_ON, *FRESH)])
    scars = pa.concat_tables([scars] * (count // scars.num_rows + 1)).slice(0, count)
    minutes = np.sort(np.random.default_rng(1).integers(0, 500_000, count))
    onset = pa.array(minutes * 60_000_000).cast(pa.timestamp("us", "UTC"))
    scars = scars.set_column(scars.schema.get_field_index("onset"), "onset", onset)
    rows = [
        ("twins of all", [f"{best(lambda: twins(scars), 3):.2f} s"]),
        ("twins, marks and what is quiet", [f"{best(lambda: judged(scars, Standing()), 3):.2f} s"]),
        ("incidents of all", [f"{best(lambda: incidents(scars), 3):.2f} s"]),
    ]
    table(f"{count:,} scars of one metric", "best of three", ("time",), rows)


def run() -> None:
    """Print everything."""
    repeats()
    speed()


if __name__ == "__main__":
    run()
