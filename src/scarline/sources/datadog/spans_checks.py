"""What ``doctor`` wants to know of failures: whether the application key may search spans."""

from scarline.errors import SourceError
from scarline.ports import Check
from scarline.sources.datadog.api import Api
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.refusals import FORBIDDEN, UNAUTHORISED, NoSpans, Refused
from scarline.sources.datadog.spans_config import Spans
from scarline.sources.datadog.spans_pages import read_page
from scarline.sources.datadog.spans_searches import PERMISSIONS, asks_page, searches
from scarline.sources.datadog.windows import Span as Stretch

TRIAL_SECONDS = 300
"""How much time the trial search is about."""

NO_SITE = "check DD_SITE and the way out of this network (proxy, firewall), and try again later"


async def check(api: Api, own: Spans) -> Check:
    """Search once for a single span, as a pull of failures would."""
    name, permission = f"datadog spans ({own.api})", PERMISSIONS[own.api]
    first = searches(own.api, own.ml_apps, own.services, own.query)[0]
    now = int(api.now())
    request = asks_page(first, Stretch(now - TRIAL_SECONDS, now), 1, None)
    try:
        await api.fetch(request, read_page, Meter())
    except NoSpans:
        found = "the search works; the organisation has never sent a span"
        return Check(name, well=True, finding=found)
    except Refused as error:
        return Check(
            name, well=False, finding=error.said, remedy=_remedy(error, own.api, permission)
        )
    except SourceError as error:
        return Check(name, well=False, finding=str(error), remedy=NO_SITE)
    return Check(name, well=True, finding=f"the application key has {permission}")


def _remedy(error: Refused, by: str, permission: str) -> str:
    needed = f"give the application key, and the role of its owner, the permission {permission}"
    if error.status not in (UNAUTHORISED, FORBIDDEN):
        return "Datadog does not have this here: set the api of spans to apm"
    return needed if by == "apm" else f"{needed}; or set the api of spans to apm"
