"""Pulls that the service does itself: each ends before the caller's platform would end it.

A pull is a task of its own. When its time is over, or the service is asked to end, the task is
cancelled: the chain closes the run with the reason, and what was stored until then stays, with
its cursor.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    contextmanager,
)
from dataclasses import dataclass

import structlog

from scarline.errors import ConfigError
from scarline.ledger import Run
from scarline.pipeline import Pipeline
from scarline.ports import Plan, Progress
from scarline.web.problems import Refused

log = structlog.get_logger(__name__)

CLOSE_SECONDS = 4.0
"""How long a pull that was stopped may take to close its run."""

Opening = Callable[[Sequence[str]], AbstractAsyncContextManager[Pipeline]]
"""Opens a pipeline with the sources of these streams."""

Tell = Callable[[Mapping[str, str | int | float]], None]
"""Takes what is to be said of a span: counts and names, nothing personal."""

Span = Callable[[str], AbstractContextManager[Tell]]
"""Traces what is done within it, under this name."""


@contextmanager
def untraced(_: str) -> Iterator[Tell]:
    """Trace nothing."""
    yield lambda _: None


@dataclass(frozen=True, slots=True)
class Pulled:
    """How a pull ended: by itself with its run, or ``cut`` says why it was stopped."""

    run: Run | None
    cut: str = ""


class Pulls:
    """The pulls under way in this process. ``seconds``: how long each may take.

    ``going`` has how far each has come, by stream.
    """

    def __init__(self, opening: Opening, seconds: float, span: Span = untraced) -> None:
        self._opening, self._seconds, self._span = opening, seconds, span
        self._under_way: set[asyncio.Task[Run]] = set()
        self.going: dict[str, Progress] = {}
        self.draining = False

    async def pull(self, stream: str) -> Pulled:
        """Pull what is due, or stop in time.

        Raises ``Refused`` for a stream that has no source (404) or whose source lacks a setting
        (503), and what :meth:`Pipeline.pull` raises.
        """
        task = asyncio.ensure_future(self._pulled(stream))
        self._under_way.add(task)
        task.add_done_callback(self._forget)
        try:
            await asyncio.wait({task}, timeout=self._seconds)
        except asyncio.CancelledError:
            _stop(task, "the request for it was given up")
            raise
        if not task.done():
            _stop(task, self._why())
            await asyncio.wait({task}, timeout=CLOSE_SECONDS)
        if task.done() and not task.cancelled():
            return Pulled(task.result())
        return Pulled(None, self._why())

    async def plan(self, stream: str) -> Plan:
        """Return what a pull would send now. Sends nothing; raises ``Refused`` as a pull does."""
        try:
            async with self._opening((stream,)) as road:
                _pullable(road, stream)
                return await road.plan(stream)
        except ConfigError as error:  # no fault of the caller's
            raise Refused(503, str(error)) from error

    async def drain(self, seconds: float) -> None:
        """Take no more pulls; stop those that are still under way after ``seconds``."""
        self.draining = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        left = set(self._under_way)
        for task in left:
            _stop(task, self._why())
        if left:
            await asyncio.wait(left, timeout=CLOSE_SECONDS)

    def _why(self) -> str:
        why = "because the service ends" if self.draining else f"after {self._seconds:g} seconds"
        return f"stopped {why}: what it stored stays, and the next pull brings the rest"

    def _forget(self, task: asyncio.Task[Run]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits for the task is told; nobody may be left who does

    async def _pulled(self, stream: str) -> Run:
        with self._span(f"pull {stream}") as tell:
            tell({"scarline.stream": stream})
            try:
                async with self._opening((stream,)) as road:
                    run = await _brought(road, stream, self.going)
            except ConfigError as error:  # no fault of the caller's
                raise Refused(503, str(error)) from error
            tell(_traced(run))
        log.info("pulled", run=run.run, state=run.state, rows=run.rows, **run.usage)
        return run


def _pullable(road: Pipeline, stream: str) -> None:
    if stream not in road.sources:
        raise Refused(404, "this service pulls no stream of that name: /api/health lists them")


async def _brought(road: Pipeline, stream: str, going: dict[str, Progress]) -> Run:
    _pullable(road, stream)
    own: list[Progress] = []

    def notify(progress: Progress) -> None:
        own[:] = [progress]
        going[stream] = progress

    try:
        return await road.pull(stream, notify=notify)
    finally:
        if own and going.get(stream) is own[0]:  # not another's, who came after
            del going[stream]


def _traced(run: Run) -> Mapping[str, str | int | float]:
    told: dict[str, str | int | float] = {"run": run.run, "state": run.state, "rows": run.rows}
    told |= run.usage
    return {f"scarline.{name}": value for name, value in told.items()}


def _stop(task: asyncio.Task[Run], why: str) -> None:
    """Cancel ``task`` once: a second time would stop it from closing its run."""
    if not task.cancelling():
        task.cancel(why)
