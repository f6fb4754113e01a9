"""The story: what goes wrong in the estate, when, and on which hosts.

The week is a calendar of fourteen half days (UTC, from Monday 00:00), and each half day has one
incident that begins and ends within it: so any 24 hours hold at least one whole incident.
The kind belongs to its place in the week, so next Monday brings it again: on other hosts, at
another minute, but with the same shape. Everything is a function of the seed and the half day.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scarline.sandbox import catalogue, noise
from scarline.sandbox.estate import HOUR, MONDAY, ROLES, Estate

HALF_DAY = 12 * HOUR
MOST_HOSTS = 12
"""No incident takes more hosts than this, however large the estate."""

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]

SHAPES: dict[str, Curve] = {
    "step": np.ones_like,
    "ramp": lambda part: part,
    "spike": lambda part: np.exp(-5.0 * part),
    "hump": lambda part: np.sin(np.pi * part),
    "wave": lambda part: 0.5 - 0.5 * np.cos(12.0 * np.pi * part),
}
"""The strength (0 to 1) of an incident by the part (0 to 1) of it that has passed."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A recurring incident: who, how, how long, and what it adds to which channel."""

    title: str
    role: str
    shape: str
    after_hours: float
    minutes: int
    effects: tuple[tuple[str, float], ...]


CALENDAR = (
    Kind("new order API burns CPU", "api", "step", 2, 90, (("busy", 34), ("queue", 1.1))),
    Kind("payment provider slow", "payment", "ramp", 3, 75, (("queue", 1.6), ("busy", 20))),
    Kind("backup reads the whole database", "db", "step", 1, 50, (("busy", 30), ("outward", 2e7))),
    Kind("flash sale on the storefront", "web", "hump", 4, 120, (("inward", 2e7), ("busy", 32))),
    Kind("stock import floods queue", "queue", "spike", 2, 100, (("inward", 3e7), ("queue", 2))),
    Kind("order manager leaks memory", "oms", "ramp", 1, 220, (("memory", 0.38),)),
    Kind("cache restarted cold", "cache", "spike", 2, 60, (("outward", 2.5e7), ("busy", 40))),
    Kind("carrier API down, work piles up", "worker", "ramp", 3, 110, (("queue", 1.8),)),
    Kind("log rotation stuck, disk fills", "oms", "ramp", 1, 240, (("disk", 0.4),)),
    Kind("network of the shop front lost", "web", "step", 4, 25, (("inward", -9e6), ("busy", -18))),
    Kind("price batch saturates inventory", "inventory", "wave", 2, 80, (("busy", 36),)),
    Kind("bot storm on the order API", "api", "spike", 3, 70, (("inward", 3e7), ("queue", 1.5))),
    Kind("vacuum and reports collide", "db", "hump", 1, 150, (("busy", 34), ("memory", 0.2))),
    Kind("card scheme maintenance", "payment", "step", 4, 60, (("outward", -8e6), ("queue", 1.2))),
)
"""The kinds by half day of the week: Monday morning, Monday evening, ... Sunday evening (UTC)."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident, as it happened: hosts are names, times are epoch seconds, [onset, ended).

    `effects` are pairs (channel, amount at full strength, before the host's own size);
    `metrics` names every metric that moves.
    """

    id: str
    title: str
    role: str
    shape: str
    onset: int
    ended: int
    hosts: tuple[str, ...]
    metrics: tuple[str, ...]
    effects: tuple[tuple[str, float], ...]
    members: tuple[int, ...]

    def strength(self, times: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give the strength (0 to 1) at times (epoch seconds) that lie within the incident."""
        return SHAPES[self.shape]((times - self.onset) / (self.ended - self.onset))


def between(estate: Estate, seed: int, start: float, end: float) -> Iterator[Incident]:
    """Give the incidents that overlap [start, end) epoch seconds, by onset."""
    first, last = int(start - MONDAY) // HALF_DAY, int(end - MONDAY) // HALF_DAY
    for slot in range(first, last + 1):
        incident = _incident(estate, seed, slot)
        if incident.onset < end and incident.ended > start:
            yield incident


def _incident(estate: Estate, seed: int, slot: int) -> Incident:
    kind = CALENDAR[slot % len(CALENDAR)]
    late = 20 * (noise.key("onset", seed, slot) % 270)  # up to 90 minutes, on the grain
    onset = MONDAY + slot * HALF_DAY + int(kind.after_hours * HOUR) + late
    members = _members(estate, seed, slot, kind.role)
    return Incident(
        id=f"{seed}-{slot}",
        title=kind.title,
        role=kind.role,
        shape=kind.shape,
        onset=onset,
        ended=onset + 60 * kind.minutes,
        hosts=tuple(estate.names[host] for host in members),
        metrics=catalogue.of_channels(frozenset(channel for channel, _ in kind.effects)),
        effects=kind.effects,
        members=members,
    )


def _members(estate: Estate, seed: int, slot: int, role: str) -> tuple[int, ...]:
    """Choose a third of the role's lasting hosts (of all hosts where the role has none)."""
    index = next(number for number, each in enumerate(ROLES) if each.name == role)
    lasting = np.setdiff1d(np.flatnonzero(estate.roles == index), np.array(estate.passing))
    if not lasting.size:
        lasting = np.arange(len(estate.names))
    order = np.argsort(noise.salted(estate.keys[lasting], "incident", seed, slot), kind="stable")
    count = min(MOST_HOSTS, max(1, round(lasting.size / 3)))
    return tuple(sorted(lasting[order[:count]].tolist()))
