"""What ``doctor`` wants to know of Datadog: the site, the keys, the permissions, the clock."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from scarline.errors import SourceError
from scarline.ports import Check
from scarline.sources.datadog.api import Api
from scarline.sources.datadog.asking import VALIDATE, Asking
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.queries import Question, queries
from scarline.sources.datadog.refusals import FORBIDDEN, UNAUTHORISED, Refused
from scarline.sources.datadog.shapes import decoded
from scarline.sources.datadog.windows import Span, floor

SKEW_SECONDS = 10.0
"""A clock may be off by this much without harm: less than the buckets that are held back."""

BUCKETS = 5
"""How many buckets the trial query asks for."""

NO_KEY = "set DD_API_KEY to a valid API key of this site (Organization Settings, API Keys)"
NO_SITE = "check DD_SITE and the way out of this network (proxy, firewall)"
NO_SCOPE = (
    "set DD_APP_KEY to an application key of the same organisation whose scopes and whose "
    "owner's role have the permissions timeseries_query and metrics_read"
)
NO_CLOCK = "set this machine's clock by NTP: the newest points are held back until then"


@dataclass(frozen=True, slots=True)
class _Validity:
    valid: bool


_VALIDITY = msgspec.json.Decoder(_Validity)


async def check(api: Api, config: Config) -> Sequence[Check]:
    """Look at everything with two requests, one if the first fails."""
    meter = Meter()
    key = await _key(api, config, meter)
    found = [key]
    if key.well:
        found.append(await _permission(api, config, meter))
    return [*found, *_clock(api)]


async def _key(api: Api, config: Config, meter: Meter) -> Check:
    name = "datadog API key"
    try:
        await api.fetch(VALIDATE, _valid, meter)
    except Refused as error:
        return Check(name, well=False, finding=str(error), remedy=_remedy(error, NO_KEY))
    except SourceError as error:
        return Check(name, well=False, finding=str(error), remedy=NO_SITE)
    return Check(name, well=True, finding=f"{config.url} accepts it")


def _valid(body: bytes) -> None:
    if not decoded(_VALIDITY, body).valid:
        message = "Datadog answered that the API key is not valid"
        raise Refused(message, FORBIDDEN)


async def _permission(api: Api, config: Config, meter: Meter) -> Check:
    name = "datadog metrics"
    interval = config.interval_seconds
    end = floor(api.now(), interval)
    question = Question(queries(config)[:1], Span(end - BUCKETS * interval, end))
    try:
        await Asking(api, config.api).put(question, config.api, meter)
    except Refused as error:
        return Check(name, well=False, finding=str(error), remedy=_remedy(error, NO_SCOPE))
    except SourceError as error:
        return Check(name, well=False, finding=str(error), remedy=NO_SITE)
    return Check(name, well=True, finding=f"the application key may use the {config.api} query")


def _remedy(error: Refused, forbidden: str) -> str:
    return forbidden if error.status in (UNAUTHORISED, FORBIDDEN) else NO_SITE


def _clock(api: Api) -> list[Check]:
    if api.skew is None:
        return []
    ahead, behind = api.skew.least, -api.skew.most
    off = max(ahead, behind)
    if off <= SKEW_SECONDS:
        return [Check("clock", well=True, finding="agrees with Datadog's")]
    told = f"{off:.0f} s {'ahead of' if ahead > behind else 'behind'} Datadog's"
    return [Check("clock", well=False, finding=told, remedy=NO_CLOCK)]
