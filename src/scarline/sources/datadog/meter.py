"""What a pull costs, while it runs."""

from collections.abc import Callable

from scarline.errors import SourceUnavailable
from scarline.model import Usage


class CapReached(SourceUnavailable):
    """The run has sent as many requests as its settings allow."""


class Meter:
    """What one piece of work has cost; its parts add to it.

    Time that several parts wait together counts once. ``cap`` is the most requests that
    the whole may send; ``tell`` hears the seconds that are left of a wait.
    """

    def __init__(
        self, cap: int | None = None, tell: Callable[[float], None] = lambda _: None
    ) -> None:
        self.usage = Usage()
        self.waiting = tell
        self._cap = cap
        self._waited_until = 0.0
        self._whole: Meter | None = None

    def part(self) -> "Meter":
        """Return a meter for a part of this work."""
        part = Meter(tell=self.waiting)
        part._whole = self
        return part

    def spend(self, cost: Usage) -> None:
        """Add ``cost``, here and to the whole."""
        self.usage += cost
        if self._whole is not None:
            self._whole.spend(cost)

    def claim(self) -> None:
        """Count one request; raises ``CapReached`` when the whole may send no more."""
        whole = self._whole or self
        if whole._cap is not None and whole.usage.requests >= whole._cap:  # noqa: SLF001
            message = (
                f"the run has sent the {whole._cap} requests that it may "  # noqa: SLF001
                "(requests_per_run): pull again to go on from here"
            )
            raise CapReached(message)
        self.spend(Usage(requests=1))

    def waited(self, start: float, end: float) -> None:
        """Count the wait from ``start`` to ``end``, but for what others waited through."""
        whole = self._whole or self
        fresh = end - max(start, whole._waited_until)  # noqa: SLF001
        whole._waited_until = max(end, whole._waited_until)  # noqa: SLF001
        if fresh > 0:
            self.spend(Usage(waited_seconds=fresh))
