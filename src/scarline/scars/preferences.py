"""What a user asks of the operator, metric by metric: the budget, and which side is bad."""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field, replace
from hashlib import sha256

from scarline.kinds import METRIC_POINT
from scarline.scars.columns import Key
from scarline.scars.operator import ScarOperator
from scarline.scars.options import Direction, Options

_METRIC = METRIC_POINT.series.index("metric")


@dataclass(frozen=True, slots=True)
class Preferences:
    """Options for all metrics, and the metrics of which ``low`` or ``high`` values alone are bad.

    A name that ends with ``*`` is of all metrics that begin so; of several that fit, the longest
    counts. They go before what is known of a metric.
    """

    options: Options = field(default_factory=Options)
    low: tuple[str, ...] = ()
    high: tuple[str, ...] = ()

    def of(self, metric: str) -> Options:
        """Return the options by which ``metric`` is judged."""
        named = dict.fromkeys(self.low, Direction.LOW) | dict.fromkeys(self.high, Direction.HIGH)
        fitting = [it for it in named if it == metric or _begins(metric, it)]
        if not fitting:
            return self.options
        return replace(self.options, direction=named[max(fitting, key=len)])

    def begun(self, keys: Iterable[Key]) -> Mapping[Key, bytes]:
        """Return the states in which series begin whose metric is not judged as all others are.

        :func:`scarline.scars.detect` begins the others itself.
        """
        if not (self.low or self.high):
            return {}
        wanted = list(keys)
        options = {it: self.of(it) for it in {str(key[_METRIC]) for key in wanted}}
        states = {
            metric: ScarOperator(own).state()
            for metric, own in options.items()
            if own is not self.options
        }
        return {key: states[metric] for key in wanted if (metric := str(key[_METRIC])) in states}

    @property
    def digest(self) -> str:
        """Return what tells these preferences from others, in 16 hexadecimal digits."""
        told = (astuple(self.options), sorted(self.low), sorted(self.high))
        return sha256(repr(told).encode()).hexdigest()[:16]


def _begins(metric: str, name: str) -> bool:
    return name.endswith("*") and metric.startswith(name[:-1])
