"""One process of several that share a quota: ``governor_worker STORE DATADOG END SITE``."""

import asyncio
import sys
import time
from pathlib import Path

from scarline import bootstrap, telemetry
from scarline.sources.datadog.api import Request, connected
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.governor import Governor, Thrift
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.nature import Nature
from scarline.stores import postgres

SITE = "bench"
AT_ONCE = 4
PARAMS = {"query": "avg:system.load.1{*}", "from": "1772409600", "to": "1772413200"}


async def work(url: str, address: str, end: float, site: str) -> None:
    """Ask the same cheap question, a few at once, until ``end`` (seconds since 1970)."""
    config = Config(
        url=address,
        api_key="sandbox-api-key",
        app_key="sandbox-app-key",
        concurrency=AT_ONCE,
    )
    nature = Nature(bootstrap.clock)
    request = Request("GET", "/api/v1/query", PARAMS)
    async with postgres.open_store(postgres.Config(Path(), url)) as store:
        governor = Governor(store, site, Thrift(), nature)
        async with connected(config, governor, nature) as api:

            async def ask() -> None:
                while time.time() < end:
                    await api.fetch(request, len, Meter())

            await asyncio.gather(*(ask() for _ in range(AT_ONCE)))


if __name__ == "__main__":
    telemetry.configure("warning", dict)
    asyncio.run(work(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]))
