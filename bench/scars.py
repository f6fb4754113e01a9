"""The ScarOperator beside what a user would do otherwise: is it right, and is it quick.

``python -m bench.scars [--nab FOLDER] [--held]``. Ours has one threshold for everything, 0.5, and
is told nothing; each peer has the threshold at which it is best on the very series that it is
scored on.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench import nab, scars_made, scars_speed
from bench.report import table
from bench.scars_made import Made
from bench.scars_peers import ewma_compiled, half_space_trees, peers
from scarline.scars import ALERT_LINE, alert_series

Floats = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]

AFTERWARDS = 2
"""Rows after an incident in which its onset may still come."""
CHOSEN_ON, FRESH = 1, 2
"""Seeds: settings were chosen on the first, the second only ever measures."""
THRESHOLDS = 60


@dataclass(frozen=True, slots=True)
class Onsets:
    """What the onsets of alerts found: incidents in all and found, onsets for nothing, weeks."""

    incidents: int = 0
    found: int = 0
    false: int = 0
    weeks: float = 0.0

    def __add__(self, other: "Onsets") -> "Onsets":
        return Onsets(
            self.incidents + other.incidents,
            self.found + other.found,
            self.false + other.false,
            self.weeks + other.weeks,
        )

    @property
    def recall(self) -> float:
        """The share of incidents that were found."""
        return self.found / max(1, self.incidents)

    @property
    def precision(self) -> float:
        """The share of what was told that was an incident."""
        return self.found / max(1, self.found + self.false)

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.found / max(1, self.found + self.false + self.incidents)


def onsets(flags: Flags, made: Made) -> Onsets:
    """Count by onsets alone: a flag that stays on earns nothing, and only its first row counts."""
    begins = np.flatnonzero(flags & ~np.concatenate(([False], flags[:-1])))
    inside = np.zeros(begins.size, dtype=bool)
    found = 0
    for first, last in made.incidents:
        hits = (begins >= first) & (begins <= last + AFTERWARDS)
        inside |= hits
        found += bool(hits.any())
    weeks = float(made.ts[-1] - made.ts[0]) / scars_made.WEEK
    return Onsets(len(made.incidents), found, int((~inside).sum()), weeks)


def ours(made: Made) -> Flags:
    """Return the onsets of the operator."""
    return np.asarray(alert_series(made.ts, made.values) >= ALERT_LINE)


def at_best(scores: Sequence[Floats], series: Sequence[Made]) -> Onsets:
    """Return what scores find at the one threshold at which they find it best."""
    everything = np.concatenate(scores)
    levels = np.unique(np.quantile(everything, 1 - np.geomspace(1e-5, 0.1, THRESHOLDS)))
    return max(
        (
            sum((onsets(s > level, m) for s, m in zip(scores, series, strict=True)), Onsets())
            for level in levels
        ),
        key=lambda it: it.f1,
    )


def made_series() -> None:
    """Print what is found in made series, ours and the peers'."""
    for title, make in (
        ("production-like KPIs, a minute a step", scars_made.kpi),
        ("cloud-like series, 5 minutes to an hour a step", scars_made.cloud),
    ):
        rows = []
        for seed in (CHOSEN_ON, FRESH):
            series = list(make(36, seed))
            total = sum((onsets(ours(made), made) for made in series), Onsets())
            rows.append((f"ScarOperator at 0.5, seed {seed}", _cells(total)))
        series = list(make(36, FRESH))
        for name, peer in peers().items():
            if peer is not half_space_trees or make is scars_made.cloud:
                total = at_best([peer(made.values) for made in series], series)
                rows.append((f"{name}, best threshold", _cells(total)))
        table(title, "by onsets", ("F1", "precision", "recall", "false/week"), rows)


def _cells(found: Onsets) -> list[str]:
    numbers = (found.f1, found.precision, found.recall, found.false / found.weeks)
    return [f"{number:.2f}" for number in numbers]


def on_nab(folder: Path, *, held: bool) -> None:
    """Print the scores of NAB on the half for choosing, and on the held half if asked for."""
    series = nab.read(folder)
    halves = {"half for choosing": [it for it in series if not nab.is_held(it.name)]}
    if held:
        halves["held half"] = [it for it in series if nab.is_held(it.name)]
        halves["all files"] = series
    rows = []
    for title, part in halves.items():
        flags = [alert_series(it.ts, it.values) >= ALERT_LINE for it in part]
        rows.append((f"ScarOperator at 0.5, {title}", _nab_cells(flags, part)))
        scores = [ewma_compiled(it.values) for it in part]
        tried = [[it > level for it in scores] for level in np.geomspace(3, 100, THRESHOLDS)]
        found = max(tried, key=partial(_nab_score, series=part, profile=nab.PROFILES["standard"]))
        rows.append((f"EWMA z, best threshold, {title}", _nab_cells(found, part)))
    table("NAB", "0 for silence, 100 for perfect", list(nab.PROFILES), rows)


def _nab_score(
    flags: Sequence[Flags], series: Sequence[nab.Labelled], profile: nab.Profile
) -> float:
    tallies = [nab.tally(flag, it.windows, profile) for flag, it in zip(flags, series, strict=True)]
    return nab.normalised(tallies, profile)


def _nab_cells(flags: Sequence[Flags], series: Sequence[nab.Labelled]) -> list[str]:
    return [f"{_nab_score(flags, series, it):.1f}" for it in nab.PROFILES.values()]


def run(nab_folder: Path | None = None, *, held: bool = False) -> None:
    """Print everything. The held half of NAB is for rare runs, each written down."""
    parts: list[Callable[[], None]] = [made_series, scars_speed.run]
    if nab_folder is not None:
        parts.insert(0, lambda: on_nab(nab_folder, held=held))
    for part in parts:
        part()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.scars", description=__doc__)
    parser.add_argument("--nab", type=Path, help="a folder with NAB's data and labels")
    parser.add_argument(
        "--held", action="store_true", help="score the held half, too: write it down"
    )
    asked = parser.parse_args()
    run(asked.nab, held=asked.held)
