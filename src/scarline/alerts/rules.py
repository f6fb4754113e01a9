"""What is told to whom: rules, routes, inhibitions and receivers, as data.

The words and their meaning are Alertmanager's (prometheus.io/docs/alerting/latest/configuration).
:func:`scarline.alerts.reading.read_rules` makes them from a file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from scarline.alerts.matching import Labels, Matcher, all_match
from scarline.alerts.receivers import Receiver

SEVERITIES = ("info", "warning", "error", "critical")
"""From the least to the worst: those of PagerDuty's Events API v2."""

DIRECTIONS = ("low", "high", "both")

EVERY_LABEL = "..."
"""In ``group_by``: each alert is a group of its own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which scars are alerts, and what is said of them.

    ``metric``, ``host`` and each of ``tags`` are globs, ``matchers`` look at the labels of the
    alert. ``min_missed_by`` is in mean absolute deviations, ``min_score`` from 0.5 to 1.
    ``held`` is how long a scar goes on before it is an alert (``for`` in the file).
    """

    name: str
    severity: str
    metric: str = "*"
    host: str = "*"
    tags: tuple[str, ...] = ()
    matchers: tuple[Matcher, ...] = ()
    direction: str | None = None
    min_score: float = 0.0
    min_missed_by: float = 0.0
    held: timedelta = timedelta(0)
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """Where alerts go, and in which rhythm; what is not said is as in the route above.

    ``path`` names the route by its matchers, as Alertmanager's group keys do.
    """

    path: str
    receiver: str
    group_by: tuple[str, ...]
    group_wait: timedelta
    group_interval: timedelta
    repeat_interval: timedelta
    matchers: tuple[Matcher, ...] = ()
    goes_on: bool = False
    routes: tuple["Route", ...] = ()

    def leading(self, labels: Labels) -> list["Route"]:
        """Return the deepest routes that take an alert, none if this one does not.

        Of the routes beneath, the first that matches takes it, and the next ones only where
        that one says ``continue``.
        """
        if not all_match(self.matchers, labels):
            return []
        found: list[Route] = []
        for below in self.routes:
            taken = below.leading(labels)
            found += taken
            if taken and not below.goes_on:
                break
        return found or [self]

    def grouped(self, labels: Labels) -> dict[str, str]:
        """Return the labels that name the group of an alert, those that it has."""
        if EVERY_LABEL in self.group_by:
            return dict(sorted(labels.items()))
        return {name: labels[name] for name in sorted(self.group_by) if name in labels}

    def all(self) -> Iterator["Route"]:
        """Yield this route and all beneath it."""
        yield self
        for below in self.routes:
            yield from below.all()


@dataclass(frozen=True, slots=True)
class Inhibit:
    """While an alert matches ``source``, those that match ``target`` are not told.

    Only where the labels in ``equal`` are the same; one that both lack is the same.
    """

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it. A detector that is not in ``promoted`` is silent.

    ``link`` is the address of the pages, for links in notices.
    """

    promoted: frozenset[str]
    rules: tuple[Rule, ...]
    route: Route
    inhibits: tuple[Inhibit, ...] = ()
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    link: str | None = None

    @property
    def longest_repeat(self) -> timedelta:
        """Return the longest time between two notices of the same."""
        return max(it.repeat_interval for it in self.route.all())
