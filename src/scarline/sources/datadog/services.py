"""The stream ``flows``: who calls whom in each environment, how well, and whose it is."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from scarline.errors import SourceError, UsageError
from scarline.flows.whole import whole
from scarline.kinds import INTEGRATION_FLOW
from scarline.model import Batch, Window
from scarline.ports import Ask
from scarline.sources.datadog import edges, owners
from scarline.sources.datadog import services_numbers as numbers
from scarline.sources.datadog.api import Api
from scarline.sources.datadog.config import ENV_NAME, Config
from scarline.sources.datadog.edges import OBSERVED, Edge
from scarline.sources.datadog.owners import Owner
from scarline.sources.datadog.points import SOURCE
from scarline.sources.datadog.refusals import Refused
from scarline.sources.datadog.services_asking import (
    DEPENDENCIES,
    ELSEWHERE,
    RELATIONS,
    SCALAR,
    Inquiry,
    reason,
)
from scarline.sources.datadog.services_numbers import ENV, PEER, SERVICE, Numbers
from scarline.sources.datadog.services_told import Environment, rows
from scarline.sources.datadog.windows import Span

EVERY = "*"

ENVIRONMENTS, CATALOG = "environments", "catalog relations"
"""What the account of a pull calls the questions that are not of one environment."""

REQUESTS_OF_ENV = 4
REQUESTS_OF_OWNERS = 2

NO_ENV = "no service has numbers in this time, so that no environment is known"
NAME_THEM = "set flow_envs to the names of the environments, such as prod, to do without this"


def span_of(ask: Ask, config: Config, now: float) -> Span:
    """Return the seconds that are asked for, up to ``now``; the last hour without a window.

    Raises ``UsageError`` if no environment is set.
    """
    if not config.flow_envs:
        message = "no environment is named for flows: set flow_envs, such as prod, or * for all"
        raise UsageError(message)
    if ask.window is None:
        return Span(int(now) - config.flow_window_seconds, int(now))
    return _whole(ask.window).until(int(now))


def _whole(window: Window) -> Span:
    return Span(int(window.start.timestamp()), -int(-window.end.timestamp() // 1))


@dataclass
class Pull:
    """One pull of the stream: a picture of one stretch of time, in one batch.

    There is nothing to go on from: each pull looks anew, and the cursor stays as it is.
    """

    api: Api
    config: Config
    ask: Ask
    _stand_in: list[Edge] | None = None
    _found: list[Environment] = field(default_factory=list)
    _whole: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find out what is asked for; raises ``UsageError``."""
        span = span_of(self.ask, self.config, self.api.now())
        self._inquiry = Inquiry(self.api, self.config, span, self.ask.notify)

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """Yield all flows in one batch; nothing for a stretch of time that is still to come."""
        inquiry = self._inquiry
        if inquiry.span.start >= inquiry.span.end:
            return
        envs = await self._envs()
        inquiry.total += REQUESTS_OF_ENV * len(envs) + REQUESTS_OF_OWNERS
        for env in envs:
            self._found.append(await self._environment(env))
        if self._stand_in is not None:
            end = inquiry.span.window.end
            self._found.append(Environment("", end, edges=self._stand_in))
        owned = await self._owners() if self._found else {}
        flows = whole(rows(self._found, owned, inquiry.kept_out), SOURCE, self._whole)
        yield Batch(
            INTEGRATION_FLOW,
            flows,
            self.ask.cursor,
            tuple(inquiry.asked),
            tuple(inquiry.missing),
            dict(inquiry.kept_out),
            inquiry.meter.usage,
        )

    async def _envs(self) -> list[str]:
        """Return the environments that are set, or all that have requests in this time.

        No endpoint lists environments, and the list of services of ``*`` does not say whose
        they are; the tag ``env`` of trace metrics does (docs.datadoghq.com, "Trace Metrics").
        """
        if EVERY not in self.config.flow_envs:
            return list(dict.fromkeys(self.config.flow_envs))
        inquiry, group_by = self._inquiry, (ENV,)
        inquiry.total += 1
        request = numbers.asks(group_by, EVERY, inquiry.span)
        try:
            found = await inquiry.fetch(request, lambda body: numbers.read(body, group_by))
        except SourceError as error:
            inquiry.miss(ENVIRONMENTS, f"{reason(SCALAR, error)}; {NAME_THEM}")
            return []
        inquiry.have(ENVIRONMENTS)
        named = sorted({env for (env,) in found.latency_ms})
        usable = [env for env in named if env != EVERY and ENV_NAME.fullmatch(env)]
        if len(usable) < len(named) or not named:
            strange = f"{len(named) - len(usable)} environments have names that cannot be asked for"
            inquiry.lack(ENVIRONMENTS, f"{strange if named else NO_ENV}; {NAME_THEM}")
        return usable

    async def _environment(self, env: str) -> Environment:
        inquiry = self._inquiry
        names = await inquiry.had(
            f"services of env:{env}", edges.asks_services(env), edges.read_services
        )
        calls = await self._calls(env)
        if names is not None and calls is not None:
            self._whole.append(env)
        alone = await self._numbers(f"numbers of services of env:{env}", (SERVICE,), env)
        pairs = None
        if self.config.flow_pairs_measured:
            what = f"numbers of dependencies of env:{env}"
            pairs = await self._numbers(what, (SERVICE, PEER), env)
        return Environment(
            env,
            inquiry.span.window.end,
            names or (),
            calls,
            alone or Numbers(),
            pairs or Numbers(),
        )

    async def _calls(self, env: str) -> dict[str, list[str]] | None:
        """Return the service map; where it is refused, the catalog is asked, once a pull."""
        inquiry, what = self._inquiry, f"dependencies of env:{env}"
        request = edges.asks_calls(env, inquiry.span)
        try:
            calls = await inquiry.fetch(request, edges.read_calls)
        except SourceError as error:
            why = reason(DEPENDENCIES, error)
            if isinstance(error, Refused) and error.status in ELSEWHERE:
                why += "; the relations of the catalog stand in, which name no environment"
                await self._relate()
            inquiry.miss(what, why)
            return None
        inquiry.have(what)
        return calls

    async def _relate(self) -> None:
        if self._stand_in is None:
            self._stand_in = []
            try:
                found = await edges.relations(self._inquiry, CATALOG)
                self._stand_in = sorted(found, key=lambda edge: edge.known_by == OBSERVED)
            except SourceError as error:
                self._inquiry.miss(CATALOG, reason(RELATIONS, error))

    async def _numbers(self, what: str, group_by: tuple[str, ...], env: str) -> Numbers | None:
        inquiry = self._inquiry
        request = numbers.asks(group_by, env, inquiry.span)
        found = await inquiry.had(what, request, lambda body: numbers.read(body, group_by))
        if found is not None:
            inquiry.kept_out.update(found.kept_out)
            for sentence in found.lacking:
                inquiry.lack(what, sentence)
        return found

    async def _owners(self) -> dict[str, Owner]:
        systems = {name for it in self._found for name in it.systems()}
        callers = {edge.caller for it in self._found for edge in it.all_edges()}
        return await owners.owners(self._inquiry, systems | callers)
