"""What the tests of the pretend Datadog share: a frozen noon, a running sandbox, a caller."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from scarline.sandbox import Sandbox, World, running

NOON = datetime(2026, 11, 18, 12, 0, 7, tzinfo=UTC).timestamp()
"""A Wednesday, seven seconds past noon: the newest bucket still runs."""

KEYS = {"DD-API-KEY": "sandbox-api-key", "DD-APPLICATION-KEY": "sandbox-app-key"}

Connect = Callable[[Sandbox], httpx2.Client]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """A function that gives an authorised caller of a sandbox."""
    clients: list[httpx2.Client] = []

    def connected(sandbox: Sandbox) -> httpx2.Client:
        clients.append(httpx2.Client(base_url=sandbox.url, headers=KEYS, timeout=10))
        return clients[-1]

    yield connected
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def frozen() -> Iterator[Sandbox]:
    """A sandbox of forty hosts at noon, without limits; shared, so leave it as it is."""
    with running(World(clock=lambda: NOON, quotas={})) as sandbox:
        yield sandbox


@pytest.fixture
def call(frozen: Sandbox, connect: Connect) -> httpx2.Client:
    """A caller of the frozen sandbox."""
    return connect(frozen)


@pytest.fixture
def timeseries(call: httpx2.Client) -> Callable[..., dict[str, Any]]:
    """A function that asks v2 for some queries over [start, end) seconds: gives the attributes."""

    def asked(start: float, end: float, *queries: str, **more: object) -> dict[str, Any]:
        body = timeseries_body(start, end, *queries, **more)
        answer = call.post("/api/v2/query/timeseries", json=body).raise_for_status()
        attributes: dict[str, Any] = answer.json()["data"]["attributes"]
        return attributes

    return asked


def timeseries_body(start: float, end: float, *queries: str, **more: object) -> dict[str, Any]:
    """Write a v2 request; queries are named a, b, c, ..."""
    named = [
        {"data_source": "metrics", "name": chr(97 + place), "query": text}
        for place, text in enumerate(queries)
    ]
    window = {"from": int(start * 1000), "to": int(end * 1000)}
    return {
        "data": {"type": "timeseries_request", "attributes": {**window, "queries": named, **more}}
    }
