"""How quickly Firestore may be written to: 500 operations a second, half as many again every 5 min.

That is the ramp which Google asks for so that a collection can be spread over servers
(https://firebase.google.com/docs/firestore/best-practices, "Ramping up traffic").
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

FIRST_PER_SECOND = 500.0
GROWTH = 1.5
STEP_SECONDS = 300.0
MOST_PER_SECOND = 10_000.0
"""An older limit of Google's for one database, kept as a ceiling."""


def writes_per_second(elapsed_seconds: float) -> float:
    """Return how many documents may be written a second, so long after the first of them."""
    steps = int(max(0.0, elapsed_seconds) // STEP_SECONDS)
    # Beyond that many steps the ceiling holds, and the power would grow without end.
    return min(MOST_PER_SECOND, FIRST_PER_SECOND * GROWTH ** min(steps, 16))


class Pace:
    """Spreads writes over time. ``clock`` counts seconds, whenever it began."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._began: float | None = None
        self._free_at = 0.0

    async def take(self, writes: int) -> None:
        """Wait until so many documents may be written; nothing is saved up while idle."""
        now = self._clock()
        if self._began is None:
            self._began = now
        start = max(now, self._free_at)
        self._free_at = start + writes / writes_per_second(start - self._began)
        if start > now:
            await self._sleep(start - now)
