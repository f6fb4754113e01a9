"""The services: who calls whom in an order-management estate, how fast, and how often it fails.

Shops take orders; order-management books stock, payment and shipment, and tells the rest by
events. Twenty-five services in `prod`, those marked so in `staging` too. Numbers are steady
functions of (seed, who, time): a level of its own, a daily rhythm, and a slow wander.

The story, every day in UTC: `returns` calls `legacy-erp` from 00:00 until 16:00, when that edge
disappears, and `shipping` calls `carrier-rates` from 08:00 until midnight, so that edge appears.
An edge is seen in a window if the two overlap.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scarline.sandbox import noise
from scarline.sandbox.estate import DAY, HOUR

ENVS = ("prod", "staging")


@dataclass(frozen=True, slots=True)
class Service:
    """A service. `known` says which lists name its owner; `latency` is its usual one (ms).

    known: "definition" (a service definition, which the catalog shows too), "entity" (defined in
    the catalog alone) or "" (discovered, owned by nobody).
    errors: the usual part of requests that fail. traced: by APM; else seen by USM, without numbers.
    """

    name: str
    team: str
    tier: str
    type: str
    latency: float
    errors: float
    calls: tuple[str, ...]
    known: str = "definition"
    traced: bool = True
    staging: bool = True


def _service(line: str) -> Service:
    """Read `name team tier type latency errors calls [marks]`; calls are joined by commas."""
    name, team, tier, kind, latency, errors, calls, *marks = line.split()
    return Service(
        name,
        team,
        tier,
        kind,
        float(latency),
        float(errors),
        tuple(called for called in calls.split(",") if called != "-"),
        known="entity" if "entity" in marks else "" if "nobody" in marks else "definition",
        traced="usm" not in marks,
        staging="prod" not in marks,
    )


SERVICES = {
    service.name: service
    for service in map(
        _service,
        (
            "storefront shop 1 web 180 0.004 cart,catalogue,checkout,customer-accounts,search",
            "mobile-api shop 1 web 140 0.003 cart,catalogue,checkout,customer-accounts,loyalty",
            "catalogue shop 2 web 24 0.001 pricing",
            "search shop 2 web 65 0.002 catalogue",
            "cart shop 1 web 30 0.002 pricing,promotions",
            "promotions shop 3 web 18 0.001 -",
            "checkout shop 1 web 260 0.006 cart,order-api,payments,tax",
            "order-api orders 1 web 110 0.004 order-management",
            "order-management orders 1 custom 320 0.005 inventory,order-events,payments,shipping",
            "order-events orders 1 queue 9 0.0005 invoicing,notifications,reporting,warehouse",
            "inventory logistics 1 db 16 0.001 warehouse",
            "warehouse logistics 2 custom 90 0.003 -",
            "shipping logistics 2 web 210 0.034 carrier-rates",
            "carrier-rates logistics 3 web 480 0.02 - usm prod",
            "returns orders 2 web 95 0.004 legacy-erp,order-management,payments",
            "payments payments 1 web 240 0.008 fraud-screening",
            "fraud-screening payments 1 custom 130 0.002 customer-accounts",
            "pricing finance 1 web 12 0.0008 -",
            "tax finance 2 web 40 0.002 - entity",
            "invoicing finance 2 custom 350 0.12 customer-accounts,tax",
            "customer-accounts customer 1 web 28 0.001 -",
            "loyalty customer 3 web 55 0.002 customer-accounts prod",
            "notifications customer 2 custom 75 0.006 customer-accounts",
            "legacy-erp finance 2 custom 900 0.03 - usm prod",
            "reporting platform 3 custom 1400 0.01 - nobody prod",
        ),
    )
}
"""All services by name. `invoicing` fails often, `shipping` now and then: not all is well."""

_UNSEEN = {
    "order-management": ("orders-postgres",),
    "payments": ("card-network",),
    "reporting": ("orders-postgres",),
}
"""What only the caller's spans know by a peer tag: it is no service, and in no service map."""

_DECLARED = (("storefront", "loyalty"), ("order-management", "inventory"), ("tax", "legacy-erp"))
"""Dependencies that somebody wrote into the catalog, seen or not."""

_DAILY = {("returns", "legacy-erp"): (0, 16), ("shipping", "carrier-rates"): (8, 24)}
"""Between which hours of each day, UTC, these two edges are there."""


def here(env: str) -> list[Service]:
    """Give the services of an environment, or of all with `*`; none of one that is unknown."""
    if env not in (*ENVS, "*"):
        return []
    return [one for one in SERVICES.values() if env != "staging" or one.staging]


def calls(service: str, env: str, start: float, end: float) -> list[str]:
    """Name the services that one calls at any time of [start, end), epoch seconds."""
    names = {one.name for one in here(env)}
    if service not in names:
        return []
    called = SERVICES[service].calls
    return [to for to in called if to in names and _there((service, to), start, end)]


def peers(service: str, env: str, start: float, end: float) -> list[str]:
    """Name what the client spans of a service tell of: services, and what is none."""
    found = calls(service, env, start, end) if SERVICES[service].traced else []
    return [*found, *(_UNSEEN.get(service, ()) if service in {it.name for it in here(env)} else ())]


def declared() -> Iterator[tuple[str, str]]:
    """Give the dependencies of the catalog that somebody declared."""
    yield from _DECLARED


def _there(edge: tuple[str, str], start: float, end: float) -> bool:
    if edge not in _DAILY or end - start >= DAY:
        return True
    begins, ends = (hour * HOUR for hour in _DAILY[edge])
    midnight = start // DAY * DAY
    days = (midnight, midnight + DAY)
    return any(start < day + ends and end > day + begins for day in days)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What happened in a window: requests, those that failed, and the mean latency in seconds."""

    hits: float
    errors: float
    latency_seconds: float


def traffic(seed: int, env: str, names: tuple[str, ...], start: float, end: float) -> Traffic:
    """Give the numbers of a service, or of a pair (who calls, who is called), over a window."""
    times = np.linspace(start, end, 13)[:-1]
    kind = SERVICES.get(names[-1]) or SERVICES[names[0]]
    key = noise.keys(["/".join(names)], "traffic", env, seed)
    day = 0.5 - 0.42 * np.cos(2 * np.pi * times / DAY - 0.9)
    own = 0.8 + 0.4 * float(noise.uniform(noise.salted(key, "size"))[0])
    rate = own * (40 if env == "prod" else 2) * (0.2 + day)
    slow = own * kind.latency * (1 + 0.35 * day) * (1 + 0.04 * _wander(key, "latency", times))
    bad = kind.errors * own * (1 + 0.15 * _wander(key, "errors", times))
    hits = float(rate.mean() * (end - start))
    latency = float(np.average(slow, weights=rate)) / 1000
    return Traffic(round(hits), round(hits * float(np.average(bad, weights=rate))), latency)


def _wander(key: noise.Keys, salt: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give slow noise of deviation about 1: hourly nodes, joined by straight lines."""
    place = times / HOUR
    low = np.floor(place).astype(np.int64)
    salted = noise.salted(key, salt)
    left, right = (noise.bell(salted, noise.number_keys(it))[0] for it in (low, low + 1))
    part = place - low
    return np.asarray(left * (1 - part) + right * part, dtype=np.float64)
