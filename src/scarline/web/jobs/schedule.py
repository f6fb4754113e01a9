"""Pulls at regular times within the service, for whoever has no scheduler beside it."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog

from scarline.errors import RunInProgress, ScarlineError
from scarline.web.jobs.pulls import Pulls
from scarline.web.problems import Refused

log = structlog.get_logger(__name__)

Every = Mapping[str, timedelta]
"""How long after the end of one pull of a stream the next begins."""


async def regularly(pulls: Pulls, every: Every) -> None:
    """Pull these streams until cancelled; what fails is logged, and the next time is waited for."""
    await asyncio.gather(*(_regularly(pulls, stream, span) for stream, span in every.items()))


async def _regularly(pulls: Pulls, stream: str, span: timedelta) -> None:
    while not pulls.draining:
        await asyncio.sleep(span.total_seconds())
        try:
            await pulls.pull(stream)
        except RunInProgress:  # a scheduler or a person was first
            continue
        except (ScarlineError, Refused) as error:
            log.warning("not pulled", stream=stream, error=str(error))
