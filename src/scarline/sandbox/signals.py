"""Values: every reading of every series, a pure function of (seed, host, metric, time).

A *channel* is what truly happens on a host (how busy it is, how full its memory is); metrics are
lines over channels. A channel is level + daily and weekly rhythm + slow wander + quick noise +
incidents, all times the size of its role and host. A host reads every `GRAIN` seconds.
A bucket is made of up to `MOST_READINGS` of its readings, evenly spread: buckets of up to five
minutes hold all of theirs (so their means agree with the finer answer), wider ones a sample.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scarline.sandbox import noise
from scarline.sandbox.buckets import GRAIN
from scarline.sandbox.catalogue import DISK_BYTES, Metric
from scarline.sandbox.estate import DAY, HOUR, MONDAY, ROLES, WEEK, Estate
from scarline.sandbox.incidents import Incident

MOST_READINGS = 15
_CHUNK = 1 << 17
_WANDER_SECONDS = 1800

Times = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Channel:
    """What varies: each number in the channel's own unit, `sizes` by role (order of `ROLES`)."""

    level: float
    swing: float
    noise: float
    wander: float
    low: float
    high: float
    sizes: tuple[float, ...]


_EVEN = (1.0,) * len(ROLES)
CHANNELS = {
    "busy": Channel(20, 26, 1.3, 1.4, 0.5, 99.5, (1.1, 1.2, 1, 0.8, 0.7, 1.2, 0.5, 0.6, 1)),
    "queue": Channel(0.25, 0.4, 0.03, 0.03, 0, 9, (1.1, 1.2, 1, 0.8, 0.7, 1.2, 0.5, 0.8, 1)),
    "memory": Channel(0.42, 0.07, 0.003, 0.008, 0.02, 0.98, (0.9, 1, 1.1, 1, 0.9, 1.2, 1.3, 1, 1)),
    "disk": Channel(0.4, 0.015, 0.0005, 0.002, 0.02, 0.99, _EVEN),
    "inward": Channel(4e6, 9e6, 4e5, 5e5, 0, 1.2e9, (1.5, 1, 0.6, 0.4, 0.3, 1.2, 2, 1, 0.5)),
    "outward": Channel(5e6, 1.1e7, 5e5, 6e5, 0, 1.2e9, (2, 1, 0.5, 0.4, 0.3, 1.5, 2, 1, 0.4)),
}
"""busy: percent of CPU; queue: waiting threads a core; memory, disk: fraction; traffic: bytes/s."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The series to read: one host index and one device index (0 where there is none) each."""

    hosts: NDArray[np.int64]
    devices: NDArray[np.int64]

    def part(self, piece: slice) -> "Rows":
        """Give some of the rows."""
        return Rows(self.hosts[piece], self.devices[piece])


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """The buckets to fill: `starts` in epoch seconds, their width, and what time it is now."""

    starts: Times
    interval: int
    now: float

    @property
    def readings(self) -> int:
        """Count the readings that make one bucket."""
        return min(MOST_READINGS, max(1, self.interval // GRAIN))

    @property
    def times(self) -> Times:
        """Give the readings' times, shape (readings x buckets,): first readings first."""
        steps = [number * self.interval // self.readings for number in range(self.readings)]
        spread = np.concatenate([self.starts + step for step in steps])
        return -(-spread // GRAIN) * GRAIN

    @property
    def running(self) -> NDArray[np.bool_]:
        """Mark, for each reading, whether its bucket has not ended yet."""
        return np.tile(self.starts + self.interval > self.now, self.readings)


def bucket_values(
    estate: Estate, metric: Metric, rows: Rows, moments: Moments, story: Sequence[Incident]
) -> Iterator[tuple[slice, Values]]:
    """Give the readings of all rows, some rows at a time, shape (rows, readings, buckets).

    Values are in the metric's unit; NaN where there is no reading: the host was away, lost it, or
    has not sent it yet. `story` holds the incidents that may fall in the window.
    """
    times = moments.times
    shared = _Shared(estate, metric, times, _salts(times, moments), tuple(story))
    step = max(1, _CHUNK // max(1, times.size))
    for begin in range(0, rows.hosts.size, step):
        piece = slice(begin, begin + step)
        part = rows.part(piece)
        channel = _read(shared, part)
        factor = _scale(estate, metric, part)[:, None]
        values = channel * (metric.slope * factor) + metric.offset * factor
        _silence(estate, part, moments, times, values)
        yield piece, values.reshape(part.hosts.size, moments.readings, moments.starts.size)


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    """What all chunks of one answer have in common."""

    estate: Estate
    metric: Metric
    times: Times
    salts: noise.Keys
    story: tuple[Incident, ...]


def _salts(times: Times, moments: Moments) -> noise.Keys:
    """Key each reading by its time; in a bucket that still runs, by how far it has run as well."""
    ticking = np.where(moments.running, int(moments.now), 0)
    return noise.number_keys(times) + noise.number_keys(ticking)


def _read(shared: _Shared, rows: Rows) -> NDArray[np.float32]:
    estate, channel = shared.estate, CHANNELS[shared.metric.channel]
    keys = noise.salted(estate.keys[rows.hosts], shared.metric.channel)
    keys += noise.number_keys(rows.devices)
    roles = estate.roles[rows.hosts]
    size = np.array(channel.sizes)[roles] * (0.9 + 0.2 * noise.uniform(noise.salted(keys, "size")))
    values = noise.bell(keys, shared.salts)
    values *= np.float32(channel.noise)
    values += _wander(keys, shared.times) * np.float32(channel.wander)
    values += (channel.level + channel.swing * _rhythm(shared.times)).astype(np.float32)[roles]
    _strike(shared, rows, values)
    values *= size.astype(np.float32)[:, None]
    return np.clip(values, channel.low, channel.high, out=values)


def _rhythm(times: Times) -> Values:
    """Give the load (about 0 to 1) of each role by hour and weekday, shape (roles, times)."""
    phases = np.array([role.phase_hours for role in ROLES])[:, None] * HOUR
    day = 2 * np.pi * (times[None, :] - phases) / DAY
    daily = 0.5 - 0.42 * np.cos(day - 0.9) - 0.13 * np.cos(2 * day - 1.2)
    weekend = np.maximum(0.0, np.cos(2 * np.pi * (times - MONDAY - 6 * DAY) / WEEK)) ** 2
    return np.asarray(daily * (1.0 - 0.3 * weekend))


def _wander(keys: noise.Keys, times: Times) -> noise.Floats:
    """Give slow noise of deviation about 1: half-hourly nodes, joined by straight lines."""
    place = times / _WANDER_SECONDS
    low = np.floor(place).astype(np.int64)
    nodes, where = np.unique(np.concatenate([low, low + 1]), return_inverse=True)
    heights = noise.bell(noise.salted(keys, "wander"), noise.number_keys(nodes))
    right = (place - low).astype(np.float32)
    walk = heights[:, where[: low.size]] * (1 - right)
    walk += heights[:, where[low.size :]] * right
    return np.asarray(walk)


def _strike(shared: _Shared, rows: Rows, values: noise.Floats) -> None:
    """Add the incidents in place."""
    for incident in shared.story:
        amount = dict(incident.effects).get(shared.metric.channel)
        if amount is None:
            continue
        struck = np.flatnonzero(np.isin(rows.hosts, incident.members))
        during = np.flatnonzero((shared.times >= incident.onset) & (shared.times < incident.ended))
        if struck.size and during.size:
            blow = amount * incident.strength(shared.times[during])
            values[np.ix_(struck, during)] += blow.astype(np.float32)


def _scale(estate: Estate, metric: Metric, rows: Rows) -> Values:
    roles = estate.roles[rows.hosts]
    if metric.scale == "cores":
        return np.array([float(role.cores) for role in ROLES])[roles]
    if metric.scale == "memory":
        return np.array([role.memory_gib * 1024.0**3 for role in ROLES])[roles]
    return np.full(roles.size, float(DISK_BYTES) if metric.scale == "disk" else 1.0)


def _silence(estate: Estate, rows: Rows, moments: Moments, times: Times, values: Values) -> None:
    """Put NaN where there is no reading, in place."""
    values[:, times > moments.now] = np.nan
    lag = noise.uniform(noise.salted(estate.keys[rows.hosts], "lag")) * 0.7 * GRAIN
    for column in np.flatnonzero(moments.running & (times <= moments.now)):
        values[times[column] + lag > moments.now, column] = np.nan
    for gone in estate.absences(float(times.min()), float(times.max()) + 1):
        columns = np.flatnonzero((times >= gone.start) & (times < gone.end))
        values[np.ix_(np.flatnonzero(rows.hosts == gone.host), columns)] = np.nan
    keys = noise.salted(estate.keys[rows.hosts], "gaps")
    forgetful = np.flatnonzero(noise.uniform(keys) < 0.12)
    if forgetful.size:
        lost = noise.table(keys[forgetful], noise.number_keys(times // 120))
        values[forgetful] = np.where(noise.uniform(lost) < 0.03, np.nan, values[forgetful])
