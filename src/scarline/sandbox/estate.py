"""The hosts: an order-management estate, the same for the same seed.

A web shop takes orders; order management books stock and payment; workers fulfil.
A host belongs to one role and carries the tags a Datadog agent would send (`env`, `service`,
`role`, `team`, `region`, `availability-zone`, ...). Two hosts of each week come and go, as
autoscaling does, and about one in eight loses readings now and then.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scarline.sandbox import noise

HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY
MONDAY = 4 * DAY
"""1970-01-05, the first Monday of the epoch, in seconds: the calendar's zero."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a group of hosts does: `share` is its part of them, `phase_hours` shifts its day."""

    name: str
    service: str
    team: str
    share: int
    cores: int
    memory_gib: int
    phase_hours: float


ROLES = (
    Role("web", "storefront", "shop", 8, 4, 16, 0.0),
    Role("api", "order-api", "shop", 8, 8, 16, 0.3),
    Role("oms", "order-manager", "orders", 6, 8, 32, 0.8),
    Role("inventory", "stock", "orders", 4, 4, 16, 1.0),
    Role("payment", "payments", "payments", 4, 4, 16, 0.5),
    Role("db", "orders-db", "data", 4, 16, 128, 0.7),
    Role("cache", "session-cache", "platform", 2, 4, 64, 0.1),
    Role("queue", "order-events", "platform", 2, 4, 32, 0.9),
    Role("worker", "fulfilment", "orders", 2, 8, 32, 9.0),
)
"""The roles, in the order in which `Estate.roles` counts them."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A stretch [start, end) in epoch seconds in which a host does not exist."""

    host: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Estate:
    """All hosts as columns; position i in each is host i.

    `names` and every column of `tags` have one text a host; `roles` holds indices into `ROLES`;
    `keys` is the root of all that is random about a host.
    """

    names: tuple[str, ...]
    roles: NDArray[np.int64]
    keys: noise.Keys
    tags: Mapping[str, tuple[str, ...]]
    passing: tuple[int, ...]

    def absences(self, start: float, end: float) -> Iterator[Absence]:
        """Give the stretches within [start, end) seconds in which a passing host is away."""
        first, last = int(start - MONDAY) // WEEK, int(end - MONDAY) // WEEK
        for week in range(first, last + 1):
            monday = MONDAY + week * WEEK
            for host, away in zip(self.passing, _AWAY, strict=False):
                for begin, until in away:
                    if monday + begin < end and monday + until > start:
                        yield Absence(host, monday + begin, monday + until)

    def last_seen(self, host: int, now: float) -> float:
        """Give the time, in epoch seconds, of the host's newest report at `now`."""
        seen = now - 5.0 - float(self.keys[host] % np.uint32(40))
        if host not in self.passing:
            return seen
        gone = [a for a in self.absences(now - 2 * WEEK, now) if a.host == host]
        for absence in sorted(gone, key=lambda a: -a.start):
            if absence.start <= seen < absence.end:
                seen = float(absence.start)
        return seen


_AWAY = (
    ((0, 2 * DAY + 10 * HOUR), (5 * DAY + 22 * HOUR, WEEK)),
    ((DAY + 3 * HOUR, 3 * DAY + 15 * HOUR),),
)
"""When the two passing hosts are away, in seconds since Monday 00:00 UTC."""


@lru_cache(maxsize=8)
def build(seed: int, hosts: int) -> Estate:
    """Make the estate of a seed. Raises ValueError unless 1 <= hosts <= 10000."""
    if not 1 <= hosts <= 10_000:
        raise ValueError(f"an estate has 1 to 10000 hosts, not {hosts}")
    roles = np.repeat(np.arange(len(ROLES)), _shares(hosts))
    places = np.concatenate([np.arange(count) for count in _shares(hosts)])
    width = max(2, len(str(int(places.max()) + 1)))
    names = tuple(
        f"{ROLES[role].name}-{place + 1:0{width}d}"
        for role, place in zip(roles.tolist(), places.tolist(), strict=True)
    )
    keys = noise.keys(names, "host", seed)
    passing = (hosts - 1, int(np.flatnonzero(roles == 0)[-1])) if hosts >= 10 else ()
    return Estate(names, roles, keys, _tags(names, roles, places, keys), passing)


def _shares(hosts: int) -> list[int]:
    """Split the hosts over the roles by their shares; what is left over goes to the first roles."""
    total = sum(role.share for role in ROLES)
    counts = [hosts * role.share // total for role in ROLES]
    for extra in range(hosts - sum(counts)):
        counts[extra % len(counts)] += 1
    return counts


def _tags(
    names: tuple[str, ...],
    roles: NDArray[np.int64],
    places: NDArray[np.int64],
    keys: noise.Keys,
) -> dict[str, tuple[str, ...]]:
    draw = noise.uniform(noise.salted(keys, "env"))
    env = np.where(draw < 0.8, "prod", np.where(draw < 0.95, "staging", "dev"))
    region = np.where(places % 5 < 4, "eu-west-1", "us-east-1")
    zone = np.array(list("abc"))[places % 3]
    rows = [ROLES[role] for role in roles.tolist()]
    return {
        "host": names,
        "env": tuple(env.tolist()),
        "service": tuple(role.service for role in rows),
        "role": tuple(role.name for role in rows),
        "team": tuple(role.team for role in rows),
        "region": tuple(region.tolist()),
        "availability-zone": tuple(np.char.add(region, zone).tolist()),
        "instance-type": tuple(_SIZES[role.cores] for role in rows),
        "created_by": tuple(_PEOPLE[number] for number in (keys % len(_PEOPLE)).tolist()),
    }


_SIZES = {4: "m6i.xlarge", 8: "m6i.2xlarge", 16: "m6i.4xlarge"}
_PEOPLE = ("maria.lind@example.com", "terraform", "terraform", "j.okafor@example.com", "terraform")
"""Who made a host. Real estates have such tags: personal data where nobody looks for it."""
