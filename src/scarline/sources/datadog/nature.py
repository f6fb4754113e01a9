"""Time, chance and the wire, as values: a test turns the clock and plays the other side."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import random

import httpx2

from scarline.ports import Clock
from scarline.sources.datadog.meter import Meter

TICK_SECONDS = 1.0
"""How often a wait is reported."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What the source cannot decide: the time, how to wait, chance, and the way out.

    ``chance`` gives numbers in [0, 1); ``transport`` None means the network.
    """

    clock: Clock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random
    transport: httpx2.AsyncBaseTransport | None = None

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return self.clock().timestamp()

    async def wait(self, seconds: float, meter: Meter) -> None:
        """Wait ``seconds``; ``meter`` hears each second how many are left."""
        start = self.now()
        while (left := start + seconds - (before := self.now())) > 0:
            meter.waiting(left)
            await self.sleep(min(left, TICK_SECONDS))
            meter.waited(before, self.now())
        meter.waiting(0.0)
