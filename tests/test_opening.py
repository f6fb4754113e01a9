"""An open pipeline: what cannot work is refused before anything is asked for."""

from pathlib import Path

import pyarrow as pa
import pytest

from scarline.bootstrap import open_pipeline
from scarline.errors import StoreRefused
from scarline.ports import Query
from scarline.sandbox import Sandbox, World, running
from scarline.scars import Options
from scarline.scars.preferences import Preferences
from scarline.settings import Settings
from scarline.stores.firestore.layout import held
from scarline.stores.memory import MemoryStore
from scarline.web.server import allowed


class OfRecords(MemoryStore):
    """A store that keeps what Firestore keeps."""

    async def find(self, query: Query) -> pa.Table:
        """Refuse points, as Firestore does."""
        held(query.kind)
        return await super().find(query)


async def opened(stream: str, sandbox: Sandbox, home: Path, store: MemoryStore) -> None:
    """Open a pipeline for a stream, and pull it."""
    world = sandbox.world
    told = {"SCARLINE_DATADOG_URL": sandbox.url, "SCARLINE_HOME": home}
    keys = {"DD_API_KEY": world.api_key, "DD_APP_KEY": world.app_key}
    settings = Settings.model_validate(told | keys)
    async with open_pipeline(settings, [stream], store=store) as pipeline:
        await pipeline.pull(stream)


async def test_a_store_that_keeps_no_points_is_asked_before_datadog_is(tmp_path: Path) -> None:
    """A pull of metrics sends nothing and leaves no run; what the store keeps is pulled."""
    store = OfRecords()
    with running(World(hosts=2)) as sandbox:
        with pytest.raises(StoreRefused, match="metric_point is in series"):
            await opened("metrics", sandbox, tmp_path, store)
        assert (list(sandbox.log), await store.entries()) == ([], [])
        await opened("flows", sandbox, tmp_path, store)
        assert sandbox.log
        await opened("metrics", sandbox, tmp_path, MemoryStore())


async def test_what_a_user_says_of_metrics_reaches_pulls_and_charts(tmp_path: Path) -> None:
    """The same to both: which side is bad, and the budget."""
    told = {"SCARLINE_LOW_IS_BAD": "shop.stock.*", "SCARLINE_HIGH_IS_BAD": "shop.queue"}
    told |= {"SCARLINE_FALSE_ALERTS_A_WEEK": "0.5", "SCARLINE_HOME": str(tmp_path)}
    settings = Settings.model_validate(told | {"DD_API_KEY": "k" * 32, "DD_APP_KEY": "k" * 40})
    wanted = Preferences(Options(None, 0.5), ("shop.stock.*",), ("shop.queue",))
    assert allowed(settings, "127.0.0.1").watch == wanted
    async with open_pipeline(settings, ["metrics"], store=MemoryStore()) as pipeline:
        assert pipeline.watch is not None
        assert pipeline.watch.wanted == wanted
