"""Stores and logs planted answers: ``python -m tests.laws.planting DATABASE_URL``."""

import asyncio
import sys
from pathlib import Path

import structlog

from scarline import bootstrap, settings, telemetry
from scarline.errors import ScarlineError
from scarline.model import stamp
from scarline.stores.postgres import Config, open_store
from tests.canaries import CANARIES, PEOPLE, flows, series, span, spans
from tests.fakes import EPOCH
from tests.laws.stories import pipeline


async def main() -> None:
    """Pull series and spans, log every canary, and leave a marker that can be found."""
    own = settings.load()
    telemetry.configure(own.log, lambda event: bootstrap.clean(own, event))
    log = structlog.get_logger()
    for canary in (*CANARIES, *PEOPLE):
        log.error("a planted event", text=canary.text, span=span(canary.text), of={canary.text: 1})
    async with open_store(Config(Path(), sys.argv[1])) as store:
        for number, batch in enumerate((series(CANARIES), spans(), flows(CANARIES))):
            await pipeline(store, [batch], number=number).pull("metrics")
        failing = pipeline(store, [ScarlineError(CANARIES[0].text)], number=3, resuming=False)
        try:
            await failing.pull("metrics")
        except ScarlineError:
            log.exception("a planted error")
        await store.swap("marker", f"found:{stamp(EPOCH)}", 0)


asyncio.run(main())
