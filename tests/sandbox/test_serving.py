"""A sandbox starts, tells what it served, stops promptly, and stays on this machine."""

import ast
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2
import pytest

import scarline.sandbox
from scarline.sandbox import Fault, World, create_app, running, serve
from tests.sandbox.conftest import KEYS, NOON, Connect, timeseries_body

HOUR = 3600
ROOM = Path(scarline.sandbox.__file__).parent


def test_it_stops_promptly_and_leaves_nothing(connect: Connect) -> None:
    """The thread ends, the port is free again, and a second sandbox can have it."""
    with running() as sandbox:
        connect(sandbox).get("/api/v1/validate")
        port = int(sandbox.url.rpartition(":")[2])
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert "scarline-sandbox" not in {thread.name for thread in threading.enumerate()}
    with running(port=port) as again:
        assert again.url == sandbox.url
        assert connect(again).get("/api/v1/validate").status_code == 200


def test_a_taken_port_is_an_error() -> None:
    """Two sandboxes cannot have one port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        with pytest.raises(OSError, match="in use"), running(port=port):
            pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com"])  # noqa: S104
def test_serve_refuses_other_machines(host: str) -> None:
    """Only loopback: a pretend API has no business on a network."""
    with pytest.raises(ValueError, match="this machine only"):
        serve(host=host, port=0)


def test_serve_until_interrupted() -> None:
    """The command's server answers, and ends when told to."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    code = f"from scarline.sandbox import serve; serve(port={port})"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)
    try:
        assert patiently(f"http://127.0.0.1:{port}/api/v1/validate").json() == {"valid": True}
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=10)
    assert b"Traceback" not in errors


def patiently(url: str) -> httpx2.Response:
    """Ask until somebody answers, for ten seconds at most."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return httpx2.get(url, headers=KEYS)
        except httpx2.ConnectError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_the_log_holds_what_was_served(connect: Connect) -> None:
    """Method, path, status, bucket, time and query of each request, in order."""
    with running(World(clock=lambda: NOON), [Fault("500", nth=2)]) as sandbox:
        call = connect(sandbox)
        call.get("/api/v1/hosts", params={"count": 1})
        call.get("/api/v1/validate")
        log = [(s.method, s.path, s.status, s.bucket, s.time, s.query) for s in sandbox.log]
        shown = httpx2.get(f"{sandbox.url}/_sandbox/log").json()["log"]
    assert log == [
        ("GET", "/api/v1/hosts", 200, "hosts_list", NOON, "count=1"),
        ("GET", "/api/v1/validate", 500, None, NOON, ""),
    ]
    assert [row["faults"] for row in shown] == [[], ["500"]]


def test_faults_from_another_process(connect: Connect) -> None:
    """They can be added, seen and taken away over HTTP; a wrong one is told why."""
    with running() as sandbox:
        url = f"{sandbox.url}/_sandbox/faults"
        added = httpx2.post(url, json={"faults": ["500,nth=1", "slow:0"], "fault": "429,nth=2"})
        assert [fault["name"] for fault in added.json()["faults"]] == ["429", "500", "slow"]
        call = connect(sandbox)
        assert [call.get("/api/v1/validate").status_code for _ in range(3)] == [500, 429, 200]
        assert "drop" in httpx2.get(url).json()["known"]
        wrong = httpx2.post(url, json={"fault": "flood"})
        assert (wrong.status_code, len(sandbox.faults)) == (400, 3)
        assert "there are: 429" in wrong.json()["errors"][0]
        assert [
            httpx2.post(url, content=b).status_code for b in (b"[]", b"{", b'{"fault": 1}')
        ] == [400] * 3
        assert httpx2.delete(url).json()["faults"] == []
        assert sandbox.faults == []


def test_the_story_over_http() -> None:
    """The incidents of a window, with hosts, metrics, onset and end."""
    world = World(clock=lambda: NOON)
    with running(world) as sandbox:
        url = f"{sandbox.url}/_sandbox/story"
        story = httpx2.get(url, params={"from": NOON - 86_400, "to": NOON}).json()
        assert story == httpx2.get(url).json()
        assert httpx2.get(url, params={"from": "x"}).status_code == 400
    expected = world.incidents(NOON - 86_400, NOON)
    assert [one["id"] for one in story["incidents"]] == [one.id for one in expected]
    names = {"id", "title", "role", "shape", "onset", "ended", "hosts", "metrics"}
    assert set(story["incidents"][0]) == names


def test_eight_thousand_series(connect: Connect) -> None:
    """8,000 series x 180 points come whole (the time is measured in bench/, not judged here)."""
    text = "avg:system.cpu.user{*} by {host}"
    body = timeseries_body(NOON - HOUR - 60, NOON - 60, text)
    with running(World(hosts=8000, clock=lambda: NOON)) as sandbox:
        answer = connect(sandbox).post("/api/v2/query/timeseries", json=body)
    attributes = answer.json()["data"]["attributes"]
    assert [len(attributes["series"]), len(attributes["times"])] == [8000 - 1, 180]
    assert {len(row) for row in attributes["values"]} == {180}


def test_app_can_be_made_alone() -> None:
    """`create_app` gives the app with its live scene, for any server."""
    app = create_app(World(), [Fault("500")])
    assert app.state.scene.faults == [Fault("500")]


def test_nothing_of_ours_is_imported() -> None:
    """Within Scarline the room imports itself only; outside, four libraries."""
    libraries = {"numpy", "orjson", "starlette", "uvicorn"}
    for file in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: relative import"
                names = [node.module or ""]
            else:
                continue
            for name in names:
                top = name.partition(".")[0]
                ours = name == "scarline.sandbox" or name.startswith("scarline.sandbox.")
                known = top in libraries or top in sys.stdlib_module_names or ours
                assert known, f"{file.name} imports {name}"
