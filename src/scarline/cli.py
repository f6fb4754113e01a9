"""The command line. Data goes to stdout, messages to stderr.

Exit codes: 0 done, 1 failed, 2 not possible as it was said, 3 partial.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Annotated, Any, TypeVar

import typer

from scarline import bootstrap, console, settings, telemetry
from scarline.errors import ScarlineError, UsageError
from scarline.ledger import Run, State
from scarline.model import Window
from scarline.privacy import redact_text

app = typer.Typer(
    help="Bring facts home from Datadog into stores that you own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
config = typer.Typer(help="Look at the settings.", no_args_is_help=True)
app.add_typer(config, name="config")

T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Write JSON to stdout.")]


class Exit(IntEnum):
    """What the process says at its end."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    INTERRUPTED = 130


def main() -> None:
    """Run the command line; every error that has a name is one sentence on stderr."""
    try:
        app()
    except UsageError as error:
        _leave(error, Exit.USAGE)
    except ScarlineError as error:
        _leave(error, Exit.FAILED)
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.say("stopped; what is stored stays, and the next pull goes on from there")
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # Nobody reads on; what Python flushes at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.DONE)


@app.callback()
def _begin() -> None:
    # Logs are configured for every command, before any of them speaks.
    telemetry.configure(settings.load().log, redact_text)


@app.command()
def pull(
    stream: Annotated[str, typer.Argument(help="The stream: metrics.")],
    last: Annotated[
        str | None, typer.Option(help="The stretch up to now: 90s, 15m, 1h, 30d.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="Start, in UTC: 2026-11-01T00:00.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="End, in UTC; now if left out.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the requests and their cost; send nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring a stream home: what came since the last pull, or the stretch that you name."""
    window = _window(last, since, until)
    if dry_run:
        _run(_plan(stream, window, json=json))
        return
    run = _run(_pull(settings.load(), stream, window))
    console.as_json(console.run_as_data(run)) if json else console.show_run(run)
    raise typer.Exit(Exit.PARTIAL if run.state is State.PARTIAL else Exit.DONE)


@app.command()
def rollback(
    run: Annotated[str | None, typer.Argument(help="The run, as `scarline runs` names it.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Roll back every live run of this source.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept on the ledger.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would go; change nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Take away what a run wrote, as if it had never been."""
    if (run is None) == (source is None):
        message = "name one run, or a source with --source: `scarline runs` lists what there is"
        raise UsageError(message)
    gone = _run(_rollback(run, source, reason, dry_run=dry_run))
    if json:
        console.as_json([console.run_as_data(it) for it in gone])
        return
    console.show_rollback(gone, planned=dry_run)


@app.command()
def runs(
    stream: Annotated[str | None, typer.Option(help="Only the runs of this stream.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only that many, the newest.", min=1)] = None,
    json: Json = False,
) -> None:
    """List all runs, newest first."""
    found = _run(_runs(stream))[:limit]
    console.as_json([console.run_as_data(it) for it in found]) if json else console.show_runs(found)


@app.command()
def verify(json: Json = False) -> None:
    """Check the ledger and every row against it."""
    faults = _run(_verify())
    if json:
        console.as_json({"well": not faults, "faults": faults})
    else:
        for fault in faults:
            console.out().print(fault, markup=False)
        console.say(f"{len(faults)} faults" if faults else "all is as the ledger says")
    raise typer.Exit(Exit.FAILED if faults else Exit.DONE)


@app.command()
def migrate(
    print_: Annotated[
        bool, typer.Option("--print", help="Print all migrations as SQL; connect to nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring the database's tables to this version. Pulls do it too."""
    if print_:
        sys.stdout.write(bootstrap.schema())
        return
    applied = _run(bootstrap.migrate(settings.load()))
    if json:
        console.as_json({"applied": applied})
    else:
        console.say(f"applied {', '.join(applied)}" if applied else "nothing to apply")


@app.command()
def doctor(json: Json = False) -> None:
    """Check keys, permissions, clock and database, and say what to do."""
    checks = _run(bootstrap.diagnose(settings.load()))
    console.as_json(console.checks_as_data(checks)) if json else console.show_checks(checks)
    raise typer.Exit(Exit.DONE if all(check.well for check in checks) else Exit.FAILED)


@config.command("show")
def config_show(json: Json = False) -> None:
    """Show every setting, its value and where it comes from; secrets only as set or not."""
    rows = settings.told(settings.load())
    console.as_json(rows) if json else console.show_settings(rows)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8127,
    seed: Annotated[int, typer.Option(help="Another seed, another estate.")] = 7,
    hosts: Annotated[int, typer.Option(help="Number of hosts.", min=1, max=10_000)] = 40,
    fault: Annotated[
        list[str] | None, typer.Option(help="A fault, such as 429 or slow:2; repeatable.")
    ] = None,
) -> None:
    """Run a pretend Datadog on loopback until Ctrl-C."""
    bootstrap.run_sandbox(port, seed, hosts, fault or [])


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Pull everything, print the summary, end.")
    ] = False,
    json: Json = False,
) -> None:
    """Show it all without an account: a pretend Datadog, the embedded database, a pull."""
    with bootstrap.demo_settings(settings.load()) as pretended:
        run = _run(_pull(pretended, "metrics", _window("24h", None, None)))
        console.as_json(console.run_as_data(run)) if json else console.show_run(run)
        if not once:
            console.say("metrics arrive every 20 seconds until Ctrl-C")
            _run(_follow(pretended))


async def _follow(pretended: settings.Settings) -> None:
    async with bootstrap.open_pipeline(pretended, ["metrics"]) as pipeline:
        while True:
            await asyncio.sleep(20)
            run = await pipeline.pull("metrics")
            counts = f"{run.counts['new']:,} new points, {run.counts['changed']:,} changed"
            console.say(f"{console.at(bootstrap.clock())}  {counts}")


async def _pull(own: settings.Settings, stream: str, window: Window | None) -> Run:
    async with bootstrap.open_pipeline(own, [stream]) as pipeline:
        with console.progress(stream) as notify:
            return await pipeline.pull(stream, window, notify)


async def _plan(stream: str, window: Window | None, *, json: bool) -> None:
    async with bootstrap.open_pipeline(settings.load(), [stream]) as pipeline:
        plan = await pipeline.plan(stream, window)
    console.as_json(console.plan_as_data(plan)) if json else console.show_plan(plan)


async def _rollback(
    run: str | None, source: str | None, reason: str, *, dry_run: bool
) -> list[Run]:
    async with bootstrap.open_pipeline(settings.load()) as pipeline:
        if run is not None:
            named = [await pipeline.run(run)]
        else:
            told = await pipeline.runs()
            named = [it for it in told if it.live and it.request.get("source") == source]
        if dry_run:
            return named
        return [await pipeline.rollback(it.run, reason) for it in named]


async def _runs(stream: str | None) -> list[Run]:
    async with bootstrap.open_pipeline(settings.load()) as pipeline:
        return await pipeline.runs(stream)


async def _verify() -> list[str]:
    async with bootstrap.open_pipeline(settings.load()) as pipeline:
        return await pipeline.verify()


def _window(last: str | None, since: str | None, until: str | None) -> Window | None:
    now = bootstrap.clock()
    if last is not None:
        if since is not None or until is not None:
            message = "--last names the whole stretch: leave out --from and --to"
            raise UsageError(message)
        return Window(now - _length(last), now)
    if since is None:
        if until is not None:
            message = "--to needs --from: a stretch has a start"
            raise UsageError(message)
        return None
    return Window(_moment("--from", since), _moment("--to", until) if until else now)


def _length(text: str) -> timedelta:
    try:
        return settings.duration(text)
    except ValueError as error:
        message = f"--last: {error}"
        raise UsageError(message) from None


def _moment(option: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"{option}: {text!r} is no time: write 2026-11-01, or 2026-11-01T08:30 (UTC)"
        raise UsageError(message) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(_until_told(work))


async def _until_told(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work``; SIGTERM ends it as Ctrl-C does, with what happened on the ledger."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _leave(error: ScarlineError, code: Exit) -> None:
    console.say(f"scarline: {error}")
    for note in getattr(error, "__notes__", []):
        console.say(note)
    sys.exit(code)
