"""What ``doctor`` wants to know of flows: which permissions the application key lacks for them."""

from collections.abc import Callable, Sequence

from scarline.errors import SourceError
from scarline.ports import Check
from scarline.sources.datadog import edges
from scarline.sources.datadog.api import Api, Request
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.owners import asks_definitions
from scarline.sources.datadog.refusals import FORBIDDEN, UNAUTHORISED, Refused
from scarline.sources.datadog.services import EVERY
from scarline.sources.datadog.services_asking import PERMISSIONS
from scarline.sources.datadog.windows import Span

TRIAL_SECONDS = 300
"""How much time the trial questions are about."""

NO_SITE = "check DD_SITE and the way out of this network (proxy, firewall), and try again later"


async def check(api: Api, config: Config) -> Sequence[Check]:
    """Ask what a pull of flows needs besides metrics, once; nothing where no flows are wanted.

    The numbers need the permission of metrics, ``timeseries_query``, which is looked at there.
    """
    if not config.flow_envs:
        return []
    meter = Meter()
    return [
        await _allowed(api, name, request, read, meter)
        for name, request, read in _trials(config.flow_envs[0], int(api.now()))
    ]


def _trials(env: str, now: int) -> Sequence[tuple[str, Request, Callable[[bytes], object]]]:
    span = Span(now - TRIAL_SECONDS, now)
    place = "prod" if env == EVERY else env  # the service map has no word for all of them
    return [
        ("datadog services", edges.asks_services(env), edges.read_services),
        ("datadog dependencies", edges.asks_calls(place, span), edges.read_calls),
        ("datadog service owners", asks_definitions(), lambda _: None),
    ]


async def _allowed(
    api: Api, name: str, request: Request, read: Callable[[bytes], object], meter: Meter
) -> Check:
    try:
        await api.fetch(request, read, meter)
    except Refused as error:
        return Check(name, well=False, finding=error.said, remedy=_remedy(request.path, error))
    except SourceError as error:
        return Check(name, well=False, finding=str(error), remedy=NO_SITE)
    permission = PERMISSIONS[request.path]
    return Check(name, well=True, finding=f"the application key has {permission}")


def _remedy(path: str, error: Refused) -> str:
    if error.status in (UNAUTHORISED, FORBIDDEN):
        return (
            f"give the application key, and the role of its owner, the permission "
            f"{PERMISSIONS[path]}; or set flow_envs to nothing, if flows are not wanted"
        )
    return "Datadog does not have this here: flows come without it, and say so"
