"""The world that a sandbox shows: its seed, its size, its clock, its keys, its limits."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scarline.sandbox import estate, failing, incidents
from scarline.sandbox.quotas import DEFAULT_QUOTAS, Quota


@dataclass(frozen=True)
class World:
    """Everything that decides an answer: equal worlds at the same time answer the same.

    seed: which estate and which story.
    hosts: how many hosts, 1 to 10000.
    spans_a_day: about how many spans the agents make in a day, up to 1000000; 0 is an account
        that never sent any (LLM Observability then answers as if it had no index).
    clock: epoch seconds; a test may pass its own.
    api_key, app_key: the only keys that are let in.
    quotas: limits by bucket name; a bucket not named has none.
    missing_scopes: permissions that the application key lacks, such as `timeseries_query`,
        `metrics_read`, `hosts_read`: the endpoints that need one answer 403.

    Raises ValueError for an impossible number of hosts or spans.
    """

    seed: int = 7
    hosts: int = 40
    spans_a_day: int = 6000
    clock: Callable[[], float] = time.time
    api_key: str = "sandbox-api-key"
    app_key: str = "sandbox-app-key"
    quotas: Mapping[str, Quota] = field(default_factory=lambda: dict(DEFAULT_QUOTAS))
    missing_scopes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Build the estate once, so that a wrong size is refused here."""
        _ = self.estate
        if not 0 <= self.spans_a_day <= 1_000_000:
            raise ValueError(f"a day has 0 to 1000000 spans, not {self.spans_a_day}")

    @property
    def estate(self) -> estate.Estate:
        """The hosts."""
        return estate.build(self.seed, self.hosts)

    def incidents(self, start: float, end: float) -> tuple[incidents.Incident, ...]:
        """Give every incident that overlaps [start, end) epoch seconds, by onset."""
        return tuple(incidents.between(self.estate, self.seed, start, end))

    def failures(
        self, start: float, end: float, now: float | None = None
    ) -> tuple[failing.Failing, ...]:
        """Give the spans that fail and start in [start, end), by time: from the plan alone.

        With `now` (epoch seconds), only those that can be found by then.
        """
        return tuple(failing.between(self.seed, self.spans_a_day, (start, end), now))
