"""Metrics that never showed a series: does Datadog know their names at all?"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import structlog

from scarline.errors import SourceError
from scarline.sources.datadog.api import Api, Request
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.shapes import decoded

log = structlog.get_logger(__name__)

LIST_PATH = "/api/v1/metrics"


@dataclass(frozen=True, slots=True)
class _Names:
    metrics: list[str]


_NAMES = msgspec.json.Decoder(_Names)


async def unknown(api: Api, metrics: Sequence[str], since: int, meter: Meter) -> set[str]:
    """Return those of ``metrics`` that nobody reported after ``since`` (seconds since 1970).

    None where the list cannot be had: not to be allowed to look is not to have found nothing.
    """
    request = Request("GET", LIST_PATH, {"from": str(since)})
    try:
        listed = await api.fetch(request, lambda body: decoded(_NAMES, body), meter)
    except SourceError as error:
        log.info("the list of metrics cannot be had", reason=str(error))
        return set()
    return set(metrics) - set(listed.metrics)
