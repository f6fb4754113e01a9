"""What a pull of failures would send and cost. Sends nothing."""

from collections.abc import Iterator

from scarline.ports import Ask, Plan, Planned
from scarline.sources.datadog.api import Api
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.costs import share
from scarline.sources.datadog.quota import Quota
from scarline.sources.datadog.spans_config import Spans
from scarline.sources.datadog.spans_lanes import HOUR, Lane, upcoming
from scarline.sources.datadog.spans_start import begun
from scarline.sources.datadog.windows import Span as Stretch


async def plan(api: Api, config: Config, own: Spans, ask: Ask) -> Plan:
    """Return the requests that the pull would send at least, oldest first, and what they cost.

    How many pages a window has is reckoned from how many spans an hour showed last; where none
    was read before, each window counts as one page.
    """
    lanes = begun(api, config, own, ask, own.api).lanes
    windows = sorted(
        ((window, lane) for lane in lanes for window in upcoming(lane)), key=lambda it: it[0]
    )
    planned = [
        Planned(lane.search.route, lane.search.key, window.window)
        for window, lane in windows
        for _ in range(_pages(window, lane, own))
    ]
    quota = await api.governor.known(lanes[0].search.route) if lanes else None
    return Plan(planned, list(_costs(lanes, quota, config, own, len(planned))))


def unapproved(own: Spans, plan: Plan) -> str | None:
    """Return why a window asked for by name needs approval before it is pulled; None if not.

    A pull without it ends after as many requests as need none, and says so.
    """
    sent = len(plan.requests)
    if own.approved or sent <= own.approve_above:
        return None
    return (
        f"this takes at least {sent:,} requests to Datadog, more than the {own.approve_above:,} "
        "that need no approval (approve_above of spans): pull it again with --approve"
    )


def _pages(window: Stretch, lane: Lane, own: Spans) -> int:
    spans = (lane.rate or 0) * (window.end - window.start) / HOUR
    return max(1, -int(-spans // own.page_size))


def _costs(
    lanes: list[Lane], quota: Quota | None, config: Config, own: Spans, sent: int
) -> Iterator[str]:
    if not sent:
        yield "nothing to ask for yet"
        return
    yield f"at least {sent:,} request{'' if sent == 1 else 's'}: one for {own.page_size:,} spans"
    if any(lane.rate is None for lane in lanes):
        yield "how many spans there are is not known before the first pull"
    if own.complete:
        yield "one more for each trace that failed, for the rest of it (complete)"
    if quota is not None:
        yield share(sent, quota, config)
    minutes = max(1, sent / own.requests_per_minute)
    yield f"{own.requests_per_minute} requests a minute at most: about {minutes:.0f} min"
    most = min(own.requests_per_run, config.requests_per_run or own.requests_per_run)
    if sent > most:
        yield f"{most:,} requests a run at most: the next pulls get the rest"
