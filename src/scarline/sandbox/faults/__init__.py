"""Faults on demand: what a real API does on a bad day, when and where a test wants it.

A fault is a value: a name, perhaps a number, and when it strikes. As text (`scarline sandbox
--fault ...`): `429`, `slow:2`, `503:5@/api/v1/query,every=3`, `drop,nth=2`, `500,p=0.1,count=4`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scarline.sandbox import noise
from scarline.sandbox.faults.changes import CHANGES
from scarline.sandbox.faults.kinds import Kind, Kinds, Value
from scarline.sandbox.faults.replies import REPLIES, too_many
from scarline.sandbox.faults.spans import SPAN_FAULTS

__all__ = ["KINDS", "Fault", "Firing", "Tallies", "parse_fault", "too_many"]

WAITS: Kinds = {
    "hang": Kind("no answer for VALUE seconds, then the right one", 3600, waits=True),
    "slow": Kind("the right answer after VALUE seconds", 1, waits=True),
}
WIRE: Kinds = {
    "cut": Kind("JSON cut in half, with the length of the half", wire=True),
    "drop": Kind("connection dropped without an answer", wire=True),
    "gzip-off": Kind("never compressed", wire=True),
    "gzip-on": Kind("compressed even if nobody asked", wire=True),
    "truncate": Kind("connection dropped in the middle of the body", wire=True),
}
KINDS: Kinds = dict(sorted({**REPLIES, **CHANGES, **SPAN_FAULTS, **WAITS, **WIRE}.items()))
"""Every kind of fault by name."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and when it strikes.

    name: one of `KINDS`; value: what the kind takes (seconds, a factor, ...), or its default.
    path: only requests whose path begins so (default: where the kind makes sense).
    Of these requests: `nth` only that one, `every` each so-manieth, `after` not the first so many,
    `count` at most so often, `probability` by chance (of the world's seed).

    Raises ValueError, with a sentence, for an unknown name or an impossible number.
    """

    name: str
    value: Value = None
    path: str = ""
    nth: int | None = None
    every: int = 1
    after: int = 0
    count: int | None = None
    probability: float = 1.0

    def __post_init__(self) -> None:
        """Check the name and the numbers, and fill in the kind's own value and path."""
        if self.name not in KINDS:
            raise ValueError(f"there is no fault '{self.name}'; there are: {', '.join(KINDS)}")
        kind = KINDS[self.name]
        if self.value is not None and not _takes(kind, self.value):
            raise ValueError(f"fault '{self.name}' cannot take the value '{self.value}'")
        if isinstance(self.value, int | float) and not 0 <= abs(self.value) < 1e9:
            raise ValueError(f"fault '{self.name}' cannot take the value {self.value}")
        if self.every < 1 or self.after < 0 or not 0 <= self.probability <= 1:
            raise ValueError(f"fault '{self.name}': every >= 1, after >= 0, 0 <= p <= 1")
        object.__setattr__(self, "value", kind.default if self.value is None else self.value)
        object.__setattr__(self, "path", self.path or kind.path)

    @property
    def kind(self) -> Kind:
        """What it does."""
        return KINDS[self.name]

    @property
    def number(self) -> float:
        """The value as a number; 0 for kinds without one."""
        return float(self.value) if isinstance(self.value, int | float) else 0.0

    def strikes(self, serial: int, struck: int, seed: int) -> bool:
        """Decide for the `serial`th matching request, after `struck` earlier strikes."""
        luck = noise.key("fault", seed, self.name, self.path, serial) / 2**32
        return (
            (self.nth is None or serial == self.nth)
            and serial % self.every == 0
            and serial > self.after
            and (self.count is None or struck < self.count)
            and luck < self.probability
        )


def _takes(kind: Kind, value: float | str) -> bool:
    """Tell whether a value is of the sort that the kind takes; kinds without default take none."""
    if kind.default is None:
        return False
    return isinstance(value, str) == isinstance(kind.default, str)


@dataclass(frozen=True, slots=True)
class Firing:
    """A fault that strikes the request at hand, which is its `serial`th match."""

    fault: Fault
    serial: int


class Tallies:
    """Counts, for each fault in a list that may change at any time, its matches and strikes."""

    def __init__(self, seed: int) -> None:
        """Start at zero. `seed` decides all chance."""
        self._seed = seed
        self._counts: dict[int, tuple[Fault, int, int]] = {}

    def firing(self, faults: Sequence[Fault], path: str) -> list[Firing]:
        """Count a request to `path` and give the faults that strike it."""
        strikes = []
        for fault in tuple(faults):
            if not path.startswith(fault.path):
                continue
            _, serial, struck = self._counts.get(id(fault), (fault, 0, 0))
            serial += 1
            if fault.strikes(serial, struck, self._seed):
                strikes.append(Firing(fault, serial))
                struck += 1
            self._counts[id(fault)] = (fault, serial, struck)
        return strikes


_NUMBERS: dict[str, tuple[str, type[int] | type[float]]] = {
    "nth": ("nth", int),
    "every": ("every", int),
    "after": ("after", int),
    "count": ("count", int),
    "p": ("probability", float),
}


def parse_fault(text: str) -> Fault:
    """Read `NAME[:VALUE][@PATH][,nth=N][,every=N][,after=N][,count=N][,p=CHANCE]`.

    Raises ValueError with a sentence that lists the names, or says which part cannot be read.
    """
    what, *options = text.strip().split(",")
    what, _, path = what.partition("@")
    name, colon, value = what.partition(":")
    given: dict[str, Any] = {"value": _value(name, value) if colon else None, "path": path}
    for option in options:
        key, _, number = option.strip().partition("=")
        if key not in _NUMBERS:
            raise ValueError(f"'{option}' in fault '{text}' is none of {', '.join(_NUMBERS)}")
        field, kind = _NUMBERS[key]
        try:
            given[field] = kind(number)
        except ValueError:
            raise ValueError(f"'{option}' in fault '{text}' needs a number") from None
    return Fault(name, **given)


def _value(name: str, text: str) -> Value:
    try:
        return float(text)
    except ValueError:
        if name in KINDS and not isinstance(KINDS[name].default, str):
            raise ValueError(f"fault '{name}' needs a number, not '{text}'") from None
        return text
