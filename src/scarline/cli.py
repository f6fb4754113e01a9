"""The command line. Data goes to stdout, messages to stderr.

Exit codes: 0 done, 1 failed, 2 not possible as it was said, 3 partial.
"""

import asyncio
import os
import sys

import typer

from scarline import bootstrap, console, from_datadog, options, pretend, running, settings, triage
from scarline.errors import ScarlineError, UsageError
from scarline.loading import ServiceList, open_list
from scarline.running import Exit
from scarline.web.account import run_as_data

app = typer.Typer(
    help="Bring facts home from Datadog into stores that you own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
config = typer.Typer(help="Look at the settings.", no_args_is_help=True)
app.add_typer(config, name="config")
app.add_typer(triage.app, name="failures")


def main() -> None:
    """Run the command line; every error that has a name is one sentence on stderr."""
    try:
        app()
    except ScarlineError as error:
        _leave(error, Exit.USAGE if isinstance(error, UsageError) else Exit.FAILED)
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.say("stopped; what is stored stays, and the next pull goes on from there")
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # Nobody reads on; what Python flushes at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.DONE)


@app.callback()
def _begin() -> None:
    from scarline import telemetry  # for every command, before any of them speaks

    own = settings.load()
    telemetry.configure(own.log, lambda event: bootstrap.clean(own, event))


@app.command()
def pull(
    stream: options.Stream,
    last: options.Last = None,
    since: options.Since = None,
    until: options.Until = None,
    env: options.Env = None,
    ml_app: options.MlApp = None,
    service: options.OfService = None,
    complete: options.Complete = False,
    approve: options.Approve = False,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Bring a stream home: what came since the last pull, or the stretch that you name."""
    window = running.window(last, since, until)
    named = {"flow_envs": env, "ml_apps": ml_app, "failure_services": service}
    told = {name: tuple(own) for name, own in named.items() if own}
    own = settings.load().model_copy(update=told | ({"complete_traces": True} if complete else {}))
    if dry_run or (stream == "failures" and window is not None and not approve):
        opened = bootstrap.open_pipeline(own, [stream])
        plan = running.run(running.plan(opened, stream, window))
        if dry_run:
            running.show_plan(plan, json=json)
            return
        if reason := from_datadog.unapproved(own, plan):
            raise UsageError("; ".join([reason, *plan.costs]))
    opened = bootstrap.open_pipeline(own, [stream], approved=approve)
    run = running.run(running.pull(opened, stream, window))
    raise typer.Exit(running.told(run, json=json))


@app.command()
def load_flows(
    file: options.File,
    source: options.OfSource = "datadog",
    env: options.OfEnv = "",
    strict: options.Strict = False,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Load a list of services as integration flows. Bad rows are named and kept out."""
    bad: list[int] = []

    def tell(line: int, reason: str) -> None:
        bad.append(line)
        console.say(f"line {line}: {reason}")

    opened = open_list(settings.load(), ServiceList(file, source, env, strict), tell)
    if dry_run:
        running.show_plan(running.run(running.plan_load(opened)), json=json)
        return
    code = running.told(running.run(running.load(opened)), json=json)
    raise typer.Exit(Exit.PARTIAL if bad else code)


@app.command()
def rollback(
    run: options.RunName = None,
    source: options.FromSource = None,
    reason: options.Reason = "",
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Take away what a run wrote, as if it had never been."""
    if (run is None) == (source is None):
        message = "name one run, or a source with --source: `scarline runs` lists what there is"
        raise UsageError(message)
    gone = running.ask(lambda road: running.roll_back(road, run, source, reason, dry_run=dry_run))
    told = [run_as_data(it) for it in gone]
    console.as_json(told) if json else console.show_rollback(gone, planned=dry_run)


@app.command()
def runs(
    stream: options.OfStream = None, limit: options.Limit = None, json: options.Json = False
) -> None:
    """List all runs, newest first."""
    found = running.ask(lambda road: road.runs(stream))[:limit]
    console.as_json([run_as_data(it) for it in found]) if json else console.show_runs(found)


@app.command()
def verify(json: options.Json = False) -> None:
    """Check the ledger and every row against it."""
    faults = running.ask(lambda road: road.verify())
    console.as_json({"well": not faults, "faults": faults}) if json else console.show_faults(faults)
    raise typer.Exit(Exit.FAILED if faults else Exit.DONE)


@app.command()
def migrate(print_: options.Print = False, json: options.Json = False) -> None:
    """Bring the database's tables to this version. Pulls do it too."""
    if print_:
        sys.stdout.write(bootstrap.schema())
        return
    applied = running.run(bootstrap.migrate(settings.load()))
    told = f"applied {', '.join(applied)}" if applied else "nothing to apply"
    console.as_json({"applied": applied}) if json else console.say(told)


@app.command()
def doctor(json: options.Json = False) -> None:
    """Check keys, permissions, clock and database, and say what to do."""
    checks = running.run(bootstrap.diagnose(settings.load()))
    console.as_json(console.checks_as_data(checks)) if json else console.show_checks(checks)
    raise typer.Exit(Exit.DONE if all(check.well for check in checks) else Exit.FAILED)


@app.command()
def redact(jsonl: options.JsonLines = False, report: options.Report = None) -> None:
    """Copy standard input to standard output without personal data and secrets."""
    done = bootstrap.redact(settings.load(), sys.stdin.buffer, sys.stdout.buffer, jsonl=jsonl)
    if report is not None:
        console.as_json(done.report(), report)
    for line in done.not_json:
        console.say(f"line {line} is not JSON: it was cleaned and written as a text of JSON")
    raise typer.Exit(Exit.PARTIAL if done.not_json else Exit.DONE)


@app.command()
def watch(
    metric: options.OfMetric = "", bad: options.Side = None, budget: options.Budget = 1.0
) -> None:
    """Judge CSV from stdin, timestamp,value, as it comes: stdout has score and alert beside."""
    from scarline.scars import Direction, Options
    from scarline.watching import watched

    faults: list[int] = []

    def tell(line: int, reason: str) -> None:
        faults.append(line)
        console.say(f"line {line}: {reason}")

    asked = Options(Direction(bad) if bad else None, budget)
    for line in watched(sys.stdin, asked, metric, tell):
        sys.stdout.write(line)
        sys.stdout.flush()
    raise typer.Exit(Exit.PARTIAL if faults else Exit.DONE)


@app.command()
def serve(host: options.Host = "127.0.0.1", port: options.ServePort = 8126) -> None:
    """Serve the HTTP API until Ctrl-C. Any address but loopback needs tokens."""
    from scarline.web.server import serve

    serve(settings.load(), host, port, lambda url: console.say(f"serving {url}, until Ctrl-C"))


@config.command("show")
def config_show(json: options.Json = False) -> None:
    """Show every setting, its value and where it comes from; secrets only as set or not."""
    from scarline.settings.shown import told

    rows = told(settings.load())
    console.as_json(rows) if json else console.show_settings(rows)


@app.command()
def sandbox(
    port: options.Port = 8127,
    seed: options.Seed = 7,
    hosts: options.Hosts = 40,
    spans_a_day: options.Spans = 6_000,
    fault: options.Faults = None,
) -> None:
    """Run a pretend Datadog on loopback until Ctrl-C."""
    console.say(f"a pretend Datadog at http://127.0.0.1:{port}, until Ctrl-C; to pull from it:")
    from scarline.sandbox import World

    console.say(pretend.sandbox_environment(port))
    world = World(seed=seed, hosts=hosts, spans_a_day=spans_a_day)
    pretend.run_sandbox(port, world, fault or [])


@app.command()
def demo(once: options.Once = False, json: options.Json = False) -> None:
    """Show it all without an account: a pretend Datadog, the embedded database, a pull."""
    with pretend.demo_settings(settings.load()) as pretended:
        runs = [
            running.run(running.pull(bootstrap.open_pipeline(pretended, [stream]), stream, window))
            for stream, window in (
                ("metrics", running.window("24h")),
                ("flows", None),
                ("failures", running.window("24h")),
            )
        ]
        code = max(running.told(run, json=json) for run in runs)
        if not once:
            console.say("metrics arrive every 20 seconds until Ctrl-C")
            running.run(running.follow(pretended))
    raise typer.Exit(code)


def _leave(error: ScarlineError, code: Exit) -> None:
    for sentence in (f"scarline: {error}", *getattr(error, "__notes__", [])):
        console.say(sentence)
    sys.exit(code)
