"""The API does what its OpenAPI description says, for whatever the description allows."""

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from scarline.bootstrap.loading import sheet
from scarline.pipeline import Pipeline
from scarline.settings import Settings
from scarline.stores.memory import MemoryStore
from scarline.web.app import create_app
from scarline.web.server import server_of
from tests.fakes import Clock


@asynccontextmanager
async def opening(_: Sequence[str]) -> AsyncIterator[Pipeline]:
    """Open a pipeline on a store that is gone with the test."""
    yield Pipeline({}, MemoryStore(), Clock())


app = create_app(opening, partial(sheet, Settings()))
# Events never end: tests/web/test_events.py listens to them.
schema = schemathesis.openapi.from_dict(app.openapi()).exclude(path="/api/events")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve the app on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = server_of(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@schemathesis.serializer("text/csv")
def as_sent(_: "schemathesis.SerializationContext", body: object) -> bytes:
    """Send a list as it is; what the library would make of it never ends."""
    return str(body).encode("utf-8", "replace")


@schema.parametrize()
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_as_described(case: "schemathesis.Case[Any]", url: str) -> None:
    """Statuses, media types and bodies; bad requests are refused, good ones are not."""
    # What no schema can say is refused: a cursor that was made up, a key that came with another
    # body before, moments the wrong way round, a list without a header, a text that is no matcher.
    query = case.query or {}
    made_up = query.get("cursor") or {"until", "to"} & query.keys()
    made_up = made_up or "idempotency-key" in (case.headers or {})
    made_up = made_up or case.media_type == "text/csv" or case.path == "/api/silences"
    case.call_and_validate(
        base_url=url, excluded_checks=[positive_data_acceptance] if made_up else None
    )
