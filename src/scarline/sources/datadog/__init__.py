"""Datadog as a source. See README.md beside this file for permissions and promises."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from scarline.errors import UsageError
from scarline.kinds import INTEGRATION_FLOW, LLM_FAILURE, METRIC_POINT, Kind
from scarline.model import Batch
from scarline.ports import Ask, Check, Clock, Notes, Plan, Source
from scarline.sources.datadog import (
    checks,
    costs,
    metrics,
    services,
    services_checks,
    services_plans,
    spans,
    spans_checks,
    spans_plans,
)
from scarline.sources.datadog.api import Api, connected
from scarline.sources.datadog.config import SITES, Config, base_url
from scarline.sources.datadog.governor import Governor, Thrift
from scarline.sources.datadog.nature import Nature
from scarline.sources.datadog.points import SOURCE
from scarline.sources.datadog.spans_config import Spans
from scarline.sources.datadog.spans_plans import unapproved

__all__ = ["SITES", "Config", "Nature", "Spans", "base_url", "open_source", "unapproved"]

FLOWS, FAILURES = "flows", "failures"

STREAMS: Mapping[str, Kind] = {
    "metrics": METRIC_POINT,
    FLOWS: INTEGRATION_FLOW,
    FAILURES: LLM_FAILURE,
}


@asynccontextmanager
async def open_source(
    config: Config, notes: Notes, clock: Clock, nature: Nature | None = None
) -> AsyncIterator[Source]:
    """Hold connections to Datadog; ``notes`` keep the account of its rate limits.

    ``nature`` stands in for time, chance and the network where a test wants its own.
    """
    nature = nature or Nature(clock)
    thrift = Thrift(config.human_share, config.requests_per_minute)
    host = config.url.split("://", 1)[1].rstrip("/")
    async with connected(config, Governor(notes, host, thrift, nature), nature) as api:
        yield Datadog(config, api)


@dataclass(frozen=True, slots=True)
class Datadog:
    """The source. Its duties stand at :class:`scarline.ports.Source`."""

    config: Config
    api: Api

    @property
    def name(self) -> str:
        """Return what the source is called, in rows and on the ledger."""
        return SOURCE

    def streams(self) -> Mapping[str, Kind]:
        """Return the streams that it offers, and the kind of each."""
        return STREAMS

    def pull(self, ask: Ask) -> AsyncGenerator[Batch, None]:
        """Yield points or failures, oldest windows first; or all flows of one stretch of time.

        Raises ``UsageError`` for an unknown stream, for a cursor that cannot be read, and for
        flows of no environment.
        """
        _offered(ask.stream)
        if ask.stream == FLOWS:
            return services.Pull(self.api, self.config, ask).batches()
        if ask.stream == FAILURES:
            return spans.Pull(self.api, self.config, self._spans(), ask).batches()
        return metrics.Pull(self.api, self.config, ask).batches()

    async def plan(self, ask: Ask) -> Plan:
        """Return what :meth:`pull` would send, and what part of the rate limit that is."""
        _offered(ask.stream)
        if ask.stream == FLOWS:
            return await services_plans.plan(self.api, self.config, ask)
        if ask.stream == FAILURES:
            return await spans_plans.plan(self.api, self.config, self._spans(), ask)
        return await costs.plan(self.api, self.config, ask)

    async def check(self) -> Sequence[Check]:
        """Look at the site, both keys, the permissions for each stream, and the clock."""
        found = await checks.check(self.api, self.config)
        if not found[0].well:
            return found
        found = [*found, *await services_checks.check(self.api, self.config)]
        if self.config.spans is not None:
            found = [*found, await spans_checks.check(self.api, self.config.spans)]
        return found

    def _spans(self) -> Spans:
        return self.config.spans or Spans()


def _offered(stream: str) -> None:
    if stream not in STREAMS:
        message = f"Datadog has no stream {stream!r} here; there are: {', '.join(STREAMS)}"
        raise UsageError(message)
