"""The thresholds of the rules: what a user sets, each with its default."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from scarline.errors import ConfigError

_SHARES = ("quality", "toxicity", "hallucination", "prompt_injection")
_FEWEST_CALLS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Thresholds that rules name; None switches those rules off that know no other.

    ``quality``: a score below it is a failure. ``toxicity``, ``hallucination``,
    ``prompt_injection``: a score from it on is one. ``duration_ms`` (of one call),
    ``run_duration_ms`` (of what makes many), ``tokens`` (in and out together) and ``cost_usd``: a
    span above it is one. ``same_calls``: how many calls of one tool with the same arguments in one
    trace are a loop.
    Raises ``ConfigError`` for a number that can be none of these.
    """

    quality: float | None = 0.5
    toxicity: float | None = 0.7
    hallucination: float | None = 0.5
    prompt_injection: float | None = 0.5
    duration_ms: float | None = 60_000.0
    run_duration_ms: float | None = 120_000.0
    tokens: float | None = 200_000
    cost_usd: float | None = 1.0
    same_calls: float | None = 5

    def __post_init__(self) -> None:
        for name, value in self.by_name().items():
            if value is None:
                continue
            if name in _SHARES and not 0 <= value <= 1:
                raise ConfigError(f"the limit for {name} is {value}: it must be from 0 to 1")
            if not value >= 0:
                raise ConfigError(f"the limit for {name} is {value}: it must be 0 or more")
        if self.same_calls is not None and self.same_calls < _FEWEST_CALLS:
            message = f"same_calls is {self.same_calls}: a loop needs {_FEWEST_CALLS} calls or more"
            raise ConfigError(message)

    def by_name(self) -> Mapping[str, Any]:
        """Return each limit under its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
