"""What a user may set, and what is known of metrics that everybody has."""

import math
from dataclasses import dataclass
from enum import StrEnum

from scarline.errors import UsageError


class Direction(StrEnum):
    """On which side of what is expected a value is bad."""

    BOTH = "both"
    LOW = "low"
    HIGH = "high"


SIGNS = {Direction.LOW: -1, Direction.BOTH: 0, Direction.HIGH: 1}

_LOW = (
    "system.cpu.idle",
    "system.mem.free",
    "system.mem.usable",
    "system.mem.pct_usable",
    "system.swap.free",
    "system.swap.pct_free",
    "system.disk.free",
    "system.fs.inodes.free",
    "system.uptime",
)
_HIGH = (
    "system.cpu.iowait",
    "system.cpu.stolen",
    "system.cpu.system",
    "system.cpu.user",
    "system.disk.in_use",
    "system.disk.used",
    "system.fs.inodes.in_use",
    "system.io.await",
    "system.io.util",
    "system.load.1",
    "system.load.5",
    "system.load.15",
    "system.load.norm.1",
    "system.load.norm.5",
    "system.load.norm.15",
    "system.mem.used",
    "system.net.packets_in.error",
    "system.net.packets_out.error",
    "system.net.tcp.retrans_segs",
    "system.swap.used",
)
KNOWN = dict.fromkeys(_LOW, Direction.LOW) | dict.fromkeys(_HIGH, Direction.HIGH)
"""Metrics of the agent's system checks (docs.datadoghq.com/integrations/system) of which one
side is harmless: nobody is woken because the CPU is idle."""

_HIGH_ENDINGS = (".errors", ".duration", ".latency", ".error_rate")
"""How metrics of errors and of waiting are called, as those of traces are."""


def known_direction(metric: str) -> Direction:
    """Return on which side ``metric`` is bad, as far as its name tells; else both."""
    if metric.endswith(_HIGH_ENDINGS):
        return Direction.HIGH
    return KNOWN.get(metric, Direction.BOTH)


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator is asked for. Nothing in it must be known of the series beforehand.

    ``direction`` is the side that is bad; None is what is known of the metric, else both.
    ``false_onsets_per_week`` is the budget: how many alerts a week a series may raise for no
    reason. Raises ``UsageError`` if it is not a number above 0.
    """

    direction: Direction | None = None
    false_onsets_per_week: float = 1.0

    def __post_init__(self) -> None:
        budget = self.false_onsets_per_week
        if not (math.isfinite(budget) and budget > 0):
            message = f"false_onsets_per_week is {budget}: give a number above 0, such as 0.5"
            raise UsageError(message)

    def sign(self, metric: str) -> int:
        """Return the direction for ``metric``: -1 low is bad, 1 high is bad, 0 both."""
        return SIGNS[known_direction(metric) if self.direction is None else self.direction]


DEFAULT = Options()
