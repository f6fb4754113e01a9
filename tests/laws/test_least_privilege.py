"""Law 8. A key that may not read a stream disables that stream with a sentence."""

import asyncio
from datetime import timedelta

import pytest

from scarline.bootstrap import clock
from scarline.errors import SourceRefused
from scarline.ledger import State
from scarline.model import Window
from scarline.pipeline import Pipeline
from scarline.sandbox import World, running
from scarline.sources import datadog
from tests.at_hand import TAKES_POINTS, Opener
from tests.fakes import FakeSource, batch


@pytest.mark.parametrize("open_empty", TAKES_POINTS, indirect=True)
@pytest.mark.parametrize(
    ("missing", "metrics", "state"),
    [
        ({"timeseries_query", "metrics_read"}, ("system.load.1",), State.FAILED),
        ({"hosts_read"}, ("system.load.1",), State.DONE),
        ({"metrics_read", "hosts_read"}, ("system.load.1",), State.DONE),
    ],
)
def test_least_privilege(
    open_empty: Opener, missing: set[str], metrics: tuple[str, ...], state: State
) -> None:
    """The stream says what it lacks; what it does not need is not missed; others go on."""

    async def check() -> None:
        with running(World(hosts=3, missing_scopes=frozenset(missing))) as sandbox:
            world = sandbox.world
            config = datadog.Config(
                url=sandbox.url, api_key=world.api_key, app_key=world.app_key, metrics=metrics
            )
            async with open_empty() as store, datadog.open_source(config, store, clock) as source:
                other = FakeSource([batch(("cpu", "a", 0, 1.0))])
                road = Pipeline({"metrics": source, "other": other}, store, clock)
                window = Window(clock() - timedelta(hours=1), clock())
                if state is State.FAILED:
                    with pytest.raises(SourceRefused, match="timeseries_query"):
                        await road.pull("metrics", window)
                else:
                    await road.pull("metrics", window)
                assert (await road.runs("metrics"))[0].state is state
                assert (await road.pull("other")).state is State.DONE

    asyncio.run(check())
