"""A real account, read and never written to: for those who say so, with `make test-live`."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from scarline.bootstrap import datadog
from scarline.ledger import Run
from scarline.model import Window
from scarline.pipeline import Pipeline
from scarline.settings import Settings
from scarline.stores.memory import MemoryStore
from tests.conftest import missing

STREAMS = ("metrics", "flows", "failures")


@pytest.fixture
def settings() -> Settings:
    """Give settings that lead to the account of whoever runs this."""
    keys = {
        name: os.environ.get(f"SCARLINE_TEST_{name}")
        for name in ("DD_API_KEY", "DD_APP_KEY", "DD_SITE")
    }
    if not (keys["DD_API_KEY"] and keys["DD_APP_KEY"]):
        missing(
            "a Datadog account",
            "set DD_API_KEY and DD_APP_KEY, and run make test-live",
            ci_has_it=False,
        )
    return Settings.model_validate({name: key for name, key in keys.items() if key})


def clock() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


async def test_the_keys_are_good(settings: Settings) -> None:
    """Doctor finds the site, both keys and the clock well."""
    store = MemoryStore()
    async with datadog.open_source(settings, store, clock, STREAMS) as source:
        checks = await source.check()
    print(*checks, sep="\n")  # noqa: T201 - read by whoever runs it
    assert [it.well for it in checks if it.name == "datadog API key"] == [True]


@pytest.mark.parametrize("stream", STREAMS)
async def test_a_pull_tells_of_everything_it_asked(settings: Settings, stream: str) -> None:
    """A quarter of an hour: each thing asked is answered or named as missing, and it verifies."""
    store, end = MemoryStore(), clock() - timedelta(minutes=5)
    window = Window(end - timedelta(minutes=15), end)
    async with datadog.open_source(settings, store, clock, STREAMS) as source:
        road = Pipeline({stream: source}, store, clock)
        run: Run = await road.pull(stream, window)
        assert await road.verify() == []
    print(run.run, run.state, run.counts, dict(run.usage))  # noqa: T201 - the same
    assert run.asked
    assert (run.state == "partial") == bool(run.missing)
