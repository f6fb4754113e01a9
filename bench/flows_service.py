"""The obvious service for flows: a model for each, a statement for each, all in one request."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

TABLE = """
create table if not exists bench_flow (
    flow_id text primary key, source text, env text, system_from text, system_to text, status text,
    last_seen timestamptz, latency_ms float8, error_rate float8, owner_team text, known_by text,
    confidence float8, tags text)
"""
UPSERT = """
insert into bench_flow values (
    %(flow_id)s, %(source)s, %(env)s, %(system_from)s, %(system_to)s, %(status)s, %(last_seen)s,
    %(latency_ms)s, %(error_rate)s, %(owner_team)s, %(known_by)s, %(confidence)s, %(tags)s)
on conflict (flow_id) do update set status = excluded.status, latency_ms = excluded.latency_ms,
    error_rate = excluded.error_rate, owner_team = excluded.owner_team
"""


class Flow(BaseModel):
    """A flow as the obvious service takes it."""

    flow_id: str
    source: str
    env: str
    system_from: str
    system_to: str
    status: str
    last_seen: str | None
    latency_ms: float | None
    error_rate: float | None
    owner_team: str | None
    known_by: str
    confidence: float | None
    tags: str


@contextmanager
def obvious_service(url: str) -> Iterator[str]:
    """Serve it on a free port, on the database at ``url``; give the address of its one route."""
    app = FastAPI()

    @app.post("/flows")
    def post(flows: list[Flow]) -> int:
        with psycopg.connect(url) as connection:
            connection.execute(TABLE)
            connection.cursor().executemany(UPSERT, [it.model_dump() for it in flows])
        return len(flows)

    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{door.getsockname()[1]}/flows"
        server.should_exit = True
        thread.join()
