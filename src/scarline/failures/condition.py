"""What a condition is: a test of a span, with its sentence; and how its values are read.

The sentences hold numbers, names of evaluations and words of our own lists, and nothing of what
the span says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scarline.failures.answer import plain
from scarline.failures.limits import Limits
from scarline.failures.refusals import Refusals
from scarline.failures.seen import Seen

Test = Callable[[Seen], str | None]
"""Returns why a rule speaks of a span, None if it does not."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a word may refer to.

    Limits by name, the phrases of a refusal, and what evaluations any rule names.
    """

    limits: Limits
    refusals: Refusals
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One word with its test.

    ``needs`` completes "it needs ...". ``sort`` is the sort of evidence: two conditions of one
    sort are one reason, for a failed call often has a status, a code and an empty output.
    ``looks_at`` is the mask of what it looks at (:mod:`scarline.failures.seen`): where nothing of
    it is told, the test does not speak. Of evaluations it looks at those whose plain name it is
    ``about``.
    """

    sort: str
    needs: str
    looks_at: int
    test: Test
    about: Callable[[str], bool] | None = None

    def can_speak(self, told: int, names: Sequence[str]) -> bool:
        """Return whether it can of a span of which so much is told, and such evaluations."""
        if self.looks_at & told == 0:
            return False
        return self.about is None or any(map(self.about, names))


Word = Callable[[Any, Mapping[str, Any], Known], Condition]
"""Makes a condition of what stands after a word, the options beside it, and what is known."""


def one_of(word: str, told: Any, *values: str) -> None:
    """Raise ``ValueError`` if ``told`` is none of ``values``."""
    if told not in values:
        raise ValueError(f"{word} is {told!r}: it can be {either(values)}")


def phrases(word: str, told: Any) -> tuple[str, ...]:
    """Return a list of names in plain words; raises ``ValueError`` for anything else."""
    if not isinstance(told, list) or not all(isinstance(it, str) and plain(it) for it in told):
        raise ValueError(f"{word} is a list of words")
    return tuple(plain(it) for it in told)


def number(word: str, told: Any, known: Known) -> float | None:
    """Return a number, or the limit of that name; None if that limit is switched off."""
    if isinstance(told, str):
        limits = known.limits.by_name()
        if told not in limits:
            raise ValueError(f"there is no limit {told!r}: there are {', '.join(limits)}")
        own = limits[told]
        return None if own is None else float(own)
    if isinstance(told, int | float) and not isinstance(told, bool):
        return float(told)
    raise ValueError(f"{word} is a number or the name of a limit")


def shown(value: float | None, unit: str = "") -> str:
    """Return a number for a sentence."""
    return "a limit that is switched off" if value is None else f"{value:,.10g}{unit}"


def either(values: Sequence[str]) -> str:
    """Return ``a, b or c``."""
    return " or ".join([*([", ".join(values[:-1])] if values[1:] else []), *values[-1:]])
