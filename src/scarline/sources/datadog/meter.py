"""What a pull costs, while it runs."""

from collections.abc import Callable

from scarline.errors import SourceUnavailable
from scarline.model import Usage


class CapReached(SourceUnavailable):
    """The run has sent as many requests as its settings allow."""


class Meter:
    """What one piece of work has cost; its parts add to it.

    Time that several parts wait together counts once. ``cap`` is the most requests that
    the whole may send; ``tell`` hears the seconds that are left of a wait; ``whole`` is what
    this is a part of.
    """

    def __init__(
        self,
        cap: int | None = None,
        tell: Callable[[float], None] = lambda _: None,
        whole: "Meter | None" = None,
    ) -> None:
        self.usage = Usage()
        self.waiting = tell
        self._cap = cap
        self._waited_until = 0.0
        self._whole = whole

    def part(self) -> "Meter":
        """Return a meter for a part of this work."""
        return Meter(tell=self.waiting, whole=self)

    def spend(self, cost: Usage) -> None:
        """Add ``cost``, here and to the whole."""
        self.usage += cost
        if self._whole is not None:
            self._whole.spend(cost)

    def claim(self) -> None:
        """Count one request; raises ``CapReached`` when the whole may send no more."""
        if self._whole is not None:
            self._whole.claim()
        elif self._cap is not None and self.usage.requests >= self._cap:
            message = (
                f"the run has sent the {self._cap} requests that it may "
                "(requests_per_run): pull again to go on from here"
            )
            raise CapReached(message)
        self.usage += Usage(requests=1)

    def waited(self, start: float, end: float) -> float:
        """Count the wait from ``start`` to ``end``, but for what others waited through.

        Returns the seconds that were counted.
        """
        if self._whole is not None:
            fresh = self._whole.waited(start, end)
        else:
            fresh = max(0.0, end - max(start, self._waited_until))
            self._waited_until = max(end, self._waited_until)
        self.usage += Usage(waited_seconds=fresh)
        return fresh
