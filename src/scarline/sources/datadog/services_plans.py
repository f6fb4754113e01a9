"""What a pull of flows would send. Sends nothing."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence

from scarline.ports import Ask, Plan, Planned
from scarline.sources.datadog import edges, owners
from scarline.sources.datadog import services_numbers as numbers
from scarline.sources.datadog.api import Api, Request
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.costs import share
from scarline.sources.datadog.services import ENVIRONMENTS, EVERY, span_of
from scarline.sources.datadog.services_numbers import ENV, PEER, SERVICE
from scarline.sources.datadog.windows import Span

Named = tuple[Request, str]


async def plan(api: Api, config: Config, ask: Ask) -> Plan:
    """Return the requests that the pull would send, in order, and what they cost.

    Pages after the first, and the catalog, are asked only if they turn out to be needed. Raises
    ``UsageError`` if no environment is set.
    """
    span = span_of(ask, config, api.now())
    if span.start >= span.end:
        return Plan([], ["nothing to ask for yet"])
    planned = [Planned(it.route, what, span.window) for it, what in _requests(config, span)]
    shares = [it async for it in _shares(api, config, planned)]
    return Plan(planned, [*_costs(len(planned), config), *shares])


async def _shares(api: Api, config: Config, planned: Sequence[Planned]) -> AsyncIterator[str]:
    """Yield the share of each rate limit that is known."""
    for route, sent in Counter(it.request for it in planned).items():
        quota = await api.governor.known(route)
        if quota is not None:
            yield f"{route}: {share(sent, quota, config)}"


def _requests(config: Config, span: Span) -> Iterator[Named]:
    envs = tuple(dict.fromkeys(config.flow_envs))
    if EVERY in envs:
        envs = (EVERY,)
        yield numbers.asks((ENV,), EVERY, span), ENVIRONMENTS
    for env in envs:
        place = "each environment" if env == EVERY else f"env:{env}"
        yield edges.asks_services(env), f"services of {place}"
        yield edges.asks_calls(env, span), f"dependencies of {place}"
        yield numbers.asks((SERVICE,), env, span), f"numbers of services of {place}"
        if config.flow_pairs_measured:
            yield numbers.asks((SERVICE, PEER), env, span), f"numbers of dependencies of {place}"
    yield owners.asks_definitions(), owners.DEFINED


def _costs(sent: int, config: Config) -> Iterator[str]:
    yield f"at least {sent} requests: more for long lists, and for owners that no definition names"
    if EVERY in config.flow_envs:
        yield "those of each environment are counted once: how many there are is the first answer"
    most = config.requests_per_run
    if most is not None and sent > most:
        yield f"{most} requests a run at most (requests_per_run): the rest will be missing"
