"""The metrics: what an agent reports of a host, in Datadog's own units.

Units are as Datadog sends them: percent is in the recorded answers (v1 query and v2
scalar), byte and fraction are in public answers of v1 query; load has no unit (null).
A metric is a straight line over a *channel* (`signals.py`): idle falls where busy rises, so the
metrics of one host tell one story.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the API writes it; field names are those of the answer."""

    family: str
    id: int
    name: str
    plural: str
    scale_factor: float
    short_name: str | None


PERCENT = Unit("percentage", 17, "percent", "percent", 1.0, "%")
FRACTION = Unit("percentage", 16, "fraction", "fractions", 100.0, None)
BYTE = Unit("bytes", 2, "byte", "bytes", 1.0, "B")
SECOND = Unit("time", 11, "second", "seconds", 1.0, "s")

Scale = Literal["one", "cores", "memory", "disk"]
"""What a host multiplies the line with: nothing, its cores, its bytes of memory or of disk."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: value = scale x (offset + slope x channel), rounded to `digits` decimals.

    `units` is the API's pair (unit, per unit), or None where the metric has none.
    `devices` are the values of its `device` tag; none where it has no such tag.
    """

    name: str
    units: tuple[Unit, Unit | None] | None
    channel: str
    offset: float
    slope: float
    digits: int
    scale: Scale = "one"
    devices: tuple[str, ...] = ()


_PERCENT = (PERCENT, None)
_FRACTION = (FRACTION, None)
_BYTE = (BYTE, None)
_RATE = (BYTE, SECOND)
_DISKS = ("/dev/nvme0n1p1", "/dev/nvme1n1")
_CARDS = ("eth0",)

METRICS = {
    metric.name: metric
    for metric in (
        Metric("system.cpu.idle", _PERCENT, "busy", 98.0, -0.97, 4),
        Metric("system.cpu.iowait", _PERCENT, "busy", 0.3, 0.03, 4),
        Metric("system.cpu.system", _PERCENT, "busy", 0.8, 0.17, 4),
        Metric("system.cpu.user", _PERCENT, "busy", 0.6, 0.77, 4),
        Metric("system.disk.free", _BYTE, "disk", 1.0, -1.0, 0, "disk", _DISKS),
        Metric("system.disk.in_use", _FRACTION, "disk", 0.0, 1.0, 6, "one", _DISKS),
        Metric("system.load.1", None, "queue", 0.0, 1.0, 4, "cores"),
        Metric("system.load.15", None, "queue", 0.1, 0.7, 4, "cores"),
        Metric("system.load.5", None, "queue", 0.05, 0.85, 4, "cores"),
        Metric("system.mem.pct_usable", _FRACTION, "memory", 1.0, -1.0, 6),
        Metric("system.mem.total", _BYTE, "memory", 1.0, 0.0, 0, "memory"),
        Metric("system.mem.usable", _BYTE, "memory", 1.0, -1.0, 0, "memory"),
        Metric("system.mem.used", _BYTE, "memory", 0.0, 1.0, 0, "memory"),
        Metric("system.net.bytes_rcvd", _RATE, "inward", 0.0, 1.0, 2, "one", _CARDS),
        Metric("system.net.bytes_sent", _RATE, "outward", 0.0, 1.0, 2, "one", _CARDS),
    )
}
"""Every metric of the estate by name, in the order in which lists give them."""

DISK_BYTES = 512 * 1024**3
"""The size of each disk."""


def of_channels(channels: frozenset[str]) -> tuple[str, ...]:
    """Name the metrics that move when these channels move."""
    return tuple(m.name for m in METRICS.values() if m.channel in channels and m.slope)
