"""What the titles of columns mean, in the many wordings that people give them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LATENCY = [
    f"{word}{noun}" if first else f"{noun.strip()} {word}".strip()
    for word in ("", "avg", "average", "mean", "p50", "median", "p75", "p90", "p95", "p99", "max")
    for noun in (" latency", " response time", " duration")
    for first in (True, False)
]

ROLES: Mapping[str, Sequence[str]] = {
    "service": (
        *("service name", "service", "service id", "system from", "system", "application name"),
        *("application", "app name", "app", "component", "from", "caller", "name"),
    ),
    "dependencies": (
        *("dependencies", "depends on", "dependson", "dependency", "calls", "service dependencies"),
        *("downstream", "downstreams", "downstream services", "system to", "to", "callee"),
    ),
    "env": ("env", "environment", "stage"),
    "owner_team": (
        *("team", "owner", "owner team", "owning team", "team name", "service owner", "squad"),
        *("teams", "owners"),
    ),
    "latency_ms": [title.strip() for title in _LATENCY],
    "error_rate": ("error rate", "errors rate", "error ratio", "failure rate", "error"),
    "status": ("monitor status", "status", "health", "health status", "monitors status", "state"),
    "last_seen": ("last seen", "last seen at", "seen at", "updated at", "timestamp"),
    "confidence": ("confidence",),
    "known_by": ("known by",),
    "tags": ("tags", "labels"),
    "type": ("type", "service type"),
}
"""What a column may be called: in small letters, without its unit. Earlier names go first: of the
latencies the mean, then the percentiles from below. Titles of Datadog's list of services are
Name, Type, Last deploy, Requests, Avg to Max latency, Error rate, Apdex and Monitor status
(docs.datadoghq.com, "Service List"); what has no place in a flow is left."""

PERCENT = ("%", "percent", "pct", "percentage")

DURATIONS: Mapping[str, float] = {
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), 1e-6),
    **dict.fromkeys(("us", "\u00b5s", "\u03bcs", "usec", "microseconds"), 1e-3),
    **dict.fromkeys(("ms", "msec", "millis", "millisecond", "milliseconds"), 1.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1e3),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60e3),
    **dict.fromkeys(("h", "hour", "hours"), 3_600e3),
}
"""Milliseconds in a unit of time, by its names in small letters, with either sign of micro."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column stands, and the unit in its title, "" for none."""

    place: int
    unit: str


def recognised(titles: Sequence[str]) -> dict[str, Column]:
    """Return the columns whose titles mean something to us, by role.

    Of several for one role the name that stands first in :data:`ROLES`, then the leftmost.
    """
    named = [_plain(title) for title in titles]
    found = {}
    for role, names in ROLES.items():
        fits = [
            (names.index(name), place, unit)
            for place, (name, unit) in enumerate(named)
            if name in names and (name != "error" or unit in PERCENT)  # else it may be a count
        ]
        if fits:
            _, place, unit = min(fits)
            found[role] = Column(place, unit)
    return found


def _plain(title: str) -> tuple[str, str]:
    """Return the words of a title in small letters, and the unit that it ends with."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", title).casefold()
    words = re.findall(r"[^\W_]+|%", parted)
    unit = words[-1] if len(words) > 1 and words[-1] in (*PERCENT, *DURATIONS) else ""
    return " ".join(words[:-1] if unit else words), unit
