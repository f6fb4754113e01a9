"""Made series that look like production: seasons, gaps, shifts, dense repeated incidents.

Everything is drawn from a seed. `kpi` gives minute data of four weeks with up to two incidents a
day; `cloud` gives slower series (5 minutes to an hour) of many weeks, with fewer and longer ones.
No number in here comes from a real series.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Random = np.random.Generator

START = 1_740_960_000.0
"""A Monday, 00:00 UTC."""
MINUTE, HOUR, DAY, WEEK = 60.0, 3600.0, 86400.0, 604800.0

SHAPES = ("spike", "plateau", "ramp", "hump", "noise", "flat", "outage")


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A series and the rows, first and last, of what is wrong in it."""

    name: str
    ts: Floats
    values: Floats
    incidents: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of series to make: step in seconds, length in weeks, incidents per week.

    ``lasts`` are the shortest and longest incident in steps, ``sizes`` the smallest and largest
    in spreads of the noise around it.
    """

    step: float
    weeks: float
    incidents: float
    lasts: tuple[int, int]
    sizes: tuple[float, float]


def kpi(count: int, seed: int = 1) -> Iterator[Made]:
    """Make minute data of four weeks."""
    for number in range(count):
        chance = np.random.default_rng([seed, number])
        plan = Plan(MINUTE, 4, float(chance.choice([1, 4, 7, 14])), (2, 60), (6.0, 60.0))
        yield _make(f"kpi-{number:02}", plan, chance)


def cloud(count: int, seed: int = 1) -> Iterator[Made]:
    """Make series of 5 minutes to an hour a step, of some two thousand to eight thousand steps."""
    for number in range(count):
        chance = np.random.default_rng([seed, number, 7])
        step = float(chance.choice([5, 15, 60])) * MINUTE
        weeks = {5.0: 4.0, 15.0: 8.0, 60.0: 16.0}[step / MINUTE]
        plan = Plan(step, weeks, float(chance.choice([0.5, 1, 2])), (1, 24), (6.0, 40.0))
        yield _make(f"cloud-{number:02}", plan, chance)


def _make(name: str, plan: Plan, chance: Random) -> Made:
    rows = int(plan.weeks * WEEK / plan.step)
    ts = START + np.arange(rows) * plan.step
    usual, spread = _usual(ts, chance)
    noise = _noise(rows, chance)
    values = usual + spread * noise
    incidents = _strike(values, usual, spread, plan, chance)
    if chance.random() < 0.4:
        incidents = _shift(values, spread, plan, chance, incidents)
    kind = chance.random()
    if kind < 0.5:
        values = np.maximum(values, 0.0)
    if kind < 0.2:
        values = np.round(values)
    return _with_gaps(name, ts, values, incidents, chance)


def _usual(ts: Floats, chance: Random) -> tuple[Floats, Floats]:
    """Return the expected value and the spread of the noise at each time."""
    day = 2 * np.pi * ((ts % DAY) / DAY + chance.random())
    swing = np.zeros(ts.size)
    for harmonic in range(1, int(chance.integers(2, 6))):
        size = chance.normal() / harmonic
        swing += size * np.cos(harmonic * day + 2 * np.pi * chance.random())
    swing /= max(1e-9, float(np.abs(swing).max()))
    night = ((ts - START) % WEEK - 4.9 * DAY) % WEEK / (6 * HOUR)
    rest = np.clip(np.minimum(night, 9.0 - night), 0.0, 1.0)  # two days, with slow edges
    weekend = 1.0 - chance.uniform(0.0, 0.5) * rest
    depth = float(chance.choice([0.0, 0.2, 0.5, 0.8]))
    shape = (1.0 + depth * swing) * weekend
    level = float(10.0 ** chance.uniform(0.5, 5))
    drift = 1.0 + chance.normal() * 0.02 * (ts - START) / WEEK
    usual = level * shape * drift
    if chance.random() < 0.12:
        minute = (ts % (HOUR * chance.choice([1, 6, 24]))) / MINUTE
        usual += level * chance.uniform(0.2, 1.0) * (minute < chance.integers(5, 20))
    relative = float(10.0 ** chance.uniform(-2, -0.7))
    power = float(chance.choice([0.0, 0.5, 1.0]))
    return usual, relative * level * np.maximum(shape, 0.1) ** power


def _noise(rows: int, chance: Random) -> Floats:
    """Return noise of spread about 1: with memory, and tails as heavy as drawn."""
    freedom = float(chance.choice([4, 8, 30]))
    quick = chance.standard_t(freedom, rows) / np.sqrt(freedom / (freedom - 2))
    memory = float(chance.choice([0.0, 0.5, 0.9, 0.98]))
    slow = np.empty(rows)
    before = 0.0
    for row, shock in enumerate(chance.normal(size=rows) * np.sqrt(1 - memory**2)):
        before = memory * before + shock
        slow[row] = before
    share = chance.uniform(0.0, 0.7)
    return np.asarray(np.sqrt(1 - share**2) * quick + share * slow)


def _strike(
    values: Floats, usual: Floats, spread: Floats, plan: Plan, chance: Random
) -> list[tuple[int, int]]:
    """Put incidents into ``values``: mostly of a few sorts that come again."""
    sorts = chance.choice(len(SHAPES), size=int(chance.integers(1, 4)), replace=False)
    signs = chance.choice([-1.0, 1.0], size=len(SHAPES))
    clear = 4 * plan.lasts[1]
    row, found = int(3 * DAY / plan.step), list[tuple[int, int]]()
    pause = WEEK / plan.step / plan.incidents
    while True:
        row += int(clear / 4 + chance.exponential(max(1.0, pause - clear / 4)))
        low, high = np.log(plan.lasts[0]), np.log(plan.lasts[1] + 1)
        last = row + int(np.exp(chance.uniform(low, high))) - 1
        if last + 1 >= values.size:
            return found
        which = int(chance.choice(sorts))
        size = signs[which] * np.exp(chance.uniform(*np.log(plan.sizes)))
        part = slice(row, last + 1)
        values[part] = _struck(SHAPES[which], values[part], usual[part], spread[part], size, chance)
        found.append((row, last))
        row = last


def _struck(  # noqa: PLR0913, PLR0917 - what an incident does depends on all of these
    shape: str, values: Floats, usual: Floats, spread: Floats, size: float, chance: Random
) -> Floats:
    part = (np.arange(values.size) + 1.0) / values.size
    if shape == "flat":
        return np.full(values.size, values[0] + 0.5 * size * spread[0])
    if shape == "outage":
        return np.where(np.abs(usual) > 4 * spread, 0.0, values + abs(size) * spread)
    curves = {
        "spike": np.exp(-3.0 * (part - part[0])),
        "plateau": np.ones(values.size),
        "ramp": part,
        "hump": np.sin(np.pi * np.minimum(part, 0.97)),
        "noise": chance.normal(size=values.size),
    }
    return np.asarray(values + size * spread * curves[shape])


def _shift(
    values: Floats,
    spread: Floats,
    plan: Plan,
    chance: Random,
    incidents: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """Move the level for good, once. Its first hour (or six steps) is what is wrong."""
    row = int(values.size * chance.uniform(0.3, 0.9))
    lasts = max(6, int(HOUR / plan.step))
    values[row:] += chance.choice([-1.0, 1.0]) * chance.uniform(8, 30) * float(np.median(spread))
    apart = [it for it in incidents if it[1] < row or it[0] >= row + lasts]
    return sorted([*apart, (row, row + lasts - 1)])


def _with_gaps(
    name: str, ts: Floats, values: Floats, incidents: Sequence[tuple[int, int]], chance: Random
) -> Made:
    """Take away single rows and some stretches, as agents and networks do."""
    kept = chance.random(ts.size) >= chance.choice([0.0, 0.002, 0.02])
    for _ in range(int(chance.integers(0, 4))):
        first = int(chance.integers(0, ts.size))
        kept[first : first + int(chance.uniform(0.002, 0.01) * ts.size)] = False
    for first, last in incidents:
        kept[first : last + 1] = True
    place = np.cumsum(kept) - 1
    spans = [(int(place[first]), int(place[last])) for first, last in incidents]
    return Made(name, ts[kept], values[kept], spans)
