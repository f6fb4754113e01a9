"""Flows by HTTP: a real server process, asked again and again by a client on the same machine."""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2 as httpx

FLOWS = "/api/ale/integration-flows"
TIMES = 50


def run(url: str, flows: int = 5_000) -> None:
    """Post so many flows to a server on the database at ``url``, and ask for them."""
    with served(url) as address, httpx.Client(base_url=address, timeout=60) as http:
        start = time.perf_counter()
        told = http.post(FLOWS, json=estate(flows)).raise_for_status().json()
        posted = time.perf_counter() - start
        assert told["accepted"] == flows
        start = time.perf_counter()
        first = http.get(FLOWS, params={"limit": flows}).raise_for_status()
        cold = time.perf_counter() - start
        assert len(first.json()["flows"]) == flows
        tag = {"If-None-Match": first.headers["etag"]}
        print(f"\n{flows:,} flows by HTTP, {len(first.content) / 1e6:.1f} MB of JSON [ms]")
        _show("POST, once", posted)
        _show("GET after a change, once: read from the store", cold)
        _show("GET, median", median(http, {"limit": flows}))
        _show("GET of one environment, median", median(http, {"env": "prod", "limit": flows}))
        _show("GET as CSV, median", median(http, {"format": "csv"}))
        _show("GET that is not modified, median", median(http, {"limit": flows}, tag))
        _show("GET of the order of change, median", median(http, {}, path="/api/ale/sequence"))


def median(
    http: httpx.Client,
    params: dict[str, str | int],
    headers: dict[str, str] | None = None,
    path: str = FLOWS,
) -> float:
    """Return the median of :data:`TIMES` requests, from sending to the last byte, in seconds."""
    found = []
    for _ in range(TIMES):
        start = time.perf_counter()
        done = http.get(path, params=params, headers=headers)
        found.append(time.perf_counter() - start)
        assert done.status_code in {200, 304}
    return statistics.median(found)


def estate(flows: int) -> list[dict[str, object]]:
    """Return so many flows between services of two environments, with all that a flow may have."""
    return [
        {
            "source": "datadog",
            "env": ("prod", "staging")[number % 2],
            "from": f"service-{number // 6}",
            "to": f"{'order' if number % 97 == 0 else 'service'}-{(number * 7) % (flows // 6)}",
            "latency_ms": number % 500 + 0.25,
            "error_rate": number % 100 / 1000,
            "last_seen": f"2026-03-{number % 28 + 1:02}T00:00:00Z",
            "owner_team": f"team-{number % 40}",
            "known_by": "observed",
            "tags": ["tier:1", "type:web"],
        }
        for number in range(flows)
    ]


@contextmanager
def served(url: str) -> Iterator[str]:
    """Run ``scarline serve`` on a free port; give its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scarline", "serve", "--port", "0"],
        env=os.environ | {"DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        found = re.search(r"http://\S+:\d+", process.stderr.readline())
        assert found
        yield found[0]
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


def _show(what: str, seconds: float) -> None:
    print(f"  {what:<52}{seconds * 1e3:>10,.1f}")
