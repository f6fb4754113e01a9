"""What every route stands at: one open pipeline, the flows that show, and what is allowed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from scarline.bootstrap.loading import Sheet
from scarline.flows.coupling import OMS_PATTERN
from scarline.pipeline import Pipeline
from scarline.scars.preferences import Preferences
from scarline.web.flows.shown import Flows
from scarline.web.health.standing import Standings
from scarline.web.health.traffic import Traffic
from scarline.web.jobs.issuer import Oidc
from scarline.web.jobs.pulls import Pulls


@dataclass(frozen=True, slots=True)
class Config:
    """How the API answers. Without tokens it is open to all that reach it: see ``door``.

    ``hosts``: the names by which it may be called; None for any. ``streams``: those that jobs
    may pull. A job is stopped after ``job_seconds``, and ``drain_seconds`` after the service was
    asked to end. ``otlp_url``: the collector that traces of jobs are sent to. ``watch``: how
    points are judged that are shown with what was expected of them.
    """

    oms_pattern: str = OMS_PATTERN
    max_bytes: int = 16_000_000
    max_rows: int = 50_000
    reader: str | None = field(default=None, repr=False)
    operator: str | None = field(default=None, repr=False)
    hosts: frozenset[str] | None = frozenset({"localhost", "127.0.0.1", "[::1]"})
    oidc: Oidc | None = None
    streams: frozenset[str] = frozenset({"metrics", "flows", "failures"})
    job_seconds: float = 165.0  # Cloud Scheduler waits 180 s for an answer if not told otherwise
    drain_seconds: float = 4.0  # Cloud Run kills a process 10 s after SIGTERM
    otlp_url: str | None = None
    watch: Preferences = field(default_factory=Preferences)


Lists = Callable[[str, bytes, str, str], Sheet]
"""Reads a list of services: its name, its bytes, the source, the environment if it tells none."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An open pipeline and what is kept beside it. ``writing`` is held by one write at a time."""

    pipeline: Pipeline
    flows: Flows
    config: Config
    lists: Lists
    pulls: Pulls
    standings: Standings
    traffic: Traffic
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


def _opened(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


Open = Annotated[Desk, Depends(_opened)]
