"""What the routes of failures stand on while the app lives, and attempts that become due."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from scarline.errors import ScarlineError
from scarline.notify.webhook import Webhook, checked
from scarline.web.failures import deciding as failures_deciding
from scarline.web.failures import exporting as failures_exporting
from scarline.web.failures import routes as failures
from scarline.web.failures.backlog import Backlog
from scarline.web.failures.deliveries import Outbox, deliver_due

log = structlog.get_logger(__name__)

# The paths of exports and groups stand before that of a trace and a span, which is as long.
routers = (
    failures_exporting.router,
    failures_exporting.attempts,
    failures_deciding.router,
    failures.router,
)

LOOK_SECONDS = 15.0
"""How often it is looked whether an attempt is due."""


@asynccontextmanager
async def triaging(
    app: FastAPI, webhook: Webhook | None, look_seconds: float = LOOK_SECONDS
) -> AsyncIterator[None]:
    """Keep the backlog for the routes of ``app``, and make attempts at deliveries when due.

    ``app.state.desk`` must be there. Raises ``ConfigError`` for a webhook that cannot be used.
    """
    backlog = Backlog(app.state.desk.pipeline)
    app.state.backlog = backlog
    app.state.webhook = None if webhook is None else checked(webhook)
    if webhook is None:
        yield
        return
    box = Outbox(app.state.desk.pipeline, backlog, webhook, app.state.desk.writing)
    attempts = asyncio.create_task(_attempting(box, look_seconds))
    try:
        yield
    finally:
        attempts.cancel()
        await asyncio.gather(attempts, return_exceptions=True)


async def _attempting(box: Outbox, look_seconds: float) -> None:
    while True:
        try:
            for done in await deliver_due(box):
                log.info("delivery", export=done.id, state=done.state, attempts=done.attempts)
        except ScarlineError as error:  # the store may be away: the next look is soon
            log.warning("deliveries that are due were not attempted", error=str(error))
        await asyncio.sleep(look_seconds)
