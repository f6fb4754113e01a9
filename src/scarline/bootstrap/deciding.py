"""Rows of decisions, written as everything is: a run on the ledger that can be rolled back."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pyarrow as pa

from scarline.errors import RunInProgress
from scarline.kinds import DECISION, Kind
from scarline.ledger import Run
from scarline.model import Asked, Batch, Window
from scarline.pipeline import Pipeline
from scarline.ports import Ask, Check, Clock, Plan

DECISIONS = "decisions"
"""The stream that brings them."""

Make = Callable[[], Awaitable[pa.RecordBatch]]
"""Makes the rows to write from what stands, while nobody else can decide."""

_TRIES = 50
_PAUSE_SECONDS = 0.1  # another process holds the decisions for as long as one takes to write


@dataclass(frozen=True, slots=True)
class Decided:
    """A source that has what was decided: ``what`` says so on the ledger."""

    name: str
    what: str
    clock: Clock
    make: Make

    def streams(self) -> Mapping[str, Kind]:
        """Return the streams that it offers, and the kind of each."""
        return {DECISIONS: DECISION}

    async def pull(self, _: Ask) -> AsyncGenerator[Batch, None]:
        """Yield what was decided; raises what ``make`` raises."""
        rows = await self.make()
        now = self.clock()
        asked = Asked(self.what, Window(now - timedelta(microseconds=1), now))
        yield Batch(DECISION, rows, None, (asked,))

    async def plan(self, _: Ask) -> Plan:
        """Return that nothing is sent."""
        return Plan([], ["what was decided is here already"])

    async def check(self) -> Sequence[Check]:
        """Return nothing: there is nothing to look at."""
        return []


async def written(road: Pipeline, by: str, what: str, make: Make) -> Run:
    """Write what ``make`` returns as a run of the source ``by``; ``what`` is for the ledger.

    ``make`` is called while the stream is held, so that what it reads stands until it is written.
    Raises what it raises, and ``RunInProgress`` if somebody holds the stream for too long.
    """
    source = Decided(by, what, road.clock, make)
    for _ in range(_TRIES - 1):
        try:
            return await replace(road, sources={DECISIONS: source}).pull(DECISIONS)
        except RunInProgress:
            await asyncio.sleep(_PAUSE_SECONDS)
    return await replace(road, sources={DECISIONS: source}).pull(DECISIONS)
