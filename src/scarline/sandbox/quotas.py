"""Rate limits: how many calls an organisation may make, and the headers that tell.

Facts: Datadog docs "Rate Limits" and the recorded sequence (`test_retry_rate_limit.yaml`):
`X-RateLimit-Limit`, `-Period` (seconds; periods stand on the calendar), `-Remaining`, `-Reset`
(seconds until the next period), `-Name`; over the limit 429, without `Retry-After`.
A bucket belongs to the organisation, and several endpoints may share it.
1,600 timeseries queries and 100 metric lists an hour are numbers that the docs once gave; the
bucket names and the limit on hosts are ours: real ones must be learned from the headers.
300 searches for spans an hour and 60 traces a minute are in `datadog-api-client` 2.62.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Quota:
    """`limit` calls in each `period` of seconds, periods counted from the epoch."""

    limit: int
    period: int

    def __post_init__(self) -> None:
        """Raise ValueError for a limit below 0 or a period below 1."""
        if self.limit < 0 or self.period < 1:
            raise ValueError("a quota needs a limit >= 0 and a period >= 1 (seconds)")


TIMESERIES = "timeseries_query"
METRIC_LISTS = "metrics_list"
HOST_LISTS = "hosts_list"
SERVICE_LISTS = "apm_services"
DEPENDENCIES = "service_dependencies"
CATALOG = "software_catalog"
LLM_SPANS = "llm_observability_spans"
APM_SPANS = "spans_search"
APM_TRACES = "trace_by_id"

DEFAULT_QUOTAS: Mapping[str, Quota] = MappingProxyType(
    {
        TIMESERIES: Quota(1600, 3600),
        METRIC_LISTS: Quota(100, 3600),
        HOST_LISTS: Quota(500, 10),
        SERVICE_LISTS: Quota(120, 60),
        DEPENDENCIES: Quota(120, 60),
        CATALOG: Quota(300, 60),
        LLM_SPANS: Quota(300, 60),
        APM_SPANS: Quota(300, 3600),
        APM_TRACES: Quota(60, 60),
    }
)
"""The quotas of a world that names none. A bucket that has no quota is not limited."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a bucket stands after a call: `reset` is in whole seconds, 1 to `period`."""

    name: str
    limit: int
    period: int
    remaining: int
    reset: int
    allowed: bool

    def headers(self) -> dict[str, str]:
        """Write the five headers."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Period": str(self.period),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
            "X-RateLimit-Name": self.name,
        }


class Quotas:
    """The live quotas by bucket name; assign to one to change it while the sandbox runs."""

    def __init__(self, quotas: Mapping[str, Quota]) -> None:
        """Start with nothing used."""
        self._quotas = dict(quotas)
        self._used: dict[str, tuple[int, int]] = {}

    def __getitem__(self, name: str) -> Quota:
        """Give a bucket's quota. Raises KeyError for a bucket without limit."""
        return self._quotas[name]

    def __setitem__(self, name: str, quota: Quota) -> None:
        """Replace a quota; the count of its present period starts anew."""
        self._quotas[name] = quota
        self._used.pop(name, None)

    def take(self, name: str, now: float) -> Standing | None:
        """Count one call at `now` (epoch seconds); None where the bucket has no limit."""
        return self._standing(name, now, 1)

    def look(self, name: str, now: float) -> Standing | None:
        """Tell where a bucket stands without counting a call."""
        return self._standing(name, now, 0)

    def _standing(self, name: str, now: float, calls: int) -> Standing | None:
        quota = self._quotas.get(name)
        if quota is None:
            return None
        period = int(now // quota.period)
        then, used = self._used.get(name, (period, 0))
        used = used if then == period else 0
        allowed = used + calls <= quota.limit
        used += calls if allowed else 0
        self._used[name] = (period, used)
        reset = max(1, math.ceil((period + 1) * quota.period - now))
        return Standing(name, quota.limit, quota.period, quota.limit - used, reset, allowed)
