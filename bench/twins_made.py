"""Made incidents that come again, at other sizes and lengths and on other hosts, among new ones.

Everything is drawn from a seed; no number in here comes from a real series.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Random = np.random.Generator
Curve = Callable[[Floats], Floats]

START = 1_740_960_000.0
"""A Monday, 00:00 UTC."""
MINUTE, DAY = 60.0, 86_400.0
CALM_DAYS = 2
"""Days without an incident, in which the detector learns the series."""

NEVER = "new"
"""The family of an incident that comes once."""

UNLIKE = 0.8
"""Such an incident's cosine with every other shape stays below it."""

GRID = np.linspace(0.0, 1.0, 100)
"""Where the shape of such an incident is drawn."""


def _bump(at: Floats, where: float, width: float) -> Floats:
    return np.asarray(np.exp(-(((at - where) / width) ** 2)))


FAMILIES: Mapping[str, Curve] = {
    "plateau": np.ones_like,
    "drop": lambda at: -np.ones_like(at),
    "ramp": lambda at: 0.1 + 0.9 * at,
    "decay": lambda at: np.exp(-3.5 * at),
    "hump": lambda at: np.sin(np.pi * at),
    "two humps": lambda at: _bump(at, 0.2, 0.12) + 0.9 * _bump(at, 0.8, 0.12),
    "three spikes": lambda at: sum((_bump(at, it, 0.05) for it in (0.1, 0.5, 0.9)), 0.0 * at),
    "surge and dip": lambda at: np.sin(2 * np.pi * at),
    "dip and surge": lambda at: -np.sin(2 * np.pi * at),
    "second step": lambda at: np.where(at < 0.6, 0.3, 1.0),
    "notch": lambda at: 1.0 - _bump(at, 0.5, 0.2),
    "slow drop": lambda at: -(0.15 + 0.85 * at**2),
}
"""Shapes over a part of an incident's length, 0 to 1; the largest is about 1 away from 0."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What was put into a series: rows first and last, and of which family it is."""

    host: int
    first: int
    last: int
    family: str


@dataclass(frozen=True, slots=True, eq=False)
class Estate:
    """Minute data: times in seconds since 1970, shape (rows,), and values, shape (hosts, rows)."""

    ts: Floats
    values: Floats
    incidents: Sequence[Incident]


def estate(seed: int, hosts: int = 10, days: int = 21, new: float = 0.3) -> Estate:
    """Make ``hosts`` series with an incident every 10 hours or so; a share ``new`` comes once."""
    chance = np.random.default_rng(seed)
    ts = START + MINUTE * np.arange(int(days * DAY / MINUTE))
    values = np.empty((hosts, ts.size))
    incidents: list[Incident] = []
    known = [family(GRID) for family in FAMILIES.values()]
    for host in range(hosts):
        usual, spread = _usual(ts, chance)
        values[host] = usual + spread * _noise(ts.size, chance)
        for first, last, family, curve in _planned(ts.size, new, known, chance):
            size = float(np.exp(chance.uniform(np.log(8.0), np.log(60.0))))
            values[host, first : last + 1] += size * spread * curve
            incidents.append(Incident(host, first, last, family))
    return Estate(ts, values, incidents)


def _usual(ts: Floats, chance: Random) -> tuple[Floats, float]:
    level = float(10.0 ** chance.uniform(0.5, 4))
    day = 2 * np.pi * (ts / DAY + chance.random())
    depth = float(chance.choice([0.0, 0.1, 0.3]))
    return level * (1.0 + depth * np.sin(day)), 0.03 * level


def _noise(rows: int, chance: Random) -> Floats:
    """Return noise of spread about 1, a part of it with memory, with tails as heavy as drawn."""
    freedom = float(chance.choice([5, 8, 30]))
    quick = chance.standard_t(freedom, rows) / np.sqrt(freedom / (freedom - 2))
    slow = np.convolve(chance.normal(size=rows + 9), np.ones(10) / np.sqrt(10), "valid")
    share = chance.uniform(0.0, 0.6)
    return np.asarray(np.sqrt(1 - share**2) * quick + share * slow)


def _planned(
    rows: int, new: float, known: list[Floats], chance: Random
) -> Iterator[tuple[int, int, str, Floats]]:
    row = int(CALM_DAYS * DAY / MINUTE)
    names = list(FAMILIES)
    while True:
        row += int(chance.uniform(360, 840))
        length = int(chance.uniform(12, 55))
        if row + length + 120 > rows:
            return
        at = np.linspace(0.0, 1.0, length)
        family = NEVER if chance.random() < new else str(chance.choice(names))
        if family == NEVER:
            known.append(_unlike(known, chance))
        curve = np.interp(at, GRID, known[-1]) if family == NEVER else FAMILIES[family](at)
        yield row, row + length - 1, family, np.asarray(curve)
        row += length


def _unlike(known: Sequence[Floats], chance: Random) -> Floats:
    """Draw a shape of bumps of both signs that is unlike all that are known."""
    units: Floats = np.array([it / np.linalg.norm(it) for it in known])
    while True:
        curve = np.zeros_like(GRID)
        for _ in range(int(chance.integers(2, 8))):
            size = chance.choice([-1.0, 1.0]) * chance.uniform(0.3, 1.0)
            curve += size * _bump(GRID, chance.random(), chance.uniform(0.04, 0.2))
        if (units @ curve).max() < UNLIKE * np.linalg.norm(curve):
            return np.asarray(curve / np.abs(curve).max())
