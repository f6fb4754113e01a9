"""The commands of the road: pull, load-flows, rollback, runs, verify."""

import typer

from scarline import bootstrap, settings
from scarline.bootstrap import datadog
from scarline.bootstrap.loading import ServiceList, open_list
from scarline.cli import console, options, running
from scarline.cli.running import Exit
from scarline.errors import UsageError
from scarline.web.runs.account import run_as_data

app = typer.Typer()


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
        if reason := datadog.unapproved(own, plan):
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
