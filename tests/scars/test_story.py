"""The sandbox's incidents are found as they happen, and the quiet hosts stay quiet."""

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from scarline.bootstrap.datadog import open_source
from scarline.model import Window
from scarline.ports import Ask
from scarline.sandbox import World, running
from scarline.scars import Key, detect
from scarline.scars.growing import Growing, grown
from scarline.settings import Settings
from scarline.stores.memory import MemoryStore

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WEEK = Window(NOW - timedelta(days=7), NOW)
METRICS = ("system.cpu.idle", "system.load.1")

FOUND = 18
"""Of the 23 effects that the week's incidents have on these metrics. The others are slow humps that
stay within what their hosts are used to."""


async def test_a_week_of_the_sandbox() -> None:
    """Onsets lie within incidents, on their hosts; each is told once."""
    world = World(clock=NOW.timestamp)
    told: dict[tuple[str, datetime], tuple[str, str]] = {}
    states: dict[Key, bytes] = {}
    going: dict[Key, Growing] = {}
    with running(world) as sandbox:
        settings = Settings().model_copy(
            update={
                "datadog_url": sandbox.url,
                "dd_api_key": SecretStr(world.api_key),
                "dd_app_key": SecretStr(world.app_key),
                "interval": timedelta(seconds=60),
            }
        )
        async with open_source(settings, MemoryStore(), lambda: NOW, ["metrics"]) as source:
            async for batch in source.pull(Ask("metrics", WEEK)):
                said, new = detect(batch.rows, states)
                states |= new
                rows, going = grown(batch.rows, said, going)
                for row in rows.to_pylist():
                    told[row["series"], row["onset"]] = (row["metric"], row["host"])
    incidents = list(world.incidents(WEEK.start.timestamp(), WEEK.end.timestamp()))
    found = set()
    for (_, onset), (metric, host) in told.items():
        within = [
            it.id
            for it in incidents
            if host in it.hosts
            and metric in it.metrics
            # An interval before its first whole one, and the way back from a harmless side.
            and it.onset - 60 <= onset.timestamp() <= it.ended + 600
        ]
        assert within, f"{metric} of {host} at {onset}: nothing happened there"
        assert (within[0], metric, host) not in found, "an incident is told once"
        found.add((within[0], metric, host))
    assert len(found) >= FOUND, found
