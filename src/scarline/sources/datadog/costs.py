"""What a pull of metrics would send and cost. Sends nothing."""

from collections.abc import Iterator

from scarline.ports import Ask, Plan, Planned
from scarline.sources.datadog.api import Api
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.lanes import Lane, Shown, outset, upcoming
from scarline.sources.datadog.metrics import edge
from scarline.sources.datadog.queries import Query, Question, requests
from scarline.sources.datadog.quota import Quota, ceiling

PERIODS = {60: "a minute", 3_600: "an hour", 86_400: "a day"}


async def plan(api: Api, config: Config, ask: Ask) -> Plan:
    """Return the requests that the pull would send, oldest first, and what they cost."""
    begun = outset(ask, config, edge(api, config))
    questions = list(upcoming(begun.lanes, begun.shown, config))
    planned = [it for question in questions for it in _planned(question, config)]
    costs = [*_count(len(planned), begun.lanes, begun.shown)]
    if questions:
        quota = await api.governor.known(requests(questions[0], config.api)[0].route)
        costs += [share(len(planned), quota, config)] if quota else []
        costs += _caps(len(planned), config)
    return Plan(planned, costs)


def _planned(question: Question, config: Config) -> Iterator[Planned]:
    asked = [question] if config.api == "v2" else question.singly()
    for one, request in zip(asked, requests(question, config.api), strict=True):
        what = ", ".join(query.text for query in one.queries)
        yield Planned(request.route, what, question.span.window)


def _count(sent: int, going: list[Lane], shown: Shown) -> Iterator[str]:
    yield f"{sent} request{'' if sent == 1 else 's'}" if sent else "nothing to ask for yet"
    new = [query for lane in going for query in lane.queries if shown.get(query.key) is None]
    if new:
        yield f"at least: how many hosts answer {_named(new)} is not known before the first answer"


def _named(new: list[Query]) -> str:
    return new[0].metric if len(new) == 1 else f"{len(new)} of the metrics"


def share(sent: int, quota: Quota, config: Config) -> str:
    """Return what part of a rate limit so many requests are, as a sentence."""
    limit = quota.limit or 0
    period = PERIODS.get(int(quota.period), f"in {quota.period:.0f} s")
    minutes = sent / ceiling(limit, config.human_share) * quota.period / 60
    return (
        f"{sent:,} of the {limit:,} requests {period} that Datadog grants to this bucket "
        f"({sent / max(1, limit):.0%}; {quota.used} are used), about {max(1, minutes):.0f} min at "
        f"{1 - config.human_share:.0%}"
    )


def _caps(sent: int, config: Config) -> Iterator[str]:
    pace, most = config.requests_per_minute, config.requests_per_run
    if pace is not None:
        minutes = max(1, sent / pace)
        yield f"{pace} requests a minute at most (requests_per_minute): about {minutes:.0f} min"
    if most is not None and sent > most:
        yield f"{most} requests a run at most (requests_per_run): the next pulls get the rest"
