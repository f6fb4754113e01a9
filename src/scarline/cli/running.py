"""How a command does its work: a pipeline is opened, does one thing, and is closed."""

import asyncio
import shlex
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from scarline import bootstrap, settings
from scarline.cli import console, options
from scarline.web.runs.account import run_as_data

if TYPE_CHECKING:  # they bring Arrow with them, which --help does without
    from scarline.bootstrap.loading import Loading
    from scarline.ledger import Run
    from scarline.model import Window
    from scarline.pipeline import Pipeline
    from scarline.ports import Plan

T = TypeVar("T")


class Exit(IntEnum):
    """What the process says at its end."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    INTERRUPTED = 130


def show_plan(plan: "Plan", *, json: bool) -> None:
    """Write what a pull would send."""
    console.as_json(console.plan_as_data(plan)) if json else console.show_plan(plan)


def told(run: "Run", *, json: bool) -> Exit:
    """Write what a run brought; return how the command ends."""
    console.as_json(run_as_data(run)) if json else console.show_run(run)
    return Exit.PARTIAL if run.state == "partial" else Exit.DONE


async def pull(
    opening: "AbstractAsyncContextManager[Pipeline]", stream: str, window: "Window | None" = None
) -> "Run":
    """Open a pipeline, pull one stream with a progress bar, tell what is due, close it."""
    async with opening as pipeline:
        with console.progress(stream) as notify:
            run = await pipeline.pull(stream, window, notify)
        if stream == "metrics":
            from scarline.bootstrap.alerting import tell_after

            await tell_after(pipeline, settings.load(), console.say)
        return run


async def load(opening: "AbstractAsyncContextManager[Loading]") -> "Run":
    """Load a list with a progress bar; if it is loaded already, return the run that did."""
    async with opening as (pipeline, before):
        if before is not None:
            console.say(f"run {before.run} loaded just this, and it still counts: nothing to do")
            return before
        with console.progress("flows") as notify:
            return await pipeline.pull("flows", notify=notify)


async def plan_load(opening: "AbstractAsyncContextManager[Loading]") -> "Plan":
    """Return what loading a list would read."""
    from scarline.ports import Plan

    async with opening as (pipeline, before):
        if before is not None:
            return Plan([], [f"nothing: run {before.run} loaded just this, and it still counts"])
        return await pipeline.plan("flows")


async def plan(
    opening: "AbstractAsyncContextManager[Pipeline]", stream: str, window: "Window | None" = None
) -> "Plan":
    """Open a pipeline, ask what a pull would send, close it."""
    async with opening as pipeline:
        return await pipeline.plan(stream, window)


def window(*words: str | None) -> "Window | None":
    """Return the stretch of time that the options name, if any."""
    from scarline.model import Window

    stretch = options.stretch(bootstrap.clock(), *words)
    return Window(*stretch) if stretch else None


async def roll_back(
    road: "Pipeline", run: str | None, source: str | None, reason: str, *, dry_run: bool
) -> "list[Run]":
    """Take away a run, or all live ones of a source; return them."""
    if run is not None:
        named = [await road.run(run)]
    else:
        named = [it for it in await road.runs() if it.live and it.request.get("source") == source]
    return named if dry_run else [await road.rollback(it.run, reason) for it in named]


def ask(verb: "Callable[[Pipeline], Awaitable[T]]") -> T:
    """Open a pipeline without a source, have it do one thing, close it."""

    async def work() -> T:
        async with bootstrap.open_pipeline(settings.load()) as pipeline:
            return await verb(pipeline)

    return run(work())


def program() -> str:
    """Return how this program is called: by its name where that finds it, else by its path."""
    own = Path(sys.argv[0])
    found = shutil.which("scarline")
    if own.name != "scarline" or (found is not None and Path(found).samefile(own)):
        return "scarline"
    return shlex.quote(str(own))


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end."""
    return asyncio.run(_until_told(work))


async def _until_told(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work``; SIGTERM ends it as Ctrl-C does, with what happened on the ledger."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task
